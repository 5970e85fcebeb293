/* Durable redemption in process, in calls of 16, 256 and 4,096 fresh codes in random order over a
 * batch of live codes: reading, deciphering, deciding, journal and folding included. Beside it the
 * bound: the same bytes appended to a preallocated file and flushed. Then what a caller waits for
 * while folds go on, 64 independent callers, and whether a long run keeps its pace. */
#include "append.h"
#include "areas.h"
#include "crowd.h"
#include "fact.h"

#define TAIL_GROUP_N    256u
#define TAIL_MOST_US    5000.0
#define SIXTHS          6u
#define SUSTAINED_LEAST 0.8

static cm_err measure(struct bench *b, struct till *t, size_t group_n, const struct bench_goal *g) {
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    size_t len = 0;
    TRY(till_stock(t, b->live, group_n, b->pairs + 1));
    TRY(till_group_len(t, &len));
    TRY(append_open(&append, t->shop.dir, len, group_n, &b->diag));
    const struct bench_case c = {
        .area = "redeem",
        .unit = "codes/s",
        .contestants = {{"redeem", till_run, t}, {"append + fdatasync", append_run, &append}},
        .contestant_n = 2,
        .goals = {*g},
        .goal_n = 1};
    return bench_case_run(b, &c);
}

/* What a caller waits for, at the 99th of a hundred groups, while folds go on beside. */
static cm_err measure_tail(struct bench *b, struct till *t) {
    struct bench_fact fact = {.area = "redeem",
                              .row = "p99 of a group of 256 while folding, us",
                              .unit = "us",
                              .peer_name = "5 ms",
                              .sense = SENSE_AT_MOST,
                              .goal = 1};
    TRY(till_stock(t, b->live, TAIL_GROUP_N, b->pairs));
    for (; fact.n < b->pairs; fact.n++) {
        struct leg leg = {.items = 0};
        TRY(till_run(t, b->leg_s, &leg));
        fact.ours[fact.n] = leg.p99_us;
        fact.peer[fact.n] = TAIL_MOST_US;
        fact.cost = leg;
    }
    return bench_fact(b, &fact);
}

/* One long leg: does the end keep the pace of the beginning? */
static cm_err measure_sustained(struct bench *b, struct till *t) {
    struct bench_fact fact = {.area = "redeem",
                              .row = "sustained, last sixth / first sixth",
                              .unit = "codes/s",
                              .peer_name = "first sixth of the leg",
                              .n = 1,
                              .sense = SENSE_AT_LEAST,
                              .goal = SUSTAINED_LEAST};
    for (unsigned part = 0; part < SIXTHS; part++) {
        struct leg leg = {.items = 0};
        TRY(till_stock(t, b->live, TAIL_GROUP_N, 1));
        TRY(till_run(t, b->sustained_s / SIXTHS, &leg));
        if (part == 0) fact.peer[0] = leg.items / leg.seconds;
        fact.ours[0] = leg.items / leg.seconds;
        fact.cost = leg;
    }
    return bench_fact(b, &fact);
}

static cm_err measure_crowd(struct bench *b, struct till *t) {
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    struct crowd crowd = {t, CROWD_MAX};
    size_t len = 0;
    TRY(till_stock(t, b->live, CROWD_MAX, 2 * (b->pairs + 1)));
    TRY(till_group_len(t, &len));
    TRY(append_open(&append, t->shop.dir, len, CROWD_MAX, &b->diag));
    const struct bench_case c = {
        .area = "redeem",
        .unit = "codes/s",
        .contestants = {{"64 callers in one turn", crowd_turn_run, &crowd},
                        {"64 callers, a thread each", crowd_threads_run, &crowd},
                        {"append + fdatasync", append_run, &append}},
        .contestant_n = 3,
        .goals = {{"64 callers in one turn", 0, 2, METRIC_RATE, SENSE_NONE, 0},
                  {"64 callers, a thread each", 1, 2, METRIC_RATE, SENSE_NONE, 0}},
        .goal_n = 2};
    return bench_case_run(b, &c);
}

cm_err area_redeem(struct bench *b) {
    static const struct {
        size_t group_n;
        struct bench_goal goal;
    } sizes[] = {
        {16, {"groups of 16", 0, 1, METRIC_RATE, SENSE_NONE, 0}},
        {256, {"groups of 256", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 0.40}},
        {4096, {"groups of 4,096", 0, 1, METRIC_RATE, SENSE_NONE, 0}},
    };
    CM_CLEANUP(till_close) struct till till = {.diag = NULL};
    TRY(till_open(&till, b->scratch, &b->diag));
    for (size_t i = 0; i < CM_ARRAY_N(sizes); i++)
        TRY(measure(b, &till, sizes[i].group_n, &sizes[i].goal));
    TRY(measure_tail(b, &till));
    TRY(measure_crowd(b, &till));
    return measure_sustained(b, &till);
}

/* Durable redemption in process, in calls of 16, 256 and 4,096 fresh codes in random order, 10
 * million live at a time, in the full bench among 1,000 million, too: reading, deciphering,
 * deciding, journal and folding included. Beside it the bound: the same bytes appended to a
 * preallocated file and flushed. Then one long run without pause: its pace at the end, and what a
 * caller waits for. Reference: docs/design/performance.md, "redeem". */
#include <stdio.h>

#include "append.h"
#include "areas.h"
#include "fact.h"
#include "till.h"

#define MANY            1000000000u /* live codes in the full bench */
#define LONG_GROUP_N    256u
#define PACE_LEAST_S    2.0 /* of the leg by whose pace codes are prepared */
#define TAIL_MOST_US    5000.0
#define SUSTAINED_LEAST 0.8
#define ROW_CAP         80u

/* Where it is measured. */
struct place {
    struct till till;
    const char *name; /* behind the rows' names */
};

static void place_close(struct place *p) { till_close(&p->till); }

/* The bound of calls of so many codes, and the till set to them. */
static cm_err open_bound(struct bench *b, struct place *p, size_t group_n, struct append *append) {
    size_t len = 0;
    till_calls_of(&p->till, group_n);
    TRY(till_group_len(&p->till, &len));
    return append_open(append, p->till.depot.shop.dir, len, group_n, &b->diag);
}

static cm_err measure(struct bench *b, struct place *p, size_t group_n,
                      const struct bench_goal *goal) {
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    char row[ROW_CAP];
    (void)snprintf(row, sizeof row, "%s%s", goal->row, p->name);
    TRY(open_bound(b, p, group_n, &append));
    struct bench_case c = {.area = "redeem",
                           .unit = "codes/s",
                           .contestants = {{"redeem", till_run, &p->till},
                                           {"append + fdatasync", append_run, &append}},
                           .contestant_n = 2,
                           .goals = {*goal},
                           .goal_n = 1};
    c.goals[0].row = row;
    return bench_case_run(b, &c);
}

/* ---- The long run ------------------------------------------------------------------------ */

struct sustained {
    struct leg leg, before, after; /* ours; the bound's */
    double sixths[TILL_SIXTHS];    /* codes of ours */
};

static cm_err run_long(struct bench *b, struct place *p, struct sustained *s) {
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    struct leg pace = {.items = 0};
    TRY(open_bound(b, p, LONG_GROUP_N, &append));
    TRY(till_run(&p->till, b->leg_s > PACE_LEAST_S ? b->leg_s : PACE_LEAST_S, &pace));
    TRY(append_run(&append, b->leg_s, &s->before));
    TRY(till_run(&p->till, b->sustained_s, &s->leg));
    for (size_t i = 0; i < TILL_SIXTHS; i++)
        s->sixths[i] = p->till.sixths[i];
    TRY(append_run(&append, b->leg_s, &s->after));
    if (depot_left(&p->till.depot) >= LONG_GROUP_N) return CM_OK;
    return diag_fail(&b->diag, CM_E_LIMIT, "redeem", NULL, "measure again with longer legs",
                     "the long run was so much faster than a leg that its codes ran out");
}

static struct bench_fact fact_of(const struct bench *b, const struct place *p, const char *what,
                                 const struct sustained *s, char row[static ROW_CAP]) {
    (void)snprintf(row, ROW_CAP, "sustained %u s, %s%s", (unsigned)b->sustained_s, what, p->name);
    return (struct bench_fact){
        .area = "redeem", .row = row, .unit = "codes/s", .n = 1, .cost = s->leg};
}

/* Does the end keep the pace of the beginning? */
static cm_err tell_pace(struct bench *b, const struct place *p, const struct sustained *s) {
    char row[ROW_CAP];
    struct bench_fact f = fact_of(b, p, "last sixth / first", s, row);
    const double sixth_s = b->sustained_s / TILL_SIXTHS;
    f.peer_name = "first sixth";
    f.ours[0] = s->sixths[TILL_SIXTHS - 1] / sixth_s;
    f.peer[0] = s->sixths[0] / sixth_s;
    f.sense = SENSE_AT_LEAST;
    f.goal = SUSTAINED_LEAST;
    return bench_fact(b, &f);
}

/* All of it, with the last fold, beside the bound before and behind it. */
static cm_err tell_rate(struct bench *b, const struct place *p, const struct sustained *s) {
    char row[ROW_CAP];
    struct bench_fact f = fact_of(b, p, "groups of 256", s, row);
    f.peer_name = "append + fdatasync";
    f.n = 2;
    f.ours[0] = f.ours[1] = s->leg.items / s->leg.seconds;
    f.peer[0] = s->before.items / s->before.seconds;
    f.peer[1] = s->after.items / s->after.seconds;
    return bench_fact(b, &f);
}

static cm_err tell_tail(struct bench *b, const struct place *p, const struct sustained *s) {
    char row[ROW_CAP];
    struct bench_fact f = fact_of(b, p, "p99 of a group of 256", s, row);
    f.unit = "us";
    f.peer_name = "5 ms";
    f.ours[0] = s->leg.p99_us;
    f.peer[0] = TAIL_MOST_US;
    f.sense = SENSE_AT_MOST;
    f.goal = 1;
    TRY(bench_fact(b, &f));
    f.peer_name = "append + fdatasync"; /* what the disk itself makes one wait */
    f.n = 2;
    f.ours[1] = f.ours[0];
    f.peer[0] = s->before.p99_us;
    f.peer[1] = s->after.p99_us;
    f.sense = SENSE_NONE;
    return bench_fact(b, &f);
}

static cm_err measure_long(struct bench *b, struct place *p) {
    struct sustained s = {.leg = {.items = 0}};
    TRY(run_long(b, p, &s));
    TRY(tell_rate(b, p, &s));
    TRY(tell_pace(b, p, &s));
    return tell_tail(b, p, &s);
}

static cm_err measure_place(struct bench *b, uint64_t live, const char *name) {
    static const struct {
        size_t group_n;
        struct bench_goal goal;
    } sizes[] = {
        {16, {"groups of 16", 0, 1, METRIC_RATE, SENSE_NONE, 0}},
        {256, {"groups of 256", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 0.40}},
        {4096, {"groups of 4,096", 0, 1, METRIC_RATE, SENSE_NONE, 0}},
    };
    CM_CLEANUP(place_close) struct place place = {.name = name};
    TRY(till_open(&place.till, b->scratch, live, &b->diag));
    for (size_t i = 0; i < CM_ARRAY_N(sizes); i++)
        TRY(measure(b, &place, sizes[i].group_n, &sizes[i].goal));
    return measure_long(b, &place);
}

cm_err area_redeem(struct bench *b) {
    TRY(measure_place(b, b->live, ""));
    return b->full ? measure_place(b, MANY, ", 1,000 million live") : CM_OK;
}

/* Durable redemption in process, in calls of 16, 256 and 4,096 fresh codes in random order over a
 * batch of live codes: reading, deciphering, deciding, journal and folding included. Beside it the
 * bound: the same bytes appended to a preallocated file and flushed. */
#include "append.h"
#include "areas.h"
#include "till.h"

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
    return CM_OK;
}

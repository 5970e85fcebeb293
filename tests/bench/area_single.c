/* One durable redemption at a time, by one caller: how long the caller waits, beside how long the
 * disk takes to flush the same bytes. */
#include "append.h"
#include "areas.h"
#include "till.h"

#define LIVE_MOST 1000000u /* more than can be redeemed one by one */

cm_err area_single(struct bench *b) {
    CM_CLEANUP(till_close) struct till till = {.group_n = 1};
    CM_CLEANUP(append_close) struct append append = APPEND_INIT;
    size_t len = 0;
    TRY(till_open(&till, b->scratch, b->live < LIVE_MOST ? b->live : LIVE_MOST, &b->diag));
    TRY(till_group_len(&till, &len));
    TRY(append_open(&append, till.depot.shop.dir, len, 1, &b->diag));
    const struct bench_case c = {
        .area = "single",
        .unit = "codes/s",
        .contestants = {{"redeem", till_run, &till}, {"append + fdatasync", append_run, &append}},
        .contestant_n = 2,
        .goals = {{"one redemption, p50", 0, 1, METRIC_P50, SENSE_AT_MOST, 1.5},
                  {"one redemption, p99", 0, 1, METRIC_P99, SENSE_AT_MOST, 1.5}},
        .goal_n = 2};
    return bench_case_run(b, &c);
}

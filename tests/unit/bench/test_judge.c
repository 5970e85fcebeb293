/* The arithmetic of a row, by figures that can be followed in the head. */
#include "unit/bench/near.h"

#include "bench/judge.h"

static struct bench_row judged(enum sense sense, double goal, const double *ours,
                               const double *peer, size_t n) {
    struct bench_row row = {.sense = sense, .goal = goal};
    judge_pairs(ours, peer, n, &row);
    return row;
}

static void a_row_is_the_ratio_of_medians(void **state) {
    (void)state;
    const double ours[] = {50, 10, 30, 20, 40}, peer[] = {10, 10, 10, 10, 5};
    const struct bench_row row = judged(SENSE_AT_LEAST, 3, ours, peer, 5);
    assert_near(row.ours, 30);
    assert_near(row.peer, 10);
    assert_near(row.ratio, 3);
    assert_near(row.least, 1); /* 10 / 10 */
    assert_near(row.most, 8);  /* 40 / 5 */
    /* single ratios 5 1 3 2 8: their median is 3 */
    assert_near(row.spread, (8.0 - 1.0) / 3.0);
    assert_true(row.met);
}

static void the_inputs_keep_their_order(void **state) {
    (void)state;
    const double ours[] = {3, 1, 2}, peer[] = {1, 1, 1};
    const struct bench_row row = judged(SENSE_NONE, 0, ours, peer, 3);
    assert_near(ours[0], 3);
    assert_near(row.ours, 2);
}

static void a_median_of_an_even_number_is_the_mean_of_the_middle(void **state) {
    (void)state;
    double four[] = {4, 1, 3, 2}, one[] = {7};
    assert_near(judge_median(four, 4), 2.5);
    assert_near(judge_median(one, 1), 7);
}

static void goals_are_met_on_their_own_side_and_at_the_mark(void **state) {
    (void)state;
    const double two[] = {2}, one[] = {1};
    assert_true(judged(SENSE_AT_LEAST, 2, two, one, 1).met);
    assert_false(judged(SENSE_AT_LEAST, 2.01, two, one, 1).met);
    assert_true(judged(SENSE_AT_MOST, 2, two, one, 1).met);
    assert_false(judged(SENSE_AT_MOST, 1.99, two, one, 1).met);
}

static void what_is_shown_only_is_never_met(void **state) {
    (void)state;
    const double one[] = {1};
    assert_false(judged(SENSE_NONE, 0, one, one, 1).met);
}

static void a_figure_that_is_none_meets_nothing(void **state) {
    (void)state;
    const double nothing[] = {0};
    assert_false(judged(SENSE_AT_LEAST, 0.5, nothing, nothing, 1).met);
    assert_false(judged(SENSE_AT_MOST, 0.5, nothing, nothing, 1).met);
}

static void every_metric_takes_its_own_figure_of_a_leg(void **state) {
    (void)state;
    const struct leg leg = {
        .items = 8, .seconds = 2, .cpu_s = 4, .peak = 100, .p50_us = 5, .p99_us = 6};
    assert_near(judge_value(&leg, METRIC_RATE), 4);
    assert_near(judge_value(&leg, METRIC_P50), 5);
    assert_near(judge_value(&leg, METRIC_P99), 6);
    assert_near(judge_value(&leg, METRIC_PEAK), 100);
    assert_near(judge_value(&leg, METRIC_CPU), 5e8); /* 4 s for 8 items */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_the_ratio_of_medians),
        cmocka_unit_test(the_inputs_keep_their_order),
        cmocka_unit_test(a_median_of_an_even_number_is_the_mean_of_the_middle),
        cmocka_unit_test(goals_are_met_on_their_own_side_and_at_the_mark),
        cmocka_unit_test(what_is_shown_only_is_never_met),
        cmocka_unit_test(a_figure_that_is_none_meets_nothing),
        cmocka_unit_test(every_metric_takes_its_own_figure_of_a_leg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

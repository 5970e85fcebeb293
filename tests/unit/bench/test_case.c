/* Running cases, with contestants that only pretend: their figures are known beforehand. */
#include "unit/bench/near.h"

#include <stdlib.h>

#include "base/text.h"
#include "bench/fact.h"

#define PAIRS      5u
#define LEG_S      2.0
#define SCRIPT_CAP 64u

/* Says what it was asked, and that it did `rate` items a second. */
struct actor {
    char name;
    double rate, asked_s;
    char *script; /* of SCRIPT_CAP: the names of all that ran, in order */
    cm_err answer;
};

static cm_err act(void *ctx, double seconds, struct leg *leg) {
    struct actor *a = ctx;
    if (a->script != NULL) text_append(a->script, SCRIPT_CAP, "%c", a->name);
    a->asked_s = seconds;
    *leg = (struct leg){.items = a->rate * seconds,
                        .seconds = seconds,
                        .cpu_s = seconds / 2,
                        .written = 3 * a->rate * seconds,
                        .peak = 4096};
    return a->answer;
}

static struct bench *bench_new(void) {
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->leg_s = LEG_S;
    b->pairs = PAIRS;
    return b;
}

static struct bench_case case_of(struct actor *actors, size_t n, struct bench_goal goal) {
    struct bench_case c = {
        .area = "stage", .unit = "lines/s", .contestant_n = n, .goals = {goal}, .goal_n = 1};
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < n; i++)
        c.contestants[i] = (struct contestant){names[i], act, &actors[i]};
    return c;
}

static void contestants_take_turns_after_a_short_warm_up(void **state) {
    (void)state;
    char script[SCRIPT_CAP] = "";
    struct actor actors[] = {{'a', 300, 0, script, CM_OK}, {'b', 100, 0, script, CM_OK}};
    struct bench *b = bench_new();
    const struct bench_case c =
        case_of(actors, 2, (struct bench_goal){"row", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 2});
    assert_ok(bench_case_run(b, &c));
    assert_string_equal(script, "abababababab"); /* one warm-up and five pairs */
    assert_near(actors[0].asked_s, LEG_S);
    assert_int_equal(b->row_n, 1);
    const struct bench_row *row = &b->rows[0];
    assert_string_equal(row->area, "stage");
    assert_string_equal(row->row, "row");
    assert_string_equal(row->unit, "lines/s");
    assert_string_equal(row->peer_name, "b");
    assert_near(row->ratio, 3);
    assert_near(row->spread, 0);
    assert_near(row->cpu_ns, 0.5e9 / 300);
    assert_near(row->written, 3);
    assert_near(row->peak, 4096);
    assert_true(row->met);
    free(b);
}

static void the_fastest_of_several_peers_is_the_one_to_beat(void **state) {
    (void)state;
    struct actor actors[] = {{.rate = 300}, {.rate = 50}, {.rate = 100}};
    struct bench *b = bench_new();
    const struct bench_case c = case_of(
        actors, 3,
        (struct bench_goal){"row", 0, BENCH_FASTEST(1, 2), METRIC_RATE, SENSE_AT_LEAST, 3.5});
    assert_ok(bench_case_run(b, &c));
    assert_string_equal(b->rows[0].peer_name, "c");
    assert_near(b->rows[0].ratio, 3);
    assert_false(b->rows[0].met);
    free(b);
}

static void of_costs_the_fastest_is_the_least(void **state) {
    (void)state;
    struct actor actors[] = {{.rate = 300}, {.rate = 50}, {.rate = 100}};
    struct bench *b = bench_new();
    const struct bench_case c = case_of(
        actors, 3, (struct bench_goal){"row", 0, BENCH_FASTEST(1, 2), METRIC_CPU, SENSE_NONE, 0});
    assert_ok(bench_case_run(b, &c));
    assert_string_equal(b->rows[0].peer_name, "c");
    free(b);
}

static void a_goal_can_be_a_figure_of_its_own(void **state) {
    (void)state;
    struct actor actors[] = {{.rate = 300}};
    struct bench *b = bench_new();
    const struct bench_case c = case_of(
        actors, 1, (struct bench_goal){"row", 0, BENCH_THE_GOAL, METRIC_RATE, SENSE_AT_LEAST, 200});
    assert_ok(bench_case_run(b, &c));
    assert_near(b->rows[0].peer, 200);
    assert_near(b->rows[0].ratio, 1.5);
    assert_near(b->rows[0].goal, 1);
    assert_true(b->rows[0].met);
    free(b);
}

static void a_leg_that_did_nothing_is_a_fault(void **state) {
    (void)state;
    struct actor actors[] = {{.rate = 300}, {.rate = 0}};
    struct bench *b = bench_new();
    const struct bench_case c =
        case_of(actors, 2, (struct bench_goal){"row", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 2});
    assert_err(CM_E_STATE, bench_case_run(b, &c));
    assert_string_equal(b->diag.input, "b");
    assert_int_equal(b->row_n, 0);
    free(b);
}

static void a_failed_leg_ends_its_case_with_its_own_status(void **state) {
    (void)state;
    char script[SCRIPT_CAP] = "";
    struct actor actors[] = {{'a', 300, 0, script, CM_OK}, {'b', 100, 0, script, CM_E_IO}};
    struct bench *b = bench_new();
    const struct bench_case c =
        case_of(actors, 2, (struct bench_goal){"row", 0, 1, METRIC_RATE, SENSE_AT_LEAST, 2});
    assert_err(CM_E_IO, bench_case_run(b, &c));
    assert_string_equal(script, "ab");
    assert_int_equal(b->row_n, 0);
    free(b);
}

static void rows_beyond_the_room_are_refused_before_anything_runs(void **state) {
    (void)state;
    char script[SCRIPT_CAP] = "";
    struct actor actors[] = {{'a', 300, 0, script, CM_OK}};
    struct bench *b = bench_new();
    const struct bench_case c =
        case_of(actors, 1, (struct bench_goal){"row", 0, 0, METRIC_RATE, SENSE_NONE, 0});
    b->row_n = BENCH_ROWS_MAX;
    assert_err(CM_E_LIMIT, bench_case_run(b, &c));
    assert_string_equal(script, "");
    free(b);
}

static void figures_of_an_area_become_a_row(void **state) {
    (void)state;
    struct bench *b = bench_new();
    const struct bench_fact f = {.area = "open-at-scale",
                                 .row = "ready",
                                 .unit = "s",
                                 .peer_name = "one second",
                                 .n = 3,
                                 .ours = {0.5, 0.25, 0.75},
                                 .peer = {1, 1, 1},
                                 .sense = SENSE_AT_MOST,
                                 .goal = 1,
                                 .cost = {.items = 4, .cpu_s = 2, .written = 8, .peak = 16}};
    assert_ok(bench_fact(b, &f));
    const struct bench_row *row = &b->rows[0];
    assert_string_equal(row->area, "open-at-scale");
    assert_string_equal(row->peer_name, "one second");
    assert_near(row->ratio, 0.5);
    assert_near(row->cpu_ns, 5e8);
    assert_near(row->written, 2);
    assert_near(row->peak, 16);
    assert_true(row->met);
    free(b);
}

static void no_figures_and_too_many_are_refused(void **state) {
    (void)state;
    struct bench *b = bench_new();
    struct bench_fact f = {.area = "a", .row = "r", .unit = "s", .peer_name = "p"};
    assert_err(CM_E_LIMIT, bench_fact(b, &f));
    f.n = BENCH_PAIRS_MAX + 1;
    assert_err(CM_E_LIMIT, bench_fact(b, &f));
    assert_int_equal(b->row_n, 0);
    free(b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contestants_take_turns_after_a_short_warm_up),
        cmocka_unit_test(the_fastest_of_several_peers_is_the_one_to_beat),
        cmocka_unit_test(of_costs_the_fastest_is_the_least),
        cmocka_unit_test(a_goal_can_be_a_figure_of_its_own),
        cmocka_unit_test(a_leg_that_did_nothing_is_a_fault),
        cmocka_unit_test(a_failed_leg_ends_its_case_with_its_own_status),
        cmocka_unit_test(rows_beyond_the_room_are_refused_before_anything_runs),
        cmocka_unit_test(figures_of_an_area_become_a_row),
        cmocka_unit_test(no_figures_and_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What runs hold and what became of it: holds, moves, totals, sweeps, and units made void. Expected
 * stages are those of docs/design/runs.md; random ones are judged in test_run_model.c. */
#include "support/cm.h"

#include <string.h>

#include "support/world_run.h"

static void a_run_takes_units_and_says_what_became_of_them(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "monday", set);
    const uint64_t first = world_hold(&w, run, set, 100, 0);
    assert_int_equal(first, 0);
    const struct run_move moves[] = {
        {.set = set, .first = 0, .count = 90, .stage = CM_STAGE_SENT},
        {.set = set, .first = 0, .count = 80, .stage = CM_STAGE_PRINTED},
        {.set = set, .first = 80, .count = 5, .stage = CM_STAGE_UNKNOWN, .cause = CM_CAUSE_FAULT},
        {.set = set, .first = 95, .count = 5, .stage = CM_STAGE_VOID, .cause = CM_CAUSE_RETURNED}};
    assert_ok(engine_run_move(w.engine, run, 0, moves, CM_ARRAY_N(moves), NULL));
    const struct run_totals t = world_totals(&w, run);
    assert_int_equal(t.units[CM_STAGE_RESERVED], 5);
    assert_int_equal(t.units[CM_STAGE_SENT], 5);
    assert_int_equal(t.units[CM_STAGE_PRINTED], 80);
    assert_int_equal(t.units[CM_STAGE_UNKNOWN], 5);
    assert_int_equal(t.units[CM_STAGE_VOID], 5);
    assert_int_equal(t.causes[CM_CAUSE_RETURNED], 5);
    assert_int_equal(t.reserved_total, 100);
    assert_int_equal(t.sent_total, 90);
    uint32_t of = 0;
    struct span span;
    assert_ok(engine_run_of(w.engine, set, 82, &of, &span));
    assert_int_equal(of, run);
    assert_int_equal(span.stage, CM_STAGE_UNKNOWN);
    assert_int_equal(span.cause, CM_CAUSE_FAULT);
    assert_err(CM_E_NOT_FOUND, engine_run_of(w.engine, set, 100, &of, &span));
    world_remove(&w);
}

static void the_same_report_twice_writes_nothing(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, 100, 0);
    const struct run_move move = {
        .set = set, .first = 10, .count = 20, .stage = CM_STAGE_UNKNOWN, .cause = CM_CAUSE_FAULT};
    world_move(&w, run, move);
    struct engine_stats before, after;
    engine_stats(w.engine, &before);
    world_move(&w, run, move);
    struct run_move other = move; /* the first cause stays */
    other.cause = CM_CAUSE_CRASH;
    world_move(&w, run, other);
    engine_stats(w.engine, &after);
    assert_int_equal(after.sequence, before.sequence);
    assert_int_equal(world_totals(&w, run).causes[CM_CAUSE_FAULT], 20);
    other.first = 0; /* what is new of it is written, around what stands */
    other.count = 40;
    world_move(&w, run, other);
    engine_stats(w.engine, &after);
    assert_int_equal(after.sequence, before.sequence + 2);
    assert_int_equal(world_totals(&w, run).causes[CM_CAUSE_FAULT], 20);
    assert_int_equal(world_totals(&w, run).causes[CM_CAUSE_CRASH], 20);
    world_remove(&w);
}

static void a_report_that_may_not_be_changes_nothing_and_names_the_serial(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set), stranger = world_run(&w, "s", set);
    world_hold(&w, run, set, 100, 0);
    world_move(&w, run, (struct run_move){set, 50, 1, CM_STAGE_REJECTED, CM_CAUSE_CAMERA});
    struct cm_diag diag = DIAG_INIT;
    const struct run_move moves[] = {{set, 0, 10, CM_STAGE_SENT, CM_CAUSE_NONE},
                                     {set, 40, 20, CM_STAGE_PRINTED, CM_CAUSE_NONE}};
    assert_err(CM_E_CONFLICT, engine_run_move(w.engine, run, 0, moves, 2, &diag));
    assert_non_null(strstr(diag.place, "serial 50"));
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_RESERVED], 99);
    /* Of moves in one call a later one is judged by what an earlier one will have done. */
    const struct run_move back[] = {{set, 0, 10, CM_STAGE_PRINTED, CM_CAUSE_NONE},
                                    {set, 5, 10, CM_STAGE_UNKNOWN, CM_CAUSE_FAULT}};
    assert_err(CM_E_CONFLICT, engine_run_move(w.engine, run, 0, back, 2, &diag));
    assert_non_null(strstr(diag.place, "serial 5"));
    diag = (struct cm_diag)DIAG_INIT;
    const struct run_move beyond = {set, 99, 2, CM_STAGE_SENT, CM_CAUSE_NONE};
    assert_err(CM_E_NOT_FOUND, world_try_move(&w, run, beyond, &diag));
    assert_non_null(strstr(diag.place, "serial 100"));
    assert_err(CM_E_NOT_FOUND, world_try_move(&w, stranger, moves[0], &diag));
    assert_err(CM_E_NOT_FOUND, world_try_move(&w, 77, moves[0], &diag));
    const struct run_move bad[] = {{set, 0, 0, CM_STAGE_SENT, CM_CAUSE_NONE},
                                   {set, UINT64_MAX, 2, CM_STAGE_SENT, CM_CAUSE_NONE},
                                   {set, 0, 1, CM_STAGE_RESERVED, CM_CAUSE_NONE},
                                   {set, 0, 1, (enum cm_stage)CM_STAGE_N, CM_CAUSE_NONE},
                                   {set, 0, 1, CM_STAGE_SENT, (enum cm_cause)CM_CAUSE_N}};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_ARGUMENT, world_try_move(&w, run, bad[i], NULL));
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_RESERVED], 99);
    world_remove(&w);
}

/* A camera rejected unit 50 before the line says that it was printed: the line is late, not wrong.
 */
static void a_late_line_passes_over_what_others_settled(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000), run = world_run(&w, "r", set);
    world_hold(&w, run, set, 100, 0);
    world_move(&w, run, (struct run_move){set, 50, 1, CM_STAGE_REJECTED, CM_CAUSE_CAMERA});
    world_move(&w, run, (struct run_move){set, 60, 10, CM_STAGE_GOOD, CM_CAUSE_CAMERA});
    const struct run_move late = {set, 40, 40, CM_STAGE_PRINTED, CM_CAUSE_NONE};
    const struct run_move beyond = {set, 99, 2, CM_STAGE_PRINTED, CM_CAUSE_NONE};
    assert_ok(engine_run_report(w.engine, run, 0, &late, 1, NULL, NULL));
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_PRINTED], 29);
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_GOOD], 10);
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_REJECTED], 1);
    assert_err(CM_E_NOT_FOUND, engine_run_report(w.engine, run, 0, &beyond, 1, NULL, NULL));
    world_remove(&w);
}

static void a_late_report_leaves_what_the_ledger_knows_better(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, 100, 0);
    world_move(&w, run, (struct run_move){set, 0, 3, CM_STAGE_GOOD, CM_CAUSE_CAMERA});
    world_move(&w, run, (struct run_move){set, 3, 2, CM_STAGE_REJECTED, CM_CAUSE_CAMERA});
    world_move(&w, run, (struct run_move){set, 5, 5, CM_STAGE_VOID, CM_CAUSE_OPERATOR});
    const struct run_move told[] = {{set, 0, 40, CM_STAGE_SENT, CM_CAUSE_NONE},
                                    {set, 0, 20, CM_STAGE_PRINTED, CM_CAUSE_NONE},
                                    {set, 20, 5, CM_STAGE_UNKNOWN, CM_CAUSE_FAULT}};
    uint64_t contradicted = 9, sequence = 0;
    for (unsigned i = 0; i < 3; i++) { /* the same again and again */
        struct engine_stats stats;
        assert_ok(engine_run_report(w.engine, run, 0, told, 3, &contradicted, NULL));
        assert_int_equal(contradicted, 0); /* late news is no contradiction */
        const struct run_totals t = world_totals(&w, run);
        assert_int_equal(t.units[CM_STAGE_GOOD], 3);
        assert_int_equal(t.units[CM_STAGE_REJECTED], 2);
        assert_int_equal(t.units[CM_STAGE_VOID], 5);
        assert_int_equal(t.units[CM_STAGE_PRINTED], 10);
        assert_int_equal(t.units[CM_STAGE_UNKNOWN], 5);
        assert_int_equal(t.units[CM_STAGE_SENT], 15);
        engine_stats(w.engine, &stats);
        if (i > 0) assert_int_equal(stats.sequence, sequence);
        sequence = stats.sequence;
    }
    /* The camera saw 0..2, the line says that they never left; it also takes back what it said. */
    const struct run_move lies[] = {{set, 0, 5, CM_STAGE_VOID, CM_CAUSE_UNSENT},
                                    {set, 18, 4, CM_STAGE_PRINTED, CM_CAUSE_NONE},
                                    {set, 10, 1, CM_STAGE_UNKNOWN, CM_CAUSE_FAULT}};
    assert_ok(engine_run_report(w.engine, run, 0, lies, 3, &contradicted, NULL));
    assert_int_equal(contradicted, 3 + 2); /* good ones, and rejected ones that are not void */
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_GOOD], 3);
    assert_int_equal(world_totals(&w, run).units[CM_STAGE_PRINTED], 12); /* 20 and 21 */
    const struct run_move beyond = {set, 90, 20, CM_STAGE_SENT, CM_CAUSE_NONE};
    assert_err(CM_E_NOT_FOUND, engine_run_report(w.engine, run, 0, &beyond, 1, NULL, NULL));
    world_remove(&w);
}

static void holds_that_do_not_add_up_are_refused(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set);
    static const uint32_t holes[] = {3, 7}, twice[] = {3, 3}, far[] = {3, 10};
    const struct issue_event issue = {.set = set, .count = 10, .issued = 8};
    struct run_hold hold = {.run = run, .holes = twice, .hole_n = 2};
    assert_err(CM_E_ARGUMENT, engine_run_hold(w.engine, &issue, &hold, NULL));
    hold.holes = far;
    assert_err(CM_E_ARGUMENT, engine_run_hold(w.engine, &issue, &hold, NULL));
    hold.holes = holes;
    hold.hole_n = 1; /* 9 units, 8 issued */
    assert_err(CM_E_ARGUMENT, engine_run_hold(w.engine, &issue, &hold, NULL));
    hold.hole_n = 2;
    hold.run = 9;
    assert_err(CM_E_NOT_FOUND, engine_run_hold(w.engine, &issue, &hold, NULL));
    hold.run = run;
    struct issue_event late = issue;
    late.first = 5;
    assert_err(CM_E_CONFLICT, engine_run_hold(w.engine, &late, &hold, NULL));
    world_run_wish(&w, run, "stop");
    assert_err(CM_E_STATE, engine_run_hold(w.engine, &issue, &hold, NULL));
    world_run_wish(&w, run, "pause"); /* it may come back for what it is about to send */
    assert_ok(engine_run_hold(w.engine, &issue, &hold, NULL));
    assert_int_equal(world_totals(&w, run).reserved_total, 8);
    uint32_t told[4] = {0}, of = 0;
    size_t n = 0;
    struct span span;
    assert_ok(engine_run_holes(w.engine, run, set, 2, 8, told, 4, &n));
    assert_int_equal(n, 2);
    assert_int_equal(told[0], 1);
    assert_int_equal(told[1], 5);
    assert_err(CM_E_NOT_FOUND, engine_run_of(w.engine, set, 7, &of, &span));
    world_remove(&w);
}

static void void_and_rejected_units_cannot_be_redeemed_but_for_used_ones(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t set = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, 20, 0);
    const struct phase_event open = {.set = set, .phase = PHASE_OPEN, .shipped = true};
    assert_ok(engine_phase(w.engine, &open, NULL)); /* a line's batch opens while it is printed */
    char code[20][WORLD_CODE_CAP];
    for (uint64_t i = 0; i < 20; i++)
        world_code(&w, set, i, code[i]);
    assert_int_equal(world_ask(&w, CM_OP_REDEEM, code[3], NULL, 5).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(&w, CM_OP_RESERVE, code[4], NULL, 5).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(&w, CM_OP_VOID, code[5], NULL, 0).verdict, CM_V_ACCEPTED);
    world_move(&w, run, (struct run_move){set, 0, 10, CM_STAGE_VOID, CM_CAUSE_OPERATOR});
    world_move(&w, run, (struct run_move){set, 10, 2, CM_STAGE_REJECTED, CM_CAUSE_CAMERA});
    world_move(&w, run, (struct run_move){set, 12, 3, CM_STAGE_UNKNOWN, CM_CAUSE_FAULT});
    for (unsigned round = 0; round < 2; round++) {
        for (size_t i = 0; i < 20; i++) {
            const enum cm_verdict want = i == 3   ? CM_V_ALREADY_REDEEMED
                                         : i < 12 ? CM_V_VOID
                                                  : CM_V_ACCEPTED;
            assert_int_equal(world_ask(&w, CM_OP_CHECK, code[i], NULL, 5).verdict, want);
        }
        const struct run_totals t = world_totals(&w, run);
        assert_int_equal(t.used, 1);
        assert_int_equal(t.units[CM_STAGE_VOID], 10);
        assert_int_equal(t.units[CM_STAGE_REJECTED], 2);
        world_close(&w);
        world_open(&w);
    }
    world_remove(&w);
}

static void a_clean_run_of_a_million_codes_costs_few_events_and_a_small_image(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 14, 2000000);
    const uint32_t set = world_run_batch(&w, 2000000);
    const uint32_t run = world_run(&w, "r", set);
    struct engine_stats before, after;
    engine_stats(w.engine, &before);
    for (uint64_t at = 0; at < 1000000; at += 16384) { /* taken as a line takes them */
        world_hold(&w, run, set, 16384, 0);
        world_move(&w, run, (struct run_move){set, at, 16384, CM_STAGE_SENT, CM_CAUSE_NONE});
        if (at >= 65536 && at % 65536 == 0) /* and reported as printed, some way behind */
            world_move(&w, run,
                       (struct run_move){set, at - 65536, 65536, CM_STAGE_PRINTED, CM_CAUSE_NONE});
    }
    engine_stats(w.engine, &after);
    assert_in_range(after.sequence - before.sequence, 1, 300);
    assert_int_equal(world_totals(&w, run).reserved_total, 62 * 16384);
    world_close(&w);
    struct workspace_paths paths;
    assert_ok(workspace_paths(w.dir, &paths, NULL));
    struct state_options so = {
        .path = paths.state, .workspace_id = "0123456789abcde", .read_only = true};
    struct state *image = NULL;
    struct state_sizes sizes;
    assert_ok(state_open(&image, &so, NULL));
    assert_ok(state_size(image, &sizes));
    state_close(image);
    assert_in_range(sizes.others_len, 1, 65536); /* documents, counters and all that runs hold */
    assert_int_equal(sizes.states_len, 0);
    world_open(&w);
    const struct run_sweep sweep = {
        .from = RUN_FROM(CM_STAGE_SENT), .stage = CM_STAGE_UNKNOWN, .cause = CM_CAUSE_CRASH};
    uint64_t moved = 0;
    assert_ok(engine_run_sweep(w.engine, run, 0, &sweep, &moved, NULL));
    assert_int_equal(moved, 62 * 16384 - world_totals(&w, run).units[CM_STAGE_PRINTED]);
    world_remove(&w);
}

static void a_sweep_takes_what_lies_before_or_behind_a_unit_across_batches(void **state) {
    (void)state;
    struct world w = {0};
    world_make(&w, 12, 100000);
    const uint32_t late = world_run_batch(&w, 1000), early = world_run_batch(&w, 1000);
    const uint32_t run = world_run(&w, "r", early);
    world_hold(&w, run, early, 100, 10); /* the batch of the higher number is sent first */
    world_hold(&w, run, late, 100, 10);
    for (unsigned i = 0; i < 2; i++)
        world_move(&w, run,
                   (struct run_move){i == 0 ? early : late, 0, 100, CM_STAGE_SENT, CM_CAUSE_NONE});
    const struct run_sweep before = {.from = RUN_FROM(CM_STAGE_SENT),
                                     .stage = CM_STAGE_PRINTED,
                                     .cause = CM_CAUSE_OPERATOR,
                                     .part = SWEEP_UP_TO,
                                     .set = late,
                                     .serial = 49};
    struct run_sweep behind = before;
    behind.part = SWEEP_BEHIND;
    behind.stage = CM_STAGE_VOID;
    uint64_t n = 0;
    assert_ok(engine_run_sweep_count(w.engine, run, &behind, &n, NULL));
    assert_int_equal(n, 45);
    assert_ok(engine_run_sweep(w.engine, run, 0, &before, &n, NULL));
    assert_int_equal(n, 90 + 45);
    assert_ok(engine_run_sweep(w.engine, run, 0, &behind, &n, NULL));
    assert_int_equal(n, 45);
    const struct run_totals t = world_totals(&w, run);
    assert_int_equal(t.units[CM_STAGE_PRINTED], 135);
    assert_int_equal(t.units[CM_STAGE_VOID], 45);
    struct run_sweep nowhere = behind;
    nowhere.serial = 100;
    assert_err(CM_E_NOT_FOUND, engine_run_sweep(w.engine, run, 0, &nowhere, &n, NULL));
    world_remove(&w);
}

static void many_units_are_voided_in_bounded_groups(void **state) {
    (void)state;
    struct world w = {.segment_len = 4194304};
    world_make(&w, 14, 2000000);
    const uint32_t set = world_run_batch(&w, 2000000);
    const uint32_t run = world_run(&w, "r", set);
    world_hold(&w, run, set, 300000, 0);
    const struct run_move all = {set, 0, 300000, CM_STAGE_VOID, CM_CAUSE_RULE};
    assert_err(CM_E_LIMIT, world_try_move(&w, run, all, NULL));
    const struct run_sweep sweep = {
        .from = RUN_FROM(CM_STAGE_RESERVED), .stage = CM_STAGE_VOID, .cause = CM_CAUSE_RULE};
    struct engine_stats before, after;
    engine_stats(w.engine, &before);
    uint64_t n = 0;
    assert_ok(engine_run_sweep(w.engine, run, 0, &sweep, &n, NULL));
    engine_stats(w.engine, &after);
    assert_int_equal(n, 300000);
    assert_int_equal(after.sequence - before.sequence, 5); /* 65,536 an event */
    char code[WORLD_CODE_CAP];
    world_code(&w, set, 299999, code);
    world_close(&w);
    world_open(&w);
    assert_int_equal(world_ask(&w, CM_OP_CHECK, code, NULL, 5).verdict, CM_V_VOID);
    world_remove(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_takes_units_and_says_what_became_of_them),
        cmocka_unit_test(the_same_report_twice_writes_nothing),
        cmocka_unit_test(a_report_that_may_not_be_changes_nothing_and_names_the_serial),
        cmocka_unit_test(a_late_line_passes_over_what_others_settled),
        cmocka_unit_test(a_late_report_leaves_what_the_ledger_knows_better),
        cmocka_unit_test(holds_that_do_not_add_up_are_refused),
        cmocka_unit_test(void_and_rejected_units_cannot_be_redeemed_but_for_used_ones),
        cmocka_unit_test(a_clean_run_of_a_million_codes_costs_few_events_and_a_small_image),
        cmocka_unit_test(a_sweep_takes_what_lies_before_or_behind_a_unit_across_batches),
        cmocka_unit_test(many_units_are_voided_in_bounded_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

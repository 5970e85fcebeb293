/* Runs from their start to their end by acts alone: what the operator does, and what a line asks
 * and reports. The judge of codes is the engine that redeems them. */
#include <string.h>

#include "engine/runs.h"
#include "support/cm.h"
#include "support/line_acts.h"
#include "support/world.h"

#define UNITS 100u

static struct line_acts w;

static int make(void **state) {
    (void)state;
    line_acts_make(&w, UNITS);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    line_acts_remove(&w);
    return 0;
}

static bool holds(const char *text) {
    return memmem(w.result.p, w.result.len, text, strlen(text)) != NULL;
}

static void a_run_goes_from_start_to_close(void **state) {
    (void)state;
    struct taken t;
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    assert_int_equal(t.n, 10);
    assert_int_equal(line_acts_number(&w, "reserved"), 10);
    line_acts_report(&w,
                     "\"moves\":[[%u,0,8,\"printed\",\"none\"],[%u,8,2,\"void\",\"returned\"]],"
                     "\"state\":\"running\",\"words\":\"printing\",\"in_flight\":0,\"rate\":600",
                     w.set, w.set);
    assert_int_equal(line_acts_number(&w, "printed"), 8);
    assert_int_equal(line_acts_number(&w, "returned"), 2);
    assert_int_equal(line_acts_number(&w, "sent_total"), 8);
    assert_int_equal(line_acts_number(&w, "rate"), 600);
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    line_acts_report(&w, "\"state\":\"stopped\",\"done\":true");
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    assert_int_equal(line_acts_result_u64(&w, "sent_total"), 8);
    assert_int_equal(line_acts_result_u64(&w, "printed"), 8);
    assert_int_equal(line_acts_result_u64(&w, "returned"), 2);
    assert_int_equal(line_acts_result_u64(&w, "reserved_total"), 10);
}

static void codes_of_a_take_are_the_batchs_and_redeem_once(void **state) {
    (void)state;
    struct taken t;
    line_acts_start(&w, "");
    line_acts_take(&w, 5, &t);
    line_acts_ok(&w, "batch.open", "{\"batch\":\"lines\"}");
    for (size_t i = 0; i < t.n; i++) {
        struct cm_answer a = world_ask(&w.world, CM_OP_REDEEM, t.codes[i], NULL, 0);
        assert_int_equal(a.verdict, CM_V_ACCEPTED);
        assert_int_equal(a.set, w.set);
        assert_int_equal(a.serial, t.first + i);
    }
}

static void what_is_void_does_not_redeem_and_what_is_unknown_does(void **state) {
    (void)state;
    struct taken t;
    line_acts_start(&w, "");
    line_acts_take(&w, 3, &t);
    line_acts_ok(&w, "batch.open", "{\"batch\":\"lines\"}");
    line_acts_report(&w, "\"moves\":[[%u,0,1,\"void\",\"cleared\"],[%u,1,1,\"unknown\",\"fault\"]]",
                     w.set, w.set);
    assert_int_equal(world_ask(&w.world, CM_OP_REDEEM, t.codes[0], NULL, 0).verdict, CM_V_VOID);
    assert_int_equal(world_ask(&w.world, CM_OP_REDEEM, t.codes[1], NULL, 0).verdict, CM_V_ACCEPTED);
    assert_int_equal(world_ask(&w.world, CM_OP_REDEEM, t.codes[2], NULL, 0).verdict, CM_V_ACCEPTED);
}

static void no_unit_is_given_twice_and_the_batch_ends(void **state) {
    (void)state;
    struct taken t;
    bool seen[UNITS] = {false};
    line_acts_start(&w, "");
    for (size_t n = 0; n < UNITS;) {
        line_acts_take(&w, 7, &t);
        assert_true(t.n > 0);
        for (size_t i = 0; i < t.n; i++) {
            assert_false(seen[t.first + i]);
            seen[t.first + i] = true;
        }
        n += t.n;
    }
    line_acts_take(&w, 7, &t);
    assert_int_equal(t.n, 0);
    assert_string_equal(t.end, "all codes of the batch are given");
}

static void an_order_of_12_gives_12_and_makes_up_for_what_never_left(void **state) {
    (void)state;
    struct taken t;
    line_acts_start(&w, ",\"count\":12");
    line_acts_take(&w, 20, &t);
    assert_int_equal(t.n, 12);
    line_acts_take(&w, 20, &t);
    assert_int_equal(t.n, 0);
    assert_string_equal(t.end, "all units of the order are given");
    line_acts_report(&w, "\"moves\":[[%u,0,3,\"void\",\"returned\"],[%u,3,1,\"void\",\"refused\"]]",
                     w.set, w.set);
    line_acts_take(&w, 20, &t);
    assert_int_equal(t.n, 3);
    assert_int_equal(t.first, 12);
}

static void texts_come_again_only_for_what_is_reserved(void **state) {
    (void)state;
    struct taken t, again;
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    line_acts_again(&w, 4, 6, &again);
    assert_int_equal(again.n, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(again.codes[i], t.codes[4 + i]);
    line_acts_report(&w, "\"moves\":[[%u,0,5,\"sent\",\"none\"]]", w.set);
    char args[128];
    (void)snprintf(args, sizeof args, "{\"run\":%u,\"set\":%u,\"first\":4,\"count\":6}", w.number,
                   w.set);
    assert_err(CM_E_CONFLICT, line_acts_line(&w, "line.again", args));
    (void)snprintf(args, sizeof args, "{\"run\":%u,\"set\":%u,\"first\":5,\"count\":6}", w.number,
                   w.set);
    assert_err(CM_E_CONFLICT, line_acts_line(&w, "line.again", args));
}

/* Serials whose codes the filters forbid are no units, the first time and again. */
static void holes_are_told_counted_and_the_same_again(void **state) {
    (void)state;
    struct taken t, again;
    uint64_t units = 0;
    size_t holes = 0;
    line_acts_drinks(&w);
    line_acts_ok(&w, "batch.add",
                 "{\"scheme\":\"drinks\",\"batches\":[{\"name\":\"day\",\"quantity\":9000,"
                 "\"attributes\":{\"sku\":\"CM 1\"},\"date\":\"2026-07-01\"}]}");
    line_acts_ok(&w, "run.start",
                 "{\"batch\":\"day\",\"printer\":\"file:x\",\"template\":{\"name\":\"l\","
                 "\"text\":\"{code}\"}}");
    (void)snprintf(w.run, sizeof w.run, "day-run-1");
    w.number = (uint32_t)line_acts_result_u64(&w, "number");
    for (unsigned takes = 0; holes == 0 && takes < 40; takes++) {
        line_acts_take(&w, 200, &t);
        for (size_t i = 0; i < t.n; i++)
            holes += t.codes[i][0] == '\0';
        units += 200;
    }
    assert_true(holes > 0);
    assert_int_equal(line_acts_number(&w, "reserved"), units - holes);
    w.set = t.set;
    line_acts_again(&w, t.first, t.n, &again);
    for (size_t i = 0; i < t.n; i++)
        assert_string_equal(again.codes[i], t.codes[i]);
    line_acts_report(&w, "\"moves\":[[%u,%u,%u,\"printed\",\"none\"]]", t.set, 0u,
                     (unsigned)(t.first + t.n));
    assert_int_equal(line_acts_number(&w, "printed"), units - holes);
}

static void the_same_report_twice_changes_nothing(void **state) {
    (void)state;
    struct taken t;
    struct engine_stats before, after;
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    for (int i = 0; i < 2; i++) {
        engine_stats(w.world.engine, &before);
        line_acts_report(&w, "\"moves\":[[%u,0,10,\"printed\",\"none\"]],\"duplicates\":2", w.set);
    }
    engine_stats(w.world.engine, &after);
    assert_int_equal(after.sequence, before.sequence);
    assert_int_equal(line_acts_number(&w, "duplicates"), 2);
}

static void one_runs_bad_moves_do_not_hold_up_another_runs(void **state) {
    (void)state;
    struct taken t;
    char args[400];
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    (void)snprintf(args, sizeof args,
                   "{\"runs\":[{\"number\":%u,\"moves\":[[%u,0,11,\"printed\",\"none\"]]},"
                   "{\"number\":99},{\"number\":%u,\"moves\":[[%u,0,4,\"sent\",\"none\"]]}]}",
                   w.number, w.set, w.number, w.set);
    assert_ok(line_acts_line(&w, "line.report", args));
    assert_true(holds("\"refused\":[{\"number\":1"));
    assert_true(holds("{\"number\":99"));
    assert_int_equal(line_acts_number(&w, "printed"), 0);
    assert_int_equal(line_acts_number(&w, "in_flight_total"), 4);
}

static void a_run_that_ends_by_itself_is_not_begun_again(void **state) {
    (void)state;
    line_acts_start(&w, "");
    line_acts_report(&w, "\"done\":true,\"words\":\"all codes of the batch are given\"");
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_string_equal(line_acts_result_text(&w, "wish"), "stop");
    assert_string_equal(line_acts_result_text(&w, "state"), "done");
    assert_string_equal(line_acts_result_text(&w, "why"), "all codes of the batch are given");
}

static void what_is_in_doubt_is_closed_by_force_alone(void **state) {
    (void)state;
    struct taken t;
    char args[100];
    line_acts_start(&w, "");
    line_acts_take(&w, 10, &t);
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\"}", w.run);
    assert_err(CM_E_STATE, line_acts_try(&w, "run.close", args)); /* it streams */
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    assert_err(CM_E_STATE, line_acts_try(&w, "run.close", args)); /* the line settles */
    run_live_went(&w.live);
    assert_err(CM_E_STATE, line_acts_try(&w, "run.close", args)); /* nobody knows */
    assert_non_null(strstr(w.diag.remedy, "--force"));
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\",\"force\":true}", w.run);
    assert_int_equal(line_acts_result_u64(&w, "unknown"), 10);
    assert_int_equal(line_acts_result_u64(&w, "sent_total"), 10);
}

static void a_stop_that_has_begun_is_not_resumed_before_its_end(void **state) {
    (void)state;
    struct taken t;
    char args[100];
    line_acts_start(&w, "");
    line_acts_take(&w, 3, &t);
    (void)snprintf(args, sizeof args, "{\"run\":\"%s\"}", w.run);
    assert_ok(line_acts_try(&w, "run.stop", args));
    assert_err(CM_E_BUSY, line_acts_try(&w, "run.resume", args));
    line_acts_report(&w, "\"moves\":[[%u,0,3,\"void\",\"returned\"]],\"done\":true", w.set);
    assert_ok(line_acts_try(&w, "run.resume", args));
    assert_string_equal(line_acts_result_text(&w, "wish"), "run");
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_string_not_equal(line_acts_result_text(&w, "state"), "done");
    line_acts_take(&w, 3, &t);
    assert_int_equal(t.first, 3);
}

/* Started without a daemon; one has the workspace now. */
static void a_resume_hands_a_run_over(void **state) {
    (void)state;
    struct taken t;
    char args[100];
    w.holder = HOLDER_HERE;
    line_acts_start(&w, "");
    (void)snprintf(args, sizeof args, "{\"run\":%u,\"units\":1}", w.number);
    w.holder = HOLDER_DAEMON;
    assert_err(CM_E_DENIED, line_acts_line(&w, "line.take", args));
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_string_equal(line_acts_result_text(&w, "state"), "waiting");
    assert_non_null(strstr(line_acts_result_text(&w, "words"), "run resume"));
    line_acts_ok(&w, "run.resume", "{\"run\":\"%s\"}", w.run);
    line_acts_take(&w, 1, &t);
    assert_int_equal(t.n, 1);
}

static void minutes_down_and_copies_outlive_the_line(void **state) {
    (void)state;
    line_acts_start(&w, "");
    line_acts_report(&w, "\"duplicates\":3,\"down\":{\"paper out\":90000}");
    run_live_went(&w.live);
    run_live_came(&w.live);
    line_acts_report(&w, "\"duplicates\":1,\"down\":{\"paper out\":30000,\"head open\":600000}");
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    run_live_wipe(&w.live); /* as a new vault */
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    assert_int_equal(line_acts_result_u64(&w, "duplicates"), 4);
    assert_true(holds("\"paper out\":2,\"head open\":10"));
}

/* Numbers of a line in foreign hands, life after life: the operator can still end the run. */
static void counts_without_end_do_not_keep_a_run_from_its_end(void **state) {
    (void)state;
    line_acts_start(&w, "");
    for (unsigned life = 0; life < 4; life++) {
        line_acts_report(&w, "\"duplicates\":9007199254740992,"
                             "\"down\":{\"paper out\":9007199254740992}");
        run_live_went(&w.live);
        run_live_came(&w.live);
    }
    assert_int_equal(line_acts_number(&w, "duplicates"), 9007199254740992);
    line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
    line_acts_report(&w, "\"state\":\"stopped\",\"done\":true");
    line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, make, remove_world)
    const struct CMUnitTest tests[] = {
        T(a_run_goes_from_start_to_close),
        T(counts_without_end_do_not_keep_a_run_from_its_end),
        T(codes_of_a_take_are_the_batchs_and_redeem_once),
        T(what_is_void_does_not_redeem_and_what_is_unknown_does),
        T(no_unit_is_given_twice_and_the_batch_ends),
        T(an_order_of_12_gives_12_and_makes_up_for_what_never_left),
        T(texts_come_again_only_for_what_is_reserved),
        T(holes_are_told_counted_and_the_same_again),
        T(the_same_report_twice_changes_nothing),
        T(one_runs_bad_moves_do_not_hold_up_another_runs),
        T(a_run_that_ends_by_itself_is_not_begun_again),
        T(what_is_in_doubt_is_closed_by_force_alone),
        T(a_stop_that_has_begun_is_not_resumed_before_its_end),
        T(a_resume_hands_a_run_over),
        T(minutes_down_and_copies_outlive_the_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

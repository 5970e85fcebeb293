/* Runs beside emulated printers: what a run sends, what becomes of it, what stands in its way.
 * Judges as in run_kit.h. */
#include "support/cm.h"

#include <string.h>

#include "run_kit.h"

static const struct kit_plan zpl = {
    .kind = "zpl", .grammar = "zpl", .rate_per_minute = 6000, .units = 60};

/* Usage: 60 units go out, are printed, and the ledger knows all of it. */
static void a_clean_run_prints_all_it_was_given(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    kit_run(&k, 20000);
    assert_true(k.view.done);
    assert_string_equal(k.view.state, "done");
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    assert_int_equal(record_count(k.printer->record, RECORD_PRINTED), 60);
    assert_int_equal(k.view.given, 60);
    assert_true(k.reports < 30); /* ranges, not units */
    kit_judge(&k, false);
    kit_close(&k);
}

static void serials_that_are_no_units_are_passed_over(void **state) {
    (void)state;
    struct kit k;
    struct kit_plan plan = zpl;
    plan.hole_every = 7;
    kit_open(&k, &plan);
    kit_run(&k, 20000);
    assert_true(k.view.done);
    assert_int_equal(kit_count(&k, KIT_HOLE), 9);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 51);
    assert_int_equal(run_journal_past(k.journal, 9)->spans.n, 0);
    kit_judge(&k, false);
    kit_close(&k);
}

static void a_pause_sends_nothing_and_a_resume_goes_on(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    kit_wish(&k, "pause", "the operator wished it");
    kit_step(&k, KIT_LIVES);
    const uint64_t given = k.view.given;
    for (unsigned i = 0; i < 2000; i++)
        kit_step(&k, KIT_LIVES);
    assert_true(k.view.given == given);
    assert_string_equal(k.view.state, "paused");
    assert_true(k.view.settled);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), given); /* in flight went on to be printed */
    kit_wish(&k, "run", "");
    kit_run(&k, 20000);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

static void a_stop_returns_what_never_left(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_true(k.view.waiting > 0);
    kit_wish(&k, "stop", "");
    kit_run(&k, 20000);
    assert_true(k.view.done);
    assert_int_equal(kit_count(&k, CM_STAGE_RESERVED) + kit_count(&k, CM_STAGE_SENT), 0);
    assert_true(kit_count(&k, CM_STAGE_VOID) > 0);
    kit_judge(&k, false);
    kit_close(&k);
}

/* A production day ends: what was not sent by then goes back, and the next take is asked for. */
static void units_of_yesterday_go_back(void **state) {
    (void)state;
    struct kit k;
    struct kit_plan plan = zpl;
    plan.limit_per_minute = 600;
    plan.units = 300;
    kit_open(&k, &plan);
    k.until_ms = k.now.wall_ms + 2000;
    for (unsigned i = 0; i < 1990; i++)
        kit_step(&k, KIT_LIVES);
    const uint64_t waiting = k.view.waiting;
    assert_true(waiting > 0);
    assert_int_equal(kit_count(&k, CM_STAGE_VOID), 0);
    k.until_ms = 0;
    for (unsigned i = 0; i < 12000; i++)
        kit_step(&k, KIT_LIVES);
    const uint64_t gone = kit_count(&k, CM_STAGE_VOID);
    assert_true(gone > 0 && gone <= waiting);
    assert_true(k.view.given > 20); /* it went on with others */
    kit_judge(&k, false);
    kit_close(&k);
}

/* The vault has given all of the order, and then a part of it went back with yesterday's batch. */
static void an_order_is_filled_although_a_day_rolled(void **state) {
    (void)state;
    struct kit k;
    struct kit_plan plan = zpl;
    plan.limit_per_minute = 1200;
    plan.units = 1000;
    plan.order = 60;
    kit_open(&k, &plan);
    k.until_ms = k.now.wall_ms + 2000;
    for (unsigned i = 0; i < 1990; i++)
        kit_step(&k, KIT_LIVES);
    assert_int_equal(k.next, 60); /* all of it was given */
    k.until_ms = 0;
    kit_run(&k, 60000);
    assert_true(k.view.done);
    assert_true(kit_count(&k, CM_STAGE_VOID) > 0);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

static void a_rate_is_kept_to_the_unit(void **state) {
    (void)state;
    struct kit k;
    struct kit_plan plan = zpl;
    plan.limit_per_minute = 600; /* ten a second */
    plan.units = 200;
    kit_open(&k, &plan);
    for (unsigned i = 0; i < 10000; i++) {
        kit_step(&k, KIT_LIVES);
        /* No more than one window (5) ahead of the rate, at any moment. */
        assert_true(k.view.given * 100 <= i + 5 * 100 + 100);
    }
    assert_true(k.view.given >= 95);
    kit_judge(&k, false);
    kit_close(&k);
}

/* ---- What stands in the way ----------------------------------------------------------------- */

static void nothing_is_sent_while_the_journal_cannot_be_written(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 10; i++)
        kit_step(&k, KIT_LIVES);
    k.commit_error = CM_E_NO_SPACE;
    for (unsigned i = 0; i < 1000; i++)
        kit_step(&k, KIT_LIVES);
    const uint64_t taken = record_count(k.printer->record, RECORD_TAKEN);
    for (unsigned i = 0; i < 1000; i++)
        kit_step(&k, KIT_LIVES);
    assert_true(record_count(k.printer->record, RECORD_TAKEN) == taken);
    assert_string_equal(k.view.state, "disk full");
    assert_true(k.view.attention);
    k.commit_error = CM_OK;
    kit_run(&k, 20000);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

static void a_silent_vault_is_asked_again_and_nothing_is_lost(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    k.silent = true;
    for (unsigned i = 0; i < 3000; i++)
        kit_step(&k, KIT_LIVES);
    assert_int_equal(k.takes, 0);
    assert_non_null(strstr(k.view.error, "vault"));
    k.silent = false;
    kit_run(&k, 40000);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

/* A text that ZPL cannot say: void, and the run waits instead of voiding the whole batch. */
static void a_text_that_cannot_be_said_stops_the_run(void **state) {
    (void)state;
    struct kit k;
    struct kit_plan plan = zpl;
    plan.template_text = "^XA^FO40,40^A0N,40,40^FD{code} {line}^FS^XZ";
    plan.line = "3^XA"; /* a command in it: refused */
    plan.rate_per_minute = 60000;
    plan.window = 20;
    kit_open(&k, &plan);
    kit_run(&k, 12000);
    assert_string_equal(k.view.state, "text refused");
    assert_true(k.view.attention);
    assert_int_equal(record_count(k.printer->record, RECORD_TAKEN), 0);
    assert_int_equal(kit_count(&k, CM_STAGE_VOID), 20); /* one window, not the batch */
    kit_wish(&k, k.wish, k.why);                        /* the same document again is no resume */
    kit_run(&k, 3000);
    assert_int_equal(kit_count(&k, CM_STAGE_VOID), 20);
    k.resumed++;
    kit_wish(&k, k.wish, k.why);
    kit_run(&k, 3000);
    assert_int_equal(kit_count(&k, CM_STAGE_VOID), 40); /* tried again, as the operator said */
    kit_judge(&k, false);
    kit_close(&k);
}

static void what_the_ledger_refuses_is_told_alone_and_given_up(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    k.stage[12] = CM_STAGE_VOID; /* an operator voided a unit that is being printed */
    kit_run(&k, 30000);
    assert_true(k.view.done);
    assert_true(k.refused_n > 0);
    assert_true(k.view.attention);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 59); /* all others */
    kit_close(&k);
}

/* Stop, and at once: no, go on. The vault had all moves already and thought it stopped. */
static void a_stop_can_be_taken_back_until_it_is_done(void **state) {
    (void)state;
    struct kit_plan plan = zpl;
    plan.units = 600;
    unsigned taken_back = 0;
    for (unsigned ms = 0; ms < 900; ms += 30) {
        struct kit k;
        kit_open(&k, &plan);
        kit_run(&k, 1500);
        kit_wish(&k, "stop", "");
        kit_run(&k, ms);
        const uint64_t printed = k.view.printed;
        if (!k.view.done) {
            taken_back++;
            k.resumed++;
            kit_wish(&k, "run", "");
            kit_run(&k, 20000);
            assert_true(k.view.done); /* by its own end */
            assert_true(k.view.printed > printed + 100);
        }
        kit_judge(&k, false);
        kit_close(&k);
    }
    assert_true(taken_back > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clean_run_prints_all_it_was_given),
        cmocka_unit_test(serials_that_are_no_units_are_passed_over),
        cmocka_unit_test(a_pause_sends_nothing_and_a_resume_goes_on),
        cmocka_unit_test(a_stop_returns_what_never_left),
        cmocka_unit_test(a_stop_can_be_taken_back_until_it_is_done),
        cmocka_unit_test(units_of_yesterday_go_back),
        cmocka_unit_test(an_order_is_filled_although_a_day_rolled),
        cmocka_unit_test(a_rate_is_kept_to_the_unit),
        cmocka_unit_test(nothing_is_sent_while_the_journal_cannot_be_written),
        cmocka_unit_test(a_silent_vault_is_asked_again_and_nothing_is_lost),
        cmocka_unit_test(a_text_that_cannot_be_said_stops_the_run),
        cmocka_unit_test(what_the_ledger_refuses_is_told_alone_and_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

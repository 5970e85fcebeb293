/* What another life makes of a run that an earlier one left, beside emulated printers: killed at
 * every point of a turn, with lost journals and vaults of another mind. Judges as in run_kit.h. */
#include "support/cm.h"

#include <string.h>

#include "run_kit.h"
#include "support/splitmix.h"

static const struct kit_plan zpl = {
    .kind = "zpl", .grammar = "zpl", .rate_per_minute = 6000, .units = 60};

static void units_that_never_left_are_sent_in_the_next_life(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_ok(run_journal_commit(k.journal)); /* the holds */
    assert_true(kit_count(&k, CM_STAGE_RESERVED) > 0);
    kit_kill(&k);
    kit_run(&k, 40000);
    assert_true(k.view.done);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

static void what_a_lost_journal_knew_is_unknown(void **state) {
    (void)state;
    struct kit k;
    char path[SCRATCH_CAP + 16];
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    (void)snprintf(path, sizeof path, "%s/%s", k.folder.path, RUN_JOURNAL_NAME);
    assert_int_equal(remove(path), 0);
    const uint64_t held = kit_count(&k, CM_STAGE_RESERVED) + kit_count(&k, CM_STAGE_SENT);
    kit_kill(&k);
    assert_int_equal(k.found, RUN_JOURNAL_NEW);
    for (unsigned i = 0; i < 2000; i++)
        kit_step(&k, KIT_LIVES);
    assert_int_equal(kit_count(&k, CM_STAGE_UNKNOWN), held);
    assert_true(k.view.attention);
    kit_judge(&k, false);
    kit_close(&k);
}

/* Units that the vault had given when we died and of which the journal never heard: as the journal
 * is whole, they never left. */
static void a_take_that_never_arrived_is_returned(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_ok(run_journal_commit(k.journal));
    const uint64_t first = k.next;
    for (; k.next < first + 10; k.next++)
        k.stage[k.next] = CM_STAGE_RESERVED;
    kit_kill(&k);
    kit_run(&k, 40000);
    for (uint64_t i = first; i < first + 10; i++) {
        assert_int_equal(k.stage[i], CM_STAGE_VOID);
        assert_int_equal(k.cause[i], CM_CAUSE_RETURNED);
    }
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 50);
    kit_judge(&k, false);
    kit_close(&k);
}

/* A document alone says nothing of units: it must not be read as "the run holds none". */
static void a_list_that_does_not_tell_holds_is_refused(void **state) {
    (void)state;
    struct kit k;
    struct run *other = NULL;
    struct json_doc *doc = NULL;
    struct cm_diag diag = DIAG_INIT;
    static const char text[] =
        "{\"number\":9,\"name\":\"r\",\"printer\":\"file:x\",\"wish\":\"run\"}";
    struct run_document d;
    struct driver_options driver;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_ok(json_doc_new(&doc, slice_text(text), "list", &JSON_LIMITS_DEFAULT, &diag));
    assert_ok(run_document_read(json_root(doc), &d));
    assert_ok(run_document_driver(&d, "file", &driver, NULL));
    const struct run_options o = {.document = &d, .driver = &driver, .journal = k.journal};
    assert_err(CM_E_FORMAT, run_new(&o, json_root(doc), k.now, &other, &diag));
    json_doc_free(doc);
    kit_run(&k, 20000);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

static const struct kit_plan voices[] = {
    {.kind = "zpl", .grammar = "zpl", .rate_per_minute = 2400},
    {.kind = "ztc", .grammar = "ztc", .message = "DM24", .rate_per_minute = 2400},
    {.kind = "sppl", .grammar = "sppl", .message = "dm_53.rox", .rate_per_minute = 2400},
    {.kind = "wsi", .grammar = "wsi"},
};

/* All of a range was settled by the ledger while we were away: its serials come without texts. */
static void a_range_without_units_is_given_back(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_ok(run_journal_commit(k.journal));
    kit_kill(&k);
    const struct run_past *p = run_journal_past(k.journal, 9);
    for (size_t i = 0; i < p->spans.n; i++) { /* after the list was pushed */
        const struct span *s = &p->spans.p[i];
        if (s->stage == CM_STAGE_RESERVED) memset(k.stage + s->first, CM_STAGE_VOID, s->count);
    }
    kit_run(&k, 40000);
    assert_true(k.view.done);
    assert_int_equal(kit_count(&k, CM_STAGE_SENT) + kit_count(&k, CM_STAGE_RESERVED), 0);
    kit_judge(&k, false);
    kit_close(&k);
}

/* The vault refuses a range of an earlier life: it is given up, and the run goes on with others. */
static void a_range_that_is_refused_does_not_hold_up_the_run(void **state) {
    (void)state;
    struct kit k;
    kit_open(&k, &zpl);
    for (unsigned i = 0; i < 3000 && k.view.given < 20; i++)
        kit_step(&k, KIT_LIVES);
    assert_ok(run_journal_commit(k.journal));
    kit_kill(&k);
    k.refuses = true;
    kit_run(&k, 40000);
    assert_true(k.view.done);
    assert_true(kit_count(&k, CM_STAGE_VOID) > 0);
    assert_int_equal(kit_count(&k, CM_STAGE_PRINTED) + kit_count(&k, CM_STAGE_VOID), 60);
    kit_judge(&k, false);
    kit_close(&k);
}

#define DEATHS    60u
#define LONG_LIFE 6u

static void live_and_die(const struct kit_plan *plan, uint64_t *seed) {
    struct kit k;
    kit_open(&k, plan);
    for (unsigned deaths = 0; deaths < DEATHS; deaths++) {
        /* Some lives outlast the wait for labels that an earlier one lost. */
        const uint64_t longest = deaths % LONG_LIFE == 0 ? 3000 : 300;
        for (uint64_t n = splitmix_next(seed) % longest; n > 0; n--)
            kit_step(&k, KIT_LIVES);
        kit_step(&k, (enum kit_death)(1 + splitmix_next(seed) % (KIT_DEATHS - 1)));
    }
    assert_true(record_count(k.printer->record, RECORD_TAKEN) > 20);
    assert_string_not_equal(k.view.state, "text refused"); /* nor stopped by its own journal */
    kit_wish(&k, "stop", "");
    kit_run(&k, 20000);
    if (!k.view.done) fail_msg("%s: not done: %s %s", plan->grammar, k.view.state, k.view.error);
    assert_int_equal(kit_count(&k, CM_STAGE_RESERVED) + kit_count(&k, CM_STAGE_SENT), 0);
    kit_judge(&k, false);
    kit_close(&k);
}

/* Killed at every point of a turn, many times a run, with and without faults of the printer. */
static void no_death_sends_a_unit_twice(void **state) {
    (void)state;
    static const char *const faults[] = {
        "", "one-in item 9 reset\n",
        "one-in print 12 paper-out for 40\none-in reply 15 no-reply\n"};
    uint64_t seed = 20261122;
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++)
        for (size_t f = 0; f < CM_ARRAY_N(faults); f++) {
            struct kit_plan plan = voices[v];
            plan.faults = faults[f];
            plan.units = 400;
            plan.hole_every = 11;
            plan.late_ms = 3;
            plan.seed = v * 10 + f;
            live_and_die(&plan, &seed);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_that_never_left_are_sent_in_the_next_life),
        cmocka_unit_test(what_a_lost_journal_knew_is_unknown),
        cmocka_unit_test(a_take_that_never_arrived_is_returned),
        cmocka_unit_test(a_range_without_units_is_given_back),
        cmocka_unit_test(a_range_that_is_refused_does_not_hold_up_the_run),
        cmocka_unit_test(a_list_that_does_not_tell_holds_is_refused),
        cmocka_unit_test(no_death_sends_a_unit_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every fault of the emulated printers on every driver: no unit is taken twice by our doing, none
 * that we call voidable is on paper, none that we call printed is not, the books close, and the
 * operator is told. */
#include "support/cm.h"

#include "join.h"

#define UNITS 40u
#define SEEDS 40u

struct voice {
    const char *kind, *grammar, *message;
    bool slot;
    bool blind; /* nothing tells what was printed, but somebody beside it */
};
static const struct voice voices[] = {
    {"zpl", "zpl", NULL, false, false},          {"ztc", "ztc", "DM24", false, false},
    {"sppl", "sppl", "dm_53.rox", false, false}, {"wsi", "wsi", NULL, true, false},
    {"raw", "codenet", NULL, true, false},       {"raw", "ngpcl", "BOX", true, true},
};

static void run(struct join *j, const struct voice *v, const char *faults, uint64_t seed) {
    const struct join_plan plan = {
        .kind = v->kind,
        .grammar = v->grammar,
        .message = v->message,
        .faults = faults,
        .units = UNITS,
        .rate_per_minute = v->slot ? 0 : 1200,
        .product_ms = v->slot ? 50 : 0,
        .passing = v->blind,
        .seed = seed,
        .chop = seed % 5,
        .limit_ms = 30000,
        .finish = true,
    };
    join_run(j, &plan);
}

static uint64_t fated(const struct join *j, enum unit_fate fate) {
    return driver_fated(j->driver, fate);
}

/* A run that nothing disturbs proves all its units, where the language can prove any. */
static void clean_runs_are_proved(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++) {
        struct join j;
        run(&j, &voices[i], "", 0);
        assert_int_equal(j.given, UNITS);
        assert_int_equal(fated(&j, voices[i].blind ? FATE_UNKNOWN : FATE_PRINTED), UNITS);
        assert_int_equal(driver_state(j.driver), DRIVER_STOPPED);
        join_close(&j);
    }
}

/* What the operator must learn of a fault: that something is in the way, or that copies are on the
 * line, on printers that can tell. */
enum told { TOLD_NOTHING, TOLD_STATE, TOLD_COPIES };
static const struct {
    const char *script;
    enum told told;
} faults[] = {
    {"at reply 12 no-reply\nat reply 25 no-reply\n", TOLD_NOTHING},
    {"at reply 12 late 250\nat reply 25 late 450\n", TOLD_NOTHING},
    {"at reply 12 late 900\n", TOLD_STATE},
    {"one-in reply 2 split\n", TOLD_NOTHING},
    {"one-in reply 7 join\n", TOLD_NOTHING},
    {"one-in reply 3 unsolicited\n", TOLD_NOTHING},
    {"at item 5 reset\nat item 15 reset\n", TOLD_NOTHING},
    {"at connect 1 reset\nat connect 2 reset\n", TOLD_NOTHING},
    {"at reply 9 reset\n", TOLD_NOTHING},
    {"at print 6 skip\n", TOLD_NOTHING},
    {"at print 6 skip counted\n", TOLD_NOTHING},
    {"at print 6 reprint\n", TOLD_COPIES},
    {"at print 6 paper-out for 500\n", TOLD_STATE},
    {"at print 6 ribbon-out for 500\n", TOLD_STATE},
    {"at print 6 head-open for 500\n", TOLD_STATE},
    {"at item 6 menu for 500\n", TOLD_STATE},
    {"at item 8 power keep for 200\n", TOLD_NOTHING},
    {"at item 8 power lose for 200\n", TOLD_NOTHING},
    {"at print 8 power keep for 200\n", TOLD_NOTHING},
    {"at print 8 power lose for 200\n", TOLD_NOTHING},
    {"at item 3 repeat-last\n", TOLD_NOTHING},
    {"at item 3 stop-empty\n", TOLD_NOTHING},
};

#define UNTROUBLED                                                                                 \
    (1u << DRIVER_DOWN | 1u << DRIVER_OPENING | 1u << DRIVER_RUNNING | 1u << DRIVER_SETTLING |     \
     1u << DRIVER_STOPPING | 1u << DRIVER_STOPPED)

static void every_fault_on_every_driver(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t k = 0; k < CM_ARRAY_N(faults); k++) {
            struct join j;
            run(&j, &voices[i], faults[k].script, k);
            /* No fault ends the run, but a printer that prints on and on by itself. */
            if (j.given != UNITS && j.copies == 0)
                fail_msg("%s: %s: given %zu", voices[i].grammar, faults[k].script, j.given);
            const bool state_told = (j.states & ~UNTROUBLED) != 0 || fated(&j, FATE_REFUSED) > 0;
            if (faults[k].told == TOLD_STATE && !state_told)
                fail_msg("%s: %s", voices[i].grammar, faults[k].script);
            if (faults[k].told == TOLD_COPIES && j.copies == 0 && !voices[i].blind)
                fail_msg("%s: %s", voices[i].grammar, faults[k].script);
            join_close(&j);
        }
}

/* Faults at random, of every kind that breaks nothing for good. */
static void a_storm_of_faults_sends_nothing_twice(void **state) {
    (void)state;
    static const char storm[] = "one-in print 15 paper-out for 50\n"
                                "one-in print 18 head-open for 50\n"
                                "one-in print 25 reprint\n"
                                "one-in print 30 skip\n"
                                "one-in item 20 reset\n"
                                "one-in item 30 power lose for 60\n"
                                "one-in print 30 power keep for 60\n"
                                "one-in item 25 menu for 60\n"
                                "one-in reply 30 no-reply\n"
                                "one-in reply 30 late 150\n"
                                "one-in reply 9 split\n"
                                "one-in reply 20 join\n"
                                "one-in reply 40 reset\n";
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct join j;
            run(&j, &voices[i], storm, seed);
            assert_int_not_equal(fated(&j, FATE_PRINTED) + fated(&j, FATE_UNKNOWN), 0);
            join_close(&j);
        }
}

/* Buffers of known depth are cleared at a stop: what waited is proved unprinted. */
static void a_stop_amid_a_run_leaves_at_most_one_unit_unknown(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++) {
        struct join j;
        const struct join_plan plan = {.kind = voices[i].kind,
                                       .grammar = voices[i].grammar,
                                       .message = voices[i].message,
                                       .units = UNITS,
                                       .rate_per_minute = voices[i].slot ? 0 : 1200,
                                       .product_ms = 50,
                                       .passing = voices[i].blind};
        join_open(&j, &plan);
        for (unsigned ms = 0; ms < 5000 && join_met(&j, RECORD_PRINTED) < 8; ms++)
            join_step(&j);
        driver_stop(j.driver, j.now_us);
        for (unsigned ms = 0; ms < 5000 && driver_state(j.driver) != DRIVER_STOPPED; ms++)
            join_step(&j);
        assert_int_equal(driver_state(j.driver), DRIVER_STOPPED);
        assert_int_equal(driver_in_flight(j.driver), 0);
        if (!voices[i].blind) assert_true(fated(&j, FATE_UNKNOWN) <= 1);
        join_judge(&j);
        join_close(&j);
    }
}

/* The control of all tests here: the record sees it when a unit is sent twice. */
static void a_unit_sent_twice_would_be_seen(void **state) {
    (void)state;
    struct join j;
    run(&j, &voices[0], "", 0);
    static const char again[] = "^XA^XFR:CM.ZPL^FS^FN1^FDC000003^FS^PQ1^XZ";
    printer_hear(j.printer, j.link, slice_text(again), j.now_us);
    assert_int_equal(record_duplicates(j.printer->record, 1u << RECORD_TAKEN), 1);
    join_close(&j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_runs_are_proved),
        cmocka_unit_test(every_fault_on_every_driver),
        cmocka_unit_test(a_storm_of_faults_sends_nothing_twice),
        cmocka_unit_test(a_stop_amid_a_run_leaves_at_most_one_unit_unknown),
        cmocka_unit_test(a_unit_sent_twice_would_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

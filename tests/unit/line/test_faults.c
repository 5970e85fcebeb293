/* Every fault of the emulated printers on every driver: no unit is taken twice by our doing, none
 * that we call voidable is on paper, none that we call printed is not, the books close, and the
 * operator is told. */
#include "support/cm.h"

#include <string.h>

#include "join.h"

#define UNITS       40u
#define SEEDS       40u
#define SLOW_SEEDS  12u
#define SLOW_UNITS  16u
#define ANSWER_MOST 130u /* bytes: longer than any answer of the voices */

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

static struct join_plan plan_of(const struct voice *v, const char *faults, uint64_t seed) {
    return (struct join_plan){
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
}

static void run(struct join *j, const struct voice *v, const char *faults, uint64_t seed) {
    const struct join_plan plan = plan_of(v, faults, seed);
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

#define BIT(state) (1u << DRIVER_##state)
/* What every run goes through; all else means that something is in the way. */
#define UNTROUBLED                                                                                 \
    (BIT(DOWN) | BIT(OPENING) | BIT(RUNNING) | BIT(SETTLING) | BIT(STOPPING) | BIT(STOPPED))

/* What one driver makes of one fault. */
struct outcome {
    unsigned states;   /* the operator sees these, bits 1 << state */
    const char *words; /* and reads these; NULL: none */
    unsigned lost;     /* units that end otherwise than printed, at most */
    bool copies;       /* told that copies are on the line */
    bool shy; /* it ends held, for it prints on and on by itself: not all units are given */
};

/* The faults of the list, and what becomes of each on each voice in their order: zpl, ztc,
 * sppl, wsi, codenet, ngpcl. Where nothing stands nothing is lost and nobody is disturbed. Losses:
 * ZPL's are its window of 5, whose labels have no identity; the coders' one text; ZTC's and SPPL's
 * what was in a buffer that lost its power, or that left it within a resting time of the fault.
 * A copy that is seen only at the end holds nothing, and is told in words. NGPCL proves nothing:
 * each of its units is the camera's. */
#define BLIND .lost = UNITS
static const struct {
    const char *script;
    struct outcome of[CM_ARRAY_N(voices)];
} faults[] = {
    {"at reply 12 no-reply\nat reply 25 no-reply\n",
     {[3] = {.lost = 2, .copies = true}, [5] = {BLIND}}},
    {"at reply 12 late 250\nat reply 25 late 450\n",
     {{BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, 2, true, false},
      {BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, UNITS, false, false}}},
    {"at reply 12 late 900\n",
     {{BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, 1, false, false},
      {BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, 1, true, false},
      {BIT(SILENT), NULL, 0, false, false},
      {BIT(SILENT), NULL, UNITS, false, false}}},
    {"one-in reply 2 split\n", {[5] = {BLIND}}},
    {"one-in reply 7 join\n",
     {[3] = {.lost = 30, .copies = true}, [4] = {.copies = true}, [5] = {BLIND}}},
    /* Codenet's unsolicited word is a print acknowledgement: one that lies. */
    {"one-in reply 3 unsolicited\n",
     {[4] = {BIT(HELD), "product came before its text", 0, true, true}, [5] = {BLIND}}},
    {"at item 5 reset\nat item 15 reset\n",
     {[1] = {.lost = 15}, [2] = {.lost = 15}, [3] = {.lost = 2}, [4] = {.lost = 2}, [5] = {BLIND}}},
    {"at connect 1 reset\nat connect 2 reset\n", {[5] = {BLIND}}},
    {"at reply 9 reset\n", {[5] = {BLIND}}},
    {"at print 6 skip\n", {{.lost = 1}, {.lost = 5}, {.lost = 6}, [5] = {BLIND}}},
    {"at print 6 skip counted\n", {[5] = {BLIND}}},
    {"at print 6 reprint\n",
     {{0, "more labels than were sent", 0, true, false},
      {BIT(HELD), "more than its records", 34, true, false},
      {0, "more than left its queue", 0, true, false},
      {BIT(HELD), "not that of this run", 1, true, false},
      {BIT(HELD), "product came before its text", 0, true, false},
      {BLIND}}},
    {"at print 6 paper-out for 500\n",
     {{BIT(PAPER_OUT), NULL, 5, false, false},
      {BIT(FAULT), "No Cartridge", 5, false, false},
      {BIT(FAULT), "PAPER OUT", 7, false, false},
      {BIT(FAULT), "error bits", 0, false, false},
      {BIT(FAULT), "status shows a fault", 0, false, false},
      {BIT(FAULT), "status shows a fault", UNITS, false, false}}},
    {"at print 6 ribbon-out for 500\n",
     {{BIT(RIBBON_OUT), NULL, 5, false, false},
      {BIT(FAULT), "No Cartridge", 5, false, false},
      {BIT(FAULT), "RIBBON OUT", 7, false, false},
      {BIT(FAULT), "error bits", 0, false, false},
      {BIT(FAULT), "status shows a fault", 0, false, false},
      {BIT(FAULT), "status shows a fault", UNITS, false, false}}},
    {"at print 6 head-open for 500\n",
     {{BIT(HEAD_OPEN), NULL, 5, false, false},
      {BIT(FAULT), "Printhead Disconnected", 5, false, false},
      {BIT(FAULT), "HEAD OPEN", 7, false, false},
      {BIT(FAULT), "error bits", 0, false, false},
      {BIT(FAULT), "status shows a fault", 0, false, false},
      {BIT(FAULT), "status shows a fault", UNITS, false, false}}},
    {"at item 6 menu for 500\n",
     {{BIT(PAUSED), NULL, 0, false, false},
      {BIT(FAULT), "keeps refusing", 1, false, false},
      {BIT(MENU), NULL, 1, false, false},
      {BIT(FAULT), "keeps refusing", 0, false, false},
      {BIT(FAULT), "keeps refusing", 0, false, false},
      {BIT(FAULT), "keeps refusing", UNITS, false, false}}},
    {"at item 8 power keep for 200\n",
     {{.lost = 5}, {.lost = 8}, {.lost = 8}, {.lost = 1}, {.lost = 1}, {BLIND}}},
    {"at item 8 power lose for 200\n",
     {{.lost = 5}, {.lost = 8}, {.lost = 8}, {.lost = 1}, {.lost = 1}, {BLIND}}},
    {"at print 8 power keep for 200\n",
     {{.lost = 5}, {.lost = 33}, {.lost = 30}, {.lost = 1}, {.lost = 1}, {BLIND}}},
    {"at print 8 power lose for 200\n",
     {{.lost = 5}, {.lost = 34}, {.lost = 30}, {.lost = 1}, {.lost = 1}, {BLIND}}},
    /* ZTC is halted before it runs empty, the coders are switched off. */
    {"at item 3 repeat-last\n",
     {[0] = {0, "more labels than were sent", 0, true, false},
      [2] = {0, "more than left its queue", 0, true, false},
      [5] = {BLIND}}},
    {"at item 3 stop-empty\n", {[5] = {BLIND}}},
};

static unsigned lost(const struct join *j) {
    return (unsigned)(driver_given(j->driver) - fated(j, FATE_PRINTED));
}

static void judge_outcome(const struct join *j, const char *script, const struct outcome *o) {
    const unsigned seen = j->states & ~UNTROUBLED;
    const bool told = (o->states & ~seen) == 0 &&
                      (o->words == NULL || strstr(j->words, o->words) != NULL) &&
                      o->copies == (j->copies > 0);
    if (!told)
        fail_msg("%s: %s: states %X, words '%s', %u copies", j->plan.grammar, script, seen,
                 j->words, (unsigned)j->copies);
    if (lost(j) > o->lost || (j->given != UNITS) != o->shy)
        fail_msg("%s: %s: %u of %zu lost", j->plan.grammar, script, lost(j), j->given);
}

/* The three facts: no unit is taken twice and the books close (join_judge, at every step), and the
 * operator is told. */
static void every_fault_on_every_driver(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t k = 0; k < CM_ARRAY_N(faults); k++) {
            struct join j;
            run(&j, &voices[i], faults[k].script, k);
            judge_outcome(&j, faults[k].script, &faults[k].of[i]);
            join_close(&j);
        }
}

/* Each answer in two parts, with time between them, split at every byte of the longest. */
static void an_answer_split_at_any_byte_is_the_same_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t at = 1; at < ANSWER_MOST; at++) {
            struct join j;
            struct join_plan p = plan_of(&voices[i], "", 0);
            p.units = 6;
            p.split = at;
            join_run(&j, &p);
            assert_int_equal(j.given, 6);
            const enum unit_fate fate = voices[i].blind ? FATE_UNKNOWN : FATE_PRINTED;
            if (fated(&j, fate) != 6) fail_msg("%s, split at %zu", voices[i].grammar, at);
            join_close(&j);
        }
}

/* A printer that prints does not lose its buffer to a link that breaks: its records are proved to
 * be there, or, where labels have no identity, to have come out. */
static void a_link_that_breaks_amid_a_run_voids_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct join j;
        const struct join_plan p = plan_of(&voices[i], "", 0);
        join_open(&j, &p);
        for (uint64_t n = 4; n < 36; n += 8) {
            while (join_met(&j, RECORD_PRINTED) < n)
                join_step(&j);
            j.link->reset = true;
            join_step(&j);
        }
        while (j.given < UNITS || driver_in_flight(j.driver) > 0)
            join_step(&j);
        assert_int_equal(fated(&j, FATE_PRINTED), UNITS);
        assert_int_equal(join_met(&j, RECORD_CLEARED), 0);
        join_judge(&j);
        join_close(&j);
    }
}

/* Faults at random, of every kind that breaks nothing for good. */
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

static void a_storm_of_faults_sends_nothing_twice(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            struct join j;
            run(&j, &voices[i], storm, seed);
            assert_int_not_equal(fated(&j, FATE_PRINTED) + fated(&j, FATE_UNKNOWN), 0);
            join_close(&j);
        }
}

/* Print-and-apply: a label a resting time or several, the driver's times and the printer's in one
 * proportion: 45 and 20 a minute beside a second. */
static const uint64_t slow_rates[] = {450, 200};

static struct join_plan slow_plan(const struct voice *v, const char *script, uint64_t seed,
                                  uint64_t rate) {
    struct join_plan p = plan_of(v, script, seed);
    if (v->slot) {
        p.product_ms = 60000 / rate;
    } else {
        p.rate_per_minute = rate;
    }
    p.units = SLOW_UNITS;
    p.limit_ms = 60000;
    return p;
}

static void slow_printers_are_not_believed_at_rest_too_early(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t r = 0; r < CM_ARRAY_N(slow_rates); r++) {
            struct join j;
            const struct join_plan p = slow_plan(&voices[i], "", 0, slow_rates[r]);
            join_run(&j, &p);
            const enum unit_fate fate = voices[i].blind ? FATE_UNKNOWN : FATE_PRINTED;
            if (fated(&j, fate) != SLOW_UNITS || join_met(&j, RECORD_CLEARED) > 0)
                fail_msg("%s, %u a minute: %u of %u", p.grammar, (unsigned)p.rate_per_minute,
                         (unsigned)fated(&j, fate), SLOW_UNITS);
            join_close(&j);
        }
}

/* A label that comes out after its judgement is no other unit's, nor a copy: printed is what is on
 * paper. (A slot whose answer is later than the next product repeats its text.) */
static void judge_slow(const struct voice *v, const char *script, uint64_t seed, bool copies) {
    for (size_t r = 0; r < CM_ARRAY_N(slow_rates); r++) {
        struct join j;
        const struct join_plan p = slow_plan(v, script, seed, slow_rates[r]);
        join_run(&j, &p);
        if (!v->slot && j.copies > 0 && !copies)
            fail_msg("%s: %s: %u copies", p.grammar, script, (unsigned)j.copies);
        join_close(&j);
    }
}

static void every_fault_on_slow_printers(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (size_t k = 0; k < CM_ARRAY_N(faults); k++)
            judge_slow(&voices[i], faults[k].script, k, faults[k].of[i].copies);
}

static void a_storm_of_faults_on_slow_printers(void **state) {
    (void)state;
    static const char mended[] = "one-in print 10 paper-out for 500\n"
                                 "one-in print 12 head-open for 700\n"
                                 "one-in print 14 ribbon-out for 30\n"
                                 "one-in item 25 reset\n"
                                 "one-in item 30 power lose for 200\n"
                                 "one-in print 30 power keep for 200\n"
                                 "one-in item 25 menu for 200\n"
                                 "one-in reply 60 late 150\n";
    static const char skips[] = "one-in print 8 skip\none-in print 15 paper-out for 500\n";
    const char *const scripts[] = {mended, skips, storm};
    for (size_t i = 0; i < CM_ARRAY_N(voices); i++)
        for (uint64_t seed = 1; seed <= SLOW_SEEDS; seed++) {
            struct join j;
            const struct join_plan p = slow_plan(&voices[i], scripts[seed % 3], seed,
                                                 slow_rates[seed % CM_ARRAY_N(slow_rates)]);
            join_run(&j, &p);
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
        cmocka_unit_test(an_answer_split_at_any_byte_is_the_same_answer),
        cmocka_unit_test(a_link_that_breaks_amid_a_run_voids_nothing),
        cmocka_unit_test(a_storm_of_faults_sends_nothing_twice),
        cmocka_unit_test(slow_printers_are_not_believed_at_rest_too_early),
        cmocka_unit_test(every_fault_on_slow_printers),
        cmocka_unit_test(a_storm_of_faults_on_slow_printers),
        cmocka_unit_test(a_stop_amid_a_run_leaves_at_most_one_unit_unknown),
        cmocka_unit_test(a_unit_sent_twice_would_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* After a jam the operator says which product was the last good one. What the printer still holds
 * behind it is dead then: none of it may come out, whatever becomes of the link, the line process
 * and the printer in between. The judge is the printer's own record, beside a ledger that is kept
 * unit by unit (run_kit.h). */
#include "support/cm.h"

#include <string.h>

#include "base/text.h"
#include "join.h"
#include "run_kit.h"
#include "support/splitmix.h"

#define UNITS    120u
#define WINDOW   20u
#define CODE_LEN 7u

struct voice {
    const char *grammar, *message;
    bool slot;
};
static const struct voice voices[] = {{"zpl", NULL, false},
                                      {"ztc", "DM24", false},
                                      {"sppl", "dm_53.rox", false},
                                      {"wsi", NULL, true}};

static void open_kit(struct kit *k, const struct voice *v, uint64_t seed) {
    const struct kit_plan plan = {.kind = v->grammar,
                                  .grammar = v->grammar,
                                  .message = v->message,
                                  .rate_per_minute = v->slot ? 0 : 1200,
                                  .units = UNITS,
                                  .window = v->slot ? 0 : WINDOW,
                                  .seed = seed};
    kit_open(k, &plan);
}

static void pass_ms(struct kit *k, unsigned ms) {
    for (unsigned i = 0; i < ms; i++)
        kit_step(k, KIT_LIVES);
}

/* What cut short a label spoilt it: the operator throws that one out. */
#define GOOD (RECORD_ON_PAPER & ~(1u << RECORD_CUT))

static bool serial_of(struct cm_slice text, uint64_t *serial) {
    for (size_t i = 0; i + CODE_LEN <= text.len; i++)
        if (text.p[i] == 'C' &&
            text_u64(slice_of(text.p + i + 1, CODE_LEN - 1), KIT_SERIALS - 1, serial) == CM_OK)
            return true;
    return false;
}

/* Whole products so far; the serial of the last one. */
static uint64_t on_paper(const struct kit *k, uint64_t *last) {
    const struct record *r = k->printer->record;
    uint64_t n = 0;
    for (size_t i = 0; i < record_n(r); i++)
        n += (GOOD & 1u << record_at(r, i).event) != 0 && serial_of(record_at(r, i).text, last);
    return n;
}

/* The ledger against the record; how many units came out whole and are void. */
static uint64_t judge(const struct kit *k) {
    const struct record *r = k->printer->record;
    bool paper[KIT_SERIALS] = {false};
    uint64_t serial = 0, dead = 0;
    assert_int_equal(record_duplicates(r, 1u << RECORD_TAKEN), 0);
    for (size_t i = 0; i < record_n(r); i++) {
        if ((GOOD & 1u << record_at(r, i).event) == 0) continue;
        assert_true(serial_of(record_at(r, i).text, &serial));
        paper[serial] = true;
        dead += k->stage[serial] == CM_STAGE_VOID;
    }
    for (serial = 0; serial < KIT_SERIALS; serial++)
        if (k->stage[serial] == CM_STAGE_PRINTED && !paper[serial])
            fail_msg("%s, seed %u: serial %u is printed and not on paper", k->plan.grammar,
                     (unsigned)k->plan.seed, (unsigned)serial);
    return dead;
}

/* The serial is that of the last good product (vault/run_settle.c); the line is told apart. */
static void last_good(struct kit *k, uint64_t serial) {
    for (uint64_t s = 0; s < KIT_SERIALS; s++) {
        if (k->stage[s] != CM_STAGE_SENT && k->stage[s] != CM_STAGE_UNKNOWN) continue;
        k->stage[s] = s <= serial ? CM_STAGE_PRINTED : CM_STAGE_VOID;
        k->cause[s] = CM_CAUSE_OPERATOR;
    }
    k->settled++;
    k->resumed++;
}

/* Run until so many are on paper, then the door is opened on the next one: it is cut. */
static void jam(struct kit *k, uint64_t prints) {
    const struct fault door = {.what = FAULT_HEAD_OPEN};
    uint64_t last = 0;
    for (unsigned i = 0; i < 20000 && on_paper(k, &last) < prints; i++)
        kit_step(k, KIT_LIVES);
    pass_ms(k, 10);
    printer_fault(k->printer, &door);
    pass_ms(k, 300); /* the line sees it, and tells the ledger */
}

/* As the operator does it: pause, look, scan, resume. Returns what was scanned. */
static uint64_t settle(struct kit *k) {
    uint64_t last = 0;
    kit_wish(k, "pause", "jam");
    pass_ms(k, 300);
    assert_true(on_paper(k, &last) > 0);
    last_good(k, last);
    return last;
}

/* To the end; how many dead units came out. */
static uint64_t finish(struct kit *k) {
    for (unsigned i = 0; i < 60000 && !k->view.done; i++) {
        if (strcmp(k->view.state, "held") == 0) {
            k->resumed++; /* an operator threw out what came behind the last good one */
            kit_wish(k, "run", "");
        }
        kit_step(k, KIT_LIVES);
    }
    assert_true(k->view.done);
    const uint64_t dead = judge(k);
    assert_int_equal(kit_count(k, CM_STAGE_SENT) + kit_count(k, CM_STAGE_RESERVED), 0);
    const uint64_t sum = kit_count(k, CM_STAGE_PRINTED) + kit_count(k, CM_STAGE_UNKNOWN) +
                         kit_count(k, CM_STAGE_VOID);
    assert_int_equal(sum, UNITS);
    if (kit_count(k, CM_STAGE_PRINTED) <= UNITS / 2)
        fail_msg("%s: %u printed, %u unknown", k->plan.grammar,
                 (unsigned)kit_count(k, CM_STAGE_PRINTED),
                 (unsigned)kit_count(k, CM_STAGE_UNKNOWN));
    assert_int_equal(k->refused_n, 0);
    return dead;
}

/* Usage: the door is opened, the last good product is scanned, the run is resumed, the door is
 * closed; and the same with the door closed first. */
static void nothing_that_was_declared_void_comes_out(void **state) {
    (void)state;
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++)
        for (unsigned seed = 0; seed < 6; seed++) {
            struct kit k;
            open_kit(&k, &voices[v], seed);
            jam(&k, 8 + seed);
            (void)settle(&k);
            kit_wish(&k, "run", "");
            pass_ms(&k, seed * 40); /* how long until the door is closed */
            printer_mend(k.printer);
            const uint64_t dead = finish(&k);
            assert_int_equal(kit_count(&k, CM_STAGE_UNKNOWN), 0);
            /* Closed at that very moment, the next one is in the press already: it is told. */
            assert_true(seed == 0 ? dead <= k.view.duplicates : dead == 0);
            kit_close(&k);
        }
}

/* The journal has it that the printer is to be cleared: a program that dies before it was does so
 * in its next life, one that dies behind it does not. */
static void another_life_clears_what_an_earlier_one_could_not(void **state) {
    (void)state;
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++)
        for (unsigned seed = 0; seed < 24; seed++) {
            struct kit k;
            uint64_t random = seed;
            open_kit(&k, &voices[v], seed);
            jam(&k, 8);
            (void)settle(&k);
            if (seed % 3 == 0) kit_kill(&k); /* nobody heard the operator's word at first */
            kit_wish(&k, "run", "");
            for (unsigned i = 0; i < 3; i++) {
                pass_ms(&k, (unsigned)(splitmix_next(&random) % 60));
                kit_step(&k, (enum kit_death)(splitmix_next(&random) % KIT_DEATHS));
                kit_kill(&k);
            }
            pass_ms(&k, 100);
            printer_mend(k.printer);
            assert_int_equal(finish(&k), 0);
            kit_close(&k);
        }
}

/* Switched off while the word was given: cleared when it is back. */
static void a_printer_that_was_away_is_cleared_when_it_is_back(void **state) {
    (void)state;
    const struct fault away = {.what = FAULT_POWER, .kept = true, .ms = 900};
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++) {
        struct kit k;
        open_kit(&k, &voices[v], 3);
        jam(&k, 9);
        printer_fault(k.printer, &away);
        (void)settle(&k);
        kit_wish(&k, "run", "");
        pass_ms(&k, 100);
        assert_false(k.view.settled); /* it still has to let go */
        printer_mend(k.printer);
        assert_int_equal(finish(&k), 0);
        kit_close(&k);
    }
}

/* Resumed and at once stopped: the stop waits until the printer has let go. */
static void a_stop_behind_it_waits_for_the_printer(void **state) {
    (void)state;
    for (size_t v = 0; v < CM_ARRAY_N(voices); v++) {
        struct kit k;
        open_kit(&k, &voices[v], 4);
        jam(&k, 9);
        (void)settle(&k);
        kit_wish(&k, "run", "");
        kit_wish(&k, "stop", "");
        pass_ms(&k, 50);
        printer_mend(k.printer);
        for (unsigned i = 0; i < 20000 && !k.view.done; i++)
            kit_step(&k, KIT_LIVES);
        assert_true(k.view.done);
        pass_ms(&k, 1000);
        assert_int_equal(judge(&k), 0);
        kit_close(&k);
    }
}

/* One that still prints lets the unit in the press end: that one is on the line, and dead. It is
 * told, and the line waits for the operator. */
static void what_comes_out_behind_the_last_good_one_is_told(void **state) {
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        struct kit k;
        uint64_t last = 0, later = 0;
        open_kit(&k, &voices[v], 5);
        for (unsigned i = 0; i < 20000 && on_paper(&k, &last) < 9; i++)
            kit_step(&k, KIT_LIVES);
        pass_ms(&k, 20); /* the next one is in the press */
        last_good(&k, last);
        kit_wish(&k, "run", "");
        for (unsigned i = 0; i < 5000 && strcmp(k.view.state, "held") != 0; i++)
            kit_step(&k, KIT_LIVES);
        assert_string_equal(k.view.state, "held");
        assert_non_null(strstr(k.view.words, "throw out what is behind the last good"));
        (void)on_paper(&k, &later);
        assert_int_equal(k.view.duplicates, later - last);
        assert_true(later - last <= 2);
        k.resumed++;
        kit_wish(&k, "run", "");
        kit_run(&k, 60000);
        assert_true(k.view.done);
        assert_int_equal(record_duplicates(k.printer->record, 1u << RECORD_TAKEN), 0);
        kit_close(&k);
    }
}

/* Coders by data: one that can be switched off waits for the next text; one that cannot is held
 * until somebody emptied it. Driver and printer alone (join.h). */
static void a_coder_that_knows_no_command_is_emptied_by_hand(void **state) {
    (void)state;
    static const char *const grammars[] = {"codenet", "ngpcl"};
    for (size_t i = 0; i < CM_ARRAY_N(grammars); i++) {
        struct join j;
        const bool by_hand = i == 1;
        const struct join_plan plan = {.kind = "raw",
                                       .grammar = grammars[i],
                                       .message = by_hand ? "BOX" : NULL,
                                       .units = 20,
                                       .product_ms = 50,
                                       .passing = by_hand};
        join_open(&j, &plan);
        while (j.given < 5)
            join_step(&j);
        j.plan.product_ms = 0; /* the line stands */
        for (unsigned k = 0; k < 20; k++)
            join_step(&j);
        const uint64_t before = join_met(&j, RECORD_PRINTED) + join_met(&j, RECORD_REPEATED);
        driver_clear(j.driver, j.now_us);
        assert_true(driver_clears(j.driver));
        assert_int_equal(driver_in_flight(j.driver), 0);
        for (unsigned k = 0; k < 1000 && by_hand; k++)
            join_step(&j);
        assert_int_equal(driver_state(j.driver) == DRIVER_HELD, by_hand);
        assert_int_equal(driver_room(j.driver), 0);
        if (by_hand) assert_non_null(strstr(j.words, "by hand"));
        assert_int_equal(join_met(&j, RECORD_PRINTED) + join_met(&j, RECORD_REPEATED), before);
        driver_resume(j.driver, j.now_us); /* somebody did */
        const size_t given = j.given;
        for (unsigned k = 0; k < 2000 && j.given == given; k++)
            join_step(&j);
        assert_true(j.given > given);
        assert_false(driver_clears(j.driver));
        join_judge(&j);
        join_close(&j);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_was_declared_void_comes_out),
        cmocka_unit_test(another_life_clears_what_an_earlier_one_could_not),
        cmocka_unit_test(a_printer_that_was_away_is_cleared_when_it_is_back),
        cmocka_unit_test(a_stop_behind_it_waits_for_the_printer),
        cmocka_unit_test(what_comes_out_behind_the_last_good_one_is_told),
        cmocka_unit_test(a_coder_that_knows_no_command_is_emptied_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

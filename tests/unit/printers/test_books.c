/* The books of every emulated printer close: each unit that was taken has exactly one fate,
 * whatever faults strike. A judge that loses units cannot judge. */
#include "support/cm.h"

#include "support/printers/control.h"
#include "voice.h"

#define SEEDS 25u
#define UNITS 120u

static const char faults[] = "one-in print 12 skip\n"
                             "one-in print 15 skip counted\n"
                             "one-in print 9 reprint\n"
                             "one-in print 20 paper-out for 50\n"
                             "one-in print 25 head-open for 50\n"
                             "one-in item 30 power lose for 20\n"
                             "one-in print 30 power keep for 20\n"
                             "one-in item 40 menu for 40\n"
                             "one-in reply 10 no-reply\n"
                             "one-in reply 11 split\n"
                             "one-in reply 12 join\n"
                             "one-in item 17 reset\n";

static uint64_t fates(const struct talk *t) {
    return talk_count(t, RECORD_PRINTED) + talk_count(t, RECORD_SKIPPED) +
           talk_count(t, RECORD_CUT) + talk_count(t, RECORD_CLEARED) + talk_count(t, RECORD_LOST) +
           talk_count(t, RECORD_REFUSED) + t->printer->grammar->held(t->printer);
}

/* Connect again, as often as the power goes; switch printing on where that needs a word. */
static void come_back(struct talk *t, const struct voice *v) {
    if (!t->link->reset) return;
    printer_disconnect(t->link);
    talk_wait(t, 30);
    talk_again(t);
    talk_say(t, v->setup);
}

static void run_books(const struct voice *v, uint64_t seed) {
    struct talk t;
    talk_open_with(&t, v->grammar,
                   (struct printer_options){.faults = slice_text(faults), .seed = seed});
    talk_say(&t, v->setup);
    for (unsigned i = 0; i < UNITS; i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "C%u", i);
        come_back(&t, v);
        voice_say_unit(&t, v, code);
        come_back(&t, v);
        if (i % 3 != 0) talk_print(&t, 1 + i % 4);
        if (i % 5 == 0) talk_wait(&t, 60);
        assert_int_equal(talk_count(&t, RECORD_TAKEN), fates(&t));
        assert_true(talk_count(&t, RECORD_RETRIED) <= talk_count(&t, RECORD_CUT));
    }
    assert_int_equal(record_duplicates(t.printer->record, 1u << RECORD_TAKEN), 0);
    assert_int_not_equal(talk_count(&t, RECORD_PRINTED), 0);
    talk_close(&t);
}

static void every_unit_has_one_fate_whatever_strikes(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++)
        for (uint64_t seed = 1; seed <= SEEDS; seed++)
            run_books(v, seed);
}

/* A counter counts paper, and the skips that it does not notice. */
static void a_counter_counts_what_came_out(void **state) {
    (void)state;
    for (const struct voice *v = voices; v < voices + VOICES; v++) {
        struct talk t;
        voice_begin(&t, v, "at print 2 skip\nat print 3 skip counted\nat print 5 reprint\n");
        for (const char *code = "ABCDEFG"; *code != '\0'; code++) {
            voice_say_unit(&t, v, (const char[]){*code, '\0'});
            talk_print(&t, 1);
        }
        const uint64_t out = talk_count(&t, RECORD_PRINTED) + talk_count(&t, RECORD_REPRINTED);
        assert_int_equal(out, 6);
        assert_int_equal(t.printer->total, out + 1);
        talk_close(&t);
    }
}

static void a_hand_beside_the_printer_can_break_and_mend_it(void **state) {
    (void)state;
    struct control c = {.hall = NULL};
    struct printer *p = NULL;
    struct buffer said = BUFFER_INIT;
    const struct printer_options o = {.grammar = &grammar_zpl, .manual = true};
    assert_ok(hall_new(&c.hall, NULL));
    assert_ok(printer_new(&o, &p, NULL));
    assert_ok(hall_add(c.hall, p, "0", NULL));
    assert_ok(control_line(&c, slice_text("fault paper-out"), &said, NULL));
    assert_true(printer_is_stopped(p, STOP_PAPER_OUT));
    assert_ok(control_line(&c, slice_text("1 mend"), &said, NULL));
    assert_int_equal(p->stops, 0);
    assert_ok(control_line(&c, slice_text("products 2"), &said, NULL));
    assert_int_equal(said.len, 0);
    assert_ok(control_line(&c, slice_text("counts"), &said, NULL));
    assert_string_equal(buffer_cstr(&said),
                        "taken=0 printed=0 retried=0 reprinted=0 repeated=0 skipped=0 cut=0 "
                        "cleared=0 lost=0 refused=0 fault=1 held=0 total=0\n");
    assert_err(CM_E_NOT_FOUND, control_line(&c, slice_text("2 mend"), &said, NULL));
    assert_err(CM_E_NOT_FOUND, control_line(&c, slice_text("0 mend"), &said, NULL));
    static const char *const wrong[] = {"",         "1",           "fault", "fault nothing",
                                        "products", "products -1", "jump"};
    for (size_t i = 0; i < CM_ARRAY_N(wrong); i++)
        assert_err(CM_E_FORMAT, control_line(&c, slice_text(wrong[i]), &said, NULL));
    struct hall *h = c.hall;
    control_free(&c);
    hall_free(h);
    buffer_free(&said);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_has_one_fate_whatever_strikes),
        cmocka_unit_test(a_counter_counts_what_came_out),
        cmocka_unit_test(a_hand_beside_the_printer_can_break_and_mend_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

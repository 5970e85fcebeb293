/* What a driver leaves to the next life, damaged and whole; fates when memory is out; links that
 * say nothing. Expected bytes: the printers' reference, sections as named. */
#include "support/cm.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "line/kinds.h"

#define MS      1000u
#define S       1000000u
#define UNITS   5u
#define LIMIT_S 20u /* a link that says nothing is called dead within */

static const char label[] = "^XA^FD{code}^FS^XZ";
static const char rules[] = "begin <\nend >\nforbid <>\nunit S{code}\nack +\nrefuse -\n"
                            "status ?\nstatus-answer =<state>.\nmeans running 1\n"
                            "count #\ncount-answer #<count>.\non Y\noff N\n";

/* ---- Memory that is out: the linker sends the allocations of this program here. */

static bool starving;

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the linker's. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return starving ? NULL : __real_malloc(size); }
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size) { return starving ? NULL : __real_realloc(p, size); }
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */

static struct driver *make(const struct driver_kind *kind) {
    struct driver *d = NULL;
    const struct driver_options o = {
        .kind = kind,
        .fields = {"code"},
        .template_text = slice_text(kind == &kind_raw ? rules : label),
    };
    assert_ok(driver_new(&o, &d, NULL));
    return d;
}

static size_t told(struct driver *d, enum unit_fate fate) {
    struct report r;
    size_t n = 0;
    while (driver_report(d, &r))
        if (r.kind == REPORT_FATE && r.fate == fate) n += r.n;
    return n;
}

/* Let a driver ask for `seconds`; what the printer says to each of its questions. When the first
 * REPORT_RECONNECT came, 0: none. */
static uint64_t ask_for(struct driver *d, uint64_t seconds, const char *answer, unsigned *states) {
    uint64_t cut_us = 0;
    struct report r;
    driver_connected(d, 0);
    for (uint64_t now_us = 0; now_us < seconds * S; now_us += 50 * MS) {
        driver_tick(d, now_us);
        const bool asked = driver_out(d).len > 0;
        driver_left(d, driver_out(d).len, now_us);
        if (asked) driver_hear(d, slice_text(answer), now_us);
        while (driver_report(d, &r)) {
            if (r.kind == REPORT_STATE) *states |= 1u << r.state;
            if (r.kind == REPORT_RECONNECT && cut_us == 0) cut_us = now_us;
        }
    }
    return cut_us;
}

/* A label in flight, the program dies, and the printer's odometer says that it came out: sections
 * 1.4 to 1.6 of the reference. */
static void the_next_life_proves_what_the_last_one_sent(void **state) {
    (void)state;
    static const char calm[] = "\x02"
                               "030,0,0,0203,000,0,0,0,000,0,0,0\x03\r\n\x02"
                               "000,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x02"
                               "1234,0\x03\r\n\"102\"";
    unsigned states = 0;
    const uint8_t memory[] = {1, 'Z', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 100};
    const struct unit_past past[] = {{.serial = 41}, {.serial = 42}};
    struct driver *d = make(&kind_zpl);
    assert_ok(driver_remember(d, slice_of(memory, sizeof memory), past, 2));
    assert_int_equal(driver_in_flight(d), 2);
    assert_int_equal(ask_for(d, 2, calm, &states), 0);
    assert_int_equal(driver_fated(d, FATE_PRINTED), 2);
    driver_free(d);
}

/* What the coder of section 4a says to each question of a driver that wants it at rest. */
static void answer_wsi(struct driver *d, uint64_t now_us) {
    const struct cm_slice out = driver_out(d);
    const char question = out.len > 1 ? (char)out.p[1] : '\0';
    driver_left(d, out.len, now_us);
    if (question == 'O') driver_hear(d, slice_text("$7F"), now_us);
    if (question == 'E')
        driver_hear(d,
                    slice_text("\x02"
                               "0000000000000\x03"),
                    now_us);
    if (question == 'G')
        driver_hear(d,
                    slice_text("\x02"
                               "0000000101\x03"),
                    now_us);
}

/* The counter moved by one: the text, if the coder said that it took it; else perhaps the old text
 * once more, which prints again when the power comes back. */
static void a_slot_proves_only_a_text_that_was_taken(void **state) {
    (void)state;
    for (uint8_t taken = 0; taken <= 1; taken++) {
        const uint8_t memory[] = {1, 'W',   1, 0, 0, 0, 0, 0, 0, 0,
                                  7, taken, 0, 0, 0, 0, 0, 0, 0, 100};
        const struct unit_past past[] = {{.serial = 7}};
        struct driver *d = make(&kind_wsi);
        assert_ok(driver_remember(d, slice_of(memory, sizeof memory), past, 1));
        driver_connected(d, 0);
        for (uint64_t now_us = 0; now_us < 3 * S; now_us += 10 * MS) {
            driver_tick(d, now_us);
            answer_wsi(d, now_us);
        }
        assert_int_equal(driver_fated(d, taken == 1 ? FATE_PRINTED : FATE_UNKNOWN), 1);
        assert_int_equal(driver_state(d), DRIVER_RUNNING); /* nobody is held up for it */
        driver_free(d);
    }
}

static void remember(const struct driver_kind *kind, struct cm_slice memory, size_t flying) {
    const struct unit_past past[UNITS] = {{7}, {8}, {9}, {10}, {11}};
    struct driver *d = make(kind);
    const size_t n = kind->model == DRIVER_SLOT ? 1 : UNITS;
    assert_ok(driver_remember(d, memory, past, n));
    assert_int_equal(driver_in_flight(d), flying);
    assert_int_equal(driver_given(d), n);
    assert_int_equal(told(d, FATE_UNKNOWN), n - flying);
    driver_connected(d, 0);
    driver_abandon(d, 1);
    assert_int_equal(told(d, FATE_UNKNOWN), flying);
    driver_free(d);
}

/* A memory of each kind, as a driver that was given nothing writes it once it could be. */
static const struct {
    const struct driver_kind *kind;
    uint8_t own[48];
    size_t len;
} memories[] = {
    {&kind_zpl, {1, 0, 0, 0, 0, 0, 0, 0, 100}, 9},
    {&kind_ztc, {1, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 9, 0}, 26},
    {&kind_sppl, {0, 0, 0, 0, 0, 0, 0, 0, 100}, 9},
    {&kind_wsi, {0, 0, 0, 0, 0, 0, 0, 0, 100}, 9},
    {&kind_raw, {1, 0, 0, 0, 0, 0, 0, 0, 0, 100}, 10},
};

static void a_memory_that_does_not_fit_proves_nothing(void **state) {
    (void)state;
    for (size_t i = 0; i < CM_ARRAY_N(memories); i++) {
        const struct driver_kind *kind = memories[i].kind;
        const size_t n = kind->model == DRIVER_SLOT ? 1 : UNITS;
        uint8_t bytes[DRIVER_MEMORY_MAX + 1] = {1, kind->memory_tag};
        memcpy(bytes + 11, memories[i].own, memories[i].len);
        const size_t len = 11 + memories[i].len;
        remember(kind, slice_of(bytes, len), n);
        for (size_t cut = 0; cut < len; cut++)
            remember(kind, slice_of(bytes, cut), 0);
        for (size_t more = len + 1; more <= sizeof bytes; more++)
            remember(kind, slice_of(bytes, more), 0);
        for (size_t at = 0; at < 11; at++) { /* version, tag, the first serial */
            bytes[at] ^= 0x40;
            remember(kind, slice_of(bytes, len), 0);
            bytes[at] ^= 0x40;
        }
        for (size_t k = 0; k < CM_ARRAY_N(memories); k++)
            if (k != i) remember(memories[k].kind, slice_of(bytes, len), 0);
        for (size_t bit = 11 * 8; bit < len * 8; bit++) { /* whatever it says, nothing breaks */
            struct driver *d = make(kind);
            const struct unit_past past[] = {{7}, {8}};
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_ok(driver_remember(d, slice_of(bytes, len), past, n < 2 ? n : 2));
            bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            driver_free(d);
        }
    }
    remember(&kind_sink, slice_of(NULL, 0), 0); /* delivered or not: a file cannot tell */
}

static void a_driver_remembers_once_and_before_it_begins(void **state) {
    (void)state;
    const struct unit_past past[] = {{1}};
    struct driver *d = make(&kind_zpl);
    assert_ok(driver_remember(d, slice_of(NULL, 0), past, 1));
    assert_err(CM_E_STATE, driver_remember(d, slice_of(NULL, 0), past, 1));
    driver_free(d);
    d = make(&kind_zpl);
    driver_connected(d, 0);
    assert_err(CM_E_STATE, driver_remember(d, slice_of(NULL, 0), past, 1));
    driver_free(d);
}

/* The journal may know of more units than the window of this life: none may go before they left. */
static void more_units_than_the_window_are_remembered(void **state) {
    (void)state;
    struct unit_past past[300];
    uint8_t memory[] = {1, 'Z', 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 100};
    struct driver *d = make(&kind_zpl);
    for (size_t i = 0; i < CM_ARRAY_N(past); i++)
        past[i].serial = 2 * i;
    assert_ok(driver_remember(d, slice_of(memory, sizeof memory), past, CM_ARRAY_N(past)));
    assert_int_equal(driver_in_flight(d), CM_ARRAY_N(past));
    assert_int_equal(driver_room(d), 0);
    driver_abandon(d, 1);
    assert_int_equal(told(d, FATE_UNKNOWN), CM_ARRAY_N(past));
    driver_free(d);
}

/* Serials with gaps between them, so that each fate needs a report of its own. */
static void no_fate_is_lost_when_memory_is_out(void **state) {
    (void)state;
    struct driver *d = make(&kind_sink);
    driver_connected(d, 0);
    size_t n = 0;
    while (driver_room(d) > 0) {
        const struct unit u = {.serial = n * 2, .texts = {slice_text("7NQ4-K2MT")}};
        assert_ok(driver_give(d, &u, 1, NULL));
        n++;
    }
    starving = true;
    driver_disconnected(d, 2); /* a state is told, or not, in what room is left */
    driver_connected(d, 3);
    driver_abandon(d, 4);
    const size_t unsent = told(d, FATE_UNSENT);
    starving = false;
    assert_int_equal(unsent, n);
    driver_free(d);
}

static void a_unit_without_room_for_its_fate_is_not_taken(void **state) {
    (void)state;
    struct driver *d = make(&kind_sink);
    struct report r;
    driver_connected(d, 0);
    while (driver_report(d, &r)) {
    }
    size_t given = 0;
    cm_err err = CM_OK;
    starving = true;
    for (; err == CM_OK && given < 1000; given += err == CM_OK) {
        const struct unit u = {.serial = given * 2, .texts = {slice_text("7NQ4-K2MT")}};
        err = driver_give(d, &u, 1, NULL);
    }
    driver_abandon(d, 2);
    const size_t unknown = told(d, FATE_UNKNOWN);
    starving = false;
    assert_err(CM_E_NO_MEMORY, err);
    assert_int_equal(unknown, given);
    driver_free(d);
}

/* ---- Links that say nothing */

static void a_link_that_says_nothing_is_cut_within_20_seconds(void **state) {
    (void)state;
    static const struct driver_kind *const kinds[] = {&kind_zpl, &kind_ztc, &kind_sppl, &kind_wsi,
                                                      &kind_raw};
    for (size_t i = 0; i < CM_ARRAY_N(kinds); i++) {
        unsigned states = 0;
        struct driver *d = make(kinds[i]);
        const uint64_t cut_us = ask_for(d, LIMIT_S + 1, "", &states);
        assert_in_range(cut_us, 5 * S, LIMIT_S * S);
        assert_true((states & 1u << DRIVER_SILENT) != 0);
        driver_free(d);
    }
}

/* Section 1.4: ~HS says nothing while the paper is out; here nothing else does but ~HQES. */
static void a_printer_without_paper_is_not_cut(void **state) {
    (void)state;
    unsigned states = 0;
    struct driver *d = make(&kind_zpl);
    static const char out[] =
        "\x02\r\n\r\n  PRINTER STATUS\r\n   ERRORS:         1 00000000 00000001\r\n\x03";
    assert_int_equal(ask_for(d, 300, out, &states), 0);
    assert_true((states & 1u << DRIVER_PAPER_OUT) != 0);
    driver_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_life_proves_what_the_last_one_sent),
        cmocka_unit_test(a_slot_proves_only_a_text_that_was_taken),
        cmocka_unit_test(a_memory_that_does_not_fit_proves_nothing),
        cmocka_unit_test(a_driver_remembers_once_and_before_it_begins),
        cmocka_unit_test(more_units_than_the_window_are_remembered),
        cmocka_unit_test(no_fate_is_lost_when_memory_is_out),
        cmocka_unit_test(a_unit_without_room_for_its_fate_is_not_taken),
        cmocka_unit_test(a_link_that_says_nothing_is_cut_within_20_seconds),
        cmocka_unit_test(a_printer_without_paper_is_not_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

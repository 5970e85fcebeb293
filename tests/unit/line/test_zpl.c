/* The ZPL driver beside its emulated printer. Expected bytes: ZPL II Programming Guide, as quoted
 * in the printers' reference sections 1.2, 1.3 and 1.9. */
#include "support/cm.h"

#include "join.h"
#include "support/allocations.h"

#define MS 1000u

static void hear(struct driver *d, const char *text, uint64_t now_us) {
    driver_hear(d, slice_text(text), now_us);
}

static void sends(struct driver *d, const char *bytes) {
    const struct cm_slice out = driver_out(d);
    assert_int_equal(out.len, slice_text(bytes).len);
    assert_memory_equal(out.p, bytes, out.len);
    driver_left(d, out.len, 0);
}

#define LOOK "~HS\n~HQES\n! U1 getvar \"odometer.total_label_count\"\r\n"
#define CALM                                                                                       \
    "\x02"                                                                                         \
    "030,0,0,0203,000,0,0,0,000,0,0,0\x03\r\n"                                                     \
    "\x02"                                                                                         \
    "000,0,0,0,1,2,4,0,00000000,1,000\x03\r\n\x02"                                                 \
    "1234,0\x03\r\n"
#define NO_ERRORS "\x02\r\n\r\n  PRINTER STATUS\r\n   ERRORS: 0 00000000 00000000\r\n\x03"

static void one_unit_from_connection_to_print(void **state) {
    (void)state;
    struct driver *d = NULL;
    struct report r;
    const struct driver_options o = {
        .kind = kind_named("zpl"),
        .fields = {"code"},
        .template_text = slice_text("^XA\n^FO9,9^A0N,30,30^FD{code}^FS\n^XZ\n"),
        .template_name = "plain.zpl",
    };
    assert_ok(driver_new(&o, &d, NULL));
    driver_connected(d, 0);
    sends(d, "^XA^JZN^XZ\n" LOOK);
    hear(d, CALM NO_ERRORS "\"100\"", 1 * MS);
    driver_tick(d, 101 * MS); /* a first reading is no rest */
    sends(d, LOOK);
    hear(d, CALM NO_ERRORS "\"100\"", 1100 * MS); /* nor is one asked so long ago */
    driver_tick(d, 1201 * MS);
    sends(d, LOOK);
    hear(d, CALM NO_ERRORS "\"100\"", 1202 * MS);
    sends(d, "^XA^DFR:CM.ZPL^FS^FO9,9^A0N,30,30^FN1^FS\n^XZ\n");
    assert_int_equal(driver_room(d), 5);
    const struct unit u = {.serial = 7, .texts = {slice_text("7NQ4-K2MT")}};
    assert_ok(driver_give(d, &u, 1203 * MS, NULL));
    sends(d, "^XA^XFR:CM.ZPL^FS^FN1^FD7NQ4-K2MT^FS^PQ1^XZ\n");
    driver_tick(d, 1400 * MS);
    sends(d, LOOK);
    hear(d, CALM NO_ERRORS "\"101\"", 1401 * MS);
    bool printed = false;
    while (driver_report(d, &r))
        printed |= r.kind == REPORT_FATE && r.fate == FATE_PRINTED && r.serial == 7 && r.n == 1;
    assert_true(printed);
    assert_int_equal(driver_in_flight(d), 0);
    driver_free(d);
}

static const struct join_plan clean = {.kind = "zpl",
                                       .grammar = "zpl",
                                       .units = 60,
                                       .rate_per_minute = 6000,
                                       .limit_ms = 60000,
                                       .finish = true};

static void a_clean_run_proves_every_unit(void **state) {
    (void)state;
    struct join j;
    join_run(&j, &clean);
    assert_int_equal(driver_fated(j.driver, FATE_PRINTED), 60);
    assert_int_equal(join_met(&j, RECORD_PRINTED), 60);
    join_close(&j);
}

static void every_split_of_bytes_is_the_same_run(void **state) {
    (void)state;
    for (size_t chop = 1; chop <= 40; chop += chop < 8 ? 1 : 8) {
        struct join j;
        struct join_plan p = clean;
        p.units = 12;
        p.chop = chop;
        join_run(&j, &p);
        assert_int_equal(driver_fated(j.driver, FATE_PRINTED), 12);
        join_close(&j);
    }
}

static void paper_out_is_told_and_ends(void **state) {
    (void)state;
    struct join j;
    struct join_plan p = clean;
    p.faults = "at print 20 paper-out for 400\nat print 40 head-open for 400\n";
    join_run(&j, &p);
    assert_true((j.states & 1u << DRIVER_PAPER_OUT) != 0);
    assert_true((j.states & 1u << DRIVER_HEAD_OPEN) != 0);
    assert_int_equal(join_met(&j, RECORD_RETRIED), 0); /* ^JZN */
    join_close(&j);
}

/* Print-and-apply, 45 and 20 labels a minute beside the resting time of a second: the label in the
 * press is in no answer of ~HS. Two faults, so that one count too many could hide one label too
 * few.
 */
static void a_slow_printer_is_not_ahead_of_its_paper(void **state) {
    (void)state;
    static const uint64_t rates[] = {45, 20};
    for (unsigned first = 2; first <= 5; first++)
        for (unsigned second = first + 4; second <= 12; second++) {
            struct join j;
            struct join_plan p = clean;
            char faults[128];
            (void)snprintf(faults, sizeof faults,
                           "at print %u paper-out for 4000\nat print %u head-open for 700\n", first,
                           second);
            p.faults = faults;
            p.units = 12;
            p.tempo = 10;
            p.rate_per_minute = rates[second % 2];
            p.limit_ms = 300000;
            join_run(&j, &p);
            assert_int_equal(driver_state(j.driver), DRIVER_STOPPED);
            assert_int_equal(j.copies, 0);
            assert_true(driver_fated(j.driver, FATE_UNKNOWN) <= 10); /* two windows */
            join_close(&j);
        }
}

/* One that took 10 ms for a label is done a resting time, 100 ms here, after the last one. */
static void a_quick_printer_ends_at_once(void **state) {
    (void)state;
    struct join j;
    join_run(&j, &clean);
    const struct record *r = j.printer->record;
    const uint64_t last_us = record_at(r, record_n(r) - 1).time_us;
    assert_in_range(j.now_us - last_us, 100 * MS, 160 * MS);
    join_close(&j);
}

/* A unit of which not one byte has left when the link breaks is the only one that is proved unsent.
 */
static void only_units_that_never_left_are_unsent(void **state) {
    (void)state;
    struct join j;
    const struct unit u[] = {{.serial = 0, .texts = {slice_text("C000000")}},
                             {.serial = 1, .texts = {slice_text("C000001")}},
                             {.serial = 2, .texts = {slice_text("C000002")}}};
    struct join_plan p = clean;
    p.units = 0;
    join_open(&j, &p);
    while (driver_state(j.driver) != DRIVER_RUNNING)
        join_step(&j);
    for (size_t i = 0; i < 3; i++)
        assert_ok(driver_give(j.driver, &u[i], j.now_us, NULL));
    driver_left(j.driver, driver_out(j.driver).len / 2, j.now_us); /* within the second */
    driver_disconnected(j.driver, j.now_us);
    assert_int_equal(driver_fated(j.driver, FATE_UNSENT), 1);
    assert_int_equal(driver_in_flight(j.driver), 2);
    assert_int_equal(driver_out(j.driver).len, 0);
    driver_abandon(j.driver, j.now_us);
    assert_int_equal(driver_fated(j.driver, FATE_UNKNOWN), 2);
    join_close(&j);
}

/* Units of one look at the counters; its answers come at once. */
static void give_many(struct driver *d, size_t n, uint64_t *now_us, unsigned *counter) {
    struct report r;
    char answer[32];
    for (size_t i = 0; i < n; i++) {
        const struct unit u = {.serial = i, .texts = {slice_text("7NQ4-K2MT")}};
        assert_ok(driver_give(d, &u, *now_us, NULL));
        driver_left(d, driver_out(d).len, *now_us);
        ++*counter;
        if (driver_room(d) > 0) continue;
        *now_us += 200 * MS;
        driver_tick(d, *now_us);
        driver_left(d, driver_out(d).len, *now_us);
        (void)snprintf(answer, sizeof answer, "\"%u\"", *counter);
        hear(d, CALM NO_ERRORS, *now_us);
        hear(d, answer, *now_us);
        while (driver_report(d, &r)) {
        }
    }
}

static void a_unit_allocates_nothing(void **state) {
    (void)state;
    struct driver *d = NULL;
    uint64_t now_us = 0;
    unsigned counter = 100;
    const struct driver_options o = {.kind = kind_named("zpl"),
                                     .fields = {"code"},
                                     .template_text = slice_text("^XA^FD{code}^FS^XZ"),
                                     .rest_ms = 1};
    assert_ok(driver_new(&o, &d, NULL));
    driver_connected(d, 0);
    for (; driver_room(d) == 0 && now_us < 1000 * MS; now_us += 100 * MS) {
        driver_tick(d, now_us);
        driver_left(d, driver_out(d).len, now_us);
        hear(d, CALM NO_ERRORS "\"100\"", now_us);
    }
    give_many(d, 100, &now_us, &counter);
    const uint64_t before = allocations_made();
    give_many(d, 10000, &now_us, &counter);
    assert_int_equal(allocations_made(), before);
    assert_int_equal(driver_fated(d, FATE_PRINTED), 10100);
    driver_free(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_unit_from_connection_to_print),
        cmocka_unit_test(a_clean_run_proves_every_unit),
        cmocka_unit_test(every_split_of_bytes_is_the_same_run),
        cmocka_unit_test(paper_out_is_told_and_ends),
        cmocka_unit_test(a_slow_printer_is_not_ahead_of_its_paper),
        cmocka_unit_test(a_quick_printer_ends_at_once),
        cmocka_unit_test(only_units_that_never_left_are_unsent),
        cmocka_unit_test(a_unit_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

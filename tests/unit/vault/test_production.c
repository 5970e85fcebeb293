/* Production days against GNU date, and runs that open, roll and extend their batches by
 * themselves. */
#include "vault/production.h"

#include <string.h>

#include "base/date.h"
#include "engine/runs.h"
#include "support/cm.h"
#include "support/line_acts.h"

#define MS        1000u
#define HOUR_S    3600
#define HOUR_MS   (HOUR_S * 1000u)
#define YEAR_S    31536000
#define STEP_S    977 /* a prime: every time of the day is met */
#define BERLIN    "\"zone\":\"Europe/Berlin\""
#define SCHEME    "\"scheme\":\"world\""
#define ROLLS_AT  "\"roll_at\":\"06:00\""
#define JULY_1_06 1782878400000u /* TZ=Europe/Berlin date -d '2026-07-01 06:00' +%s000 */

static struct line_acts w;

static int make(void **state) {
    (void)state;
    line_acts_make(&w, 10);
    return 0;
}
static int remove_world(void **state) {
    (void)state;
    line_acts_remove(&w);
    return 0;
}

static void start(const char *production, const char *more) {
    line_acts_ok(&w, "run.start",
                 "{\"production\":{%s},\"printer\":\"zpl+tcp://p\",\"line\":\"3\",\"template\":{"
                 "\"name\":\"l\",\"text\":\"" LINE_ACTS_TEMPLATE "\"}%s}",
                 production, more);
    (void)snprintf(w.run, sizeof w.run, "%s", line_acts_result_text(&w, "run"));
    w.number = (uint32_t)line_acts_result_u64(&w, "number");
}

static void a_run_opens_the_batch_of_its_day_and_rolls(void **state) {
    (void)state;
    struct taken t;
    w.now_ms = JULY_1_06 - HOUR_MS;
    start(SCHEME "," BERLIN "," ROLLS_AT ",\"date\":\"today\",\"name\":\"{scheme}-{date}-L{line}\","
                 "\"quantity\":100",
          "");
    assert_string_equal(line_acts_result_text(&w, "batch"), "world-2026-06-30-L3");
    line_acts_take(&w, 5, &t);
    assert_string_equal(t.batch, "world-2026-06-30-L3");
    assert_true(t.until_ms == JULY_1_06);
    w.now_ms = JULY_1_06;
    line_acts_take(&w, 5, &t);
    assert_string_equal(t.batch, "world-2026-07-01-L3");
    assert_true(t.until_ms == JULY_1_06 + 24 * HOUR_MS);
    assert_int_equal(t.first, 0);
    w.now_ms++;
    line_acts_take(&w, 5, &t);
    assert_string_equal(t.batch, "world-2026-07-01-L3");
    assert_int_equal(t.first, 5);
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_string_equal(line_acts_result_text(&w, "batch"), "world-2026-07-01-L3");
}

/* Every instant of the year 2026 belongs to one day; days follow each other, each begins once. */
static void every_instant_has_one_production_day(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        int32_t roll_s;
    } plants[] = {{"Europe/Berlin", 0},
                  {"Europe/Berlin", 2 * HOUR_S + HOUR_S / 2}, /* jumped over, and shown twice */
                  {"America/New_York", HOUR_S + HOUR_S / 2},
                  {"Australia/Lord_Howe", 2 * HOUR_S},
                  {"Asia/Kathmandu", 6 * HOUR_S}};
    for (size_t i = 0; i < CM_ARRAY_N(plants); i++) {
        CM_CLEANUP(zone_freep) struct zone *z = NULL;
        int32_t day = 0, last = 0, rolls = 0;
        uint64_t until_ms = 0, ends_ms = 0;
        assert_ok(zone_load(ZONE_FOLDER, slice_text(plants[i].zone), &z, NULL));
        const uint64_t begin_s = 1767225600; /* 2026-01-01 00:00 UTC */
        for (uint64_t s = begin_s; s < begin_s + YEAR_S; s += STEP_S) {
            production_clock(z, plants[i].roll_s, s * MS, &day, &until_ms);
            assert_true(until_ms > s * MS && until_ms <= s * MS + 26 * HOUR_MS);
            if (s > begin_s && day != last) {
                assert_int_equal(day, last + 1);
                assert_true(s * MS >= ends_ms);
                rolls++;
            } else if (s > begin_s) {
                assert_true(until_ms == ends_ms);
            }
            last = day;
            ends_ms = until_ms;
        }
        assert_int_equal(rolls, 365);
    }
}

/* Expected: TZ=Europe/Berlin date -d '2026-10-25 02:30' gives the second 02:30; the first is an
 * hour before. */
static void a_day_of_25_hours_rolls_once(void **state) {
    (void)state;
    CM_CLEANUP(zone_freep) struct zone *z = NULL;
    const int32_t roll_s = 2 * HOUR_S + HOUR_S / 2;
    const uint64_t first_ms = (1792891800u - HOUR_S) * (uint64_t)MS;
    int32_t before = 0, day = 0;
    uint64_t until_ms = 0;
    assert_ok(zone_load(ZONE_FOLDER, slice_text("Europe/Berlin"), &z, NULL));
    production_clock(z, roll_s, first_ms - 1, &before, &until_ms);
    assert_true(until_ms == first_ms);
    for (uint64_t minute = 0; minute < 180; minute++) {
        production_clock(z, roll_s, first_ms + minute * 60 * MS, &day, &until_ms);
        assert_int_equal(day, before + 1);
        assert_true(until_ms == first_ms + 25 * HOUR_MS);
    }
}

static void units_of_a_day_that_is_over_come_again_with_their_end_in_the_past(void **state) {
    (void)state;
    struct taken t, again;
    w.now_ms = JULY_1_06 - HOUR_MS;
    start(SCHEME "," BERLIN "," ROLLS_AT, "");
    line_acts_take(&w, 5, &t);
    w.set = t.set;
    line_acts_again(&w, 0, 5, &again);
    assert_true(again.until_ms == JULY_1_06);
    w.now_ms = JULY_1_06 + 1;
    line_acts_again(&w, 0, 5, &again);
    assert_true(again.until_ms == w.now_ms); /* today's batch is not even made */
    line_acts_take(&w, 5, &t);
    line_acts_again(&w, 0, 5, &again);
    assert_true(again.until_ms == w.now_ms);
    w.set = t.set;
    line_acts_again(&w, 0, 5, &again);
    assert_true(again.until_ms == JULY_1_06 + 24 * HOUR_MS);
}

static void near_the_roll_only_what_will_be_printed_is_given(void **state) {
    (void)state;
    struct taken t;
    w.now_ms = JULY_1_06 - HOUR_MS;
    start(SCHEME "," BERLIN "," ROLLS_AT ",\"quantity\":4000", ",\"rate\":600");
    w.now_ms = JULY_1_06 - 2000;
    line_acts_take(&w, 200, &t);
    assert_int_equal(t.n, 20); /* ten a second, two seconds */
    w.waiting = 13;
    line_acts_take(&w, 200, &t);
    assert_int_equal(t.n, 7); /* the line has 13 of them */
    w.waiting = 20;
    line_acts_take(&w, 200, &t);
    assert_int_equal(t.n, 0);
    assert_string_equal(t.end, ""); /* not the end: later */
    w.waiting = 0;
    line_acts_report(&w, "\"rate\":60");
    line_acts_take(&w, 200, &t);
    assert_int_equal(t.n, 2); /* as measured */
    w.now_ms = JULY_1_06 - 1;
    line_acts_take(&w, 200, &t);
    assert_int_equal(t.n, 1);
}

static void an_overrun_extends_the_batch_while_serials_last(void **state) {
    (void)state;
    struct taken t;
    uint64_t given = 0;
    w.now_ms = JULY_1_06;
    start(SCHEME "," BERLIN "," ROLLS_AT ",\"quantity\":50", "");
    do {
        line_acts_take(&w, 250, &t);
        given += t.n;
    } while (t.n > 0);
    assert_int_equal(given, 4096); /* the scheme's serials a batch */
    assert_non_null(strstr(t.end, "no serials are left"));
    line_acts_ok(&w, "run.show", "{\"run\":\"%s\"}", w.run);
    assert_int_equal(line_acts_result_u64(&w, "reserved_total"), 4096);
}

static void products_have_batches_of_their_own_and_codes_of_their_day(void **state) {
    (void)state;
    struct taken t;
    w.now_ms = JULY_1_06;
    line_acts_drinks(&w);
    start("\"scheme\":\"drinks\",\"attributes\":{\"sku\":\"CM 1\"}," BERLIN, "");
    line_acts_take(&w, 2, &t);
    assert_string_equal(t.batch, "CM-1-2026-07-01-L3");
    w.now_ms += 24 * HOUR_MS;
    line_acts_take(&w, 2, &t);
    assert_string_equal(t.batch, "CM-1-2026-07-02-L3");
    /* One step of growth: days that print little use little of the promised odds. */
    line_acts_ok(&w, "batch.show", "{\"batch\":\"%s\"}", t.batch);
    assert_non_null(memmem(w.result.p, w.result.len, "\"date\":\"2026-07-02\"", 19));
    assert_int_equal(line_acts_result_u64(&w, "quantity"), PRODUCTION_GROWTH);
    /* Another product whose name reads the same as a batch's name is told, not mixed in. */
    const cm_err err = line_acts_try(
        &w, "run.start",
        "{\"production\":{\"scheme\":\"drinks\",\"attributes\":{\"sku\":\"CM/2\"}," BERLIN
        ",\"name\":\"CM-1-{date}-L{line}\"},\"printer\":\"zpl+tcp://q\",\"line\":\"3\","
        "\"template\":{\"name\":\"l\",\"text\":\"" LINE_ACTS_TEMPLATE "\"}}");
    assert_int_equal(err, CM_E_CONFLICT);
    assert_non_null(strstr(w.diag.problem, "another product"));
}

static void a_days_batch_is_opened_if_the_run_says_so(void **state) {
    (void)state;
    static const struct {
        const char *open, *phase;
        enum cm_verdict verdict;
    } cases[] = {{"", "made", CM_V_NOT_OPEN_YET}, {",\"open\":true", "open", CM_V_ACCEPTED}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct taken t;
        char production[200];
        w.now_ms = JULY_1_06 + i * 48 * HOUR_MS;
        (void)snprintf(production, sizeof production, SCHEME "," BERLIN "%s", cases[i].open);
        start(production, "");
        line_acts_take(&w, 1, &t);
        line_acts_ok(&w, "batch.show", "{\"batch\":\"%s\"}", t.batch);
        assert_string_equal(line_acts_result_text(&w, "phase"), cases[i].phase);
        assert_int_equal(world_ask(&w.world, CM_OP_CHECK, t.codes[0], NULL, 0).verdict,
                         cases[i].verdict);
        line_acts_ok(&w, "run.stop", "{\"run\":\"%s\"}", w.run);
        line_acts_report(&w, "\"moves\":[[%u,0,1,\"printed\",\"none\"]],\"done\":true", t.set);
        line_acts_ok(&w, "run.close", "{\"run\":\"%s\"}", w.run);
    }
}

static void a_fixed_date_does_not_roll(void **state) {
    (void)state;
    struct taken t;
    w.now_ms = JULY_1_06 - 1;
    start(SCHEME ",\"date\":\"2027-01-01\",\"name\":\"new-year-{date}\",\"quantity\":9", "");
    line_acts_take(&w, 3, &t);
    assert_string_equal(t.batch, "new-year-2027-01-01");
    assert_true(t.until_ms == 0);
    w.now_ms += 100 * HOUR_MS;
    line_acts_take(&w, 3, &t);
    assert_string_equal(t.batch, "new-year-2027-01-01");
}

static void an_order_of_a_production_is_not_overrun(void **state) {
    (void)state;
    struct taken t;
    w.now_ms = JULY_1_06;
    start(SCHEME "," BERLIN ",\"quantity\":50", ",\"count\":60");
    line_acts_take(&w, 60, &t);
    assert_int_equal(t.n, 50);
    line_acts_take(&w, 60, &t);
    assert_int_equal(t.n, 0);
}

static void what_cannot_roll_is_not_begun(void **state) {
    (void)state;
    static const struct {
        const char *production;
        cm_err err;
        const char *says;
    } cases[] = {
        {SCHEME, CM_E_FORMAT, "zone"},
        {SCHEME ",\"zone\":\"Mars/Base\"", CM_E_NOT_FOUND, "tzdata"},
        {SCHEME ",\"zone\":\"../../etc/passwd\"", CM_E_FORMAT, "Europe/Berlin"},
        {SCHEME "," BERLIN ",\"roll_at\":\"24:00\"", CM_E_FORMAT, "HH:MM"},
        {SCHEME "," BERLIN ",\"roll_at\":\"6:00\"", CM_E_FORMAT, "HH:MM"},
        {SCHEME "," BERLIN ",\"roll_at\":\"06-00\"", CM_E_FORMAT, "HH:MM"},
        {SCHEME "," BERLIN ",\"date\":\"tomorrow\"", CM_E_FORMAT, "today"},
        {SCHEME "," BERLIN ",\"date\":\"2026-02-30\"", CM_E_FORMAT, "today"},
        {SCHEME "," BERLIN ",\"name\":\"always\"", CM_E_CONFLICT, "{date}"},
        {SCHEME "," BERLIN ",\"name\":\"{sku}-{date}\"", CM_E_NOT_FOUND, "{sku}"},
        {SCHEME "," BERLIN ",\"name\":\"{date}-0123456789012345678901234567890123456789012345678"
                "90123\"",
         CM_E_RANGE, "shorten"},
        {SCHEME "," BERLIN ",\"quantity\":0", CM_E_RANGE, "quantity"},
        {SCHEME "," BERLIN ",\"quantity\":5000", CM_E_RANGE, "quantity"},
        {SCHEME "," BERLIN ",\"attributes\":{\"sku\":\"A\"}", CM_E_NOT_FOUND, "sku"},
        {SCHEME "," BERLIN ",\"colour\":\"red\"", CM_E_FORMAT, "colour"},
    };
    char args[600];
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        (void)snprintf(args, sizeof args,
                       "{\"production\":{%s},\"printer\":\"zpl+tcp://p\",\"template\":{\"name\":"
                       "\"l\",\"text\":\"" LINE_ACTS_TEMPLATE "\"}}",
                       cases[i].production);
        const cm_err err = line_acts_try(&w, "run.start", args);
        if (err != cases[i].err)
            fail_msg("%s: '%s' (%s)", cases[i].production, cm_err_name(err), w.diag.problem);
        if (strstr(w.diag.problem, cases[i].says) == NULL &&
            strstr(w.diag.place, cases[i].says) == NULL &&
            strstr(w.diag.remedy, cases[i].says) == NULL)
            fail_msg("%s: %s: %s; %s", cases[i].production, w.diag.place, w.diag.problem,
                     w.diag.remedy);
    }
}

int main(void) {
#define T(f) cmocka_unit_test_setup_teardown(f, make, remove_world)
    const struct CMUnitTest tests[] = {
        T(a_run_opens_the_batch_of_its_day_and_rolls),
        cmocka_unit_test(every_instant_has_one_production_day),
        cmocka_unit_test(a_day_of_25_hours_rolls_once),
        T(units_of_a_day_that_is_over_come_again_with_their_end_in_the_past),
        T(near_the_roll_only_what_will_be_printed_is_given),
        T(an_overrun_extends_the_batch_while_serials_last),
        T(products_have_batches_of_their_own_and_codes_of_their_day),
        T(a_days_batch_is_opened_if_the_run_says_so),
        T(a_fixed_date_does_not_roll),
        T(an_order_of_a_production_is_not_overrun),
        T(what_cannot_roll_is_not_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Civil dates against the C library (timegm, gmtime_r) for every day from 1970 to 2199. */
#include "support/cm.h"

#include <string.h>
#include <time.h>

#include "base/date.h"

#define SECONDS_PER_DAY 86400
#define DAY_2200        84006 /* timegm of 2200-01-01 / 86400 */

static void every_day_agrees_with_the_c_library(void **state) {
    (void)state;
    for (int32_t day = 0; day < DAY_2200; day++) {
        const time_t t = (time_t)day * SECONDS_PER_DAY;
        struct tm tm;
        char want[DATE_TEXT_CAP], got[DATE_TEXT_CAP];
        assert_non_null(gmtime_r(&t, &tm));
        assert_int_equal(strftime(want, sizeof want, "%Y-%m-%d", &tm), sizeof want - 1);
        date_format(day, got);
        assert_string_equal(got, want);
        int32_t back = -1;
        assert_ok(date_parse(slice_text(want), &back));
        assert_int_equal(back, day);
    }
}

static void days_that_do_not_exist_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"2025-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
                                      "1969-12-31", "2026-1-01",  "26-01-01",   "2026-01-01 "};
    int32_t day = -7;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, date_parse(slice_text(bad[i]), &day));
    assert_int_equal(day, -7);
}

static void times_read_offsets_and_print_utc(void **state) {
    (void)state;
    uint64_t ms = 0;
    char text[TIME_TEXT_CAP];
    assert_ok(time_parse(slice_text("2026-11-21T22:00:00.250+01:30"), &ms));
    time_format(ms, text);
    assert_string_equal(text, "2026-11-21T20:30:00.250Z");
    assert_ok(time_parse(slice_text("1970-01-02"), &ms));
    assert_true(ms == 86400000u);
    assert_err(CM_E_FORMAT, time_parse(slice_text("2026-11-21T25:00:00Z"), &ms));
    assert_err(CM_E_FORMAT, time_parse(slice_text("2026-11-21T20:00:00"), &ms));
}

static void an_offset_never_leads_out_of_the_years_that_can_be_printed(void **state) {
    (void)state;
    uint64_t ms = 7;
    assert_err(CM_E_FORMAT, time_parse(slice_text("9999-12-31T23:59:59.999-00:01"), &ms));
    assert_err(CM_E_FORMAT, time_parse(slice_text("1970-01-01T00:00:00+00:01"), &ms));
    assert_true(ms == 7);
    char out[TIME_TEXT_CAP];
    assert_ok(time_parse(slice_text("9999-12-31T23:59:59.999Z"), &ms));
    time_format(ms, out);
    assert_string_equal(out, "9999-12-31T23:59:59.999Z");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_agrees_with_the_c_library),
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(times_read_offsets_and_print_utc),
        cmocka_unit_test(an_offset_never_leads_out_of_the_years_that_can_be_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

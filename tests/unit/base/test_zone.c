/* Zones against the C library's own reader of the same files (localtime_r), days of 23, 24 and 25
 * hours against GNU date, and every damaged file refused. */
#include "base/zone.h"

#include <stdlib.h>
#include <time.h>

#include "base/date.h"
#include "base/file.h"
#include "base/zone_rule.h"
#include "support/cm.h"
#include "support/splitmix.h"

#define HOUR_S    3600
#define DAY_S     86400
#define HALF_PAST 1800
#define INSTANTS  4000
#define YEAR_2200 7258118400

static struct zone *load(const char *name) {
    struct zone *z = NULL;
    struct cm_diag diag = DIAG_INIT;
    if (zone_load(ZONE_FOLDER, slice_text(name), &z, &diag) != CM_OK)
        fail_msg("%s: %s (the package tzdata is needed)", name, diag.problem);
    return z;
}

static int32_t day(const char *text) {
    int32_t d = 0;
    assert_ok(date_parse(slice_text(text), &d));
    return d;
}

static void a_zone_tells_when_a_plants_day_begins(void **state) {
    (void)state;
    CM_CLEANUP(zone_freep) struct zone *berlin = load("Europe/Berlin");
    const int64_t at = zone_instant(berlin, day("2026-07-01"), 6 * HOUR_S);
    assert_int_equal(at, 1782878400); /* TZ=Europe/Berlin date -d '2026-07-01 06:00' +%s */
    assert_int_equal(zone_offset(berlin, at), 2 * HOUR_S);
    assert_int_equal(zone_day(berlin, at), day("2026-07-01"));
    assert_int_equal(zone_day(berlin, at - 6 * HOUR_S - 1), day("2026-06-30"));
}

/* Expected: TZ=ZONE date -d 'DAY 00:00' +%s of the day and of the one behind it. */
static void days_have_23_24_or_25_hours(void **state) {
    (void)state;
    static const struct {
        const char *zone, *day;
        int64_t begins, lasts;
    } days[] = {{"Europe/Berlin", "2026-03-29", 1774738800, 23 * HOUR_S},
                {"Europe/Berlin", "2026-10-25", 1792879200, 25 * HOUR_S},
                {"Europe/Berlin", "2026-03-28", 1774652400, 24 * HOUR_S},
                {"America/New_York", "2026-03-08", 1772946000, 23 * HOUR_S},
                {"America/New_York", "2026-11-01", 1793505600, 25 * HOUR_S},
                {"Australia/Lord_Howe", "2026-10-04", 1791034200, 24 * HOUR_S - HALF_PAST},
                {"Australia/Lord_Howe", "2026-04-05", 1775307600, 24 * HOUR_S + HALF_PAST}};
    for (size_t i = 0; i < CM_ARRAY_N(days); i++) {
        CM_CLEANUP(zone_freep) struct zone *z = load(days[i].zone);
        const int64_t begins = zone_instant(z, day(days[i].day), 0);
        assert_int_equal(begins, days[i].begins);
        assert_int_equal(zone_instant(z, day(days[i].day) + 1, 0) - begins, days[i].lasts);
    }
}

static void a_time_that_is_jumped_over_is_the_jump_and_one_shown_twice_is_the_first(void **state) {
    (void)state;
    CM_CLEANUP(zone_freep) struct zone *z = load("Europe/Berlin");
    const int32_t half_past_two = 2 * HOUR_S + HALF_PAST;
    /* The EU's rule: both changes happen at 01:00 UTC. */
    assert_int_equal(zone_instant(z, day("2026-03-29"), half_past_two),
                     (int64_t)day("2026-03-29") * DAY_S + HOUR_S);
    assert_int_equal(zone_instant(z, day("2026-10-25"), half_past_two),
                     (int64_t)day("2026-10-25") * DAY_S + HALF_PAST);
}

static void instants_of_200_years_are_those_of_the_c_library(void **state) {
    (void)state;
    static const char *const zones[] = {
        "Europe/Berlin",       "America/New_York",  "Australia/Lord_Howe", "Asia/Kathmandu",
        "Africa/Casablanca",   "America/Nuuk",      "Asia/Gaza",           "Pacific/Apia",
        "America/Mexico_City", "Antarctica/Troll",  "Etc/GMT+11",          "UTC",
        "Europe/Dublin",       "America/Sao_Paulo", "Pacific/Kiritimati"};
    uint64_t r = 4;
    for (size_t i = 0; i < CM_ARRAY_N(zones); i++) {
        CM_CLEANUP(zone_freep) struct zone *z = load(zones[i]);
        assert_int_equal(setenv("TZ", zones[i], 1), 0);
        tzset();
        for (size_t n = 0; n < INSTANTS; n++) {
            struct tm tm;
            const time_t at = (time_t)(splitmix_next(&r) % (uint64_t)YEAR_2200);
            assert_non_null(localtime_r(&at, &tm));
            if (zone_offset(z, at) != tm.tm_gmtoff)
                fail_msg("%s at %lld: %d, want %ld", zones[i], (long long)at, zone_offset(z, at),
                         tm.tm_gmtoff);
        }
    }
}

static void rules_are_read_as_posix_says_and_no_others(void **state) {
    (void)state;
    struct zone_rule rule;
    assert_ok(zone_rule_parse(slice_text("<-0330>3:30<-0230>,J60/0,300/-1:30"), &rule));
    assert_int_equal(rule.standard_s, -(3 * HOUR_S + HALF_PAST));
    assert_int_equal(rule.summer_s, rule.standard_s + HOUR_S);
    assert_int_equal(rule.end.second, -(HOUR_S + HALF_PAST));
    static const char *const bad[] = {"",
                                      "C",
                                      "CET",
                                      "CET-1CEST",
                                      "CET-1CEST,M3.5.0",
                                      "CET-1CEST,M13.5.0,M10.5.0",
                                      "CET-1CEST,M3.6.0,M10.5.0",
                                      "CET-1CEST,M3.5.7,M10.5.0",
                                      "CET-1CEST,M3.5.0,M10.5.0x",
                                      "CET-168",
                                      "<CET-1",
                                      "CET-1CEST,J0,J1",
                                      "CET-1CEST,366,1",
                                      "CET-99999999999"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        if (zone_rule_parse(slice_text(bad[i]), &rule) != CM_E_FORMAT) fail_msg("%s", bad[i]);
}

static void the_zone_that_was_meant_is_named(void **state) {
    (void)state;
    static const struct {
        const char *typed, *meant; /* NULL: none comes near */
    } names[] = {{"Europe/Amsterdm", "Europe/Amsterdam"},
                 {"amsterdam", "Europe/Amsterdam"},
                 {"EUROPE/BERLIN", "Europe/Berlin"},
                 {"New_York", "America/New_York"},
                 {"Nowhere/At_all", NULL},
                 {"", NULL}};
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        char near[ZONE_NAME_CAP] = "untouched";
        struct cm_diag diag = DIAG_INIT;
        struct zone *z = NULL;
        const bool found = zone_nearest(ZONE_FOLDER, slice_text(names[i].typed), near);
        assert_int_equal(found, names[i].meant != NULL);
        assert_string_equal(near, found ? names[i].meant : "untouched");
        assert_int_not_equal(zone_load(ZONE_FOLDER, slice_text(names[i].typed), &z, &diag), CM_OK);
        if (found) assert_non_null(strstr(diag.remedy, names[i].meant));
    }
    char near[ZONE_NAME_CAP];
    assert_false(zone_nearest("/proc", slice_text("Europe/Berlin"), near)); /* no list there */
}

/* As GNU date writes them: TZ=... date -d @N +%Y-%m-%dT%H:%M:%S%:z */
static void times_are_written_as_the_clocks_show_them(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        uint64_t unix_s;
        const char *text;
    } times[] = {{"Europe/Amsterdam", 1798153200, "2026-12-25T00:00:00+01:00"},
                 {"Europe/Amsterdam", 1814479200, "2027-07-02T00:00:00+02:00"},
                 {"America/St_Johns", 1798153200, "2026-12-24T19:30:00-03:30"},
                 {"Asia/Kathmandu", 1798153200, "2026-12-25T04:45:00+05:45"},
                 {"UTC", 0, "1970-01-01T00:00:00+00:00"}};
    char text[ZONE_TIME_CAP];
    for (size_t i = 0; i < CM_ARRAY_N(times); i++) {
        CM_CLEANUP(zone_freep) struct zone *z = load(times[i].zone);
        zone_time_format(z, times[i].unix_s, text);
        assert_string_equal(text, times[i].text);
    }
    zone_time_format(NULL, 1798153200, text);
    assert_string_equal(text, "2026-12-24T23:00:00+00:00");
}

static void names_that_lead_elsewhere_and_zones_that_are_not_there_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"", "/etc/passwd", "../../../etc/passwd", "Europe/Ber lin",
                                      "Europe/Berlin\n"};
    struct zone *z = NULL;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, zone_load(ZONE_FOLDER, slice_text(bad[i]), &z, NULL));
    assert_err(CM_E_NOT_FOUND, zone_load(ZONE_FOLDER, slice_text("Europe/Nowhere"), &z, NULL));
    assert_err(CM_E_NOT_FOUND, zone_load(ZONE_FOLDER, slice_text("Europe"), &z, NULL));
    assert_err(CM_E_FORMAT, zone_load(ZONE_FOLDER, slice_text("zone.tab"), &z, NULL));
    assert_null(z);
}

static void cut_and_damaged_files_are_refused_or_harmless(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    assert_ok(file_read(ZONE_FOLDER "/Europe/Berlin", ZONE_LEN_MAX, &file, NULL));
    assert_true(file.len > 0);
    struct zone *z = NULL;
    for (size_t len = 0; len < file.len; len++)
        assert_err(CM_E_FORMAT, zone_parse(slice_of(file.p, len), &z));
    uint64_t r = 1;
    for (size_t i = 0; i < INSTANTS && file.len > 0; i++) {
        CM_CLEANUP(zone_freep) struct zone *hurt = NULL;
        const size_t at = splitmix_next(&r) % file.len;
        const uint8_t was = file.p[at];
        file.p[at] ^= (uint8_t)(1u << splitmix_next(&r) % 8);
        if (zone_parse(buffer_slice(&file), &hurt) == CM_OK)
            for (int64_t t = 0; t < YEAR_2200; t += YEAR_2200 / 64)
                assert_in_range(zone_offset(hurt, t) + 200 * HOUR_S, 0, 400 * HOUR_S);
        file.p[at] = was;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_tells_when_a_plants_day_begins),
        cmocka_unit_test(days_have_23_24_or_25_hours),
        cmocka_unit_test(a_time_that_is_jumped_over_is_the_jump_and_one_shown_twice_is_the_first),
        cmocka_unit_test(instants_of_200_years_are_those_of_the_c_library),
        cmocka_unit_test(rules_are_read_as_posix_says_and_no_others),
        cmocka_unit_test(the_zone_that_was_meant_is_named),
        cmocka_unit_test(times_are_written_as_the_clocks_show_them),
        cmocka_unit_test(names_that_lead_elsewhere_and_zones_that_are_not_there_are_refused),
        cmocka_unit_test(cut_and_damaged_files_are_refused_or_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

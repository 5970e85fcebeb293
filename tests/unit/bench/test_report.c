/* results.json, byte for byte: programs read it, so that its members are a promise. */
#include "support/cm.h"

#include <math.h>
#include <string.h>

#include "bench/report.h"

static void a_goal_becomes_one_object(void **state) {
    (void)state;
    const struct bench_row rows[] = {
        {.area = "mint",
         .row = "to memory / node",
         .unit = "codes/s",
         .peer_name = "node crypto + Set",
         .sense = SENSE_AT_LEAST,
         .ours = 25000000,
         .peer = 2000000,
         .ratio = 12.5,
         .least = 12,
         .most = 13,
         .spread = 0.08,
         .goal = 12,
         .cpu_ns = 40,
         .peak = 13631488,
         .written = 30.5,
         .cpu_ratio = 12.4,
         .met = true},
        {.area = "mint", .row = "shown only", .sense = SENSE_NONE},
    };
    static const char want[] = "[\n"
                               "  {\n"
                               "    \"area\": \"mint\",\n"
                               "    \"row\": \"to memory / node\",\n"
                               "    \"ours\": 2.5e+07,\n"
                               "    \"peer\": 2e+06,\n"
                               "    \"peer_name\": \"node crypto + Set\",\n"
                               "    \"unit\": \"codes/s\",\n"
                               "    \"ratio\": 12.5,\n"
                               "    \"goal\": 12,\n"
                               "    \"sense\": \"at least\",\n"
                               "    \"met\": true,\n"
                               "    \"spread\": 0.08,\n"
                               "    \"ratio_least\": 12,\n"
                               "    \"ratio_most\": 13,\n"
                               "    \"cpu_ratio\": 12.4,\n"
                               "    \"cpu_ns_per_item\": 40,\n"
                               "    \"peak_bytes\": 1.36315e+07,\n"
                               "    \"written_bytes_per_item\": 30.5\n"
                               "  }\n"
                               "]\n";
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(report_text(rows, CM_ARRAY_N(rows), &text));
    assert_string_equal(buffer_cstr(&text), want);
}

static void figures_that_cannot_be_are_null(void **state) {
    (void)state;
    const struct bench_row row = {.area = "a",
                                  .row = "r",
                                  .unit = "s",
                                  .sense = SENSE_AT_MOST,
                                  .ratio = (double)NAN,
                                  .most = (double)INFINITY};
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(report_text(&row, 1, &text));
    const char *json = buffer_cstr(&text);
    assert_non_null(strstr(json, "\"ratio\": null"));
    assert_non_null(strstr(json, "\"ratio_most\": null"));
    assert_non_null(strstr(json, "\"sense\": \"at most\""));
    assert_null(strstr(json, "nan"));
    assert_null(strstr(json, "inf"));
}

static void nothing_measured_is_an_empty_array(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    assert_ok(report_text(NULL, 0, &text));
    assert_string_equal(buffer_cstr(&text), "[]\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_goal_becomes_one_object),
        cmocka_unit_test(figures_that_cannot_be_are_null),
        cmocka_unit_test(nothing_measured_is_an_empty_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

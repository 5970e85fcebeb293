/* The bench's command line. */
#include "support/cm.h"

#include <string.h>

#include "bench/bench_options.h"

static const char *const names[] = {"ff1", "mint", "open-at-scale"};

#define PARSE(o, diag, ...)                                                                        \
    parse((o), (diag), (const char *[]){"bench", __VA_ARGS__},                                     \
          CM_ARRAY_N(((const char *[]){"bench", __VA_ARGS__})))

static cm_err parse(struct bench_options *o, struct cm_diag *diag, const char *const *argv,
                    size_t n) {
    *o = (struct bench_options)BENCH_OPTIONS_DEFAULTS;
    return bench_options_parse(o, names, CM_ARRAY_N(names), (int)n, argv, diag);
}

static void options_and_areas_are_taken(void **state) {
    (void)state;
    struct bench_options o;
    assert_ok(PARSE(&o, NULL, "--leg", "0.5", "full", "--pairs", "7", "open-at-scale", "--live",
                    "200000", "--dir", "d", "--out", "o.json"));
    assert_true(o.leg_s > 0.499 && o.leg_s < 0.501);
    assert_true(o.full);
    assert_int_equal(o.pairs, 7);
    assert_int_equal(o.live, 200000);
    assert_string_equal(o.dir, "d");
    assert_string_equal(o.out, "o.json");
    assert_false(o.wanted[0] || o.wanted[1]);
    assert_true(o.wanted[2]);
}

static void nothing_named_means_all_areas_and_the_defaults(void **state) {
    (void)state;
    struct bench_options o = BENCH_OPTIONS_DEFAULTS;
    const char *argv[] = {"bench"};
    assert_ok(bench_options_parse(&o, names, CM_ARRAY_N(names), 1, argv, NULL));
    assert_true(o.wanted[0] && o.wanted[1] && o.wanted[2]);
    assert_false(o.wanted[3]);
    assert_int_equal(o.pairs, 5);
    assert_int_equal(o.live, 10000000);
    assert_true(o.leg_s > 1.99 && o.leg_s < 2.01);
    assert_false(o.full);
}

static void what_is_unknown_is_named(void **state) {
    (void)state;
    struct bench_options o;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_ARGUMENT, PARSE(&o, &diag, "mnit"));
    assert_string_equal(diag.input, "mnit");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_ARGUMENT, PARSE(&o, &diag, "--legs", "2"));
    assert_string_equal(diag.input, "--legs");
}

static void a_value_that_is_missing_or_makes_no_sense_is_refused(void **state) {
    (void)state;
    struct bench_options o;
    assert_err(CM_E_ARGUMENT, PARSE(&o, NULL, "--leg"));
    assert_err(CM_E_ARGUMENT, PARSE(&o, NULL, "--leg", "long"));
    assert_err(CM_E_ARGUMENT, PARSE(&o, NULL, "--leg", "2s"));
    assert_err(CM_E_ARGUMENT, PARSE(&o, NULL, "--leg", ""));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--leg", "0"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--leg", "-1"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--leg", "nan"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--pairs", "4"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--pairs", "32"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--live", "10"));
    assert_err(CM_E_RANGE, PARSE(&o, NULL, "--live", "1e12"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_areas_are_taken),
        cmocka_unit_test(nothing_named_means_all_areas_and_the_defaults),
        cmocka_unit_test(what_is_unknown_is_named),
        cmocka_unit_test(a_value_that_is_missing_or_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

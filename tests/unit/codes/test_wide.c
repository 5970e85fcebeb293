/* 128-bit arithmetic of the planner. Expected texts were computed with node's BigInt: quotients as
 * (num * 10n ** 60n) / den, hundredths of log2(v) as bit length of v ** 100n, less one. */
#include "support/cm.h"

#include "codes/wide.h"

static cm_u128 power(uint64_t base, unsigned exponent) {
    cm_u128 v = 0;
    assert_true(wide_pow(base, exponent, &v));
    return v;
}

static void expect_ratio(cm_u128 num, cm_u128 den, unsigned digits, const char *text) {
    char out[RATIO_TEXT_CAP];
    ratio_format(num, den, digits, out);
    assert_string_equal(out, text);
}

static void big_counts_go_to_decimal_and_back(void **state) {
    (void)state;
    char out[WIDE_TEXT_CAP], grouped[WIDE_GROUP_CAP];
    cm_u128 v = 0;
    wide_format(power(23, 12), out);
    assert_string_equal(out, "21914624432020321");
    wide_group(power(23, 12), grouped);
    assert_string_equal(grouped, "21,914,624,432,020,321");
    assert_ok(wide_parse(slice_text("21914624432020321"), &v));
    assert_true(v == power(23, 12));
    wide_group(~(cm_u128)0, grouped);
    assert_string_equal(grouped, "340,282,366,920,938,463,463,374,607,431,768,211,455");
    assert_ok(wide_parse(slice_text("340282366920938463463374607431768211455"), &v));
    assert_true(v == ~(cm_u128)0);
    wide_group(0, grouped);
    assert_string_equal(grouped, "0");
    wide_group(999, grouped);
    assert_string_equal(grouped, "999");
}

static void a_decimal_text_is_digits_without_leading_zeros(void **state) {
    (void)state;
    static const char *const bad[] = {"", "01", "00", "+1", "-1", " 1", "1 ", "1e3", "0x1", "1.0"};
    cm_u128 v = 0xA5;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, wide_parse(slice_text(bad[i]), &v));
    assert_err(CM_E_RANGE, wide_parse(slice_text("340282366920938463463374607431768211456"), &v));
    assert_err(CM_E_RANGE, wide_parse(slice_text("1000000000000000000000000000000000000000"), &v));
    assert_true(v == 0xA5);
}

static void overflow_is_noticed(void **state) {
    (void)state;
    cm_u128 v = 0xA5;
    assert_false(wide_mul((cm_u128)1 << 64, (cm_u128)1 << 64, &v));
    assert_false(wide_pow(2, 128, &v));
    assert_true(v == 0xA5);
    assert_true(power(2, 127) == (cm_u128)1 << 127);
}

static void logarithms_are_right_to_the_hundredth(void **state) {
    (void)state;
    assert_int_equal(wide_log2_hundredths(1), 0);
    assert_int_equal(wide_log2_hundredths(2), 100);
    assert_int_equal(wide_log2_hundredths(3), 158);
    assert_int_equal(wide_log2_hundredths(1000000), 1993);
    assert_int_equal(wide_log2_hundredths(power(23, 12)), 5428);
    assert_int_equal(wide_log2_hundredths(power(32, 12)), 6000);
    assert_int_equal(wide_log2_hundredths(((cm_u128)1 << 63) - 1), 6299);
    assert_int_equal(wide_log2_hundredths((cm_u128)1 << 64), 6400);
    assert_int_equal(wide_log2_hundredths(((cm_u128)1 << 120) - 1), 11999);
}

static void quotients_are_exact_and_cut_off(void **state) {
    (void)state;
    expect_ratio(4000000, power(23, 12), 4, "1.825e-10");
    expect_ratio((cm_u128)7200000 * 4000000, power(23, 12), 3, "0.00131");
    expect_ratio(power(23, 12), 4000000, 12, "5478656108");
    expect_ratio(power(23, 12), 4000000, 15, "5478656108.00508");
    expect_ratio(2, 3, 3, "0.666");
    expect_ratio(1, 1, 3, "1");
    expect_ratio(0, 7, 3, "0");
    expect_ratio(1, 2, 3, "0.5");
    expect_ratio(105, 2, 3, "52.5");
    expect_ratio(123456, 1, 2, "120000");
    expect_ratio(1, 100000, 3, "0.00001");
    expect_ratio(1, 1000000, 3, "1e-6");
    expect_ratio(power(10, 20), 1, 3, "1e20");
    expect_ratio(1, ((cm_u128)1 << 120) - 1, 3, "7.52e-37");
}

static void rounding_up_never_understates(void **state) {
    (void)state;
    static const struct {
        cm_u128 num, den;
        const char *text;
    } cases[] = {{2, 3, "0.667"},      {1, 2, "0.5"},          {999, 1000, "0.999"},
                 {9991, 10000, "1"},   {12341, 1, "12400"},    {12300, 1, "12300"},
                 {99999, 1, "100000"}, {1, 3000000, "3.34e-7"}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char out[RATIO_TEXT_CAP];
        ratio_format_up(cases[i].num, cases[i].den, 3, out);
        assert_string_equal(out, cases[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big_counts_go_to_decimal_and_back),
        cmocka_unit_test(a_decimal_text_is_digits_without_leading_zeros),
        cmocka_unit_test(overflow_is_noticed),
        cmocka_unit_test(logarithms_are_right_to_the_hundredth),
        cmocka_unit_test(quotients_are_exact_and_cut_off),
        cmocka_unit_test(rounding_up_never_understates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Strict UTF-8, decimal and hex. Hostile sequences are those of the Unicode standard,
 * section 3.9, table 3-7 (well-formed UTF-8 byte sequences). */
#include "support/cm.h"

#include "base/text.h"

static void decimal_reads_digits_up_to_its_limit(void **state) {
    (void)state;
    uint64_t v = 0;
    assert_ok(text_u64(slice_text("18446744073709551615"), UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_err(CM_E_RANGE, text_u64(slice_text("18446744073709551616"), UINT64_MAX, &v));
    assert_err(CM_E_RANGE, text_u64(slice_text("11"), 10, &v));
    assert_err(CM_E_FORMAT, text_u64(slice_text(""), 10, &v));
    assert_err(CM_E_FORMAT, text_u64(slice_text("+1"), 10, &v));
    assert_err(CM_E_FORMAT, text_u64(slice_text("99999999999999999999999x"), 10, &v));
    assert_true(v == UINT64_MAX);
}

static void utf8_takes_each_length_and_refuses_ill_formed_sequences(void **state) {
    (void)state;
    assert_true(text_prints(slice_text("Anna M\xC3\xBCller")));
    assert_false(text_prints(slice_text("one\ntwo")));
    assert_false(text_prints(slice_text("\x7F")));
    assert_false(text_prints(slice_text("\xC3")));
    assert_true(utf8_valid(slice_text("A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80")));
    static const char *const bad[] = {
        "\xC0\xAF",         /* overlong slash */
        "\xE0\x80\xAF",     /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* above U+10FFFF */
        "\xF8\x88\x80\x80", /* five-byte lead */
        "\x80",             /* lone continuation */
        "\xE2\x82",         /* cut */
        "\xE2\x28\xA1",     /* continuation missing */
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_false(utf8_valid(slice_text(bad[i])));
}

static void hex_round_trips_and_leaves_output_alone_on_error(void **state) {
    (void)state;
    uint8_t b[2] = {0xA5, 0xA5};
    char text[5];
    assert_err(CM_E_FORMAT, hex_parse(slice_text("0g1f"), b, sizeof b));
    assert_err(CM_E_FORMAT, hex_parse(slice_text("0f1"), b, sizeof b));
    assert_int_equal(b[0], 0xA5);
    assert_ok(hex_parse(slice_text("0fE1"), b, sizeof b));
    hex_format(b, sizeof b, text);
    assert_string_equal(text, "0fe1");
}

static void appending_cuts_at_the_end_and_never_overruns(void **state) {
    (void)state;
    char line[8] = "ab";
    text_append(line, 6, "%d", 12);
    assert_string_equal(line, "ab12");
    line[6] = 'Z';
    text_append(line, 6, "%s", "3456");
    assert_string_equal(line, "ab123");
    text_append(line, 6, "x");
    assert_string_equal(line, "ab123");
    assert_int_equal(line[6], 'Z');
    char full[4] = {'a', 'b', 'c', 'd'};
    text_append(full, sizeof full, "x");
    assert_memory_equal(full, "abcd", 4);
}

static void a_text_of_use_whole_alone_says_when_it_was_cut(void **state) {
    (void)state;
    char path[6];
    memset(path, 0xA5, sizeof path);
    assert_true(text_whole(path, 5, "%s/%s", "ab", "c"));
    assert_string_equal(path, "ab/c");
    assert_false(text_whole(path, 4, "%s/%s", "ab", "c"));
    assert_string_equal(path, "ab/");
    assert_int_equal((uint8_t)path[5], 0xA5);
    assert_true(text_whole(path, 1, "%s", ""));
}

static void decimals_are_those_of_printf(void **state) {
    (void)state;
    uint64_t value = 0;
    for (unsigned i = 0; i <= 64; i++, value = value * 2 + 1) {
        char digits[DECIMAL_CAP], want[DECIMAL_CAP + 1];
        const int len = snprintf(want, sizeof want, "%llu", (unsigned long long)value);
        assert_int_equal(decimal_format(value, digits), len);
        assert_memory_equal(digits, want, (size_t)len);
    }
}

static void a_mark_of_byte_order_is_known_at_the_beginning_alone(void **state) {
    (void)state;
    assert_int_equal(text_mark_len(slice_text("\xEF\xBB\xBF"
                                              "A1")),
                     3);
    assert_int_equal(text_mark_len(slice_text("\xEF\xBB\xBF")), 3);
    assert_int_equal(text_mark_len(slice_text("\xEF\xBB")), 0);
    assert_int_equal(text_mark_len(slice_text("A\xEF\xBB\xBF")), 0);
    assert_int_equal(text_mark_len(slice_text("")), 0);
    assert_int_equal(text_mark_len(slice_of(NULL, 0)), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decimal_reads_digits_up_to_its_limit),
        cmocka_unit_test(utf8_takes_each_length_and_refuses_ill_formed_sequences),
        cmocka_unit_test(decimals_are_those_of_printf),
        cmocka_unit_test(hex_round_trips_and_leaves_output_alone_on_error),
        cmocka_unit_test(a_text_of_use_whole_alone_says_when_it_was_cut),
        cmocka_unit_test(appending_cuts_at_the_end_and_never_overruns),
        cmocka_unit_test(a_mark_of_byte_order_is_known_at_the_beginning_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

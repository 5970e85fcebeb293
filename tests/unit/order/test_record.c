/* The words that templates use: docs/design/orders.md, "Values". */
#include "order/record.h"

#include "support/cm.h"

static void a_record_gives_its_texts_by_value(void **state) {
    (void)state;
    static const char numbers[] = "6035718888880528923"
                                  "6035718888880528931";
    static const char tracks[] = ";6035718888880528923=4912?;60357=4912?.............";
    static const uint8_t lens[] = {26, 12};
    struct record_set set = {.n = 2, .first = 1};
    set.column[RECORD_NUMBER] = (struct record_column){.rows = numbers, .stride = 19, .width = 19};
    set.column[RECORD_TRACK2] = (struct record_column){.rows = tracks, .stride = 26, .len = lens};
    assert_true(
        slice_equal(record_text(&set, RECORD_NUMBER, 1), slice_text("6035718888880528931")));
    assert_true(slice_equal(record_text(&set, RECORD_TRACK2, 1), slice_text(";60357=4912?")));
    assert_int_equal(record_text(&set, RECORD_PIN, 0).len, 0);
}

static void every_value_and_constant_has_its_own_word(void **state) {
    (void)state;
    for (unsigned v = 0; v < RECORD_VALUE_N; v++)
        for (unsigned c = 0; c < RECORD_CONSTANT_N; c++)
            assert_string_not_equal(record_value_name((enum record_value)v),
                                    record_constant_name((enum record_constant)c));
    for (unsigned v = 0; v < RECORD_VALUE_N; v++)
        for (unsigned u = 0; u < v; u++)
            assert_string_not_equal(record_value_name((enum record_value)v),
                                    record_value_name((enum record_value)u));
    assert_string_equal(record_value_name((enum record_value)RECORD_VALUE_N), "unknown_value");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_gives_its_texts_by_value),
        cmocka_unit_test(every_value_and_constant_has_its_own_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

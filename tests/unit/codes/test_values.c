/* The append-only list of values: an index, once given, means the same text for ever. */
#include "support/cm.h"

#include <string.h>

#include "codes/values.h"

static void a_value_keeps_its_index_for_ever(void **state) {
    (void)state;
    CM_CLEANUP(values_free) struct values v = VALUES_INIT;
    uint32_t index = 9;
    assert_ok(values_append(&v, slice_text("cola"), &index));
    assert_int_equal(index, 0);
    char text[16];
    for (uint32_t i = 1; i < 5000; i++) {
        const int len = snprintf(text, sizeof text, "v%u", i);
        assert_ok(values_append(&v, slice_of(text, (size_t)len), &index));
        assert_int_equal(index, i);
    }
    for (uint32_t i = 1; i < 5000; i++) {
        const int len = snprintf(text, sizeof text, "v%u", i);
        assert_int_equal(values_find(&v, slice_of(text, (size_t)len)), i);
        assert_true(slice_equal(values_at(&v, i), slice_of(text, (size_t)len)));
    }
    assert_int_equal(values_find(&v, slice_text("v5000")), VALUES_NONE);
}

static void a_duplicate_is_refused_and_says_where(void **state) {
    (void)state;
    CM_CLEANUP(values_free) struct values v = VALUES_INIT;
    uint32_t index = 0;
    assert_int_equal(values_find(&v, slice_text("a")), VALUES_NONE);
    assert_ok(values_append(&v, slice_text("a"), &index));
    assert_ok(values_append(&v, slice_text("b"), &index));
    assert_err(CM_E_EXISTS, values_append(&v, slice_text("a"), &index));
    assert_int_equal(index, 0);
    assert_int_equal(v.n, 2);
}

static void what_is_no_name_is_refused(void **state) {
    (void)state;
    CM_CLEANUP(values_free) struct values v = VALUES_INIT;
    uint32_t index = 0;
    char longer[VALUE_MAX + 1];
    memset(longer, 'x', sizeof longer);
    assert_err(CM_E_RANGE, values_append(&v, slice_text(""), &index));
    assert_err(CM_E_RANGE, values_append(&v, slice_of(longer, sizeof longer), &index));
    assert_ok(values_append(&v, slice_of(longer, VALUE_MAX), &index));
    assert_err(CM_E_FORMAT, values_append(&v, slice_text("a\nb"), &index));
    assert_err(CM_E_FORMAT, values_append(&v, slice_text("\xC3("), &index));
    assert_err(CM_E_FORMAT, values_append(&v, slice_of("a\0b", 3), &index));
    assert_int_equal(v.n, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_keeps_its_index_for_ever),
        cmocka_unit_test(a_duplicate_is_refused_and_says_where),
        cmocka_unit_test(what_is_no_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The growing buffer: what is put comes out, nothing at all is fine too. */
#include "support/cm.h"

#include <string.h>

#include "base/buffer.h"

static void texts_and_numbers_stand_one_after_the_other(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    buffer_text(&b, "n=");
    buffer_printf(&b, "%d", 7);
    buffer_u16be(&b, 0x4142);
    assert_ok(buffer_err(&b));
    assert_string_equal(buffer_cstr(&b), "n=7AB");
}

static void putting_nothing_into_an_empty_buffer_is_defined(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    buffer_put(&b, NULL, 0); /* once NULL + 0, which the sanitizer refused */
    buffer_text(&b, "");
    assert_ok(buffer_err(&b));
    assert_int_equal(b.len, 0);
    assert_string_equal(buffer_cstr(&b), "");
}

static void growth_keeps_what_was_there(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    for (unsigned i = 0; i < 100000; i++)
        buffer_u8(&b, (uint8_t)i);
    assert_int_equal(b.len, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(b.p[i], (uint8_t)i);
}

static void a_recycled_buffer_is_wiped_and_keeps_no_more_than_asked(void **state) {
    (void)state;
    CM_CLEANUP(buffer_free) struct buffer b = BUFFER_INIT;
    buffer_text(&b, "HW34-9PXK");
    const uint8_t *room = b.p;
    const size_t cap = b.cap;
    buffer_recycle(&b, cap);
    assert_ptr_equal(b.p, room);
    assert_int_equal(b.len, 0);
    for (size_t i = 0; i < strlen("HW34-9PXK"); i++)
        assert_int_equal(room[i], 0);
    b.failed = true;
    buffer_recycle(&b, cap);
    buffer_text(&b, "again");
    assert_ok(buffer_err(&b));
    buffer_recycle(&b, cap - 1);
    assert_null(b.p);
    assert_int_equal(b.cap, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_and_numbers_stand_one_after_the_other),
        cmocka_unit_test(putting_nothing_into_an_empty_buffer_is_defined),
        cmocka_unit_test(growth_keeps_what_was_there),
        cmocka_unit_test(a_recycled_buffer_is_wiped_and_keeps_no_more_than_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Cursor and byte order: reads never run past the end and the error sticks. */
#include "support/cm.h"

#include "base/buffer.h"
#include "base/bytes.h"

static void a_cursor_reads_what_a_buffer_wrote(void **state) {
    (void)state;
    struct buffer b = BUFFER_INIT;
    buffer_u8(&b, 7);
    buffer_u16be(&b, 0x0102);
    buffer_u32be(&b, 0x03040506);
    buffer_u64be(&b, 0x0708090A0B0C0D0EULL);
    assert_ok(buffer_err(&b));
    struct cursor c = cursor_over(buffer_slice(&b));
    assert_int_equal(cursor_u8(&c), 7);
    assert_int_equal(cursor_u16be(&c), 0x0102);
    assert_int_equal(cursor_u32be(&c), 0x03040506);
    assert_true(cursor_u64be(&c) == 0x0708090A0B0C0D0EULL);
    assert_ok(cursor_end(&c));
    buffer_free(&b);
}

static void a_read_past_the_end_fails_for_good_and_yields_zero(void **state) {
    (void)state;
    const uint8_t three[3] = {1, 2, 3};
    struct cursor c = cursor_over(slice_of(three, sizeof three));
    assert_int_equal(cursor_u32be(&c), 0);
    assert_int_equal(cursor_u8(&c), 0);
    assert_err(CM_E_TRUNCATED, cursor_end(&c));
}

static void bytes_left_over_are_malformed(void **state) {
    (void)state;
    const uint8_t two[2] = {1, 2};
    struct cursor c = cursor_over(slice_of(two, sizeof two));
    (void)cursor_u8(&c);
    assert_ok(cursor_err(&c));
    assert_err(CM_E_FORMAT, cursor_end(&c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_reads_what_a_buffer_wrote),
        cmocka_unit_test(a_read_past_the_end_fails_for_good_and_yields_zero),
        cmocka_unit_test(bytes_left_over_are_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

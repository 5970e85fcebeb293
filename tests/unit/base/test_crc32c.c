/* CRC-32C against its published values, and the instruction against the table. */
#include "support/cm.h"

#include <string.h>

#include "base/crc32c.h"

static void the_check_value_is_right(void **state) {
    (void)state;
    /* The usual check value of CRC-32C, over the digits 1 to 9. */
    assert_int_equal(crc32c(0, slice_text("123456789")), 0xE3069283u);
}

static void rfc_3720_examples_are_right(void **state) {
    (void)state;
    uint8_t bytes[32];
    memset(bytes, 0, sizeof bytes); /* RFC 3720 appendix B.4, all zeros; CRCs there are swapped */
    assert_int_equal(crc32c(0, slice_of(bytes, sizeof bytes)), 0x8A9136AAu);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(crc32c(0, slice_of(bytes, sizeof bytes)), 0x62A8AB43u);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    assert_int_equal(crc32c(0, slice_of(bytes, sizeof bytes)), 0x46DD794Eu);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(31u - i);
    assert_int_equal(crc32c(0, slice_of(bytes, sizeof bytes)), 0x113FDB5Cu);
}

static void both_forms_agree_and_continue_over_every_split(void **state) {
    (void)state;
    uint8_t bytes[200];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i + 7u * i);
    for (size_t len = 0; len <= sizeof bytes; len++) {
        const uint32_t whole = crc32c_portable(0, slice_of(bytes, len));
        assert_int_equal(crc32c(0, slice_of(bytes, len)), whole);
        for (size_t at = 0; at <= len; at += 3) {
            const uint32_t head = crc32c(0, slice_of(bytes, at));
            assert_int_equal(crc32c(head, slice_of(bytes + at, len - at)), whole);
        }
    }
}

/* Long enough for lanes: 768 bytes are one step of the x86 form. */
static void both_forms_agree_over_long_data_at_every_place(void **state) {
    (void)state;
    static uint8_t bytes[3 * 768 + 64];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * i * 31u + i / 256u);
    for (size_t len = 700; len <= sizeof bytes - 9; len += len % 768 < 16 ? 1 : 13) {
        const struct cm_slice data = slice_of(bytes + len % 9, len);
        assert_int_equal(crc32c(0, data), crc32c_portable(0, data));
        assert_int_equal(crc32c(0xFFFFFFFFu, data), crc32c_portable(0xFFFFFFFFu, data));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_value_is_right),
        cmocka_unit_test(rfc_3720_examples_are_right),
        cmocka_unit_test(both_forms_agree_and_continue_over_every_split),
        cmocka_unit_test(both_forms_agree_over_long_data_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Aztec Code: bits and sizes. Expected values: ISO/IEC 24778, table 2 (codes of the sets), 7.3
 * (words, sizes: 15 to 27 modules compact, 31 to 151 full), annex B (23 % and 3 words). That all
 * sizes are read and none is larger than another author's: system.symbols. */
#include "support/cm.h"

#include "base/macros.h"
#include "symbol/aztec.h"

static void assert_bits(const char *text, const char *want) {
    struct buffer bits = BUFFER_INIT;
    assert_ok(aztec_bits(&(struct aztec_text){.text = slice_text(text)}, &bits));
    assert_int_equal(bits.len, strlen(want));
    for (size_t i = 0; i < bits.len; i++)
        assert_int_equal(bits.p[i], want[i] - '0');
    buffer_free(&bits);
}

static size_t side_of(size_t letters) {
    static char text[4000];
    struct buffer bits = BUFFER_INIT, modules = BUFFER_INIT;
    size_t side = 0;
    memset(text, 'B', sizeof text);
    assert_ok(aztec_bits(&(struct aztec_text){.text = slice_of(text, letters)}, &bits));
    if (aztec_modules(buffer_slice(&bits), &modules, &side) == CM_OK)
        assert_int_equal(modules.len, side * side);
    buffer_free(&bits);
    buffer_free(&modules);
    return side;
}

static void capitals_take_five_bits_and_digits_four(void **state) {
    (void)state;
    assert_bits("AB", "0001000011");
    assert_bits("12", "11110"
                      "0011"
                      "0100");
    assert_bits("Ab", "00010"
                      "11100"
                      "00011");
}

static void pairs_shifts_and_bytes_are_taken_where_they_are_shorter(void **state) {
    (void)state;
    assert_bits("A. B", "00010"
                        "00000"
                        "00011"
                        "00011");
    assert_bits("A!B", "00010"
                       "00000"
                       "00110"
                       "00011");
    assert_bits("\x80", "11111"
                        "00001"
                        "10000000");
}

static void sizes_hold_what_leaves_room_for_correction(void **state) {
    (void)state;
    assert_int_equal(side_of(13), 15); /* 11 words of 6 bits, of 17 */
    assert_int_equal(side_of(14), 19);
    assert_int_equal(side_of(2900), 151);
    assert_int_equal(side_of(3999), 0);
}

/* The eye: rings of one module round a dark centre. */
static void there_is_an_eye_in_the_middle(void **state) {
    (void)state;
    struct buffer bits = BUFFER_INIT, modules = BUFFER_INIT;
    size_t side = 0;
    assert_ok(aztec_bits(&(struct aztec_text){.text = slice_text("A")}, &bits));
    assert_ok(aztec_modules(buffer_slice(&bits), &modules, &side));
    for (size_t ring = 0; ring < 5; ring++)
        for (size_t i = side / 2 - ring; i <= side / 2 + ring; i++) {
            assert_int_equal(modules.p[(side / 2 - ring) * side + i], ring % 2 == 0);
            assert_int_equal(modules.p[i * side + side / 2 + ring], ring % 2 == 0);
        }
    buffer_free(&bits);
    buffer_free(&modules);
}

static void any_bytes_find_their_bits(void **state) {
    (void)state;
    for (unsigned i = 0; i < 256u * 256u; i += 17) {
        const uint8_t bytes[] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i * 31)};
        struct buffer bits = BUFFER_INIT;
        assert_ok(aztec_bits(&(struct aztec_text){.text = slice_of(bytes, 3)}, &bits));
        assert_true(bits.len <= 5 + 5 + 3 * 8);
        buffer_free(&bits);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capitals_take_five_bits_and_digits_four),
        cmocka_unit_test(pairs_shifts_and_bytes_are_taken_where_they_are_shorter),
        cmocka_unit_test(sizes_hold_what_leaves_room_for_correction),
        cmocka_unit_test(there_is_an_eye_in_the_middle),
        cmocka_unit_test(any_bytes_find_their_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

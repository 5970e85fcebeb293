/* Likeness of glyphs. Distances are counted by hand on the drawings, dot by dot:
 * I against J moved one dot to the left differs in 1 dot of the sixth row and 3 of the last. */
#include "support/cm.h"

#include "base/bytes.h"
#include "codes/glyph.h"

static void nought_and_letter_o_are_too_close(void **state) {
    (void)state;
    struct glyph_pair pair;
    assert_true(glyph_compare('0', 'O', &pair));
    assert_int_equal(pair.distance, 0);
    assert_int_equal(pair.ink, 16);
    assert_true(glyph_too_close(&pair));
}

static void the_best_shift_by_one_dot_counts(void **state) {
    (void)state;
    struct glyph_pair pair;
    assert_true(glyph_compare('I', 'J', &pair));
    assert_int_equal(pair.distance, 4); /* 14 without the shift */
    assert_int_equal(pair.ink, 11);
    assert_true(glyph_compare('J', 'I', &pair));
    assert_int_equal(pair.distance, 4);
}

static void the_border_lies_under_fifteen_percent_of_the_lighter(void **state) {
    (void)state;
    const struct glyph_pair under = {.distance = 2, .ink = 14}; /* 14.3 % */
    const struct glyph_pair border = {.distance = 3, .ink = 20};
    assert_true(glyph_too_close(&under));
    assert_false(glyph_too_close(&border));
}

static void the_close_pairs_of_an_alphabet_are_listed(void **state) {
    (void)state;
    struct cm_alphabet a;
    struct glyph_pair pairs[2] = {{0}, {0}};
    assert_ok(cm_alphabet_init(&a, slice_text("O0XD"), NULL));
    assert_int_equal(glyph_close_pairs(&a, pairs, 2), 3); /* O0, OD, 0D; two of them fit */
    assert_int_equal(pairs[0].a, 'O');
    assert_int_equal(pairs[0].b, '0');
    assert_int_equal(pairs[1].b, 'D');
    assert_ok(cm_alphabet_by_name(&a, slice_text("default"), NULL));
    assert_int_equal(glyph_close_pairs(&a, pairs, 2), 0);
    assert_ok(cm_alphabet_by_name(&a, slice_text("crockford"), NULL));
    assert_int_equal(glyph_close_pairs(&a, pairs, 2), 1); /* 0D */
}

static void symbols_without_a_drawing_are_not_judged(void **state) {
    (void)state;
    struct glyph_pair pair = {.distance = 0xA5};
    assert_false(glyph_compare('a', 'O', &pair));
    assert_false(glyph_compare('0', '#', &pair));
    assert_int_equal(pair.distance, 0xA5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nought_and_letter_o_are_too_close),
        cmocka_unit_test(the_best_shift_by_one_dot_counts),
        cmocka_unit_test(the_border_lies_under_fifteen_percent_of_the_lighter),
        cmocka_unit_test(the_close_pairs_of_an_alphabet_are_listed),
        cmocka_unit_test(symbols_without_a_drawing_are_not_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Glyphs as bitmaps. Expected values: by counting dots on the drawings of fonts/README.md; circles
 * by geometry; the planner's own rule (codes/glyph.h) for 5x7. */
#include "support/cm.h"

#include <math.h>

#include "codes/glyph.h"
#include "countermark/alphabet.h"
#include "symbol/glyphset.h"

static void an_alphabet_becomes_bitmaps_and_its_close_pairs_are_named(void **state) {
    (void)state;
    struct bitfont font;
    struct glyphset set;
    struct glyphset_pair pairs[4];
    assert_ok(bitfont_by_name(&font, "5x7", NULL));
    assert_ok(glyphset_dots(&font, slice_text("0123456789DOB"), &set, NULL));
    assert_int_equal(glyphset_close_pairs(&set, 15, pairs, 4), 3);
    assert_int_equal(pairs[0].a, '0'); /* closest first */
    assert_int_equal(pairs[0].b, 'O');
    assert_int_equal(pairs[0].distance, 0);
    assert_int_equal(pairs[1].distance, 2);
    assert_int_equal(pairs[1].ink, 16);
    glyphset_free(&set);
}

static void the_rule_is_the_planners_for_5x7(void **state) {
    (void)state;
    struct bitfont font;
    struct glyphset set;
    assert_ok(bitfont_by_name(&font, "5x7", NULL));
    assert_ok(glyphset_dots(&font, slice_text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"), &set, NULL));
    for (size_t i = 0; i < set.n; i++) {
        for (size_t k = 0; k < set.n; k++) {
            struct glyph_pair theirs;
            const struct glyphset_pair ours = glyphset_compare(&set, i, k);
            assert_true(glyph_compare(set.symbols[i], set.symbols[k], &theirs));
            assert_int_equal(ours.distance, theirs.distance);
            assert_int_equal(ours.ink, theirs.ink);
            assert_int_equal(glyphset_too_close(&ours), glyph_too_close(&theirs));
        }
    }
    glyphset_free(&set);
}

static void no_pair_of_an_offered_alphabet_is_too_close_in_the_larger_fonts(void **state) {
    (void)state;
    size_t n = 0;
    const struct cm_alphabet_preset *const presets = cm_alphabet_presets(&n);
    static const char *const fonts[] = {"7x9", "16x10"};
    for (size_t f = 0; f < 2; f++) {
        for (size_t i = 0; i < n; i++) {
            struct bitfont font;
            struct glyphset set;
            assert_ok(bitfont_by_name(&font, fonts[f], NULL));
            assert_ok(glyphset_dots(&font, slice_text(presets[i].symbols), &set, NULL));
            assert_int_equal(glyphset_close_pairs(&set, 15, NULL, 0), 0);
            glyphset_free(&set);
        }
    }
}

static uint64_t ink(const struct glyphset *set, size_t i) {
    uint64_t sum = 0;
    for (size_t k = 0; k < set->width * set->height; k++)
        sum += glyphset_bitmap(set, i)[k];
    return sum;
}

static void drops_are_round_and_stand_where_their_dots_are(void **state) {
    (void)state;
    struct bitfont font;
    struct glyphset set;
    assert_ok(bitfont_by_name(&font, "5x7", NULL));
    assert_ok(glyphset_drops(&font, slice_text(".I"), 8.0, 0.75, &set, NULL));
    /* four dots, circles of diameter 6: area 4 * 28.27 */
    assert_true(fabs((double)ink(&set, 0) / 255.0 - 4 * 28.27) < 4.0);
    assert_int_equal(set.width, 48);
    assert_true(set.capital == 56.0);
    assert_true(set.foot == 56.0 + 4.0);
    assert_int_equal(set.height, 56 + 8);
    /* I's foot in column 2 of 5, half a gap to the left: its middle at 4 + 2.5 * 8 */
    assert_int_equal(glyphset_bitmap(&set, 1)[(4 + 6 * 8 + 4) * set.width + 24], 255);
    assert_int_equal(glyphset_bitmap(&set, 1)[(4 + 6 * 8 + 4) * set.width + 4], 0);
    glyphset_free(&set);
}

static void an_outline_font_is_set_at_its_height(void **state) {
    (void)state;
    struct glyphset set;
    assert_ok(glyphset_type("DejaVu Sans Mono", slice_text("HI1"), 35.0, &set, NULL));
    assert_true(set.fixed);
    size_t top = set.height, bottom = 0; /* of the H */
    for (size_t y = 0; y < set.height; y++) {
        size_t dots = 0;
        for (size_t x = 0; x < set.width; x++)
            dots += glyphset_bitmap(&set, 0)[y * set.width + x] > 0 ? 1u : 0u;
        if (dots > 0 && top == set.height) top = y;
        if (dots > 0) bottom = y + 1;
    }
    assert_true(bottom - top >= 34 && bottom - top <= 36);
    assert_true(fabs(set.foot - (double)bottom) <= 1.0);
    glyphset_free(&set);
    assert_ok(glyphset_type("DejaVu Sans", slice_text("WI"), 20.0, &set, NULL));
    assert_false(set.fixed);
    assert_true(set.advance[0] > 2 * set.advance[1]);
    glyphset_free(&set);
}

static void a_line_is_its_glyphs_side_by_side(void **state) {
    (void)state;
    struct bitfont font;
    struct glyphset set;
    struct dots line;
    assert_ok(bitfont_by_name(&font, "7x9", NULL));
    assert_ok(glyphset_dots(&font, slice_text("AB"), &set, NULL));
    assert_ok(glyphset_line(&set, slice_text("A B"), 2, &line));
    assert_int_equal(line.height, 9 + 4);
    uint64_t dark = 0;
    for (size_t i = 0; i < line.width * line.height; i++)
        dark += DOTS_WHITE - line.grey[i];
    assert_int_equal(dark, ink(&set, 0) + ink(&set, 1));
    assert_int_equal(*dots_at(&line, 2 + 2 * 8, 2), 0); /* B's corner, two advances on */
    dots_free(&line);
    assert_err(glyphset_line(&set, slice_text("AC"), 2, &line), CM_E_NOT_FOUND);
    glyphset_free(&set);
}

static void what_has_no_bitmaps_is_refused(void **state) {
    (void)state;
    struct bitfont font;
    struct glyphset set = {.n = 0xA5};
    struct cm_diag diag = DIAG_INIT;
    assert_ok(bitfont_by_name(&font, "5x7", NULL));
    assert_err(glyphset_dots(&font, slice_text(""), &set, NULL), CM_E_RANGE);
    assert_err(glyphset_dots(&font, slice_text("AA"), &set, NULL), CM_E_FORMAT);
    assert_err(glyphset_dots(&font, slice_text("A B"), &set, NULL), CM_E_FORMAT);
    assert_err(glyphset_dots(&font, slice_text("Aq"), &set, &diag), CM_E_NOT_FOUND);
    assert_non_null(strstr(diag.problem, "'q'"));
    assert_err(glyphset_drops(&font, slice_text("A"), 0.5, 1, &set, NULL), CM_E_RANGE);
    assert_err(glyphset_drops(&font, slice_text("A"), (double)NAN, 1, &set, NULL), CM_E_RANGE);
    assert_err(glyphset_drops(&font, slice_text("A"), 4, 3, &set, NULL), CM_E_RANGE);
    assert_err(glyphset_type("DejaVu Sans", slice_text("A"), 2, &set, NULL), CM_E_RANGE);
    assert_err(glyphset_type("No Such Font", slice_text("A"), 20, &set, NULL), CM_E_NOT_FOUND);
    assert_int_equal(set.n, 0xA5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alphabet_becomes_bitmaps_and_its_close_pairs_are_named),
        cmocka_unit_test(the_rule_is_the_planners_for_5x7),
        cmocka_unit_test(no_pair_of_an_offered_alphabet_is_too_close_in_the_larger_fonts),
        cmocka_unit_test(drops_are_round_and_stand_where_their_dots_are),
        cmocka_unit_test(an_outline_font_is_set_at_its_height),
        cmocka_unit_test(a_line_is_its_glyphs_side_by_side),
        cmocka_unit_test(what_has_no_bitmaps_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

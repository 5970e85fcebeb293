/* Alphabets. Facts of the presets come from docs/design/construction.md section 6 (the default),
 * Crockford's Base32 page (order, left-out letters) and from counting. */
#include "support/cm.h"

#include <string.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "countermark/alphabet.h"
#include "countermark/check.h"

static void an_alphabet_knows_the_place_of_each_symbol(void **state) {
    (void)state;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_init(&a, slice_text("XYZ42"), NULL));
    assert_int_equal(a.n, 5);
    assert_string_equal(a.symbols, "XYZ42");
    assert_int_equal(a.index['X'], 0);
    assert_int_equal(a.index['2'], 4);
    assert_int_equal(a.index['x'], CM_NO_SYMBOL);
    assert_true(a.folds_case);
    assert_ok(cm_alphabet_init(&a, slice_text("XYz"), NULL));
    assert_false(a.folds_case);
}

static void a_repeated_symbol_is_named_with_both_places(void **state) {
    (void)state;
    struct cm_alphabet a;
    memset(&a, 0xA5, sizeof a);
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, cm_alphabet_init(&a, slice_text("ABCDB"), &diag));
    assert_string_equal(diag.problem, "symbol 'B' stands at places 2 and 5");
    assert_int_equal(a.n, 0xA5);
}

static void what_the_reader_deletes_or_cannot_see_is_refused(void **state) {
    (void)state;
    struct cm_alphabet a;
    static const char *const bad[] = {"AB-",    "AB.",        "AB C", "AB\t",
                                      "AB\x7F", "AB\xC3\xA9", "A\x01"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, cm_alphabet_init(&a, slice_text(bad[i]), NULL));
    assert_err(CM_E_FORMAT, cm_alphabet_init(&a, slice_of("A\0B", 3), NULL));
}

static void two_to_sixty_four_symbols_are_taken(void **state) {
    (void)state;
    struct cm_alphabet a;
    char all[66];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)('/' + i);
    assert_err(CM_E_RANGE, cm_alphabet_init(&a, slice_of(all, 0), NULL));
    assert_err(CM_E_RANGE, cm_alphabet_init(&a, slice_of(all, 1), NULL));
    assert_ok(cm_alphabet_init(&a, slice_of(all, 2), NULL));
    assert_ok(cm_alphabet_init(&a, slice_of(all, 64), NULL));
    assert_err(CM_E_RANGE, cm_alphabet_init(&a, slice_of(all, 65), NULL));
}

static void every_preset_is_a_sound_alphabet_of_its_size(void **state) {
    (void)state;
    static const uint8_t sizes[] = {10, 16, 19, 20, 23, 27, 29, 31, 32, 36};
    size_t n = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&n);
    assert_int_equal(n, CM_ARRAY_N(sizes));
    for (size_t i = 0; i < n; i++) {
        struct cm_alphabet a;
        assert_ok(cm_alphabet_by_name(&a, slice_text(presets[i].name), NULL));
        assert_int_equal(a.n, sizes[i]);
        assert_true(a.folds_case);
        assert_true(strlen(presets[i].remark) > 0);
    }
}

static void the_named_presets_are_the_published_ones(void **state) {
    (void)state;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_by_name(&a, slice_text("default"), NULL));
    assert_string_equal(a.symbols, "234679BCDFGHJKMPQRTVWXY");
    assert_ok(cm_alphabet_by_name(&a, slice_text("crockford"), NULL));
    assert_string_equal(a.symbols, "0123456789ABCDEFGHJKMNPQRSTVWXYZ");
}

static void an_unknown_preset_lists_the_known_ones(void **state) {
    (void)state;
    struct cm_alphabet a;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_NOT_FOUND, cm_alphabet_by_name(&a, slice_text("Default"), &diag));
    size_t n = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&n);
    for (size_t i = 0; i < n; i++)
        assert_non_null(strstr(diag.remedy, presets[i].name));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alphabet_knows_the_place_of_each_symbol),
        cmocka_unit_test(a_repeated_symbol_is_named_with_both_places),
        cmocka_unit_test(what_the_reader_deletes_or_cannot_see_is_refused),
        cmocka_unit_test(two_to_sixty_four_symbols_are_taken),
        cmocka_unit_test(every_preset_is_a_sound_alphabet_of_its_size),
        cmocka_unit_test(the_named_presets_are_the_published_ones),
        cmocka_unit_test(an_unknown_preset_lists_the_known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

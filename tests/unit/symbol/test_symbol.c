/* Barcodes as modules. Shapes: ISO/IEC 16022 (5.1: finder pattern; table 7: sizes), ISO/IEC 18004
 * (6.3.3: finder patterns), ISO/IEC 15417 (start character B); contents are judged by foreign
 * readers in system.printers.content. Elements: GS1 General Specifications 7.8.5. */
#include "support/cm.h"

#include "symbol/gs1.h"
#include "symbol/symbol.h"

static void made(enum symbol_kind kind, const char *text, struct symbol *m) {
    const struct symbol_wish wish = {.kind = kind, .payload = slice_text(text)};
    assert_ok(symbol_make(&wish, m, NULL));
}

static void datasymbol_of_six_digits_is_ten_by_ten_with_its_finder(void **state) {
    (void)state;
    struct symbol m;
    made(SYMBOL_DATAMATRIX, "123456", &m);
    assert_int_equal(m.width, 10);
    assert_int_equal(m.rows, 10);
    for (size_t i = 0; i < 10; i++) {
        assert_true(symbol_is_dark(&m, 0, i));
        assert_true(symbol_is_dark(&m, i, 9));
        assert_int_equal(symbol_is_dark(&m, i, 0), i % 2 == 0);
        assert_int_equal(symbol_is_dark(&m, 9, i), i % 2 == 1);
    }
    symbol_free(&m);
}

static void fnc1_makes_another_symbol_of_the_same_text(void **state) {
    (void)state;
    struct symbol plain, gs1;
    made(SYMBOL_DATAMATRIX, "0109501101530003217NQ4K2", &plain);
    made(SYMBOL_GS1_DATAMATRIX, "0109501101530003217NQ4K2", &gs1);
    assert_int_equal(gs1.width, 18); /* table 7: holds 18 codewords; FNC1, 9 pairs of digits, 6 */
    assert_true(plain.width != gs1.width ||
                memcmp(plain.modules, gs1.modules, gs1.width * gs1.rows) != 0);
    symbol_free(&plain);
    symbol_free(&gs1);
}

static void a_qr_code_has_three_finders_and_grows_with_its_level(void **state) {
    (void)state;
    struct symbol m, h;
    made(SYMBOL_QR, "https://a.example/?c=7NQ4K2", &m);
    assert_ok(symbol_make(
        &(struct symbol_wish){
            .kind = SYMBOL_QR, .payload = slice_text("https://a.example/?c=7NQ4K2"), .level = 'H'},
        &h, NULL));
    const size_t last = m.width - 1;
    for (size_t i = 0; i < 7; i++) {
        assert_true(symbol_is_dark(&m, i, 0));
        assert_true(symbol_is_dark(&m, last - i, 0));
        assert_true(symbol_is_dark(&m, i, last));
    }
    assert_false(symbol_is_dark(&m, last, last));
    assert_true(h.width > m.width);
    symbol_free(&m);
    symbol_free(&h);
}

static void code_128_begins_with_its_start_character(void **state) {
    (void)state;
    static const uint8_t start_b[] = {1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0}; /* 2 1 1 2 1 4 */
    struct symbol m;
    made(SYMBOL_CODE128, "Ab", &m);
    assert_int_equal(m.rows, 1);
    assert_int_equal(m.width, 11 + 2 * 11 + 11 + 13);
    assert_memory_equal(m.modules, start_b, sizeof start_b);
    symbol_free(&m);
}

static void elements_are_cut_by_length_or_separator(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"0109501101530003217NQ4K2", "[01]09501101530003[21]7NQ4K2"},
        {"21AB\x1D"
         "240X-1\x1D",
         "[21]AB[24]0X-1"},
        {"17270131\x1D"
         "10L7",
         "[17]270131[10]L7"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct buffer out = BUFFER_INIT;
        assert_ok(gs1_bracket(slice_text(cases[i].text), &out));
        assert_string_equal(buffer_cstr(&out), cases[i].want);
        buffer_free(&out);
    }
}

static void hostile_texts_are_refused_and_nothing_is_given(void **state) {
    (void)state;
    static const char *const bad[] = {"",
                                      "2",
                                      "21",
                                      "A1B",
                                      "010950",
                                      "21A\x1D\x1D"
                                      "10B",
                                      "21[AB]",
                                      "\x1D"
                                      "21A"};
    struct symbol m = {.width = 77};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct symbol_wish wish = {.kind = SYMBOL_GS1_DATAMATRIX,
                                         .payload = slice_text(bad[i])};
        assert_err(CM_E_FORMAT, symbol_make(&wish, &m, NULL));
    }
    static char text[SYMBOL_PAYLOAD_MAX + 2];
    memset(text, 'a', sizeof text - 1);
    const size_t sizes[] = {3000, SYMBOL_PAYLOAD_MAX + 1};
    for (size_t i = 0; i < CM_ARRAY_N(sizes); i++) {
        struct cm_diag diag = DIAG_INIT;
        const struct symbol_wish wish = {.kind = SYMBOL_DATAMATRIX,
                                         .payload = slice_of(text, sizes[i])};
        assert_err(CM_E_LIMIT, symbol_make(&wish, &m, &diag));
        assert_non_null(strstr(diag.problem, "longer"));
    }
    assert_int_equal(m.width, 77);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datasymbol_of_six_digits_is_ten_by_ten_with_its_finder),
        cmocka_unit_test(fnc1_makes_another_symbol_of_the_same_text),
        cmocka_unit_test(a_qr_code_has_three_finders_and_grows_with_its_level),
        cmocka_unit_test(code_128_begins_with_its_start_character),
        cmocka_unit_test(elements_are_cut_by_length_or_separator),
        cmocka_unit_test(hostile_texts_are_refused_and_nothing_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

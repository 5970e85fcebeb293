/* Barcodes as modules. Shapes: ISO/IEC 16022 (5.1: finder pattern; table 7: sizes), ISO/IEC 18004
 * (6.3.3: finder patterns), ISO/IEC 15417 (start character B); contents are judged by foreign
 * readers in system.printers.content. Elements: GS1 General Specifications 7.8.5. */
#include "support/cm.h"

#include "base/macros.h"
#include "base/text.h"
#include "symbol/gs1.h"
#include "symbol/qr_plan.h"
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

/* Quiet zones: as each standard says; DataMatrix 1, QR 4, Micro QR 2, EAN-13 11 and 7 ... */
static void quiet_zones_are_those_of_the_standards(void **state) {
    (void)state;
    static const struct {
        enum symbol_kind kind;
        const char *text;
        uint8_t left, right, above;
    } cases[] = {
        {SYMBOL_QR, "A", 4, 4, 4},
        {SYMBOL_MICRO_QR, "1", 2, 2, 2},
        {SYMBOL_DATAMATRIX, "A", 1, 1, 1},
        {SYMBOL_PDF417, "A", 2, 2, 2},
        {SYMBOL_CODE128, "A", 10, 10, 0},
        {SYMBOL_EAN13, "9506000134352", 11, 7, 0},
        {SYMBOL_EAN8, "96385074", 7, 7, 0},
        {SYMBOL_UPCA, "036000291452", 9, 9, 0},
        {SYMBOL_ITF14, "09506000134352", 10, 10, 0},
        {SYMBOL_CODABAR, "12", 10, 10, 0},
        {SYMBOL_CODE39, "A", 10, 10, 0},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct symbol s;
        made(cases[i].kind, cases[i].text, &s);
        assert_int_equal(s.quiet_left, cases[i].left);
        assert_int_equal(s.quiet_right, cases[i].right);
        assert_int_equal(s.quiet_top, cases[i].above);
        assert_int_equal(s.quiet_bottom, cases[i].above);
        assert_int_equal(s.bearer, cases[i].kind == SYMBOL_ITF14);
        symbol_free(&s);
    }
}

/* ISO/IEC 15420, 5.3.6: the first digit left of the bars, the others below; guards reach down. */
static void an_ean_13_has_its_digits_and_guards_in_their_places(void **state) {
    (void)state;
    struct symbol s;
    made(SYMBOL_EAN13, "9506000134352", &s);
    assert_int_equal(s.width, 95);
    assert_int_equal(s.text_n, 3);
    assert_string_equal(s.texts[0].text, "9");
    assert_true(s.texts[0].to <= 0 && s.texts[0].from >= -11);
    assert_string_equal(s.texts[1].text, "506000");
    assert_string_equal(s.texts[2].text, "134352");
    static const uint8_t guards[] = {0, 2, 46, 48, 92, 94};
    size_t n = 0;
    for (size_t x = 0; x < s.width; x++)
        n += s.guard[x];
    assert_int_equal(n, CM_ARRAY_N(guards));
    for (size_t i = 0; i < CM_ARRAY_N(guards); i++)
        assert_true(s.guard[guards[i]] && symbol_is_dark(&s, guards[i], 0));
    symbol_free(&s);
}

static void a_upc_a_has_a_digit_on_each_side(void **state) {
    (void)state;
    static const char *const want[] = {"0", "36000", "29145", "2"};
    struct symbol s;
    made(SYMBOL_UPCA, "036000291452", &s);
    assert_int_equal(s.text_n, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(s.texts[i].text, want[i]);
    assert_true(s.texts[3].from >= 95);
    symbol_free(&s);
}

static void gs1_bars_are_told_with_their_identifiers(void **state) {
    (void)state;
    struct symbol s;
    made(SYMBOL_GS1_128,
         "0109506000134352213X\x1D"
         "10L7",
         &s);
    assert_string_equal(s.texts[0].text, "(01)09506000134352(21)3X(10)L7");
    symbol_free(&s);
    made(SYMBOL_DATABAR, "09506000134352", &s);
    assert_string_equal(s.texts[0].text, "(01)09506000134352");
    assert_int_equal(s.bar_modules, 33);
    symbol_free(&s);
}

/* As much as each kind takes (what one more says is the room's affair): no text is left out. */
static void the_longest_bars_still_say_all_of_their_text(void **state) {
    (void)state;
    static const struct {
        enum symbol_kind kind;
        const char *piece; /* again and again */
        size_t n, shown;   /* pieces; characters shown of each */
    } cases[] = {{SYMBOL_CODE128, "1", 120, 1},
                 {SYMBOL_CODE128_B, "a", 60, 1},
                 {SYMBOL_CODE39, "A", 85, 1},
                 {SYMBOL_CODABAR, "1", 58, 1},
                 {SYMBOL_GS1_128, "2001", 12, 6},
                 {SYMBOL_DATABAR_EXPANDED, "2001", 17, 6},
                 {SYMBOL_DATABAR_EXPANDED_STACKED, "2001", 17, 6}};
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        struct symbol s;
        char text[128] = "";
        for (size_t k = 0; k < cases[i].n; k++)
            text_append(text, sizeof text, "%s", cases[i].piece);
        made(cases[i].kind, text, &s);
        assert_int_equal(s.text_n, 1);
        assert_int_equal(strlen(s.texts[0].text), cases[i].n * cases[i].shown);
        symbol_free(&s);
    }
}

static void wide_elements_of_code_39_are_three_modules(void **state) {
    (void)state;
    /* ISO/IEC 16388, annex A: '*' is narrow and wide as nwnnwnwnn; three characters with gaps. */
    static const uint8_t star[] = {1, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1, 0};
    struct symbol s;
    made(SYMBOL_CODE39, "A", &s);
    assert_memory_equal(s.modules, star, sizeof star - 1);
    assert_int_equal(s.width, 3 * 15 + 2);
    symbol_free(&s);
}

/* 4 + 10 + 4 bits for "7", 6 capitals behind it take 4 + 9 + 39 bits with it: table 3. */
static void a_qr_code_changes_its_mode_where_that_is_shorter(void **state) {
    (void)state;
    const struct qr_header header = {.mode_bits = 4, .count_bits = {10, 9, 8}};
    uint8_t modes[SYMBOL_PAYLOAD_MAX];
    assert_int_equal(qr_plan(slice_text("7ABCDEF"), &header, modes), 4 + 9 + 39);
    assert_int_equal(qr_plan(slice_text("12345678901234567890ab"), &header, modes),
                     4 + 10 + 67 + 4 + 8 + 16);
    assert_int_equal(modes[19], QR_DIGITS);
    assert_int_equal(modes[20], QR_BYTES);
    const struct qr_header digits = {.count_bits = {3, 0, 0}};
    assert_int_equal(qr_plan(slice_text("12A"), &digits, modes), 0);
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
        cmocka_unit_test(quiet_zones_are_those_of_the_standards),
        cmocka_unit_test(an_ean_13_has_its_digits_and_guards_in_their_places),
        cmocka_unit_test(a_upc_a_has_a_digit_on_each_side),
        cmocka_unit_test(gs1_bars_are_told_with_their_identifiers),
        cmocka_unit_test(the_longest_bars_still_say_all_of_their_text),
        cmocka_unit_test(wide_elements_of_code_39_are_three_modules),
        cmocka_unit_test(a_qr_code_changes_its_mode_where_that_is_shorter),
        cmocka_unit_test(elements_are_cut_by_length_or_separator),
        cmocka_unit_test(hostile_texts_are_refused_and_nothing_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

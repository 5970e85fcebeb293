/* What cannot be a symbol, and what people are told. Check digits: GS1 General Specifications,
 * 7.9.1 (9506000134352 is one of their examples). Capacities: ISO/IEC 18004 table 7 (QR of version
 * 40 at H: 1273 bytes, at L 2953 and 7089 digits; M4: 21 capitals), ISO/IEC 16022 table 7 (1556
 * bytes), ISO/IEC 24778 (32 layers: 1279 words of 12 bits for data, so 1914 bytes and 3832 digits).
 */
#include "support/cm.h"

#include "base/macros.h"
#include "symbol/symbol.h"

static void refused(const struct symbol_wish *wish, cm_err err, const char *problem,
                    const char *remedy) {
    struct cm_diag diag = DIAG_INIT;
    struct symbol s = {.width = 77};
    assert_err(err, symbol_make(wish, &s, &diag));
    assert_int_equal(s.width, 77);
    assert_string_equal(diag.input, "symbol");
    if (strstr(diag.problem, problem) == NULL) fail_msg("'%s'", diag.problem);
    if (strstr(diag.remedy, remedy) == NULL) fail_msg("'%s'", diag.remedy);
    struct cm_diag *const nobody = NULL;
    assert_err(err, symbol_make(wish, &s, nobody));
}

static void a_character_outside_the_set_is_named_with_its_place(void **state) {
    (void)state;
    static const struct {
        enum symbol_kind kind;
        const char *text, *problem, *remedy;
    } cases[] = {
        {SYMBOL_CODE39, "AB-a2", "character 4 is 'a': a Code 39 cannot say it", "0-9 A-Z"},
        {SYMBOL_CODE128, "A\xC3\xA9", "character 2 is a byte of value 195", "qr takes more"},
        {SYMBOL_EAN13, "95060x0134352", "character 6 is 'x'", "it takes digits"},
        {SYMBOL_CODABAR, "A12E3B", "character 4 is 'E'", "0-9 - $"},
        {SYMBOL_GS1_128, "0109506000134352\n", "character 17 is a byte of value 10", "printable"},
        {SYMBOL_MICRO_QR, "\xC3\xA9", "character 1", "qr takes more"},
        {SYMBOL_QR, "A\xFF", "not UTF-8 from byte 2 on", "UTF-8"},
        {SYMBOL_AZTEC, "A\xC3\xA9\xE2\x82", "not UTF-8 from byte 4 on", "UTF-8"},
        {SYMBOL_UPCA, "03600029145A", "character 12 is 'A'", "code128 takes more"},
        {SYMBOL_DATABAR, "0950600013435 ", "character 14 is a byte of value 32", "it takes digits"},
        {SYMBOL_AZTEC, "", "empty", "give it a text"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct symbol_wish wish = {.kind = cases[i].kind,
                                         .payload = slice_text(cases[i].text)};
        refused(&wish, CM_E_FORMAT, cases[i].problem, cases[i].remedy);
    }
}

static void a_wrong_check_digit_is_told_the_right_one(void **state) {
    (void)state;
    static const struct {
        enum symbol_kind kind;
        const char *text, *problem, *remedy;
    } cases[] = {
        {SYMBOL_EAN13, "9506000134353", "the check digit is 3, of these digits it is 2",
         "mistyped"},
        {SYMBOL_EAN13, "950600013435", "12 digits: an EAN-13 has 13", "append 2"},
        {SYMBOL_EAN8, "9638507", "7 digits: an EAN-8 has 8", "append 4"},
        {SYMBOL_UPCA, "036000291453", "it is 2", "mistyped"},
        {SYMBOL_ITF14, "0950600013435", "13 digits", "append 2"},
        {SYMBOL_DATABAR, "09506000134350", "it is 2", "mistyped"},
        {SYMBOL_EAN8, "95060001343521", "14 digits: an EAN-8 has 8",
         "give all digits and the check digit; itf14 has 14; code128 takes any number"},
        {SYMBOL_EAN13, "96385074", "8 digits: an EAN-13 has 13", "; ean8 has 8; code128"},
        {SYMBOL_UPCA, "9506000134352", "13 digits: a UPC-A has 12",
         "; ean13 has 13; itf14 has 14 with its check digit; code128"},
        {SYMBOL_ITF14, "123", "3 digits: an ITF-14 has 14", "digit; code128 takes any number"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct symbol_wish wish = {.kind = cases[i].kind,
                                         .payload = slice_text(cases[i].text)};
        refused(&wish, CM_E_FORMAT, cases[i].problem, cases[i].remedy);
    }
}

static void a_text_that_is_too_long_is_told_how_much_fits_and_where(void **state) {
    (void)state;
    static char lower[4097], capitals[4097], digits[7091], bytes[2101];
    memset(digits, '7', sizeof digits - 1);
    for (size_t i = 0; i + 1 < sizeof bytes; i++)
        bytes[i] = i % 2 == 0 ? '\xC3' : '\xA9';
    memset(lower, 'a', sizeof lower - 1);
    memset(capitals, 'A', sizeof capitals - 1);
    static const struct {
        enum symbol_kind kind;
        size_t len;
        const char *text;
        char level;
        const char *problem, *remedy;
    } cases[] = {
        {SYMBOL_QR, 1274, lower, 'H', "1274 characters is longer than a QR code holds at level H",
         "level Q holds it"},
        {SYMBOL_QR, 1274, lower, 'H', "(1273 of them)", "level Q"},
        {SYMBOL_QR, 2954, lower, 'L', "(2953 of them)", "shorten"},
        {SYMBOL_QR, 7090, digits, 'L', "(7089 of them)", "shorten"},
        {SYMBOL_QR, 7089, digits, 0, "longer than a QR code holds", "level L holds it"},
        {SYMBOL_AZTEC, 2080, bytes, 0, "a text of 2080 bytes is longer than an Aztec",
         "qr holds it"},
        {SYMBOL_AZTEC, 2078, bytes, 0, "(1912 of them)", "qr holds it"},
        {SYMBOL_MICRO_QR, 22, capitals, 0, "(21 of them)", "qr holds it"},
        {SYMBOL_MICRO_QR, 20, capitals, 'M', "at level M", "level L holds it"},
        {SYMBOL_DATAMATRIX, 3000, lower, 0, "than a DataMatrix holds", "shorten"},
        {SYMBOL_CODE39, 200, capitals, 0, "than a Code 39 holds", "datamatrix holds it"},
    };
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        const struct symbol_wish wish = {.kind = cases[i].kind,
                                         .payload = slice_of(cases[i].text, cases[i].len),
                                         .level = cases[i].level};
        refused(&wish, CM_E_LIMIT, cases[i].problem, cases[i].remedy);
    }
}

/* The most of each kind, one more, and what is told then. Of one character all along; bytes are of
 * two-byte characters behind an ECI. Capacities as above, and those of bwip-js 4.11.4 where it
 * holds as much; PDF417 with the error correction that ISO/IEC 15438 annex E recommends, Code 128,
 * Code 39 and Codabar as long as libzint draws them. Aztec holds two words more than bwip-js uses,
 * and DataMatrix of bytes one less (docs/design/symbols.md, "Limits"). */
static void the_most_of_every_kind_fits_and_one_more_is_told(void **state) {
    (void)state;
    static const struct {
        enum symbol_kind kind;
        char level, digit; /* what it is made of; 0: two bytes */
        size_t most;
        const char *remedy;
    } cases[] = {
        {SYMBOL_QR, 'L', '7', 7089, "shorten the text"},
        {SYMBOL_QR, 'L', 'A', 4296, "shorten the text"},
        {SYMBOL_QR, 'L', 'a', 2953, "shorten the text"},
        {SYMBOL_QR, 'L', 0, 2952, "shorten the text"},
        {SYMBOL_QR, 'M', '7', 5596, "level L holds it"},
        {SYMBOL_QR, 'M', 'A', 3391, "level L holds it"},
        {SYMBOL_QR, 'M', 0, 2330, "level L holds it"},
        {SYMBOL_QR, 'Q', 'a', 1663, "level M holds it"},
        {SYMBOL_QR, 'Q', 0, 1662, "level M holds it"},
        {SYMBOL_QR, 'H', '7', 3057, "level Q holds it"},
        {SYMBOL_QR, 'H', 0, 1272, "level Q holds it"},
        {SYMBOL_MICRO_QR, 'L', '7', 35, "qr holds it"},
        {SYMBOL_MICRO_QR, 'M', 'A', 18, "level L holds it"},
        {SYMBOL_MICRO_QR, 'Q', 'a', 9, "level M holds it"},
        {SYMBOL_DATAMATRIX, 0, '7', 3116, "qr holds it"},
        {SYMBOL_DATAMATRIX, 0, 'A', 2335, "qr holds it"},
        {SYMBOL_DATAMATRIX, 0, 0, 1552, "qr holds it"},
        {SYMBOL_AZTEC, 0, '7', 3835, "qr holds it"},
        {SYMBOL_AZTEC, 0, 'a', 3068, "shorten the text"},
        {SYMBOL_AZTEC, 0, 0, 1912, "qr holds it"},
        {SYMBOL_PDF417, 0, '7', 2528, "qr holds it"},
        {SYMBOL_PDF417, 0, 'A', 1726, "qr holds it"},
        {SYMBOL_PDF417, 0, 0, 1032, "qr holds it"},
        {SYMBOL_CODE128, 0, '7', 120, "datamatrix holds it"},
        {SYMBOL_CODE128, 0, 'a', 60, "datamatrix holds it"},
        {SYMBOL_CODE128_B, 0, '7', 60, "datamatrix holds it"},
        {SYMBOL_CODABAR, 0, '7', 58, "code128 holds it"},
        {SYMBOL_CODE39, 0, 'A', 85, "datamatrix holds it"},
        {SYMBOL_CODE39, 0, '7', 85, "code128 holds it"},
    };
    static char text[7100];
    for (size_t i = 0; i < CM_ARRAY_N(cases); i++) {
        char told[32];
        struct symbol s;
        const size_t step = cases[i].digit != 0 ? 1 : 2;
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = cases[i].digit != 0 ? cases[i].digit : k % 2 == 0 ? '\xC3' : '\xA9';
        struct symbol_wish wish = {.kind = cases[i].kind,
                                   .payload = slice_of(text, cases[i].most),
                                   .level = cases[i].level};
        if (symbol_make(&wish, &s, NULL) != CM_OK) fail_msg("case %zu does not fit", i);
        symbol_free(&s);
        wish.payload.len += step;
        (void)snprintf(told, sizeof told, "(%zu of them)", cases[i].most);
        refused(&wish, CM_E_LIMIT, told, cases[i].remedy);
    }
}

static void letters_of_a_codabar_and_pairs_of_digits_are_counted(void **state) {
    (void)state;
    char text[122];
    memset(text, '7', sizeof text);
    const struct symbol_wish pairs = {.kind = SYMBOL_CODE128, .payload = slice_of(text, 121)};
    refused(&pairs, CM_E_LIMIT, "(120 of them)", "datamatrix"); /* 119 do not fit: one is alone */
    text[0] = text[60] = 'B';
    const struct symbol_wish letters = {.kind = SYMBOL_CODABAR, .payload = slice_of(text, 61)};
    refused(&letters, CM_E_LIMIT, "(60 of them)", "code128 holds it");
}

static void elements_that_are_too_long_are_told_the_next_kind(void **state) {
    (void)state;
    char text[90];
    memset(text, 'A', sizeof text);
    memcpy(text, "21", 2);
    const struct symbol_wish wish = {.kind = SYMBOL_DATABAR_EXPANDED,
                                     .payload = slice_of(text, sizeof text)};
    refused(&wish, CM_E_LIMIT, "90 characters are longer than a DataBar Expanded holds",
            "gs1-datamatrix holds it");
    refused(&wish, CM_E_LIMIT, "(74 digits or 41 capitals at most)", "gs1-datamatrix holds it");
    const struct symbol_wish bars = {.kind = SYMBOL_GS1_128, .payload = slice_of(text, 49)};
    const struct symbol_wish whole = {.kind = SYMBOL_GS1_128, .payload = slice_of(text, 48)};
    struct symbol s;
    refused(&bars, CM_E_LIMIT, "49 characters are longer than a GS1-128 holds",
            "gs1-datamatrix holds it");
    assert_ok(symbol_make(&whole, &s, NULL)); /* GS1 General Specifications, 5.4: at most 48 */
    symbol_free(&s);
}

static void texts_are_never_in_an_error(void **state) {
    (void)state;
    static const char *const texts[] = {"SECRETx1", "95060x0134352", "A12E3", "9506000134353"};
    for (unsigned kind = 0; kind < SYMBOL_KIND_N; kind++)
        for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
            struct cm_diag diag = DIAG_INIT;
            struct symbol s;
            const struct symbol_wish wish = {.kind = (enum symbol_kind)kind,
                                             .payload = slice_text(texts[i])};
            if (symbol_make(&wish, &s, &diag) == CM_OK) {
                symbol_free(&s);
                continue;
            }
            char line[4 * DIAG_PART_CAP];
            (void)diag_text(&diag, CM_E_FORMAT, line, sizeof line);
            assert_null(strstr(line, texts[i]));
        }
}

static void levels_and_letters_that_there_are_not_are_refused(void **state) {
    (void)state;
    const struct symbol_wish level = {.kind = SYMBOL_QR, .payload = slice_text("A"), .level = 'X'};
    const struct symbol_wish micro = {
        .kind = SYMBOL_MICRO_QR, .payload = slice_text("A"), .level = 'H'};
    const struct symbol_wish half = {.kind = SYMBOL_CODABAR, .payload = slice_text("A12")};
    const struct symbol_wish bare = {.kind = SYMBOL_CODABAR, .payload = slice_text("AB")};
    refused(&level, CM_E_FORMAT, "no such level", "L, M, Q or H");
    refused(&micro, CM_E_FORMAT, "has no level H", "use Q");
    refused(&half, CM_E_FORMAT, "only begins", "give both letters");
    refused(&bare, CM_E_FORMAT, "nothing between", "give it a text");
}

static void no_element_string_is_refused_by_every_kind_that_wants_one(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < SYMBOL_KIND_N; kind++) {
        const struct symbol_wish wish = {.kind = (enum symbol_kind)kind,
                                         .payload = slice_text("A1B")};
        if (symbol_kind_is_gs1(wish.kind))
            refused(&wish, CM_E_FORMAT, "no row of GS1 elements", "application identifier");
    }
}

static void a_misspelt_kind_is_told_the_nearest(void **state) {
    (void)state;
    struct cm_diag diag = DIAG_INIT;
    enum symbol_kind kind = SYMBOL_AZTEC;
    assert_err(CM_E_ARGUMENT, symbol_kind_parse("data-matrx", &kind, &diag));
    assert_int_equal(kind, SYMBOL_AZTEC);
    assert_non_null(strstr(diag.problem, "did you mean 'datamatrix'?"));
    assert_non_null(strstr(diag.remedy, "databar-expanded-stacked"));
    for (unsigned i = 0; i < SYMBOL_KIND_N; i++) {
        assert_ok(symbol_kind_parse(symbol_kind_name((enum symbol_kind)i), &kind, NULL));
        assert_int_equal(kind, i);
    }
}

static void kinds_are_known_as_their_standards_write_them(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        enum symbol_kind kind;
    } names[] = {{"QR", SYMBOL_QR},           {"Micro QR", SYMBOL_MICRO_QR},
                 {"EAN-13", SYMBOL_EAN13},    {"UPC-A", SYMBOL_UPCA},
                 {"ITF-14", SYMBOL_ITF14},    {"Code 128", SYMBOL_CODE128},
                 {"Code_39", SYMBOL_CODE39},  {"GS1 DataMatrix", SYMBOL_GS1_DATAMATRIX},
                 {"GS1-128", SYMBOL_GS1_128}, {"DataBar Expanded", SYMBOL_DATABAR_EXPANDED}};
    enum symbol_kind kind = SYMBOL_AZTEC;
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        assert_ok(symbol_kind_parse(names[i].typed, &kind, NULL));
        assert_int_equal(kind, names[i].kind);
    }
    static const char *const none[] = {"", "-", "Code 12", "Code 1288", "EAN", "ean.13"};
    for (size_t i = 0; i < CM_ARRAY_N(none); i++)
        assert_err(CM_E_ARGUMENT, symbol_kind_parse(none[i], &kind, NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_outside_the_set_is_named_with_its_place),
        cmocka_unit_test(a_wrong_check_digit_is_told_the_right_one),
        cmocka_unit_test(a_text_that_is_too_long_is_told_how_much_fits_and_where),
        cmocka_unit_test(the_most_of_every_kind_fits_and_one_more_is_told),
        cmocka_unit_test(letters_of_a_codabar_and_pairs_of_digits_are_counted),
        cmocka_unit_test(elements_that_are_too_long_are_told_the_next_kind),
        cmocka_unit_test(texts_are_never_in_an_error),
        cmocka_unit_test(levels_and_letters_that_there_are_not_are_refused),
        cmocka_unit_test(no_element_string_is_refused_by_every_kind_that_wants_one),
        cmocka_unit_test(a_misspelt_kind_is_told_the_nearest),
        cmocka_unit_test(kinds_are_known_as_their_standards_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

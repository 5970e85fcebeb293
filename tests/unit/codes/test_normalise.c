/* Reading what people type. The tables are those of docs/design/construction.md section 8, written
 * here once more by code point; UTF-8 hostilities are of the Unicode standard, table 3-7. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codes/normalise.h"

/* Code alphabet of the tests: the default, codes of four symbols. */
static struct normaliser reader_of(const char *symbols, uint8_t code_n) {
    struct cm_alphabet a;
    struct normaliser n;
    assert_ok(cm_alphabet_init(&a, slice_text(symbols), NULL));
    assert_ok(normaliser_init(&n, &a, code_n, 1, NULL));
    return n;
}

#define DEFAULT_SYMBOLS "234679BCDFGHJKMPQRTVWXY"

/* What the reader takes a text for, as symbols; "" for any typing error. */
static void read_as(const char *symbols, uint8_t code_n, struct cm_slice text, char out[65]) {
    const struct normaliser n = reader_of(symbols, code_n);
    uint8_t numerals[64];
    memset(out, 0, 65);
    if (normalise(&n, text, numerals) != NORMALISED_OK) return;
    for (size_t i = 0; i < code_n; i++)
        out[i] = symbols[numerals[i]];
}

static void assert_reads(const char *symbols, uint8_t code_n, const char *text, const char *want) {
    char got[65];
    read_as(symbols, code_n, slice_text(text), got);
    assert_string_equal(got, want);
}

static enum normalised verdict_of(struct cm_slice text) {
    const struct normaliser n = reader_of(DEFAULT_SYMBOLS, 4);
    uint8_t numerals[4] = {0xA5, 0xA5, 0xA5, 0xA5};
    static const uint8_t zeros[4] = {0};
    const enum normalised verdict = normalise(&n, text, numerals);
    if (verdict != NORMALISED_OK) assert_memory_equal(numerals, zeros, sizeof zeros);
    return verdict;
}

static void a_code_is_read_however_it_was_grouped_and_cased(void **state) {
    (void)state;
    const struct normaliser n = reader_of(DEFAULT_SYMBOLS, 12);
    uint8_t numerals[12];
    assert_int_equal(normalise(&n, slice_text(" pvkq-pfkf.t7wb "), numerals), NORMALISED_OK);
    /* worked example A of construction.md: numerals of PVKQPFKFT7W, then B */
    static const uint8_t want[12] = {15, 19, 13, 16, 15, 9, 13, 9, 18, 4, 20, 6};
    assert_memory_equal(numerals, want, sizeof want);
}

static void full_width_forms_become_ascii(void **state) {
    (void)state;
    /* U+FF32 U+FF4D (small m) U+FF0D (hyphen) U+FF12 U+FF0E (dot) U+FF39, U+3000 between */
    assert_reads(
        DEFAULT_SYMBOLS, 4,
        "\xEF\xBC\xB2\xEF\xBD\x8D\xEF\xBC\x8D\xEF\xBC\x92\xE3\x80\x80\xEF\xBC\x8E\xEF\xBC\xB9",
        "RM2Y");
    assert_int_equal(verdict_of(slice_text("RM2\xEF\xBD\x9F")), NORMALISED_SYMBOL); /* U+FF5F */
}

static void utf8_put(char **at, unsigned cp) {
    if (cp < 0x80u) {
        *(*at)++ = (char)cp;
    } else if (cp < 0x800u) {
        *(*at)++ = (char)(0xC0u | cp >> 6);
        *(*at)++ = (char)(0x80u | (cp & 0x3Fu));
    } else {
        *(*at)++ = (char)(0xE0u | cp >> 12);
        *(*at)++ = (char)(0x80u | (cp >> 6 & 0x3Fu));
        *(*at)++ = (char)(0x80u | (cp & 0x3Fu));
    }
}

static void cyrillic_twins_become_latin_in_both_cases(void **state) {
    (void)state;
    static const char latin[] = "ABEKMHOPCTYXIJS";
    static const unsigned cyrillic[2][15] = {
        {0x410, 0x412, 0x415, 0x41A, 0x41C, 0x41D, 0x41E, 0x420, 0x421, 0x422, 0x423, 0x425, 0x406,
         0x408, 0x405},
        {0x430, 0x432, 0x435, 0x43A, 0x43C, 0x43D, 0x43E, 0x440, 0x441, 0x442, 0x443, 0x445, 0x456,
         0x458, 0x455}};
    for (size_t lower = 0; lower < 2; lower++) {
        char text[31] = {0}, *at = text;
        for (size_t i = 0; i < 15; i++)
            utf8_put(&at, cyrillic[lower][i]);
        assert_reads(latin, 15, text, latin);
    }
    /* an alphabet with lower-case letters tells the two cases apart */
    assert_reads("ABab", 2, "\xD0\x90\xD0\xB2", "Ab");
}

/* Every code point below U+10000: which ones are dropped, and which stand for an ASCII symbol. */
static bool is_separator(unsigned cp) {
    return cp == ' ' || cp == '-' || cp == '.' || cp == 0xA0 || cp == 0xAD || cp == 0xB7 ||
           (cp >= 0x2000 && cp <= 0x200A) || (cp >= 0x2010 && cp <= 0x2015) || cp == 0x202F ||
           cp == 0x2212 || cp == 0x3000 || cp == 0xFF0D || cp == 0xFF0E;
}

static void exactly_the_listed_separators_are_deleted(void **state) {
    (void)state;
    for (unsigned cp = 0; cp < 0x10000u; cp++) {
        if (cp >= 0xD800u && cp <= 0xDFFFu) continue;
        char text[8], *at = text;
        *at++ = 'R';
        *at++ = 'M';
        utf8_put(&at, cp);
        *at++ = '2';
        *at++ = 'Y';
        const enum normalised v = verdict_of(slice_of(text, (size_t)(at - text)));
        if ((v == NORMALISED_OK) != is_separator(cp)) fail_msg("U+%04X: verdict %u", cp, v);
    }
}

static void look_alikes_lead_from_outside_the_alphabet_into_it(void **state) {
    (void)state;
    assert_reads("0123456789ABCDEFGHJKMNPQRSTVWXYZ", 5, "oIl1U", "0111V"); /* Crockford's */
    assert_reads("0123456789", 6, "OIlZSB", "011258");
    assert_reads(DEFAULT_SYMBOLS, 4, "8BZ2", "BB22");
    /* no target there: 0, 1, 5 and their letters are no symbols of the default alphabet */
    for (const char *c = "015OILSAENU"; *c != '\0'; c++) {
        const char text[] = {'R', 'M', '2', *c, '\0'};
        assert_reads(DEFAULT_SYMBOLS, 4, text, *c == 'U' ? "RM2V" : "");
    }
    /* never from a symbol */
    assert_reads("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 8, "0O1IL5SU", "0O1IL5SU");
}

static void a_scheme_may_have_look_alikes_of_its_own(void **state) {
    (void)state;
    struct cm_alphabet a;
    struct normaliser n = reader_of(DEFAULT_SYMBOLS, 4);
    uint8_t numerals[4];
    assert_ok(cm_alphabet_init(&a, slice_text(DEFAULT_SYMBOLS), NULL));
    assert_int_equal(normalise(&n, slice_text("RM20"), numerals), NORMALISED_SYMBOL);
    assert_ok(normaliser_lookalike(&n, &a, 'O', 'Q', NULL));
    assert_int_equal(normalise(&n, slice_text("RM2o"), numerals), NORMALISED_OK);
    assert_int_equal(numerals[3], a.index['Q']);
    static const char bad[][2] = {{'Q', 'R'},    {'O', 'S'},  {'o', 'Q'},    {'-', 'Q'}, {' ', 'Q'},
                                  {'\x7F', 'Q'}, {'\0', 'Q'}, {'\xD0', 'Q'}, {'O', '\0'}};
    const struct normaliser before = n;
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_err(CM_E_FORMAT, normaliser_lookalike(&n, &a, bad[i][0], bad[i][1], NULL));
    assert_memory_equal(&n, &before, sizeof n);
}

static void length_is_exact(void **state) {
    (void)state;
    assert_int_equal(verdict_of(slice_text("")), NORMALISED_LENGTH);
    assert_int_equal(verdict_of(slice_of(NULL, 0)), NORMALISED_LENGTH);
    assert_int_equal(verdict_of(slice_text("RM2")), NORMALISED_LENGTH);
    assert_int_equal(verdict_of(slice_text("RM2YY")), NORMALISED_LENGTH);
    assert_int_equal(verdict_of(slice_text("- . -")), NORMALISED_LENGTH);
    assert_int_equal(verdict_of(slice_text("RM2Y")), NORMALISED_OK);
}

static void hostile_bytes_are_typing_errors(void **state) {
    (void)state;
    assert_int_equal(verdict_of(slice_of("RM2Y\0", 5)), NORMALISED_SYMBOL);
    assert_int_equal(verdict_of(slice_of("\0\0\0\0", 4)), NORMALISED_SYMBOL);
    assert_int_equal(verdict_of(slice_text("RM2Y\n")), NORMALISED_SYMBOL);
    assert_int_equal(verdict_of(slice_text("\xEF\xBB\xBF"
                                           "RM2Y")),
                     NORMALISED_SYMBOL); /* BOM */
    assert_int_equal(verdict_of(slice_text("RM2\xF0\x9F\x98\x80")), NORMALISED_SYMBOL);
    static const char *const bad[] = {"RM2\x80",           "RM2\xC2",     "RM\xC0\xAD",
                                      "RM\xED\xA0\x80Y",   "RM\xFF\xFEY", "RM2Y\xE2\x80",
                                      "RM\xF4\x90\x80\x80"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++)
        assert_int_equal(verdict_of(slice_text(bad[i])), NORMALISED_UTF8);
}

static void ten_megabytes_are_refused_unread(void **state) {
    (void)state;
    const size_t len = 10u * 1024u * 1024u;
    uint8_t *text = malloc(len);
    assert_non_null(text);
    memset(text, '-', len);
    memcpy(text + len - 4, "RM2Y", 4);
    assert_int_equal(verdict_of(slice_of(text, len)), NORMALISED_LENGTH);
    /* the border itself */
    const uint8_t *const tail = text + len;
    assert_int_equal(verdict_of(slice_of(tail - NORMALISE_TEXT_MAX, NORMALISE_TEXT_MAX)),
                     NORMALISED_OK);
    assert_int_equal(verdict_of(slice_of(tail - NORMALISE_TEXT_MAX - 1, NORMALISE_TEXT_MAX + 1)),
                     NORMALISED_LENGTH);
    free(text);
}

static void arrays_read_like_single_texts(void **state) {
    (void)state;
    const struct normaliser n = reader_of(DEFAULT_SYMBOLS, 4);
    const struct cm_slice texts[3] = {slice_text("RM2Y"), slice_text("RM2"), slice_text("yy-22")};
    uint8_t rows[3][6], verdicts[3];
    memset(rows, 0xA5, sizeof rows);
    normalise_rows(&n, texts, 3, rows[0], sizeof rows[0], verdicts);
    static const uint8_t want_rows[3][6] = {
        {17, 14, 0, 22, 0xA5, 0xA5}, {0, 0, 0, 0, 0xA5, 0xA5}, {22, 22, 0, 0, 0xA5, 0xA5}};
    static const uint8_t want[3] = {NORMALISED_OK, NORMALISED_LENGTH, NORMALISED_OK};
    assert_memory_equal(rows, want_rows, sizeof rows);
    assert_memory_equal(verdicts, want, sizeof want);
}

static void unknown_table_versions_are_refused(void **state) {
    (void)state;
    struct cm_alphabet a;
    struct normaliser n;
    memset(&n, 0xA5, sizeof n);
    assert_ok(cm_alphabet_init(&a, slice_text(DEFAULT_SYMBOLS), NULL));
    assert_err(CM_E_VERSION, normaliser_init(&n, &a, 4, 0, NULL));
    assert_err(CM_E_VERSION, normaliser_init(&n, &a, 4, NORMALISE_TABLE_VERSION + 1, NULL));
    assert_err(CM_E_RANGE, normaliser_init(&n, &a, 0, 1, NULL));
    assert_int_equal(n.code_n, 0xA5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_read_however_it_was_grouped_and_cased),
        cmocka_unit_test(full_width_forms_become_ascii),
        cmocka_unit_test(cyrillic_twins_become_latin_in_both_cases),
        cmocka_unit_test(exactly_the_listed_separators_are_deleted),
        cmocka_unit_test(look_alikes_lead_from_outside_the_alphabet_into_it),
        cmocka_unit_test(a_scheme_may_have_look_alikes_of_its_own),
        cmocka_unit_test(length_is_exact),
        cmocka_unit_test(hostile_bytes_are_typing_errors),
        cmocka_unit_test(ten_megabytes_are_refused_unread),
        cmocka_unit_test(arrays_read_like_single_texts),
        cmocka_unit_test(unknown_table_versions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

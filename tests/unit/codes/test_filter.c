/* The filter. Its judge is a slow one of the test's own, from the text of construction.md section
 * 9: look for every spelling of every word at every place, and turn the text by hand. The cap code
 * of 2007 is the one of Network World, 3 August 2007: HW6N66WW00W6 reads 9M00MM99N9MH. */
#include "support/cm.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "codes/filter.h"
#include "codes/filter_words.h"

#define WORDS_V1_N       173u
#define WORDS_V1_LETTERS 817u
#define ROWS_N           8000u

static struct filter *filter_for(const char *alphabet_name, const struct filter_options *options) {
    struct cm_alphabet a;
    struct filter *f = NULL;
    assert_ok(cm_alphabet_by_name(&a, slice_text(alphabet_name), NULL));
    assert_ok(filter_new(&f, &a, options, NULL));
    return f;
}

/* 1 if the text is skipped. */
static int skips(const struct filter *f, const char *alphabet_name, const char *text) {
    struct cm_alphabet a;
    uint8_t row[64], skip = 0xA5;
    assert_ok(cm_alphabet_by_name(&a, slice_text(alphabet_name), NULL));
    const size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        row[i] = a.index[(uint8_t)text[i]];
    filter_mask(f, row, 1, n, &skip);
    return skip;
}

static void a_code_that_spells_a_word_is_skipped(void **state) {
    (void)state;
    const struct cm_slice words[] = {slice_text("demo"), slice_text("TEST")};
    CM_CLEANUP(filter_freep)
    struct filter *f =
        filter_for("alnum", &(struct filter_options){.code_n = 8, .extra = words, .extra_n = 2});
    assert_int_equal(skips(f, "alnum", "12DEMO34"), 1);
    assert_int_equal(skips(f, "alnum", "AADEM0ZZ"), 1); /* 0 reads as O */
    assert_int_equal(skips(f, "alnum", "AATE5TZZ"), 1);
    assert_int_equal(skips(f, "alnum", "12DEM099"), 1);
    assert_int_equal(skips(f, "alnum", "12DEXO34"), 0);
    assert_int_equal(skips(f, "alnum", "DEMDEMMO"), 0);
}

static void an_exact_word_is_found_in_its_own_symbols_only(void **state) {
    (void)state;
    const struct cm_slice words[] = {slice_text("DEMO"), slice_text("555")};
    const struct filter_options options = {
        .code_n = 8, .extra = words, .extra_n = 2, .extra_exact = true};
    CM_CLEANUP(filter_freep) struct filter *f = filter_for("alnum", &options);
    assert_int_equal(skips(f, "alnum", "12DEMO34"), 1);
    assert_int_equal(skips(f, "alnum", "AADEM0ZZ"), 0);
    assert_int_equal(skips(f, "alnum", "AA555ZZZ"), 1);
    assert_int_equal(skips(f, "alnum", "AASS5ZZZ"), 0);
}

static void a_word_in_digits_alone_is_no_word_unless_listed_so(void **state) {
    (void)state;
    const struct cm_slice words[] = {slice_text("TEST"), slice_text("1488")};
    CM_CLEANUP(filter_freep)
    struct filter *f =
        filter_for("alnum", &(struct filter_options){.code_n = 8, .extra = words, .extra_n = 2});
    assert_int_equal(skips(f, "alnum", "AA7357ZZ"), 0);
    assert_int_equal(skips(f, "alnum", "AA73S7ZZ"), 1);
    assert_int_equal(skips(f, "alnum", "AA1488ZZ"), 1);
}

static void a_code_that_reads_upside_down_as_another_is_skipped(void **state) {
    (void)state;
    const struct filter_options options = {.code_n = 12, .rotation = true};
    CM_CLEANUP(filter_freep) struct filter *f = filter_for("alnum", &options);
    assert_int_equal(skips(f, "alnum", "HW6N66WW00W6"), 1);
    assert_int_equal(skips(f, "alnum", "9M00MM99N9MH"), 1);
    assert_int_equal(skips(f, "alnum", "HW6N66WW00W7"), 0); /* 7 has no image */
    assert_int_equal(skips(f, "alnum", "HHHHHHHHHHHH"), 0); /* reads as itself */
    assert_int_equal(skips(f, "alnum", "669XX88XX699"), 0); /* so does this */
    /* an image must be a symbol: without W and 6, neither M nor 9 can turn */
    CM_CLEANUP(filter_freep) struct filter *g = filter_for("19", &options);
    assert_int_equal(skips(g, "19", "MHHHHHHHHHHH"), 0);
    assert_int_equal(skips(g, "19", "XHHHHHHHHHHH"), 1);
}

static bool naive_char(char have, char want) {
    const char *const written = filter_spellings(want);
    return have == want || (have != '\0' && strchr(written, have) != NULL);
}

static bool naive_at(const char *text, const char *word, size_t len) {
    bool has_letter = false, wants_letter = false;
    for (size_t i = 0; i < len; i++) {
        if (!naive_char(text[i], word[i])) return false;
        has_letter = has_letter || text[i] >= 'A';
        wants_letter = wants_letter || word[i] >= 'A';
    }
    return has_letter || !wants_letter;
}

static bool naive_word(const char *text, size_t text_n) {
    const char *rest = filter_words(FILTER_VERSION);
    char word[FILTER_WORD_MAX];
    for (size_t len; (len = filter_next_word(&rest, word)) > 0;)
        for (size_t at = 0; at + len <= text_n; at++)
            if (naive_at(text + at, word, len)) return true;
    return false;
}

static void the_list_of_version_1_is_frozen(void **state) {
    (void)state;
    const char *rest = filter_words(1);
    char word[FILTER_WORD_MAX];
    size_t n = 0, letters = 0;
    for (size_t len; (len = filter_next_word(&rest, word)) > 0; n++, letters += len)
        assert_in_range(len, 3, FILTER_WORD_MAX);
    assert_int_equal(n, WORDS_V1_N); /* counted when it was frozen: a change is a new version */
    assert_int_equal(letters, WORDS_V1_LETTERS);
    assert_int_equal(strlen(filter_words(0)) + strlen(filter_words(2)), 0);
}

static char naive_turned(char c) {
    static const char from[] = "08HINOSXZ69MW", to[] = "08HINOSXZ96WM";
    const char *const at = strchr(from, c);
    return at == NULL ? '\0' : to[at - from];
}

static bool naive_turns(const struct cm_alphabet *a, const char *text, size_t n) {
    bool differs = false;
    for (size_t i = 0; i < n; i++) {
        const char t = naive_turned(text[n - 1 - i]);
        if (t == '\0' || strchr(a->symbols, t) == NULL) return false;
        differs = differs || t != text[i];
    }
    return differs;
}

/* Random rows of an alphabet against the slow judge; returns how many were skipped. */
static size_t agree_on(const struct cm_alphabet *a, uint8_t code_n, uint32_t seed) {
    CM_CLEANUP(filter_freep) struct filter *f = NULL;
    assert_ok(filter_new(
        &f, a, &(struct filter_options){.code_n = code_n, .version = 1, .rotation = true}, NULL));
    static uint8_t rows[ROWS_N * 16u], skip[ROWS_N];
    for (size_t i = 0; i < ROWS_N * code_n; i++) {
        seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
        rows[i] = (uint8_t)((seed >> 12) % a->n);
    }
    filter_mask(f, rows, ROWS_N, code_n, skip);
    size_t skipped = 0;
    for (size_t i = 0; i < ROWS_N; i++) {
        char text[17] = {0};
        for (size_t j = 0; j < code_n; j++)
            text[j] = a->symbols[rows[i * code_n + j]];
        assert_int_equal(skip[i], naive_word(text, code_n) || naive_turns(a, text, code_n));
        skipped += skip[i];
    }
    const double share = filter_share(f);
    const double measured = (double)skipped / ROWS_N;
    /* six sigma of a binomial, below 6 * sqrt(share / n); rotation is counted as an upper bound */
    if ((measured - share) * (measured - share) > 36.0 * (share + 0.0001) / ROWS_N &&
        measured > share)
        fail_msg("share %f, measured %f", share, measured);
    return skipped;
}

static void every_preset_agrees_with_the_slow_judge(void **state) {
    (void)state;
    size_t n = 0, skipped = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&n);
    for (size_t i = 0; i < n; i++) {
        struct cm_alphabet a;
        assert_ok(cm_alphabet_by_name(&a, slice_text(presets[i].name), NULL));
        skipped += agree_on(&a, 12, (uint32_t)i + 1u);
        skipped += agree_on(&a, 5, (uint32_t)i + 77u);
    }
    assert_true(skipped > 500); /* the test has seen both answers */
}

static void few_symbols_make_many_hits_and_still_agree(void **state) {
    (void)state;
    static const char *const few[] = {"KUFC", "T7I1", "HXMW", "069", "AS54", "1480"};
    for (size_t i = 0; i < CM_ARRAY_N(few); i++) {
        struct cm_alphabet a;
        assert_ok(cm_alphabet_init(&a, slice_text(few[i]), NULL));
        assert_true(agree_on(&a, 9, (uint32_t)i + 5u) > 0);
    }
}

static void both_cases_spell_the_same_word(void **state) {
    (void)state;
    struct cm_alphabet a;
    const struct cm_slice words[] = {slice_text("MEET")};
    assert_ok(cm_alphabet_init(&a, slice_text("MmEetT3x"), NULL));
    CM_CLEANUP(filter_freep) struct filter *f = NULL;
    assert_ok(filter_new(
        &f, &a, &(struct filter_options){.code_n = 4, .extra = words, .extra_n = 1}, NULL));
    static const char *const texts[] = {"MeEt", "mEet", "M3eT", "xEET"};
    static const int want[] = {1, 1, 1, 0};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        uint8_t row[4], skip = 0xA5;
        for (size_t j = 0; j < 4; j++)
            row[j] = a.index[(uint8_t)texts[i][j]];
        filter_mask(f, row, 1, 4, &skip);
        assert_int_equal(skip, want[i]);
    }
}

static void no_preset_loses_more_than_one_code_in_forty(void **state) {
    (void)state;
    size_t n = 0;
    const struct cm_alphabet_preset *presets = cm_alphabet_presets(&n);
    const struct filter_options options = {.code_n = 13, .version = 1, .rotation = true};
    for (size_t i = 0; i < n; i++) {
        CM_CLEANUP(filter_freep) struct filter *f = filter_for(presets[i].name, &options);
        assert_true(filter_share(f) > 0.0 && filter_share(f) < 0.025);
    }
}

static void bad_options_are_refused_and_nothing_is_made(void **state) {
    (void)state;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_by_name(&a, slice_text("alnum"), NULL));
    struct filter *f = NULL;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_VERSION,
               filter_new(&f, &a, &(struct filter_options){.code_n = 9, .version = 2}, &diag));
    assert_err(CM_E_RANGE, filter_new(&f, &a, &(struct filter_options){.code_n = 0}, NULL));
    static const char *const bad[] = {"A", "", "AB-C", "ABCDEFGHIJKLMNOPQ", "AB C", "\xC3\x84RGER"};
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        const struct cm_slice words[] = {slice_text("GOOD"), slice_text(bad[i])};
        struct cm_diag why = DIAG_INIT;
        assert_err(CM_E_FORMAT,
                   filter_new(&f, &a,
                              &(struct filter_options){.code_n = 9, .extra = words, .extra_n = 2},
                              &why));
        assert_non_null(strstr(why.problem, "word 2"));
    }
    assert_null(f);
}

static void too_many_words_hit_the_limit_and_not_the_memory(void **state) {
    (void)state;
    struct cm_alphabet a;
    assert_ok(cm_alphabet_by_name(&a, slice_text("alnum"), NULL));
    static char text[8000][13];
    static struct cm_slice words[8000];
    for (unsigned i = 0; i < 8000; i++) {
        (void)snprintf(text[i], sizeof text[i], "%04uWORDWORD", i);
        words[i] = slice_text(text[i]);
    }
    struct filter *f = NULL;
    assert_err(CM_E_LIMIT,
               filter_new(&f, &a,
                          &(struct filter_options){.code_n = 9, .extra = words, .extra_n = 8000},
                          NULL));
    assert_null(f);
}

static void hostile_numerals_read_no_foreign_memory(void **state) {
    (void)state;
    CM_CLEANUP(filter_freep)
    struct filter *f = filter_for(
        "default", &(struct filter_options){.code_n = 12, .version = 1, .rotation = true});
    uint8_t rows[7][12], skip[7];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i / 12][i % 12] = (uint8_t)(255u - i);
    filter_mask(f, rows[0], 7, 12, skip);
    for (size_t i = 0; i < 7; i++)
        assert_true(skip[i] <= 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_that_spells_a_word_is_skipped),
        cmocka_unit_test(an_exact_word_is_found_in_its_own_symbols_only),
        cmocka_unit_test(a_word_in_digits_alone_is_no_word_unless_listed_so),
        cmocka_unit_test(a_code_that_reads_upside_down_as_another_is_skipped),
        cmocka_unit_test(the_list_of_version_1_is_frozen),
        cmocka_unit_test(every_preset_agrees_with_the_slow_judge),
        cmocka_unit_test(few_symbols_make_many_hits_and_still_agree),
        cmocka_unit_test(both_cases_spell_the_same_word),
        cmocka_unit_test(no_preset_loses_more_than_one_code_in_forty),
        cmocka_unit_test(bad_options_are_refused_and_nothing_is_made),
        cmocka_unit_test(too_many_words_hit_the_limit_and_not_the_memory),
        cmocka_unit_test(hostile_numerals_read_no_foreign_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Recovery words: round trip, the published proquint examples, and every way of mistyping them. */
#include "support/cm.h"

#include <string.h>

#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/words.h"

static void words_carry_a_key_there_and_back(void **state) {
    (void)state;
    struct cm_key key, back;
    random_key(&key);
    WORDS_SCOPED struct words_text words;
    words_from_key(&key, &words);
    assert_int_equal(strlen(words.text), WORDS_TEXT_CAP - 1);
    assert_ok(words_to_key(slice_text(words.text), &back, NULL));
    assert_memory_equal(key.b, back.b, CM_KEY_LEN);
}

/* Wilkerson's table: 127.0.0.1 is lusab-babad, 63.84.220.193 is gutih-tugad. */
static void the_first_words_are_the_published_proquints(void **state) {
    (void)state;
    const struct cm_key key = {{127, 0, 0, 1, 63, 84, 220, 193}};
    struct words_text words;
    words_from_key(&key, &words);
    assert_memory_equal(words.text, "lusab babad gutih tugad babab", 29);
}

static void case_and_separators_do_not_matter(void **state) {
    (void)state;
    const struct cm_key key = {{1, 2, 3}};
    struct cm_key back;
    struct words_text words;
    words_from_key(&key, &words);
    char typed[2 * WORDS_TEXT_CAP] = "  \n";
    size_t len = 3;
    for (size_t i = 0; words.text[i] != '\0'; i++) {
        if (words.text[i] == ' ') {
            typed[len++] = '-';
            typed[len++] = '\n';
        } else {
            typed[len++] = (char)(words.text[i] - 'a' + 'A');
        }
    }
    assert_ok(words_to_key(slice_of(typed, len), &back, NULL));
    assert_memory_equal(key.b, back.b, CM_KEY_LEN);
}

static void every_single_wrong_letter_is_found_and_the_output_kept(void **state) {
    (void)state;
    struct cm_key key, untouched;
    random_key(&key);
    memset(untouched.b, 0xA5, sizeof untouched.b);
    struct words_text good;
    words_from_key(&key, &good);
    for (size_t i = 0; i + 1 < WORDS_TEXT_CAP; i++) {
        for (char c = 'a'; c <= 'z'; c++) {
            struct words_text bad = good;
            if (bad.text[i] == c) continue;
            bad.text[i] = c;
            struct cm_key out = untouched;
            assert_err(CM_E_FORMAT, words_to_key(slice_text(bad.text), &out, NULL));
            assert_memory_equal(out.b, untouched.b, CM_KEY_LEN);
        }
    }
}

static void swapped_neighbours_are_found(void **state) {
    (void)state;
    struct cm_key key, out;
    for (size_t i = 0; i < CM_KEY_LEN; i++)
        key.b[i] = (uint8_t)(i * 11 + 1); /* no equal words */
    struct words_text good;
    words_from_key(&key, &good);
    for (size_t i = 0; i + 1 < WORDS_N; i++) {
        struct words_text bad = good;
        memcpy(bad.text + 6 * i, good.text + 6 * i + 6, WORDS_LETTERS);
        memcpy(bad.text + 6 * i + 6, good.text + 6 * i, WORDS_LETTERS);
        assert_err(CM_E_FORMAT, words_to_key(slice_text(bad.text), &out, NULL));
    }
}

static void errors_name_the_position_and_never_the_word(void **state) {
    (void)state;
    struct cm_key out;
    struct cm_diag diag = DIAG_INIT;
    assert_err(CM_E_FORMAT, words_to_key(slice_text("lusab xylit"), &out, &diag));
    assert_string_equal(diag.problem, "word 2 is not a recovery word");
    diag = (struct cm_diag)DIAG_INIT;
    assert_err(CM_E_FORMAT, words_to_key(slice_text("lusab babad"), &out, &diag));
    assert_string_equal(diag.problem, "2 words given, 18 needed");
    assert_null(strstr(diag.remedy, "lusab"));
}

static void hostile_input_is_refused(void **state) {
    (void)state;
    struct cm_key out;
    static const char nuls[] = "lusab\0babad";
    assert_err(CM_E_FORMAT, words_to_key(slice_of(NULL, 0), &out, NULL));
    assert_err(CM_E_FORMAT, words_to_key(slice_of(nuls, sizeof nuls), &out, NULL));
    static uint8_t big[1u << 20];
    memset(big, 'b', sizeof big);
    assert_err(CM_E_FORMAT, words_to_key(slice_of(big, sizeof big), &out, NULL));
    for (size_t i = 5; i < sizeof big; i += 6)
        big[i] = ' ';
    for (size_t i = 1; i < sizeof big; i += 2)
        if (big[i] != ' ') big[i] = 'a';
    assert_err(CM_E_FORMAT, words_to_key(slice_of(big, sizeof big), &out, NULL));
}

static int setup(void **state) {
    (void)state;
    return crypto_init() == CM_OK ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_carry_a_key_there_and_back),
        cmocka_unit_test(the_first_words_are_the_published_proquints),
        cmocka_unit_test(case_and_separators_do_not_matter),
        cmocka_unit_test(every_single_wrong_letter_is_found_and_the_output_kept),
        cmocka_unit_test(swapped_neighbours_are_found),
        cmocka_unit_test(errors_name_the_position_and_never_the_word),
        cmocka_unit_test(hostile_input_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}

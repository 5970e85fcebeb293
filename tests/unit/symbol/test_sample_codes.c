/* Samples for proofs: they look like codes of the scheme and are none. The coder itself says so:
 * opened under their own public key, each with a check character is a typing error. */
#include "support/cm.h"

#include <string.h>

#include "codes/plan.h"
#include "countermark/code.h"
#include "symbol/sample_codes.h"

static struct cm_scheme_numbers numbers_of(const char *alphabet, bool check) {
    struct plan_request q = PLAN_REQUEST_DEFAULTS;
    struct plan plan;
    q.check = check;
    assert_ok(cm_alphabet_by_name(&q.alphabet, slice_text(alphabet), NULL));
    assert_ok(plan_make(&q, &plan, NULL));
    return plan.numbers;
}

static void samples_have_the_schemes_looks_and_a_wrong_check_character(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = numbers_of("default", true);
    struct sample_codes s;
    assert_ok(sample_codes_make(&numbers, 7, 50, &s, NULL));
    assert_int_equal(s.n, 50);
    assert_int_equal(s.len, cm_scheme_code_len(&numbers));
    assert_true(s.typo);
    struct cm_coder *coder = NULL;
    const struct cm_key any = {.b = {1}}; /* the check character needs no key */
    assert_ok(cm_coder_new(&coder, &numbers, &any, 1));
    for (size_t i = 0; i < s.n; i++) {
        uint8_t row[CM_LENGTH_MAX + 1];
        struct cm_opened opened;
        for (size_t k = 0; k < s.len; k++) {
            row[k] = numbers.alphabet.index[(uint8_t)s.texts[i * s.len + k]];
            assert_int_not_equal(row[k], CM_NO_SYMBOL);
        }
        assert_ok(cm_coder_open(coder, row, 1, &opened));
        assert_int_equal(opened.result, CM_OPEN_TYPO);
    }
    cm_coder_free(coder);
    sample_codes_free(&s);
}

static void the_same_seed_makes_the_same_samples_and_another_makes_others(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = numbers_of("29", true);
    struct sample_codes a, b, c;
    assert_ok(sample_codes_make(&numbers, 1, 5, &a, NULL));
    assert_ok(sample_codes_make(&numbers, 1, 5, &b, NULL));
    assert_ok(sample_codes_make(&numbers, 2, 5, &c, NULL));
    assert_memory_equal(a.texts, b.texts, 5 * a.len);
    assert_memory_not_equal(a.texts, c.texts, 5 * a.len);
    assert_int_equal(a.full_len, a.len + 2); /* three groups of four or five */
    assert_non_null(memchr(a.full, '-', a.full_len));
    sample_codes_free(&a);
    sample_codes_free(&b);
    sample_codes_free(&c);
}

static void without_a_check_character_it_says_so(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = numbers_of("default", false);
    struct sample_codes s;
    assert_ok(sample_codes_make(&numbers, 1, 3, &s, NULL));
    assert_false(s.typo);
    assert_int_equal(s.len, numbers.length);
    sample_codes_free(&s);
}

static void a_small_scheme_gives_what_it_has_room_for(void **state) {
    (void)state;
    struct cm_scheme_numbers numbers = numbers_of("default", true);
    struct sample_codes s;
    numbers.batches = 2;
    numbers.serials = 3;
    assert_ok(cm_scheme_numbers_freeze(&numbers, NULL));
    assert_ok(sample_codes_make(&numbers, 1, 40, &s, NULL));
    assert_in_range(s.n, 1, 6);
    sample_codes_free(&s);
}

static void none_and_too_many_are_refused(void **state) {
    (void)state;
    const struct cm_scheme_numbers numbers = numbers_of("default", true);
    struct sample_codes s = {.n = 99};
    struct cm_diag diag = DIAG_INIT;
    assert_int_equal(sample_codes_make(&numbers, 1, 0, &s, &diag), CM_E_RANGE);
    assert_int_equal(sample_codes_make(&numbers, 1, SAMPLE_CODES_MAX + 1, &s, NULL), CM_E_RANGE);
    assert_int_equal(s.n, 99);
    assert_string_not_equal(diag.remedy, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(samples_have_the_schemes_looks_and_a_wrong_check_character),
        cmocka_unit_test(the_same_seed_makes_the_same_samples_and_another_makes_others),
        cmocka_unit_test(without_a_check_character_it_says_so),
        cmocka_unit_test(a_small_scheme_gives_what_it_has_room_for),
        cmocka_unit_test(none_and_too_many_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

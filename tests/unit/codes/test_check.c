/* Check characters. Expected values: worked examples A and B of docs/design/construction.md, the
 * oracle's check.mjs, and 572 -> 4, the example usually given for Damm's table. What is found is
 * proved by trying all of it.
 *
 * Why "all" is affordable for the sums: they are linear, so whether a wrong row is found depends
 * only on the places touched and on the symbols before and after, not on the rest of the row. All
 * places times all pairs of symbols is therefore every case there is. The weights depend on the
 * distance from the check character only, so a long row holds the cases of all shorter ones.
 * Damm's table is not linear: there all rows of five digits are tried. */
#include "support/cm.h"

#include <string.h>

#include "base/bytes.h"
#include "codes/check.h"

#define LONG_L                                                                                     \
    24u /* data characters; only the distance of two places (1 or 2) makes a difference */

static uint8_t check_of(enum cm_check kind, uint8_t radix, const uint8_t *data, uint8_t n) {
    struct check_table t;
    uint8_t check = 0xA5;
    assert_ok(check_table_init(&t, kind, radix, n, NULL));
    check_compute(&t, data, 1, n, &check);
    return check;
}

static void a_code_gets_its_check_character_and_a_typing_error_is_found(void **state) {
    (void)state;
    /* 572 and 4; 752 with the same digit is a swap */
    uint8_t rows[2][4] = {{5, 7, 2, 0}, {7, 5, 2, 4}};
    struct check_table t;
    assert_ok(check_table_init(&t, CM_CHECK_DAMM, 10, 3, NULL));
    check_append(&t, rows[0], 1, sizeof rows[0]);
    assert_int_equal(rows[0][3], 4);
    uint8_t wrong[2] = {0xA5, 0xA5};
    check_verify(&t, rows[0], 2, sizeof rows[0], wrong);
    assert_int_equal(wrong[0], 0);
    assert_int_equal(wrong[1], 1);
}

static void published_rows_have_their_published_check(void **state) {
    (void)state;
    /* construction.md section 13, A: PVKQPFKFT7W -> B */
    static const uint8_t a[] = {15, 19, 13, 16, 15, 9, 13, 9, 18, 4, 20};
    assert_int_equal(check_of(CM_CHECK_PRIME, 23, a, sizeof a), 6);
    /* B: F9XQYXG9GTGSVSAG -> V */
    static const uint8_t b[] = {15, 9, 29, 23, 30, 29, 16, 9, 16, 26, 16, 25, 27, 25, 10, 16};
    assert_int_equal(check_of(CM_CHECK_GF32, 32, b, sizeof b), 27);
    /* tests/oracle/check.mjs */
    static const uint8_t c[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    assert_int_equal(check_of(CM_CHECK_GF16, 16, c, sizeof c), 5);
    static const uint8_t d[] = {0, 28, 1, 27, 2, 26, 3, 25, 4, 24, 5, 23};
    assert_int_equal(check_of(CM_CHECK_PRIME, 29, d, sizeof d), 26);
    static const uint8_t e[] = {30, 29, 28, 27, 26, 25, 24, 23, 22, 21};
    assert_int_equal(check_of(CM_CHECK_PRIME, 31, e, sizeof e), 8);
    static const uint8_t f[] = {60, 1, 59, 2, 58, 3, 57, 4};
    assert_int_equal(check_of(CM_CHECK_PRIME, 61, f, sizeof f), 41);
}

static void each_size_has_one_kind_or_none(void **state) {
    (void)state;
    static const uint8_t primes[] = {5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61};
    for (unsigned r = 0; r <= 255; r++) {
        enum cm_check kind = CM_CHECK_NONE;
        const cm_err err = cm_check_kind_for((uint8_t)r, &kind);
        enum cm_check want = CM_CHECK_NONE;
        if (memchr(primes, (int)r, sizeof primes) != NULL) want = CM_CHECK_PRIME;
        if (r == 10) want = CM_CHECK_DAMM;
        if (r == 16) want = CM_CHECK_GF16;
        if (r == 32) want = CM_CHECK_GF32;
        assert_int_equal(kind, want);
        if (want != CM_CHECK_NONE)
            assert_int_equal(err, CM_OK);
        else
            assert_int_equal(err, r < 2 || r > 64 ? CM_E_RANGE : CM_E_UNSUPPORTED);
    }
}

static void a_kind_of_another_size_is_refused(void **state) {
    (void)state;
    struct check_table t;
    struct cm_diag diag = DIAG_INIT;
    memset(&t, 0xA5, sizeof t);
    assert_err(CM_E_UNSUPPORTED, check_table_init(&t, CM_CHECK_PRIME, 24, 12, &diag));
    assert_non_null(strstr(diag.problem, "24 symbols"));
    assert_err(CM_E_UNSUPPORTED, check_table_init(&t, CM_CHECK_PRIME, 10, 12, NULL));
    assert_err(CM_E_UNSUPPORTED, check_table_init(&t, CM_CHECK_DAMM, 23, 12, NULL));
    assert_err(CM_E_RANGE, check_table_init(&t, CM_CHECK_PRIME, 23, 0, NULL));
    assert_err(CM_E_RANGE, check_table_init(&t, CM_CHECK_PRIME, 23, CM_LENGTH_MAX + 1, NULL));
    assert_int_equal(t.radix, 0xA5);
    assert_ok(check_table_init(&t, CM_CHECK_NONE, 24, 12, NULL));
}

static void names_lead_back_to_their_kinds(void **state) {
    (void)state;
    static const enum cm_check all[] = {CM_CHECK_NONE, CM_CHECK_PRIME, CM_CHECK_GF16, CM_CHECK_GF32,
                                        CM_CHECK_DAMM};
    for (size_t i = 0; i < CM_ARRAY_N(all); i++) {
        enum cm_check kind = CM_CHECK_NONE;
        assert_ok(cm_check_by_name(slice_text(cm_check_name(all[i])), &kind));
        assert_int_equal(kind, all[i]);
    }
    enum cm_check kind = CM_CHECK_DAMM;
    assert_err(CM_E_NOT_FOUND, cm_check_by_name(slice_text("luhn"), &kind));
    assert_int_equal(kind, CM_CHECK_DAMM);
}

/* One sound row (L data, check last) that holds x at place i and y at place k > i. A free place
 * elsewhere is turned until the check comes out right, when k is the check character's. */
static void row_with(const struct check_table *t, size_t i, uint8_t x, size_t k, uint8_t y,
                     uint8_t *row) {
    const size_t stride = t->length + 1u;
    const size_t spare = i == 0 ? 1 : 0;
    memset(row, 0, stride);
    row[i] = x;
    if (k < t->length) row[k] = y;
    check_append(t, row, 1, stride);
    for (uint8_t v = 1; row[k] != y && v < t->radix; v++) {
        row[spare] = v;
        check_append(t, row, 1, stride);
    }
    assert_int_equal(row[k], y);
}

static bool found(const struct check_table *t, const uint8_t *row) {
    uint8_t wrong = 0xA5;
    check_verify(t, row, 1, t->length + 1u, &wrong);
    return wrong == 1;
}

/* Every way in which x and y at places i < k can be mistaken for one another. */
static void pair_is_guarded(const struct check_table *t, size_t i, uint8_t x, size_t k, uint8_t y) {
    uint8_t row[CM_LENGTH_MAX + 1];
    row_with(t, i, x, k, y, row);
    assert_false(found(t, row));
    row[i] = y; /* single substitution at i */
    assert_true(found(t, row));
    row[k] = x; /* swapped: neighbours if k == i + 1, a jump if k == i + 2 */
    assert_true(found(t, row));
    row[i] = x; /* single substitution at k */
    assert_true(found(t, row));
    row_with(t, i, x, k, x, row);
    row[i] = row[k] = y; /* twin: xx -> yy (with a symbol between for k == i + 2 not promised) */
    if (k == i + 1) assert_true(found(t, row));
}

static void places_are_guarded(const struct check_table *t, size_t i, size_t k) {
    for (uint8_t x = 0; x < t->radix; x++)
        for (uint8_t y = 0; y < t->radix; y++)
            if (x != y) pair_is_guarded(t, i, x, k, y);
}

static void size_finds_all_four_kinds_of_error(uint8_t radix, uint8_t length) {
    enum cm_check kind = CM_CHECK_NONE;
    struct check_table t;
    assert_ok(cm_check_kind_for(radix, &kind));
    assert_ok(check_table_init(&t, kind, radix, length, NULL));
    for (size_t i = 0; i < length; i++)
        for (size_t k = i + 1; k <= i + 2 && k <= length; k++)
            places_are_guarded(&t, i, k);
}

static void fields_find_substitutions_swaps_jumps_and_twins_everywhere(void **state) {
    (void)state;
    static const uint8_t sizes[] = {5,  7,  11, 13, 16, 17, 19, 23, 29,
                                    31, 32, 37, 41, 43, 47, 53, 59, 61};
    for (size_t i = 0; i < CM_ARRAY_N(sizes); i++)
        size_finds_all_four_kinds_of_error(sizes[i], LONG_L);
    size_finds_all_four_kinds_of_error(23, 11); /* the lengths named in construction.md */
    size_finds_all_four_kinds_of_error(29, 14);
    size_finds_all_four_kinds_of_error(31, 15);
    size_finds_all_four_kinds_of_error(16, 15);
    size_finds_all_four_kinds_of_error(16, 16);
    size_finds_all_four_kinds_of_error(23, CM_LENGTH_MAX);
}

/* Linearity, on which the affordable proof above rests: check(u + v) = check(u) + check(v). */
static void the_sums_are_linear(void **state) {
    (void)state;
    struct check_table t;
    uint32_t seed = 1;
    assert_ok(check_table_init(&t, CM_CHECK_PRIME, 29, LONG_L, NULL));
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t rows[3][LONG_L], check[3];
        for (size_t i = 0; i < LONG_L; i++) {
            seed = seed * 1664525u + 1013904223u; /* Numerical Recipes' generator */
            rows[0][i] = (uint8_t)((seed >> 8) % 29u);
            rows[1][i] = (uint8_t)((seed >> 16) % 29u);
            rows[2][i] = (uint8_t)((rows[0][i] + rows[1][i]) % 29);
        }
        check_compute(&t, rows[0], 3, LONG_L, check);
        assert_int_equal(check[2], (check[0] + check[1]) % 29);
    }
}

/* Digits of a number below 10^5, and their check digit in row[5]. */
static void damm_row(const struct check_table *t, unsigned number, uint8_t row[6]) {
    for (size_t i = 5; i-- > 0; number /= 10)
        row[i] = (uint8_t)(number % 10);
    check_append(t, row, 1, 6);
}

static void damm_place_is_guarded(const struct check_table *t, const uint8_t row[6], size_t i) {
    uint8_t bad[6];
    memcpy(bad, row, sizeof bad);
    for (uint8_t d = 1; d < 10; d++) {
        bad[i] = (uint8_t)((row[i] + d) % 10);
        assert_true(found(t, bad));
    }
    if (i == 5 || row[i] == row[i + 1]) return;
    bad[i] = row[i + 1];
    bad[i + 1] = row[i];
    assert_true(found(t, bad));
}

static void damm_finds_substitutions_and_swaps_in_all_rows_of_five(void **state) {
    (void)state;
    struct check_table t;
    assert_ok(check_table_init(&t, CM_CHECK_DAMM, 10, 5, NULL));
    for (unsigned number = 0; number < 100000; number++) {
        uint8_t row[6];
        damm_row(&t, number, row);
        for (size_t i = 0; i < 6; i++)
            damm_place_is_guarded(&t, row, i);
    }
}

static void arrays_give_what_single_rows_give(void **state) {
    (void)state;
    struct check_table t;
    uint8_t rows[100][13], one[100], all[100];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i / 13][i % 13] = (uint8_t)(i * i % 32);
    assert_ok(check_table_init(&t, CM_CHECK_GF32, 32, 12, NULL));
    for (size_t i = 0; i < 100; i++)
        check_compute(&t, rows[i], 1, 13, &one[i]);
    check_compute(&t, rows[0], 100, 13, all);
    assert_memory_equal(one, all, sizeof all);
    check_append(&t, rows[0], 100, 13);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(rows[i][12], one[i]);
}

static void hostile_numerals_stay_inside_the_tables(void **state) {
    (void)state;
    static const uint8_t radices[] = {10, 16, 23, 32};
    uint8_t row[13];
    memset(row, 0xFF, sizeof row);
    for (size_t i = 0; i < CM_ARRAY_N(radices); i++) {
        enum cm_check kind = CM_CHECK_NONE;
        struct check_table t;
        assert_ok(cm_check_kind_for(radices[i], &kind));
        assert_ok(check_table_init(&t, kind, radices[i], 12, NULL));
        assert_true(found(&t, row)); /* 0xFF is no check numeral */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_gets_its_check_character_and_a_typing_error_is_found),
        cmocka_unit_test(published_rows_have_their_published_check),
        cmocka_unit_test(each_size_has_one_kind_or_none),
        cmocka_unit_test(a_kind_of_another_size_is_refused),
        cmocka_unit_test(names_lead_back_to_their_kinds),
        cmocka_unit_test(fields_find_substitutions_swaps_jumps_and_twins_everywhere),
        cmocka_unit_test(the_sums_are_linear),
        cmocka_unit_test(damm_finds_substitutions_and_swaps_in_all_rows_of_five),
        cmocka_unit_test(arrays_give_what_single_rows_give),
        cmocka_unit_test(hostile_numerals_stay_inside_the_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

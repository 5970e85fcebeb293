/* FF1 in arrays: usage, edges, every radix, against the slow reference of tests/support/ff1_slow.c
 * (written from SP 800-38G one numeral at a time). The NIST samples are in test_ff1_nist.c. */
#include "support/cm.h"
#include "support/ff1_slow.h"
#include "support/must.h"
#include "support/splitmix.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "crypto/kernels.h"

static const uint8_t test_key[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t test_tweak[FF1_TWEAK_MAX + 1] = {0x43, 0, 0, 0, 1, 1, 7, 8, 9, 10, 11, 12};

static struct ff1_params params_of(unsigned radix, unsigned n, size_t tweak_len) {
    return (struct ff1_params){.radix = (uint16_t)radix,
                               .n = (uint8_t)n,
                               .tweak = slice_of(test_tweak, tweak_len),
                               .key = slice_of(test_key, sizeof test_key)};
}

static struct ff1 *ff1_of(const struct ff1_params *params) {
    struct ff1 *ff1 = NULL;
    assert_ok(ff1_new_below_floor(&ff1, params));
    return ff1;
}

static void halves_go_there_and_back(void **state) {
    (void)state;
    const struct ff1_params params = params_of(23, 11, 6);
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = NULL;
    assert_ok(ff1_new(&ff1, &params));
    uint64_t a[2] = {0, 1}, b[2] = {0, 2}; /* two texts: X = a * 23^6 + b */
    assert_ok(ff1_encrypt(ff1, a, b, 2));
    assert_true(a[0] < ff1_modulus_a(ff1) && b[0] < ff1_modulus_b(ff1));
    assert_false(a[0] == 0 && b[0] == 0);
    assert_ok(ff1_decrypt(ff1, a, b, 2));
    assert_true(a[0] == 0 && b[0] == 0 && a[1] == 1 && b[1] == 2);
}

/* The widest n with radix^n < 2^120. */
static unsigned longest(unsigned radix) {
    cm_u128 space = 1;
    unsigned n = 0;
    while (((space * radix) >> 120) == 0) {
        space *= radix;
        n++;
    }
    return n;
}

static void check_rows(const struct ff1_params *params, uint64_t *seed) {
    enum { ROWS = 6 };
    uint8_t rows[ROWS * 120], slow[ROWS * 120], slow_back[ROWS * 120];
    const unsigned n = params->n;
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)(splitmix_next(seed) % params->radix);
    memset(rows, 0, n);                         /* row 0: all zero */
    memset(rows + n, params->radix - 1, n);     /* row 1: all maximal */
    memset(rows + 2 * n, params->radix - 1, n); /* row 2: only A is */
    memset(rows + 2 * n + n / 2, 0, n - n / 2);
    memcpy(slow, rows, sizeof rows);
    memcpy(slow_back, rows, sizeof rows);
    for (size_t i = 0; i < ROWS; i++) {
        ff1_slow(params, 0, slow + i * n);
        ff1_slow(params, 1, slow_back + i * n);
    }
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = ff1_of(params);
    const struct ff1_kernel *kernel = NULL;
    for (size_t k = 0; (kernel = kernels_ff1(k)) != NULL; k++) {
        if (ff1_use_kernel(ff1, kernel) != CM_OK) continue; /* halves too wide for it */
        uint8_t ours[ROWS * 120];
        memcpy(ours, rows, sizeof ours);
        assert_ok(ff1_numerals_encrypt(ff1, ours, ROWS, n));
        if (memcmp(ours, slow, ROWS * n) != 0)
            fail_msg("encrypt, %s: radix %u, n %u", kernel->name, params->radix, n);
        memcpy(ours, rows, sizeof ours);
        assert_ok(ff1_numerals_decrypt(ff1, ours, ROWS, n));
        if (memcmp(ours, slow_back, ROWS * n) != 0)
            fail_msg("decrypt, %s: radix %u, n %u", kernel->name, params->radix, n);
    }
}

static void every_radix_agrees_with_the_slow_reference_at_odd_and_even_lengths(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (unsigned radix = 2; radix <= 256; radix++) {
        const unsigned most = longest(radix);
        const unsigned lengths[] = {2, 3, most / 2, most / 2 + 1, most - 1, most};
        for (size_t i = 0; i < CM_ARRAY_N(lengths); i++) {
            const struct ff1_params params = params_of(radix, lengths[i], 6);
            check_rows(&params, &seed);
        }
    }
}

static void every_length_of_an_alphabet_agrees_with_the_slow_reference(void **state) {
    (void)state;
    static const unsigned radices[] = {2, 10, 16, 20, 23, 24, 27, 28, 29, 31, 32, 36, 64, 255, 256};
    uint64_t seed = 4;
    for (size_t i = 0; i < CM_ARRAY_N(radices); i++) {
        const unsigned most = longest(radices[i]);
        for (unsigned n = 2; n <= most; n++) {
            const struct ff1_params params = params_of(radices[i], n, 6);
            check_rows(&params, &seed);
        }
    }
}

static void every_tweak_length_and_key_length_agrees_with_the_slow_reference(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (size_t t = 0; t <= FF1_TWEAK_MAX; t++) {
        for (size_t key_len = 16; key_len <= 32; key_len += 8) {
            struct ff1_params params = params_of(23, 11, t);
            params.key.len = key_len;
            check_rows(&params, &seed);
            params.n = 20; /* d = 12 */
            check_rows(&params, &seed);
        }
    }
}

/* A + y mod m lands on m - 1, 0 and 1 in round 0: the carry, its last refusal and its first use. */
static void the_carry_of_the_first_round_is_right_at_its_edges(void **state) {
    (void)state;
    static const unsigned shape[][2] = {{10, 16}, {2, 64},   {32, 16}, {36, 19},
                                        {2, 119}, {255, 15}, {256, 9}, {128, 17}};
    for (size_t i = 0; i < CM_ARRAY_N(shape); i++) {
        const struct ff1_params params = params_of(shape[i][0], shape[i][1], 6);
        CM_CLEANUP(ff1_freep) struct ff1 *ff1 = ff1_of(&params);
        const uint64_t m = ff1_modulus_a(ff1), b_max = ff1_modulus_b(ff1) - 1;
        for (uint64_t k = 0; k < 6; k++) {
            const uint64_t b0 = k < 3 ? 0 : b_max;
            const uint64_t y = (uint64_t)(ff1_slow_y(&params, 0, b0) % m);
            const uint64_t a0 = (uint64_t)(((cm_u128)m - 1 + k % 3 + m - y) % m);
            uint8_t row[120];
            uint64_t a = a0, b = b0, rest = a0;
            for (unsigned d = params.n / 2u; d > 0; d--, rest /= params.radix) {
                row[d - 1] = (uint8_t)(rest % params.radix);
            }
            rest = b0;
            for (unsigned d = params.n; d > params.n / 2u; d--, rest /= params.radix) {
                row[d - 1] = (uint8_t)(rest % params.radix);
            }
            assert_ok(ff1_encrypt(ff1, &a, &b, 1));
            ff1_slow(&params, 0, row);
            assert_ok(ff1_numerals_decrypt(ff1, row, 1, params.n));
            assert_ok(ff1_numerals_encrypt(ff1, row, 1, params.n));
            uint64_t slow_a = 0, slow_b = 0;
            for (unsigned d = 0; d < params.n / 2u; d++)
                slow_a = slow_a * params.radix + row[d];
            for (unsigned d = params.n / 2u; d < params.n; d++) {
                slow_b = slow_b * params.radix + row[d];
            }
            assert_true(a == slow_a && b == slow_b);
            assert_ok(ff1_decrypt(ff1, &a, &b, 1));
            assert_true(a == a0 && b == b0);
        }
    }
}

static void check_bijection(unsigned radix, unsigned n, size_t space) {
    const struct ff1_params params = params_of(radix, n, 6);
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = ff1_of(&params);
    const uint64_t m = ff1_modulus_b(ff1);
    assert_true(ff1_modulus_a(ff1) * m == space);
    uint64_t *a = must_calloc(space, sizeof *a), *b = must_calloc(space, sizeof *b);
    uint8_t *seen = must_calloc(space, 1);
    for (size_t x = 0; x < space; x++) {
        a[x] = x / m;
        b[x] = x % m;
    }
    assert_ok(ff1_encrypt(ff1, a, b, space));
    for (size_t x = 0; x < space; x++) {
        assert_true(a[x] * m + b[x] < space);
        seen[a[x] * m + b[x]]++;
    }
    for (size_t x = 0; x < space; x++)
        assert_int_equal(seen[x], 1);
    assert_ok(ff1_decrypt(ff1, a, b, space));
    for (size_t x = 0; x < space; x++)
        assert_true(a[x] * m + b[x] == x);
    free(a);
    free(b);
    free(seen);
}

static void small_domains_are_permuted_whole(void **state) {
    (void)state;
    check_bijection(10, 6, 1000000);
    check_bijection(23, 5, 6436343); /* odd length: u = 2, v = 3 */
    check_bijection(2, 13, 8192);    /* below the floor */
    check_bijection(256, 2, 65536);
}

static void arrays_of_any_count_equal_one_by_one(void **state) {
    (void)state;
    static const size_t counts[] = {1, 1023, 1024, 1025, 4097};
    enum { MOST = 4097, LEN = 11, STRIDE = 12 };
    const struct ff1_params params = params_of(23, LEN, 6);
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = ff1_of(&params);
    static uint8_t all[MOST * STRIDE], single[MOST * STRIDE];
    uint64_t seed = 6;
    for (size_t c = 0; c < CM_ARRAY_N(counts); c++) {
        for (size_t i = 0; i < sizeof all; i++)
            all[i] = (uint8_t)(splitmix_next(&seed) % 23);
        for (size_t i = 0; i < MOST; i++)
            all[i * STRIDE + LEN] = 0xA5; /* not a numeral: left alone */
        memcpy(single, all, sizeof all);
        assert_ok(ff1_numerals_encrypt(ff1, all, counts[c], STRIDE));
        for (size_t i = 0; i < counts[c]; i++) {
            assert_ok(ff1_numerals_encrypt(ff1, single + i * STRIDE, 1, STRIDE));
        }
        assert_memory_equal(all, single, sizeof all);
        assert_ok(ff1_numerals_decrypt(ff1, all, counts[c], STRIDE));
        for (size_t i = 0; i < counts[c]; i++) {
            assert_ok(ff1_numerals_decrypt(ff1, single + i * STRIDE, 1, STRIDE));
        }
        assert_memory_equal(all, single, sizeof all);
    }
    assert_ok(ff1_encrypt(ff1, NULL, NULL, 0));
}

static void what_ff1_does_not_allow_is_refused(void **state) {
    (void)state;
    struct ff1 *ff1 = NULL;
    static const struct {
        unsigned radix, n;
        size_t tweak_len, key_len;
    } bad[] = {
        {1, 20, 6, 32},  {257, 8, 6, 32},  {10, 1, 6, 32},
        {10, 5, 6, 32},                                     /* 10^5 is below the floor */
        {2, 120, 6, 32}, {256, 15, 6, 32}, {10, 37, 6, 32}, /* 2^120 or more */
        {10, 6, 65, 32}, {10, 6, 6, 31},   {10, 6, 6, 0},
    };
    for (size_t i = 0; i < CM_ARRAY_N(bad); i++) {
        struct ff1_params params = params_of(bad[i].radix, bad[i].n, bad[i].tweak_len);
        params.key.len = bad[i].key_len;
        assert_err(CM_E_RANGE, ff1_new(&ff1, &params));
        assert_null(ff1);
    }
    const struct ff1_params least = params_of(10, 6, 6);
    assert_ok(ff1_new(&ff1, &least));
    uint8_t rows[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0}; /* 10 is no digit */
    const uint8_t before[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0};
    assert_err(CM_E_RANGE, ff1_numerals_encrypt(ff1, rows, 2, 6));
    assert_err(CM_E_RANGE, ff1_numerals_decrypt(ff1, rows, 2, 6));
    assert_memory_equal(rows, before, sizeof rows);
    ff1_free(ff1);
    ff1_free(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_go_there_and_back),
        cmocka_unit_test(every_radix_agrees_with_the_slow_reference_at_odd_and_even_lengths),
        cmocka_unit_test(every_length_of_an_alphabet_agrees_with_the_slow_reference),
        cmocka_unit_test(every_tweak_length_and_key_length_agrees_with_the_slow_reference),
        cmocka_unit_test(the_carry_of_the_first_round_is_right_at_its_edges),
        cmocka_unit_test(small_domains_are_permuted_whole),
        cmocka_unit_test(arrays_of_any_count_equal_one_by_one),
        cmocka_unit_test(what_ff1_does_not_allow_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

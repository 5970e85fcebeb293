/* Numeral strings to halves and back: usage, every radix at every length that fits, every
 * kernel of this processor against arithmetic one digit at a time. */
#include "support/cm.h"
#include "support/must.h"
#include "support/splitmix.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/kernels.h"

#define ROWS    21u /* two vectors of eight rows and five */
#define LEN_MAX 126u
#define GAP     3u /* bytes between rows that must stay as they are */

static void a_row_becomes_two_halves_and_a_row_again(void **state) {
    (void)state;
    struct numerals *numerals = must_calloc(1, sizeof *numerals);
    numerals_init(numerals, 10, 5);
    uint8_t row[5] = {1, 2, 3, 4, 5};
    uint64_t a = 0, b = 0;
    assert_true(numerals_valid(numerals, row, sizeof row, 1));
    numerals_join(numerals, row, sizeof row, 1, &a, &b);
    assert_true(a == 12 && b == 345);
    a = 98;
    numerals_split(numerals, &a, &b, 1, row, sizeof row);
    const uint8_t want[5] = {9, 8, 3, 4, 5};
    assert_memory_equal(row, want, sizeof row);
    row[4] = 10;
    assert_false(numerals_valid(numerals, row, sizeof row, 1));
    free(numerals);
}

struct case_of {
    unsigned radix, n, stride;
    uint64_t a[ROWS], b[ROWS];
    uint8_t rows[ROWS * (LEN_MAX + GAP)];
};

static uint64_t power(uint64_t radix, unsigned exponent) {
    uint64_t x = 1;
    while (exponent-- > 0)
        x *= radix;
    return x;
}

static void put_digits(uint64_t x, unsigned radix, unsigned len, uint8_t *row) {
    for (; len > 0; len--, x /= radix)
        row[len - 1] = (uint8_t)(x % radix);
}

/* Rows of edges first: 0, the greatest, one below each multiple of the leading digit; then random.
 */
static void fill(struct case_of *c, uint64_t *seed) {
    const unsigned u = c->n / 2, v = c->n - u;
    const uint64_t m[2] = {power(c->radix, u), power(c->radix, v)};
    memset(c->rows, 0xA5, sizeof c->rows);
    for (size_t i = 0; i < ROWS; i++) {
        c->a[i] = splitmix_next(seed) % m[0];
        c->b[i] = splitmix_next(seed) % m[1];
        if (i < 9) c->a[i] = i % 3 == 0 ? 0 : i % 3 == 1 ? m[0] - 1 : m[0] / c->radix - 1;
        if (i < 9) c->b[i] = i / 3 == 0 ? 0 : i / 3 == 1 ? m[1] - 1 : m[1] / c->radix;
        put_digits(c->a[i], c->radix, u, c->rows + i * c->stride);
        put_digits(c->b[i], c->radix, v, c->rows + i * c->stride + u);
    }
}

static void check(const struct numerals *numerals, const struct case_of *c, size_t n) {
    uint64_t a[ROWS + 1], b[ROWS + 1];
    memset(a, 0xA5, sizeof a);
    memset(b, 0xA5, sizeof b);
    uint8_t rows[sizeof c->rows];
    memset(rows, 0xA5, sizeof rows);
    if (!numerals_valid(numerals, c->rows, c->stride, n))
        fail_msg("valid, %s: radix %u, n %u", numerals->kernel->name, c->radix, c->n);
    numerals_join(numerals, c->rows, c->stride, n, a, b);
    numerals_split(numerals, c->a, c->b, n, rows, c->stride);
    const size_t len = n * c->stride;
    if (memcmp(a, c->a, n * sizeof *a) != 0 || memcmp(b, c->b, n * sizeof *b) != 0)
        fail_msg("join, %s: radix %u, n %u, %zu rows", numerals->kernel->name, c->radix, c->n, n);
    if (memcmp(rows, c->rows, len) != 0)
        fail_msg("split, %s: radix %u, n %u, %zu rows", numerals->kernel->name, c->radix, c->n, n);
    for (size_t i = len; i < sizeof rows; i++)
        assert_int_equal(rows[i], 0xA5);
    assert_true(a[n] == 0xA5A5A5A5A5A5A5A5u && b[n] == 0xA5A5A5A5A5A5A5A5u);
}

/* Every numeral of every row in turn becomes the radix: seen, wherever it stands. */
static void check_refusal(const struct numerals *numerals, struct case_of *c) {
    if (c->radix > UINT8_MAX) return;
    for (size_t i = 0; i < ROWS; i++) {
        for (unsigned k = 0; k < c->n; k++) {
            uint8_t *numeral = &c->rows[i * c->stride + k];
            const uint8_t good = *numeral;
            *numeral = (uint8_t)(c->radix + (k % 2 == 0 ? 0 : UINT8_MAX - c->radix));
            assert_false(numerals_valid(numerals, c->rows, c->stride, ROWS));
            *numeral = good;
        }
    }
}

static unsigned longest(unsigned radix) {
    cm_u128 space = 1;
    unsigned n = 0;
    for (; ((space * radix) >> 120) == 0; n++)
        space *= radix;
    return n;
}

static void check_kernels(struct numerals *numerals, struct case_of *c, size_t n) {
    numerals_init(numerals, (uint16_t)c->radix, (uint8_t)c->n);
    for (size_t k = 0; kernels_numerals(k) != NULL; k++) {
        numerals->kernel = kernels_numerals(k);
        if (numerals->kernel->takes(numerals)) check(numerals, c, n);
    }
}

static void every_radix_and_length_agrees_with_single_digits(void **state) {
    (void)state;
    struct numerals *numerals = must_calloc(1, sizeof *numerals);
    struct case_of *c = must_calloc(1, sizeof *c);
    uint64_t seed = 1;
    for (c->radix = 2; c->radix <= 256; c->radix++) {
        for (c->n = 2; c->n <= longest(c->radix); c->n++) {
            c->stride = c->n + c->n % 2 * GAP;
            fill(c, &seed);
            check_kernels(numerals, c, ROWS);
        }
    }
    free(c);
    free(numerals);
}

static void any_count_and_stride_leaves_the_rest_alone(void **state) {
    (void)state;
    static const unsigned formats[][2] = {{10, 6},  {23, 11}, {23, 12},
                                          {10, 16}, {23, 16}, {10, 20}};
    struct numerals *numerals = must_calloc(1, sizeof *numerals);
    struct case_of *c = must_calloc(1, sizeof *c);
    uint64_t seed = 2;
    for (size_t f = 0; f < CM_ARRAY_N(formats); f++) {
        c->radix = formats[f][0];
        c->n = formats[f][1];
        for (c->stride = c->n; c->stride <= c->n + GAP; c->stride++) {
            fill(c, &seed);
            for (size_t n = 0; n <= ROWS; n++)
                check_kernels(numerals, c, n);
        }
    }
    free(c);
    free(numerals);
}

static void a_numeral_not_below_the_radix_is_seen_wherever_it_stands(void **state) {
    (void)state;
    static const unsigned formats[][2] = {{2, 20},  {10, 16}, {23, 12},
                                          {127, 8}, {128, 8}, {255, 5}};
    struct numerals *numerals = must_calloc(1, sizeof *numerals);
    struct case_of *c = must_calloc(1, sizeof *c);
    uint64_t seed = 3;
    for (size_t f = 0; f < CM_ARRAY_N(formats); f++) {
        c->radix = formats[f][0];
        c->n = formats[f][1];
        c->stride = c->n + GAP; /* what stands between rows is no numeral */
        fill(c, &seed);
        numerals_init(numerals, (uint16_t)c->radix, (uint8_t)c->n);
        for (size_t k = 0; kernels_numerals(k) != NULL; k++) {
            numerals->kernel = kernels_numerals(k);
            if (numerals->kernel->takes(numerals)) check_refusal(numerals, c);
        }
    }
    free(c);
    free(numerals);
}

/* All 10^6 rows of six digits: the domain that cards use at least. */
static void all_rows_of_a_small_space_go_there_and_back(void **state) {
    (void)state;
    enum { SPACE = 1000000, N = 6 };
    struct numerals *numerals = must_calloc(1, sizeof *numerals);
    numerals_init(numerals, 10, N);
    uint64_t *a = must_calloc(SPACE, sizeof *a), *b = must_calloc(SPACE, sizeof *b);
    uint8_t *rows = must_calloc(SPACE, N), want[N];
    for (size_t x = 0; x < SPACE; x++) {
        a[x] = x / 1000;
        b[x] = x % 1000;
    }
    for (size_t k = 0; kernels_numerals(k) != NULL; k++) {
        numerals->kernel = kernels_numerals(k);
        if (!numerals->kernel->takes(numerals)) continue;
        numerals_split(numerals, a, b, SPACE, rows, N);
        for (size_t x = 0; x < SPACE; x++) {
            put_digits(x, 10, N, want);
            if (memcmp(rows + x * N, want, N) != 0) fail_msg("split of %zu", x);
        }
        numerals_join(numerals, rows, N, SPACE, a, b);
        for (size_t x = 0; x < SPACE; x++)
            assert_true(a[x] * 1000 + b[x] == x);
    }
    free(numerals);
    free(a);
    free(b);
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_becomes_two_halves_and_a_row_again),
        cmocka_unit_test(every_radix_and_length_agrees_with_single_digits),
        cmocka_unit_test(any_count_and_stride_leaves_the_rest_alone),
        cmocka_unit_test(a_numeral_not_below_the_radix_is_seen_wherever_it_stands),
        cmocka_unit_test(all_rows_of_a_small_space_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

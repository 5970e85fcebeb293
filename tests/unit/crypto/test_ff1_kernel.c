/* The inner loops of FF1, every kernel of this processor by itself: against the compiler's 128-bit
 * division, at the edges of carry, borrow and modulus (y of all ones, exact multiples of m and
 * their neighbours) and at random, for every power of every radix and counts that fill no vector.
 */
#include "support/cm.h"
#include "support/splitmix.h"

#include <string.h>

#include "crypto/kernels.h"

#define COUNT_MAX 43u /* five vectors of eight and three items */
#define GUARD     0xA5A5A5A5A5A5A5A5u

static const uint64_t base[2] = {0x0123456789ABCDEFu, 0xFEDCBA9876543210u};

/* One array of items for a modulus: halves, and y as a number of d bytes. */
struct items {
    uint64_t x[COUNT_MAX + 1];
    cm_u128 y[COUNT_MAX];
    uint64_t block[2 * 64];
};

static unsigned bytes_of_y(enum ff1_shape shape) { return shape == FF1_SHAPE_8 ? 8 : 12; }

/* Item i: the i-th pair of edges, then random ones. The last 12 - d bytes of R are noise. */
static void fill(struct items *it, uint64_t m, enum ff1_shape shape, uint64_t *seed) {
    const unsigned bits = 8 * bytes_of_y(shape);
    const cm_u128 most = ((cm_u128)1 << bits) - 1, multiple = most / m * m;
    const cm_u128 middle = multiple / m / 2 * m;
    const cm_u128 edges[] = {0,
                             1,
                             m - 1,
                             m,
                             (cm_u128)m + 1,
                             most,
                             multiple,
                             multiple - 1,
                             middle,
                             middle - 1,
                             middle + 1,
                             (cm_u128)1 << 48,
                             ((cm_u128)1 << 48) - 1};
    const uint64_t halves[] = {0, m - 1, m / 2};
    for (size_t i = 0; i < COUNT_MAX; i++) {
        const size_t edge = i / CM_ARRAY_N(halves);
        const cm_u128 noise = (cm_u128)splitmix_next(seed) << 64 | splitmix_next(seed);
        it->y[i] = (edge < CM_ARRAY_N(edges) ? edges[edge] : noise) & most;
        it->x[i] =
            edge < CM_ARRAY_N(edges) ? halves[i % CM_ARRAY_N(halves)] : splitmix_next(seed) % m;
        const cm_u128 r = it->y[i] << (128 - bits) | (noise & (((cm_u128)1 << (128 - bits)) - 1));
        it->block[2 * i] = __builtin_bswap64((uint64_t)(r >> 64));
        it->block[2 * i + 1] = __builtin_bswap64((uint64_t)r);
    }
    it->x[COUNT_MAX] = GUARD;
}

static uint64_t expected(const struct items *it, size_t i, uint64_t m, bool subtract) {
    const uint64_t y = (uint64_t)(it->y[i] % m);
    return (uint64_t)(((cm_u128)it->x[i] + (subtract ? m - y : y)) % m);
}

static void check_turn(const struct ff1_kernel *kernel, uint64_t m, enum ff1_shape shape, size_t n,
                       bool subtract, uint64_t *seed) {
    struct items it;
    fill(&it, m, shape, seed);
    const struct ff1_half half = ff1_half_make(m);
    uint64_t x[COUNT_MAX + 1];
    memcpy(x, it.x, sizeof x);
    ff1_turn_fn *turn = subtract ? kernel->subtract[shape] : kernel->add[shape];
    turn(&half, base, it.block, x, n);
    for (size_t i = 0; i < n; i++) {
        const uint64_t want = expected(&it, i, m, subtract);
        if (x[i] != want)
            fail_msg("%s: m %llu, shape %d, item %zu: %llu, want %llu", kernel->name,
                     (unsigned long long)m, (int)shape, i, (unsigned long long)x[i],
                     (unsigned long long)want);
        assert_true(it.block[2 * i] == base[0]);
        assert_true(it.block[2 * i + 1] == (base[1] ^ __builtin_bswap64(want)));
    }
    assert_memory_equal(x + n, it.x + n, (COUNT_MAX + 1 - n) * sizeof *x); /* no item beyond n */
}

static void check_modulus(const struct ff1_kernel *kernel, uint64_t m, size_t n, uint64_t *seed) {
    if (m > kernel->modulus_max) return;
    for (int subtract = 0; subtract < 2; subtract++) {
        if (m <= FF1_NARROW_MAX) {
            check_turn(kernel, m, FF1_SHAPE_8, n, subtract, seed);
            check_turn(kernel, m, FF1_SHAPE_12_NARROW, n, subtract, seed);
        } else {
            check_turn(kernel, m, FF1_SHAPE_12_WIDE, n, subtract, seed);
        }
    }
}

static void a_turn_adds_y_and_builds_the_next_block(void **state) {
    (void)state;
    const struct ff1_kernel *kernel = kernels_ff1(0);
    assert_non_null(kernel);
    const struct ff1_half half = ff1_half_make(1000);
    uint64_t x = 999, block[2 * 8] = {__builtin_bswap64(5002), 0};
    kernel->add[FF1_SHAPE_8](&half, base, block, &x, 1);
    assert_int_equal(x, 1); /* (999 + 5002) mod 1000 */
    assert_true(block[1] == (base[1] ^ __builtin_bswap64(1)));
}

static void the_portable_kernel_is_the_last_and_takes_every_modulus(void **state) {
    (void)state;
    size_t n = 0;
    while (kernels_ff1(n) != NULL)
        n++;
    assert_ptr_equal(kernels_ff1(n - 1), &ff1_portable);
    assert_true(ff1_portable.modulus_max == UINT64_MAX);
    for (size_t k = 0; k < n; k++)
        print_message("kernel: %s\n", kernels_ff1(k)->name);
}

static void every_power_of_every_radix_is_reduced_at_its_edges(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        for (uint64_t radix = 2; radix <= 256; radix++) {
            uint64_t m = radix;
            for (; m <= UINT64_MAX / radix; m *= radix)
                check_modulus(kernels_ff1(k), m, COUNT_MAX, &seed);
            check_modulus(kernels_ff1(k), m, COUNT_MAX, &seed);
        }
    }
}

static void moduli_beside_powers_of_two_and_at_the_limit_are_reduced(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        for (unsigned bit = 2; bit < 64; bit++) {
            check_modulus(kernels_ff1(k), ((uint64_t)1 << bit) - 1, COUNT_MAX, &seed);
            check_modulus(kernels_ff1(k), ((uint64_t)1 << bit) + 1, COUNT_MAX, &seed);
        }
        check_modulus(kernels_ff1(k), kernels_ff1(k)->modulus_max, COUNT_MAX, &seed);
    }
}

static void any_count_leaves_the_items_beyond_it_alone(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        for (size_t n = 0; n <= COUNT_MAX; n++) {
            check_modulus(kernels_ff1(k), 148035889, n, &seed);   /* 23^6 */
            check_modulus(kernels_ff1(k), 78310985281, n, &seed); /* 23^8 */
        }
    }
}

static void random_items_agree_with_division(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        for (unsigned i = 0; i < 4000; i++) {
            const uint64_t m = splitmix_next(&seed) >> (splitmix_next(&seed) % 62);
            if (m >= 2) check_modulus(kernels_ff1(k), m, COUNT_MAX, &seed);
        }
    }
}

static void start_builds_the_first_blocks(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        for (size_t n = 0; n <= COUNT_MAX; n++) {
            uint64_t from[COUNT_MAX], block[2 * 64];
            for (size_t i = 0; i < COUNT_MAX; i++)
                from[i] = splitmix_next(&seed);
            kernels_ff1(k)->start(base, from, block, n);
            for (size_t i = 0; i < n; i++) {
                assert_true(block[2 * i] == base[0]);
                assert_true(block[2 * i + 1] == (base[1] ^ __builtin_bswap64(from[i])));
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_turn_adds_y_and_builds_the_next_block),
        cmocka_unit_test(the_portable_kernel_is_the_last_and_takes_every_modulus),
        cmocka_unit_test(every_power_of_every_radix_is_reduced_at_its_edges),
        cmocka_unit_test(moduli_beside_powers_of_two_and_at_the_limit_are_reduced),
        cmocka_unit_test(any_count_leaves_the_items_beyond_it_alone),
        cmocka_unit_test(random_items_agree_with_division),
        cmocka_unit_test(start_builds_the_first_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Reciprocals against the compiler's own division, at the edges where estimates go wrong. */
#include "support/cm.h"
#include "support/splitmix.h"

#include "crypto/divide.h"

static void a_divisor_divides_any_128_bit_number(void **state) {
    (void)state;
    const struct divisor seven = divisor_make(7);
    uint64_t r = 0;
    const cm_u128 q = divisor_wide(&seven, ((cm_u128)1 << 100) + 5, &r);
    assert_true(q * 7 + r == ((cm_u128)1 << 100) + 5);
    assert_true(r < 7);
}

/* Every number within 2 of a power of two, and both ends. */
static size_t near_powers(uint64_t *out, unsigned bits) {
    size_t n = 0;
    for (unsigned k = 0; k <= bits; k++) {
        const uint64_t power = k < 64 ? (uint64_t)1 << k : 0;
        for (uint64_t d = 0; d <= 4; d++)
            out[n++] = power + d - 2;
    }
    return n;
}

static void check_narrow(uint64_t m, uint64_t y) {
    const struct barrett b = barrett_make(m);
    uint64_t r = 0;
    if (barrett_divide(&b, y, &r) != y / m || r != y % m) fail_msg("%lu / %lu", y, m);
    const cm_u128 y96 = (cm_u128)y << 32 | (uint32_t)y;
    if (barrett_mod96(&b, y, (uint32_t)y) != (uint64_t)(y96 % m)) fail_msg("96: %lu, %lu", y, m);
}

static void narrow_reciprocals_agree_with_division_at_every_edge(void **state) {
    (void)state;
    uint64_t edge[5 * 65];
    const size_t n = near_powers(edge, 64);
    for (size_t i = 0; i < n; i++) {
        const uint64_t m = edge[i];
        if (m == 0 || m > (uint64_t)1 << 32) continue;
        for (size_t k = 0; k < n; k++)
            check_narrow(m, edge[k]);
        for (uint64_t d = 0; d <= 4; d++) { /* about exact multiples, and all ones */
            check_narrow(m, m * (UINT64_MAX / m) + d - 2);
            check_narrow(m, m * 12345 + d - 2);
        }
    }
}

static void check_wide(uint64_t d, cm_u128 x) {
    const struct divisor divisor = divisor_make(d);
    uint64_t r = 0;
    if (divisor_wide(&divisor, x, &r) != x / d || r != (uint64_t)(x % d))
        fail_msg("(%lu, %lu) / %lu", (uint64_t)(x >> 64), (uint64_t)x, d);
    const uint64_t high = (uint64_t)(x >> 32);
    if (d <= (uint64_t)1 << 32) return;
    const cm_u128 y = (cm_u128)high << 32 | (uint32_t)x;
    if (divisor_mod96(&divisor, high, (uint32_t)x) != (uint64_t)(y % d)) fail_msg("96: %lu", d);
}

static void wide_reciprocals_agree_with_division_at_every_edge(void **state) {
    (void)state;
    uint64_t edge[5 * 65];
    const size_t n = near_powers(edge, 64);
    for (size_t i = 0; i < n; i++) {
        const uint64_t d = edge[i];
        if (d == 0) continue;
        for (size_t k = 0; k < n; k++) {
            check_wide(d, edge[k]);
            check_wide(d, (cm_u128)edge[k] << 64);
            check_wide(d, (cm_u128)edge[k] << 64 | UINT64_MAX);
            check_wide(d, (cm_u128)d * edge[k]);
            check_wide(d, (cm_u128)d * edge[k] - 1);
        }
    }
}

static void both_agree_with_division_on_random_numbers(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (unsigned i = 0; i < 500000; i++) {
        const uint64_t d = splitmix_next(&seed) >> (splitmix_next(&seed) % 64);
        const uint64_t high = splitmix_next(&seed), low = splitmix_next(&seed);
        if (d == 0) continue;
        check_wide(d, (cm_u128)high << 64 | low);
        check_narrow((d & UINT32_MAX) + 1, high);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_divisor_divides_any_128_bit_number),
        cmocka_unit_test(narrow_reciprocals_agree_with_division_at_every_edge),
        cmocka_unit_test(wide_reciprocals_agree_with_division_at_every_edge),
        cmocka_unit_test(both_agree_with_division_on_random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* FF1, CMAC and the reciprocals never branch or address by the numbers they work on: the plain
 * halves, the tags and the quotients of the coder. (Keys enter through OpenSSL's own AES.) */
#include "support/undefined.h"

#include "crypto/cmac.h"
#include "crypto/divide.h"
#include "crypto/ff1.h"
#include "crypto/kernels.h"

#define LANES 5u

static void check_halves(const struct ff1_kernel *kernel, uint16_t radix, uint8_t n) {
    static const uint8_t key[32] = {1}, tweak[6] = {0x43};
    const struct ff1_params params = {.radix = radix,
                                      .n = n,
                                      .tweak = {.p = tweak, .len = sizeof tweak},
                                      .key = {.p = key, .len = sizeof key}};
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = NULL;
    assert_ok(ff1_new(&ff1, &params));
    if (ff1_use_kernel(ff1, kernel) != CM_OK) return; /* these halves are too wide for it */
    uint64_t a[LANES] = {0, 1, 2, 3, ff1_modulus_a(ff1) - 1};
    uint64_t b[LANES] = {0, 5, 6, 7, ff1_modulus_b(ff1) - 1};
    const unsigned before = ct_complaints();
    ct_secret(a, sizeof a);
    ct_secret(b, sizeof b);
    assert_ok(ff1_encrypt(ff1, a, b, LANES));
    assert_ok(ff1_decrypt(ff1, a, b, LANES));
    assert_int_equal(ct_complaints(), before);
    ct_public(a, sizeof a);
    ct_public(b, sizeof b);
    assert_true(a[0] == 0 && a[3] == 3 && b[3] == 7);
}

static void ff1_never_branches_on_its_halves(void **state) {
    (void)state;
    ct_require_valgrind();
    for (size_t k = 0; kernels_ff1(k) != NULL; k++) {
        check_halves(kernels_ff1(k), 23, 11);  /* d = 8 */
        check_halves(kernels_ff1(k), 100, 9);  /* d = 12, narrow and wide half */
        check_halves(kernels_ff1(k), 255, 15); /* sums beyond 2^64 */
    }
}

/* The portable kernel looks digits up in a table: docs/design/ciphers.md, "Numeral strings". */
static void numerals_without_a_table_never_address_by_their_digits(void **state) {
    (void)state;
    ct_require_valgrind();
    enum { N = 12 };
    static struct numerals numerals;
    numerals_init(&numerals, 23, N);
    for (size_t k = 0; kernels_numerals(k) != &numerals_portable; k++) {
        numerals.kernel = kernels_numerals(k);
        uint64_t a[LANES] = {0, 1, 2, 3, 148035888}, b[LANES] = {148035888, 5, 6, 7, 0};
        uint8_t rows[LANES * N];
        const unsigned before = ct_complaints();
        ct_secret(a, sizeof a);
        ct_secret(b, sizeof b);
        numerals_split(&numerals, a, b, LANES, rows, N);
        numerals_join(&numerals, rows, N, LANES, a, b);
        assert_int_equal(ct_complaints(), before);
        ct_public(a, sizeof a);
        ct_public(b, sizeof b);
        assert_true(a[4] == 148035888 && b[0] == 148035888 && b[3] == 7);
    }
}

static void reciprocals_never_branch_on_what_they_divide(void **state) {
    (void)state;
    ct_require_valgrind();
    const struct divisor divisor = divisor_make(110921);
    const struct barrett barrett = barrett_make(110921);
    cm_u128 x = ((cm_u128)0x21e5c << 64) | 0x85576;
    uint64_t y = 0x85576285576, r = 0, s = 0;
    const unsigned before = ct_complaints();
    ct_secret(&x, sizeof x);
    ct_secret(&y, sizeof y);
    cm_u128 q = divisor_wide(&divisor, x, &r);
    uint64_t p = barrett_divide(&barrett, y, &s);
    assert_int_equal(ct_complaints(), before);
    ct_public(&x, sizeof x);
    ct_public(&y, sizeof y);
    ct_public(&q, sizeof q);
    ct_public(&p, sizeof p);
    ct_public(&r, sizeof r);
    ct_public(&s, sizeof s);
    assert_true(q * 110921 + r == x && p * 110921 + s == y);
}

static void cmac_never_branches_on_its_blocks(void **state) {
    (void)state;
    ct_require_valgrind();
    struct cm_key key = {{7}};
    uint8_t blocks[LANES * CMAC_LEN] = {0};
    const unsigned before = ct_complaints();
    CM_CLEANUP(cmac_freep) struct cmac *cmac = NULL;
    assert_ok(cmac_new(&cmac, &key));
    ct_secret(blocks, sizeof blocks);
    assert_ok(cmac_blocks(cmac, blocks, LANES));
    assert_int_equal(ct_complaints(), before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ff1_never_branches_on_its_halves),
        cmocka_unit_test(numerals_without_a_table_never_address_by_their_digits),
        cmocka_unit_test(reciprocals_never_branch_on_what_they_divide),
        cmocka_unit_test(cmac_never_branches_on_its_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

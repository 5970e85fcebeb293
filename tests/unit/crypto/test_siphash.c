/* SipHash-2-4. Source of the vectors: J.-P. Aumasson, D. J. Bernstein, "SipHash: a fast short-input
 * PRF", 2012, Appendix A (key 00..0f, input 00..0e) and the reference code's table (empty input).
 */
#include "crypto/secret.h"
#include "crypto/siphash.h"
#include "support/cm.h"

static void the_vectors_of_the_paper_hold(void **state) {
    (void)state;
    uint8_t key[SIPHASH_KEY_LEN], input[15];
    for (uint8_t i = 0; i < sizeof key; i++)
        key[i] = i;
    for (uint8_t i = 0; i < sizeof input; i++)
        input[i] = i;
    assert_ok(crypto_init());
    assert_int_equal(siphash(key, slice_of(input, sizeof input)), 0xa129ca6149be45e5u);
    assert_int_equal(siphash(key, slice_of(input, 0)), 0x726fdb47dd0e0e31u);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_vectors_of_the_paper_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

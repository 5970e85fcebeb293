/* FF1 with OpenSSL BIGNUMs, one code at a time and one EVP call for every AES block: the peers of
 * the bench, never shipped. Two manners: *customary*, as the public C codes are written (context,
 * numbers and powers of the radix made for every code, digits cut off by BN_div), and *careful*
 * (all of that made once, digits by BN_div_word), which is the best that BIGNUM has to give. The
 * key schedule is made once in both. Checked against tests/support/ff1_slow.c before every
 * measurement (area_ff1.c). Source: NIST SP 800-38G, algorithm 7. */
#ifndef CM_TESTS_BENCH_FF1_BIGNUM_H
#define CM_TESTS_BENCH_FF1_BIGNUM_H

#include <stdbool.h>

#include "crypto/ff1.h"

struct ff1_bignum;

/** @retval CM_E_RANGE  not AES-256, or longer than the bench needs
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err ff1_bignum_new(struct ff1_bignum **out, const struct ff1_params *params,
                                    bool careful);
void ff1_bignum_free(struct ff1_bignum *f);
/* Encipher params->n numerals in place. @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err ff1_bignum_encrypt(struct ff1_bignum *f, uint8_t *numerals);

#endif

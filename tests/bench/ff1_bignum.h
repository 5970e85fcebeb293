/* FF1 with OpenSSL BIGNUMs, one code at a time and one call for every AES block: the peers of the
 * bench, never shipped. The manners differ in what they make for every code and in the AES they
 * call; the key schedule is made once in all of them. Checked against tests/support/ff1_slow.c
 * before every measurement (area_ff1.c). Source: NIST SP 800-38G, algorithm 7. */
#ifndef CM_TESTS_BENCH_FF1_BIGNUM_H
#define CM_TESTS_BENCH_FF1_BIGNUM_H

#include "crypto/ff1.h"

/* CUSTOMARY: as the public C codes are written. Context, numbers and powers of the radix are made
 * for every code, digits cut off by BN_div, blocks enciphered by the low-level AES_encrypt, which
 * knows no AES instructions. EVP: the same over EVP. CAREFUL: over EVP, all numbers made once and
 * digits by BN_div_word, the best that BIGNUM has to give. */
enum ff1_bignum_manner { FF1_BIGNUM_CUSTOMARY, FF1_BIGNUM_EVP, FF1_BIGNUM_CAREFUL };

struct ff1_bignum;

/** @retval CM_E_RANGE  not AES-256, or longer than the bench needs
 * @retval CM_E_NO_MEMORY, CM_E_CRYPTO */
CM_MUST_CHECK cm_err ff1_bignum_new(struct ff1_bignum **out, const struct ff1_params *params,
                                    enum ff1_bignum_manner manner);
void ff1_bignum_free(struct ff1_bignum *f);
/* Encipher params->n numerals in place. @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err ff1_bignum_encrypt(struct ff1_bignum *f, uint8_t *numerals);

#endif

/* FF1 over AES for arrays: halves are integers, one EVP ECB call a round for up to FF1_LANES.
 *
 * Radix 2..256, domain 10^6 <= radix^n < 2^120, tweak fixed when the context is made. Refuses
 * smaller domains (but for the entry that published vectors need) and other key lengths.
 * Source: NIST SP 800-38G, algorithms 7 and 8; floor of 10^6 from its revision 1 drafts.
 * A context belongs to one thread. */
#ifndef CM_CRYPTO_FF1_H
#define CM_CRYPTO_FF1_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

#define FF1_LANES     1024u /* items of one ECB call: 16 KiB, where EVP's call cost has vanished */
#define FF1_TWEAK_MAX 64u   /* bytes; our choice, the product uses 6 */

struct ff1;
struct ff1_kernel;
struct numerals;

struct ff1_params {
    uint16_t radix;        /* 2..256 */
    uint8_t n;             /* numerals, at least 2 */
    struct cm_slice tweak; /* 0..FF1_TWEAK_MAX bytes; copied */
    struct cm_slice key;   /* 16, 24 or 32 bytes: AES-128, -192, -256; not kept in clear */
};

/** Make a context.
 * @retval CM_E_RANGE      radix, n, domain, tweak or key length out of range; *out untouched
 * @retval CM_E_NO_MEMORY  no memory      @retval CM_E_CRYPTO  the crypto library failed */
CM_MUST_CHECK cm_err ff1_new(struct ff1 **out, const struct ff1_params *params);
/** As ff1_new without the floor of 10^6: published vectors only, no product code calls it. */
CM_MUST_CHECK cm_err ff1_new_below_floor(struct ff1 **out, const struct ff1_params *params);
void ff1_free(struct ff1 *ff1);
void ff1_freep(struct ff1 **ff1);

/** r^u and r^v: X = A * r^v + B, A < r^u, B < r^v, u = floor(n / 2), v = n - u. */
uint64_t ff1_modulus_a(const struct ff1 *ff1);
uint64_t ff1_modulus_b(const struct ff1 *ff1);

/* The converter between numeral strings and halves of this radix and n (crypto/numerals.h). */
const struct numerals *ff1_numerals(const struct ff1 *ff1);

/** Leave the kernel that was chosen for another one of this processor: for tests and measurements.
 * @param[in] kernel  one of kernels_ff1 (crypto/kernels.h)
 * @retval CM_E_RANGE  it does not take halves of this size; nothing was changed */
CM_MUST_CHECK cm_err ff1_use_kernel(struct ff1 *ff1, const struct ff1_kernel *kernel);

/** Encipher or decipher n pairs of halves in place; a[i] < r^u and b[i] < r^v on entry and exit.
 * @param[in] n  any count; worked on in arrays of FF1_LANES
 * @retval CM_E_CRYPTO  the crypto library failed; all halves are zeroed */
CM_MUST_CHECK cm_err ff1_encrypt(struct ff1 *ff1, uint64_t *a, uint64_t *b, size_t n);
CM_MUST_CHECK cm_err ff1_decrypt(struct ff1 *ff1, uint64_t *a, uint64_t *b, size_t n);

/** The same over numeral strings: `rows` rows of n numerals, most significant first, `stride`
 * bytes from row to row (at least n); bytes beyond the n numerals of a row are left alone.
 * @retval CM_E_RANGE   a numeral is not below the radix; nothing was changed
 * @retval CM_E_CRYPTO  the crypto library failed; all numerals are zeroed */
CM_MUST_CHECK cm_err ff1_numerals_encrypt(struct ff1 *ff1, uint8_t *numerals, size_t rows,
                                          size_t stride);
CM_MUST_CHECK cm_err ff1_numerals_decrypt(struct ff1 *ff1, uint8_t *numerals, size_t rows,
                                          size_t stride);

#endif

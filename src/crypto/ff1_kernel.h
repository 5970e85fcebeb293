/* The inner loops of FF1, one table of functions for each instruction set: y of a round reduced,
 * added to or taken from a half, and the AES blocks of the next round built, in one walk.
 *
 * No kernel branches or addresses memory by a half, by y or by a block. Refuses nothing: halves are
 * reduced, and ff1.c gives a kernel only the moduli that it takes. FF1_LANES items at most.
 * Reference: docs/design/ciphers.md, "No division"; steps of NIST SP 800-38G, algorithms 7 and 8.
 */
#ifndef CM_CRYPTO_FF1_KERNEL_H
#define CM_CRYPTO_FF1_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/divide.h"

#define FF1_NARROW_MAX ((uint64_t)1 << 32)

/* Constants for sums of two products of 52 bits: y = high * 2^48 + low, reduced by way of
 * (high * c + low) - m * (floor(high * c_scaled / 2^52) + floor(low * one_scaled / 2^52)). */
struct ff1_fold {
    uint64_t c;          /* 2^48 mod m */
    uint64_t c_scaled;   /* floor(c * 2^52 / m) */
    uint64_t one_scaled; /* floor(2^52 / m), meaningful if m < FF1_FOLD_END */
};
#define FF1_FOLD_END ((uint64_t)1 << 50) /* 2.125 * m must fit 52 bits */

/* One modulus, r^u or r^v, with every reciprocal that some kernel asks for. */
struct ff1_half {
    uint64_t m;
    struct barrett narrow; /* meaningful if m <= FF1_NARROW_MAX */
    struct divisor wide;
    struct ff1_fold fold;
};
struct ff1_half ff1_half_make(uint64_t m);

/* What is reduced modulo what: d = 8, or d = 12 with a modulus up to or above 2^32. */
enum ff1_shape { FF1_SHAPE_8, FF1_SHAPE_12_NARROW, FF1_SHAPE_12_WIDE };
#define FF1_SHAPES 3u

/* block[i] = base xor NUM(from[i]). */
typedef void ff1_start_fn(const uint64_t base[static 2], const uint64_t *from, uint64_t *block,
                          size_t n);
/* x[i] plus or minus y of block[i], modulo half->m; then block[i] = next xor NUM(x[i]). */
typedef void ff1_turn_fn(const struct ff1_half *half, const uint64_t next[static 2],
                         uint64_t *block, uint64_t *x, size_t n);

struct ff1_kernel {
    const char *name;
    uint64_t modulus_max; /* the largest half it takes */
    ff1_start_fn *start;
    ff1_turn_fn *add[FF1_SHAPES], *subtract[FF1_SHAPES];
};

extern const struct ff1_kernel ff1_portable; /* takes everything */
extern const struct ff1_kernel ff1_avx2;     /* x86-64 with AVX2 and FMA */
extern const struct ff1_kernel ff1_avx512;   /* x86-64 with AVX-512 IFMA */

#endif

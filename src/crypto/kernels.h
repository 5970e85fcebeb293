/* Which inner loops this processor has, found when it is asked for: AVX-512 with IFMA (Zen 4, Ice
 * Lake and later), else the portable ones alone. Other architectures build kernels_portable.c.
 *
 * Refuses nothing. Thread-safe, no state. */
#ifndef CM_CRYPTO_KERNELS_H
#define CM_CRYPTO_KERNELS_H

#include <stddef.h>

#include "crypto/ff1_kernel.h"
#include "crypto/hash_lanes.h"
#include "crypto/numerals.h"

/* The n-th kernel of this processor, the fastest first and the portable one last; NULL beyond. */
const struct ff1_kernel *kernels_ff1(size_t n);
/* The lanes that serve these numerals; NULL: none, the portable way it is. */
const struct numerals_lanes *kernels_numerals(const struct numerals *numerals);
/* SHA-256 in lanes; NULL: none. */
hash_lanes_fn *kernels_hash_lanes(void);

#endif

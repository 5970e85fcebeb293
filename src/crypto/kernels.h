/* Which inner loops this processor has, found when it is asked for: AVX-512 with IFMA (Zen 4, Ice
 * Lake and later), AVX2 with FMA (Zen, Haswell and later), and always the portable ones. Other
 * architectures build kernels_portable.c.
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
const struct numerals_kernel *kernels_numerals(size_t n);
/* SHA-256 in lanes; NULL: none. */
hash_lanes_fn *kernels_hash_lanes(void);

#endif

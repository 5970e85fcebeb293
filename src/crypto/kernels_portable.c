/* Where no kernel is built but the portable one. See kernels.h. */
#include "crypto/kernels.h"

const struct ff1_kernel *kernels_ff1(size_t n) { return n == 0 ? &ff1_portable : NULL; }

const struct numerals_kernel *kernels_numerals(size_t n) {
    return n == 0 ? &numerals_portable : NULL;
}

hash_lanes_fn *kernels_hash_lanes(void) { return NULL; }

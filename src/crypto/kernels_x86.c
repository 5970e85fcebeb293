/* The kernels of x86-64, chosen by what the processor and the system say. See kernels.h. */
#include "crypto/kernels.h"

#include <stdbool.h>

#include "base/macros.h"

/* The flags that the *_avx512.c are compiled with (CMakeLists.txt). */
static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512ifma");
}

const struct ff1_kernel *kernels_ff1(size_t n) {
    static const struct ff1_kernel *const all[] = {&ff1_avx512, &ff1_portable};
    const size_t at = n + (has_avx512() ? 0 : 1);
    return at < CM_ARRAY_N(all) ? all[at] : NULL;
}

const struct numerals_lanes *kernels_numerals(const struct numerals *numerals) {
    return has_avx512() && numerals_avx512_takes(numerals) ? &numerals_avx512 : NULL;
}

hash_lanes_fn *kernels_hash_lanes(void) { return has_avx512() ? hash_lanes_avx512 : NULL; }

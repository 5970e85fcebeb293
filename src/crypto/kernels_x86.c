/* The kernels of x86-64, chosen by what the processor and the system say. See kernels.h. */
#include "crypto/kernels.h"

#include <stdbool.h>

#define KERNELS_MAX 3u

/* The flags that *_avx512.c and *_avx2.c are compiled with (CMakeLists.txt). */
static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512ifma");
}

static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct ff1_kernel *kernels_ff1(size_t n) {
    const struct ff1_kernel *all[KERNELS_MAX] = {NULL};
    size_t count = 0;
    if (has_avx512()) all[count++] = &ff1_avx512;
    if (has_avx2()) all[count++] = &ff1_avx2;
    all[count++] = &ff1_portable;
    return n < count ? all[n] : NULL;
}

const struct numerals_kernel *kernels_numerals(size_t n) {
    const struct numerals_kernel *all[KERNELS_MAX] = {NULL};
    size_t count = 0;
    if (has_avx512()) all[count++] = &numerals_avx512;
    if (has_avx2()) all[count++] = &numerals_avx2;
    all[count++] = &numerals_portable;
    return n < count ? all[n] : NULL;
}

hash_lanes_fn *kernels_hash_lanes(void) { return has_avx512() ? hash_lanes_avx512 : NULL; }

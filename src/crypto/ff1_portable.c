/* FF1's inner loops in plain C, for every modulus and every processor. See ff1_kernel.h. */
#include "crypto/ff1_kernel.h"

#define FOLD_BITS  48u /* of the low part of y */
#define FOLD_SCALE 52u /* bits of a factor */

struct ff1_half ff1_half_make(uint64_t m) {
    struct ff1_half half = {.m = m, .wide = divisor_make(m)};
    if (m <= FF1_NARROW_MAX) half.narrow = barrett_make(m);
    half.fold.c = ((uint64_t)1 << FOLD_BITS) % m;
    half.fold.c_scaled = (uint64_t)(((cm_u128)half.fold.c << FOLD_SCALE) / m);
    half.fold.one_scaled = ((uint64_t)1 << FOLD_SCALE) / m;
    return half;
}

/* Sum and difference modulo m of reduced numbers. A sum may pass 2^64 when m > 2^63. */
static inline uint64_t add_mod(uint64_t x, uint64_t y, uint64_t m) {
    const uint64_t sum = x + y;
    const uint64_t over = (uint64_t)(sum < x) | (uint64_t)(sum >= m);
    return sum - (m & (0 - over));
}

static inline uint64_t sub_mod(uint64_t x, uint64_t y, uint64_t m) {
    return x - y + (m & (0 - (uint64_t)(x < y)));
}

/* y is the first d bytes of R (step 6.iii), reduced. d = 8: b <= 4, so m is at most 2^32. */
static inline uint64_t y8(const struct ff1_half *half, const uint64_t *block) {
    return barrett_mod(&half->narrow, __builtin_bswap64(block[0]));
}

static inline uint32_t bytes_8_to_11(const uint64_t *block) {
    return (uint32_t)(__builtin_bswap64(block[1]) >> 32);
}

/* d = 12 and a modulus up to 2^32: the shorter half may be that small. */
static inline uint64_t y12_narrow(const struct ff1_half *half, const uint64_t *block) {
    return barrett_mod96(&half->narrow, __builtin_bswap64(block[0]), bytes_8_to_11(block));
}

static inline uint64_t y12_wide(const struct ff1_half *half, const uint64_t *block) {
    return divisor_mod96(&half->wide, __builtin_bswap64(block[0]), bytes_8_to_11(block));
}

static void start(const uint64_t base[static 2], const uint64_t *from, uint64_t *block, size_t n) {
    const uint64_t high = base[0], low = base[1];
    for (size_t i = 0; i < n; i++) {
        block[2 * i] = high;
        block[2 * i + 1] = low ^ __builtin_bswap64(from[i]);
    }
}

typedef uint64_t y_fn(const struct ff1_half *half, const uint64_t *block);
typedef uint64_t combine_fn(uint64_t x, uint64_t y, uint64_t m);

/* One loop a shape: inlined with constant functions, so that nothing is decided inside it. */
static inline __attribute__((always_inline)) void turn(const struct ff1_half *half,
                                                       const uint64_t *next, uint64_t *block,
                                                       uint64_t *x, size_t n, y_fn *y_of,
                                                       combine_fn *combine) {
    const struct ff1_half h = *half;
    const uint64_t high = next[0], low = next[1];
    for (size_t i = 0; i < n; i++) {
        const uint64_t z = combine(x[i], y_of(&h, block + 2 * i), h.m);
        x[i] = z;
        block[2 * i] = high;
        block[2 * i + 1] = low ^ __builtin_bswap64(z);
    }
}

static void add_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y8, add_mod);
}
static void add_12_narrow(const struct ff1_half *half, const uint64_t next[static 2],
                          uint64_t *block, uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y12_narrow, add_mod);
}
static void add_12_wide(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                        uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y12_wide, add_mod);
}
static void sub_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y8, sub_mod);
}
static void sub_12_narrow(const struct ff1_half *half, const uint64_t next[static 2],
                          uint64_t *block, uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y12_narrow, sub_mod);
}
static void sub_12_wide(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                        uint64_t *x, size_t n) {
    turn(half, next, block, x, n, y12_wide, sub_mod);
}

const struct ff1_kernel ff1_portable = {
    .name = "portable",
    .modulus_max = UINT64_MAX,
    .start = start,
    .add = {add_8, add_12_narrow, add_12_wide},
    .subtract = {sub_8, sub_12_narrow, sub_12_wide},
};

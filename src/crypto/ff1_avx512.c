/* FF1's inner loops, eight items a step, with the 52-bit multipliers of AVX-512 IFMA, for halves
 * below 2^50. See ff1_kernel.h; why the estimate is right: docs/design/ciphers.md, "No division".
 *
 * y is cut into high * 2^48 + low by one byte shuffle: 2 + 6 bytes for d = 8, 6 + 6 for d = 12, so
 * both take the same road. Straight-line code: loads, stores and arithmetic only.
 * Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>

#include "crypto/ff1_kernel.h"

#define LANES 8u
#define NONE  (-1) /* makes a zero byte in a shuffle */

struct loop {
    __m512i m, m2, m3, minus_m; /* m, 2m, 3m; 2^52 - m */
    __m512i c, c_scaled, one_scaled;
    __m512i base; /* of the next round, once for each of four blocks */
    __m512i cut;  /* bytes of y to high and low */
};

static inline __m512i all(uint64_t x) { return _mm512_set1_epi64((long long)x); }

/* Bytes of the 128-bit words: big-endian `high` and `low` from the first d bytes of R. */
static inline __m512i cut_8(void) {
    return _mm512_broadcast_i32x4(
        _mm_setr_epi8(1, 0, NONE, NONE, NONE, NONE, NONE, NONE, 7, 6, 5, 4, 3, 2, NONE, NONE));
}

static inline __m512i cut_12(void) {
    return _mm512_broadcast_i32x4(
        _mm_setr_epi8(5, 4, 3, 2, 1, 0, NONE, NONE, 11, 10, 9, 8, 7, 6, NONE, NONE));
}

static inline __m512i swap_bytes(__m512i x) {
    const __m128i order = _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

static inline __m512i base_of(const uint64_t base[static 2]) {
    return _mm512_broadcast_i64x2(_mm_set_epi64x((long long)base[1], (long long)base[0]));
}

static inline struct loop loop_of(const struct ff1_half *half, const uint64_t next[static 2],
                                  __m512i cut) {
    const uint64_t m = half->m;
    return (struct loop){.m = all(m),
                         .m2 = all(2 * m),
                         .m3 = all(3 * m),
                         .minus_m = all(((uint64_t)1 << 52) - m),
                         .c = all(half->fold.c),
                         .c_scaled = all(half->fold.c_scaled),
                         .one_scaled = all(half->fold.one_scaled),
                         .base = base_of(next),
                         .cut = cut};
}

/* y modulo m or up to 2.125 m more: the estimate of the quotient is up to two too small. */
static inline __m512i y_of(const struct loop *k, const uint64_t *block) {
    const __m512i evens = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i odds = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512i bits_52 = all(((uint64_t)1 << 52) - 1), zero = _mm512_setzero_si512();
    const __m512i y0 = _mm512_shuffle_epi8(_mm512_loadu_si512(block), k->cut);
    const __m512i y1 = _mm512_shuffle_epi8(_mm512_loadu_si512(block + LANES), k->cut);
    const __m512i high = _mm512_permutex2var_epi64(y0, evens, y1);
    const __m512i low = _mm512_permutex2var_epi64(y0, odds, y1);
    const __m512i quotient =
        _mm512_madd52hi_epu64(_mm512_madd52hi_epu64(zero, high, k->c_scaled), low, k->one_scaled);
    const __m512i folded = _mm512_madd52lo_epu64(low, high, k->c);
    return _mm512_and_si512(_mm512_madd52lo_epu64(folded, quotient, k->minus_m), bits_52);
}

/* x below 4m to x modulo m: a difference that wraps is the greater number. */
static inline __m512i reduce(const struct loop *k, __m512i x) {
    x = _mm512_min_epu64(x, _mm512_sub_epi64(x, k->m2));
    return _mm512_min_epu64(x, _mm512_sub_epi64(x, k->m));
}

static inline void put_blocks(__m512i base, __m512i x, uint64_t *block) {
    const __m512i be = swap_bytes(x);
    const __m512i first = _mm512_setr_epi64(0, 0, 0, 1, 0, 2, 0, 3);
    const __m512i last = _mm512_setr_epi64(0, 4, 0, 5, 0, 6, 0, 7);
    const __mmask8 low = 0xAA; /* the low word of every block */
    _mm512_storeu_si512(block,
                        _mm512_xor_si512(base, _mm512_maskz_permutexvar_epi64(low, first, be)));
    _mm512_storeu_si512(block + LANES,
                        _mm512_xor_si512(base, _mm512_maskz_permutexvar_epi64(low, last, be)));
}

/* Items i .. i + 7 that there are; blocks beyond are scratch and may be written. */
static inline __mmask8 mask_of(size_t i, size_t n) {
    return n - i >= LANES ? 0xFF : (__mmask8)((1u << (n - i)) - 1);
}

static void start(const uint64_t base[static 2], const uint64_t *from, uint64_t *block, size_t n) {
    const __m512i b = base_of(base);
    for (size_t i = 0; i < n; i += LANES)
        put_blocks(b, _mm512_maskz_loadu_epi64(mask_of(i, n), from + i), block + 2 * i);
}

static inline void add(struct loop k, uint64_t *block, uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask8 mask = mask_of(i, n);
        const __m512i old = _mm512_maskz_loadu_epi64(mask, x + i);
        const __m512i z = reduce(&k, _mm512_add_epi64(old, y_of(&k, block + 2 * i)));
        _mm512_mask_storeu_epi64(x + i, mask, z);
        put_blocks(k.base, z, block + 2 * i);
    }
}

static inline void subtract(struct loop k, uint64_t *block, uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i += LANES) {
        const __mmask8 mask = mask_of(i, n);
        const __m512i old = _mm512_maskz_loadu_epi64(mask, x + i);
        const __m512i less = _mm512_sub_epi64(k.m3, y_of(&k, block + 2 * i));
        const __m512i z = reduce(&k, _mm512_add_epi64(old, less));
        _mm512_mask_storeu_epi64(x + i, mask, z);
        put_blocks(k.base, z, block + 2 * i);
    }
}

static void add_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    add(loop_of(half, next, cut_8()), block, x, n);
}
static void add_12(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                   uint64_t *x, size_t n) {
    add(loop_of(half, next, cut_12()), block, x, n);
}
static void sub_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    subtract(loop_of(half, next, cut_8()), block, x, n);
}
static void sub_12(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                   uint64_t *x, size_t n) {
    subtract(loop_of(half, next, cut_12()), block, x, n);
}

const struct ff1_kernel ff1_avx512 = {
    .name = "AVX-512 IFMA",
    .modulus_max = FF1_FOLD_END - 1,
    .start = start,
    .add = {add_8, add_12, add_12},
    .subtract = {sub_8, sub_12, sub_12},
};

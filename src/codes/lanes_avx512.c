/* Tags modulo T, eight blocks a step, with the 52-bit multipliers of AVX-512 IFMA. See lanes.h.
 *
 * A block is w2 * 2^96 + w1 * 2^48 + w0, cut by byte shuffles. With c_i = 2^(48 i) mod T, the
 * quotient is estimated as the sum of floor(w_i * floor(c_i * 2^52 / T) / 2^52), each of which
 * misses w_i * c_i / T by less than 1 + 1/16 and never exceeds it: what is left lies in [0, 3.2 T),
 * and its low 52 bits are all of it. Straight lines: no branch or address rests on a block.
 * Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>

#include "codes/kernels.h"

#define LANES     8u
#define BLOCK_LEN 16u
#define NONE      (-1) /* makes a zero byte in a shuffle */

struct fold {
    __m512i t, t2, minus_t; /* T, 2 T, 2^52 - T */
    __m512i c[2], scaled[3];
};

static inline __m512i all(uint64_t x) { return _mm512_set1_epi64((long long)x); }

static inline struct fold fold_of(const struct tag_fold *f) {
    return (struct fold){.t = all(f->t),
                         .t2 = all(2 * f->t),
                         .minus_t = all(((uint64_t)1 << 52) - f->t),
                         .c = {all(f->c[1]), all(f->c[2])},
                         .scaled = {all(f->scaled[0]), all(f->scaled[1]), all(f->scaled[2])}};
}

/* The words of eight blocks, from two vectors of four. */
struct words {
    __m512i w0, w1, w2;
};

static inline struct words cut(const uint8_t *blocks) {
    const __m512i low = _mm512_broadcast_i32x4(
        _mm_setr_epi8(15, 14, 13, 12, 11, 10, NONE, NONE, 9, 8, 7, 6, 5, 4, NONE, NONE));
    const __m512i top = _mm512_broadcast_i32x4(_mm_setr_epi8(
        3, 2, 1, 0, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE));
    const __m512i evens = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i odds = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512i x = _mm512_loadu_si512(blocks),
                  y = _mm512_loadu_si512(blocks + (size_t)4 * BLOCK_LEN);
    const __m512i x01 = _mm512_shuffle_epi8(x, low), y01 = _mm512_shuffle_epi8(y, low);
    return (struct words){.w0 = _mm512_permutex2var_epi64(x01, evens, y01),
                          .w1 = _mm512_permutex2var_epi64(x01, odds, y01),
                          .w2 = _mm512_permutex2var_epi64(_mm512_shuffle_epi8(x, top), evens,
                                                          _mm512_shuffle_epi8(y, top))};
}

static inline __m512i tags_of(const struct fold *f, const uint8_t *blocks) {
    const __m512i bits_52 = all(((uint64_t)1 << 52) - 1), zero = _mm512_setzero_si512();
    const struct words w = cut(blocks);
    __m512i q = _mm512_madd52hi_epu64(zero, w.w0, f->scaled[0]);
    q = _mm512_madd52hi_epu64(q, w.w1, f->scaled[1]);
    q = _mm512_madd52hi_epu64(q, w.w2, f->scaled[2]);
    __m512i s = _mm512_madd52lo_epu64(w.w0, w.w1, f->c[0]);
    s = _mm512_madd52lo_epu64(s, w.w2, f->c[1]);
    s = _mm512_and_si512(_mm512_madd52lo_epu64(s, q, f->minus_t), bits_52);
    s = _mm512_min_epu64(s, _mm512_sub_epi64(s, f->t2)); /* a difference that wraps is greater */
    return _mm512_min_epu64(s, _mm512_sub_epi64(s, f->t));
}

void tags_avx512(const struct tag_fold *fold, const uint8_t *blocks, size_t n, uint64_t *tags) {
    const struct fold f = fold_of(fold);
    for (size_t i = 0; i < n; i += LANES)
        _mm512_storeu_si512(tags + i, tags_of(&f, blocks + i * BLOCK_LEN));
}

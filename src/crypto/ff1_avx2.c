/* FF1's inner loops, four items a step, with AVX2 and fused multiply-add, for halves below 2^50.
 * See ff1_kernel.h; why it is exact: docs/design/ciphers.md, "No division".
 *
 * AVX2 multiplies no integers of more than 32 bits, but doubles of 53: every number here is an
 * integer of magnitude below 2^53 held in a double, products are exact pairs, and only quotients
 * are estimates. Straight-line code: loads, stores and arithmetic on ordinary numbers only.
 * Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>
#include <string.h>

#include "crypto/ff1_kernel.h"

#define LANES 4u
#define NONE  (-1) /* makes a zero byte in a shuffle */

struct loop {
    __m256d m, reciprocal, c; /* 1 / m rounded; 2^48 mod m */
    __m256i base, cut;        /* the next round's constant, twice; bytes of y to high and low */
};

/* y is cut into high * 2^48 + low: 2 + 6 bytes for d = 8, 6 + 6 for d = 12. */
static inline __m256i cut_8(void) {
    return _mm256_broadcastsi128_si256(
        _mm_setr_epi8(1, 0, NONE, NONE, NONE, NONE, NONE, NONE, 7, 6, 5, 4, 3, 2, NONE, NONE));
}

static inline __m256i cut_12(void) {
    return _mm256_broadcastsi128_si256(
        _mm_setr_epi8(5, 4, 3, 2, 1, 0, NONE, NONE, 11, 10, 9, 8, 7, 6, NONE, NONE));
}

static inline __m256i base_of(const uint64_t base[static 2]) {
    return _mm256_broadcastsi128_si256(_mm_set_epi64x((long long)base[1], (long long)base[0]));
}

static inline struct loop loop_of(const struct ff1_half *half, const uint64_t next[static 2],
                                  __m256i cut) {
    const double m = (double)half->m;
    return (struct loop){.m = _mm256_set1_pd(m),
                         .reciprocal = _mm256_set1_pd(1 / m),
                         .c = _mm256_set1_pd((double)half->fold.c),
                         .base = base_of(next),
                         .cut = cut};
}

/* Items 0, 1, 2, 3 to 0, 2, 1, 3 and back: the order in which words unpack from pairs of blocks. */
static inline __m256i cross(__m256i x) { return _mm256_permute4x64_epi64(x, 0xD8); }

/* Between integers below 2^52 and doubles: 2^52 + x has x for a mantissa. */
static inline __m256d to_double(__m256i x) {
    const __m256d two_52 = _mm256_set1_pd(0x1p52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(x, _mm256_castpd_si256(two_52))),
                         two_52);
}

static inline __m256i to_integer(__m256d x) {
    const __m256d two_52 = _mm256_set1_pd(0x1p52);
    return _mm256_xor_si256(_mm256_castpd_si256(_mm256_add_pd(x, two_52)),
                            _mm256_castpd_si256(two_52));
}

static inline __m256d nearest(__m256d x) {
    return _mm256_round_pd(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* A number congruent to y modulo m, of magnitude below m + 2^48. */
static inline __m256d y_of(const struct loop *k, const uint64_t *block) {
    const __m256i y0 = _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)block), k->cut);
    const __m256i y1 =
        _mm256_shuffle_epi8(_mm256_loadu_si256((const void *)(block + LANES)), k->cut);
    const __m256d high = to_double(_mm256_unpacklo_epi64(y0, y1));
    const __m256d low = to_double(_mm256_unpackhi_epi64(y0, y1));
    const __m256d product = _mm256_mul_pd(high, k->c);
    const __m256d rest = _mm256_fmsub_pd(high, k->c, product); /* what the product rounded off */
    const __m256d quotient = nearest(_mm256_mul_pd(product, k->reciprocal));
    const __m256d folded = _mm256_fnmadd_pd(quotient, k->m, product);
    return _mm256_add_pd(_mm256_add_pd(folded, rest), low);
}

/* x modulo m for magnitudes below 2^52. */
static inline __m256d reduce(const struct loop *k, __m256d x) {
    const __m256d quotient = nearest(_mm256_mul_pd(x, k->reciprocal));
    const __m256d r = _mm256_fnmadd_pd(quotient, k->m, x);
    const __m256d below = _mm256_cmp_pd(r, _mm256_setzero_pd(), _CMP_LT_OQ);
    return _mm256_add_pd(r, _mm256_and_pd(below, k->m));
}

static inline void put_blocks(__m256i base, __m256i x, uint64_t *block) {
    const __m128i order = _mm_setr_epi8(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
    const __m256i be = _mm256_shuffle_epi8(x, _mm256_broadcastsi128_si256(order));
    const __m256i none = _mm256_setzero_si256();
    _mm256_storeu_si256((void *)block, _mm256_xor_si256(base, _mm256_unpacklo_epi64(none, be)));
    _mm256_storeu_si256((void *)(block + LANES),
                        _mm256_xor_si256(base, _mm256_unpackhi_epi64(none, be)));
}

static inline void add_step(const struct loop *k, uint64_t *block, uint64_t *x) {
    const __m256i old = cross(_mm256_loadu_si256((const void *)x));
    const __m256i z = to_integer(reduce(k, _mm256_add_pd(to_double(old), y_of(k, block))));
    _mm256_storeu_si256((void *)x, cross(z));
    put_blocks(k->base, z, block);
}

static inline void subtract_step(const struct loop *k, uint64_t *block, uint64_t *x) {
    const __m256i old = cross(_mm256_loadu_si256((const void *)x));
    const __m256i z = to_integer(reduce(k, _mm256_sub_pd(to_double(old), y_of(k, block))));
    _mm256_storeu_si256((void *)x, cross(z));
    put_blocks(k->base, z, block);
}

typedef void step_fn(const struct loop *k, uint64_t *block, uint64_t *x);

/* The last items that fill no vector go through one of their own; blocks beyond are scratch. */
static inline __attribute__((always_inline)) void turn(const struct loop *k, uint64_t *block,
                                                       uint64_t *x, size_t n, step_fn *step) {
    const struct loop loop = *k;
    const size_t whole = n - n % LANES, left = n - whole;
    for (size_t i = 0; i < whole; i += LANES)
        step(&loop, block + 2 * i, x + i);
    if (left == 0) return;
    uint64_t last[LANES] = {0};
    memcpy(last, x + whole, left * sizeof *x);
    step(&loop, block + 2 * whole, last);
    memcpy(x + whole, last, left * sizeof *x);
}

static void start(const uint64_t base[static 2], const uint64_t *from, uint64_t *block, size_t n) {
    const __m256i b = base_of(base);
    const size_t whole = n - n % LANES;
    for (size_t i = 0; i < whole; i += LANES)
        put_blocks(b, cross(_mm256_loadu_si256((const void *)(from + i))), block + 2 * i);
    if (whole == n) return;
    uint64_t last[LANES] = {0};
    memcpy(last, from + whole, (n - whole) * sizeof *from);
    put_blocks(b, cross(_mm256_loadu_si256((const void *)last)), block + 2 * whole);
}

static void add_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    const struct loop loop = loop_of(half, next, cut_8());
    turn(&loop, block, x, n, add_step);
}
static void add_12(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                   uint64_t *x, size_t n) {
    const struct loop loop = loop_of(half, next, cut_12());
    turn(&loop, block, x, n, add_step);
}
static void sub_8(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                  uint64_t *x, size_t n) {
    const struct loop loop = loop_of(half, next, cut_8());
    turn(&loop, block, x, n, subtract_step);
}
static void sub_12(const struct ff1_half *half, const uint64_t next[static 2], uint64_t *block,
                   uint64_t *x, size_t n) {
    const struct loop loop = loop_of(half, next, cut_12());
    turn(&loop, block, x, n, subtract_step);
}

const struct ff1_kernel ff1_avx2 = {
    .name = "AVX2",
    .modulus_max = FF1_FOLD_END - 1,
    .start = start,
    .add = {add_8, add_12, add_12},
    .subtract = {sub_8, sub_12, sub_12},
};

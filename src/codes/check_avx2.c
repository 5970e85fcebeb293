/* Check characters of one row a step with AVX2, rows of up to 32 numerals. See kernels.h.
 *
 * Prime sizes: the sum of weight times numeral in dot products, reduced by a reciprocal. Sizes 16
 * and 32: each bit of a numeral adds its column, exclusive or. The check numeral takes part with
 * the weight -1 (or 1), so a sound row comes to 0. No table is looked up by a numeral. Whole
 * vectors are loaded and stored as long as that stays within the rows; the last ones go by way of a
 * copy. Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "codes/kernels.h"

#define BITS CHECK_WEIGHTS_N

/* A table in vectors; lanes beyond the row are 0. */
struct sums {
    __m256i weight;       /* prime: of every numeral, the check numeral included */
    __m256i column[BITS]; /* binary: what each bit adds */
    uint64_t reciprocal;  /* prime: floor(2^32 / p) + 1 */
    unsigned p;
};

static inline __m256i load_all(const uint8_t *bytes) {
    return _mm256_loadu_si256((const void *)bytes);
}

/* All ones in the first n bytes. */
static inline __m256i bytes_below(size_t n) {
    static const uint8_t ones[2 * CHECK_LANES_ROW_MAX] = {
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    return load_all(ones + CHECK_LANES_ROW_MAX - n);
}

/* For rows of n numerals: L, or L + 1 if the check numeral takes part. */
static inline struct sums sums_of(const struct check_table *t, size_t n) {
    const __m256i mask = bytes_below(n);
    struct sums s = {.p = t->radix, .reciprocal = t->reciprocal};
    s.weight = _mm256_and_si256(load_all(t->weight[0]), mask);
    for (unsigned b = 0; b < BITS; b++)
        s.column[b] = _mm256_and_si256(load_all(t->weight[b]), mask);
    return s;
}

/* The sum stays below 32 * 255 * 63 < 2^20 even for foreign numerals; the reciprocal is exact as
 * long as sum * (reciprocal * p - 2^32) < 2^32, and that factor is at most p. */
static inline unsigned prime(const struct sums *s, __m256i row) {
    const __m256i pairs = _mm256_maddubs_epi16(row, s->weight);
    const __m256i fours = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(fours), _mm256_extracti128_si256(fours, 1));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(1, 0, 3, 2)));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, _MM_SHUFFLE(2, 3, 0, 1)));
    const unsigned x = (unsigned)_mm_cvtsi128_si32(sum);
    return x - (unsigned)(x * s->reciprocal >> 32) * s->p;
}

static inline unsigned binary(const struct sums *s, __m256i row) {
    __m256i sum = _mm256_setzero_si256();
    for (unsigned b = 0; b < BITS; b++) {
        const __m256i bit = _mm256_set1_epi8((char)(1u << b));
        const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
        sum = _mm256_xor_si256(sum, _mm256_and_si256(set, s->column[b]));
    }
    const __m128i half =
        _mm_xor_si128(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    uint64_t x = (uint64_t)_mm_cvtsi128_si64(half) ^ (uint64_t)_mm_extract_epi64(half, 1);
    x ^= x >> 32;
    x ^= x >> 16;
    return (unsigned)((x ^ x >> 8) & UINT8_MAX);
}

static inline unsigned none(const struct sums *s, __m256i row) {
    (void)s;
    (void)row;
    return 0;
}

typedef unsigned sum_fn(const struct sums *s, __m256i row);

/* Rows from whose begin a whole vector lies within n rows of len bytes. */
static size_t roomy(size_t n, size_t stride, size_t len) {
    const size_t end = n == 0 ? 0 : (n - 1) * stride + len;
    return end < CHECK_LANES_ROW_MAX ? 0 : (end - CHECK_LANES_ROW_MAX) / stride + 1;
}

static inline __m256i load(const uint8_t *row, size_t len, bool has_room) {
    uint8_t copy[CHECK_LANES_ROW_MAX] = {0};
    if (has_room) return _mm256_loadu_si256((const void *)row);
    memcpy(copy, row, len);
    return _mm256_loadu_si256((const void *)copy);
}

/* With room, up to a vector less the row is overwritten beyond it. */
static inline void store(uint8_t *row, size_t len, bool has_room, __m256i x) {
    uint8_t copy[CHECK_LANES_ROW_MAX];
    if (has_room) {
        _mm256_storeu_si256((void *)row, x);
        return;
    }
    _mm256_storeu_si256((void *)copy, x);
    memcpy(row, copy, len);
}

/* Loops with constant functions, so that nothing is decided inside them but by counts. */
static inline __attribute__((always_inline)) void append_with(const struct check_table *t,
                                                              uint8_t *rows, size_t n,
                                                              size_t stride, sum_fn *sum) {
    const struct sums s = sums_of(t, t->length);
    const size_t room_n = roomy(n, stride, t->length + 1u);
    for (size_t i = 0; i < n; i++, rows += stride)
        rows[t->length] = (uint8_t)sum(&s, load(rows, t->length, i < room_n));
}

static inline __attribute__((always_inline)) void take_with(const struct check_table *t,
                                                            const uint8_t *rows, size_t n,
                                                            size_t stride, uint8_t *out,
                                                            uint8_t *wrong_out, sum_fn *sum) {
    const size_t len = (size_t)t->length + check_n(t->kind);
    const struct sums s = sums_of(t, len);
    const size_t room_n = stride == len ? roomy(n, stride, len) : 0; /* gaps are left alone */
    const __m256i whole = bytes_below(len);
    const __m256i last = _mm256_set1_epi8((char)(t->radix - 1));
    for (size_t i = 0; i < n; i++, rows += stride, out += stride) {
        const __m256i row = _mm256_and_si256(load(rows, len, i < room_n), whole);
        const __m256i own = _mm256_cmpeq_epi8(_mm256_max_epu8(row, last), last);
        store(out, len, i < room_n, _mm256_and_si256(row, own));
        const unsigned off = sum(&s, row), foreign = ~(unsigned)_mm256_movemask_epi8(own);
        wrong_out[i] = (uint8_t)((off | foreign) != 0);
    }
}

static void append(const struct check_table *t, uint8_t *rows, size_t n, size_t stride) {
    if (t->kind == CM_CHECK_PRIME)
        append_with(t, rows, n, stride, prime);
    else
        append_with(t, rows, n, stride, binary);
}

static void take_rows(const struct check_table *t, const uint8_t *rows, size_t n, size_t stride,
                      uint8_t *out, uint8_t *wrong_out) {
    if (t->kind == CM_CHECK_NONE || t->kind == CM_CHECK_DAMM)
        take_with(t, rows, n, stride, out, wrong_out, none);
    else if (t->kind == CM_CHECK_PRIME)
        take_with(t, rows, n, stride, out, wrong_out, prime);
    else
        take_with(t, rows, n, stride, out, wrong_out, binary);
}

const struct check_lanes check_avx2 = {.append = append, .take_rows = take_rows};

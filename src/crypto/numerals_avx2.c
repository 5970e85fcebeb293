/* Numeral strings to halves and back, four rows a step, with AVX2 and fused multiply-add. See
 * numerals.h; why the digits are exact: docs/design/ciphers.md, "Numeral strings".
 *
 * Takes 8 to 16 numerals, radix up to 127, halves below 2^50. A row is its first eight and its last
 * eight bytes, which may overlap: exactly the row is read and written. No table, so no address
 * depends on a numeral. Compiled with its own flags; called only where kernels_x86.c finds the
 * instructions. */
#include <immintrin.h>
#include <string.h>

#include "crypto/ff1_kernel.h"
#include "crypto/numerals.h"

#define LANES     4u
#define HALF_LEN  8u   /* numerals of a half at most: the bytes of a word */
#define ROW_LEN   16u  /* of two halves */
#define RADIX_MAX 127u /* factors of the dot product are signed bytes */
#define ZERO      0x80 /* makes a zero byte in a shuffle */

static unsigned row_len(const struct numerals *numerals) {
    return (unsigned)numerals->u + numerals->v;
}

static bool takes(const struct numerals *numerals) {
    uint64_t m = 1;
    for (unsigned i = 0; i < numerals->v && m < FF1_FOLD_END; i++)
        m *= numerals->radix;
    return row_len(numerals) >= HALF_LEN && numerals->v <= HALF_LEN &&
           numerals->radix <= RADIX_MAX && m < FF1_FOLD_END;
}

static inline __m256i all(uint64_t x) { return _mm256_set1_epi64x((long long)x); }

static inline __m256i shuffle_of(const uint8_t order[static ROW_LEN]) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)order));
}

/* Where numeral j stands in the first eight and the last eight bytes of a row. */
static unsigned place_of(unsigned j, unsigned len) { return j < HALF_LEN ? j : ROW_LEN + j - len; }

static inline __m128i load_row(const uint8_t *row, unsigned len) {
    const __m128i first = _mm_loadl_epi64((const void *)row);
    return _mm_unpacklo_epi64(first, _mm_loadl_epi64((const void *)(row + len - HALF_LEN)));
}

static inline void store_row(uint8_t *row, unsigned len, __m128i x) {
    _mm_storel_epi64((void *)row, x);
    _mm_storel_epi64((void *)(row + len - HALF_LEN), _mm_unpackhi_epi64(x, x));
}

/* ---- Digits to halves ------------------------------------------------------------------------ */

struct weights {
    __m256i spread, one, two, four; /* r : 1 in bytes, r^2 : 1 in 16 bits, r^4 in 64 */
};

static struct weights weights_of(const struct numerals *numerals) {
    const unsigned r = numerals->radix, u = numerals->u, v = numerals->v;
    uint8_t order[ROW_LEN]; /* each half to the end of its word */
    for (unsigned k = 0; k < HALF_LEN; k++) {
        order[k] = k + u < HALF_LEN ? ZERO : (uint8_t)place_of(k + u - HALF_LEN, u + v);
        order[HALF_LEN + k] =
            k + v < HALF_LEN ? ZERO : (uint8_t)place_of(u + k + v - HALF_LEN, u + v);
    }
    return (struct weights){.spread = shuffle_of(order),
                            .one = _mm256_set1_epi16((short)(1u << 8 | r)),
                            .two = _mm256_set1_epi32((int)(1u << 16 | r * r)),
                            .four = all((uint64_t)r * r * r * r)};
}

/* Each word of two rows: eight digits, most significant in the lowest byte, to an integer. */
static inline __m256i to_words(const struct weights *w, __m128i low, __m128i high) {
    const __m256i rows = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    const __m256i digits = _mm256_shuffle_epi8(rows, w->spread);
    const __m256i pairs = _mm256_maddubs_epi16(digits, w->one);
    const __m256i fours = _mm256_madd_epi16(pairs, w->two);
    return _mm256_add_epi64(_mm256_mul_epu32(fours, w->four), _mm256_srli_epi64(fours, 32));
}

static inline void join_step(const struct weights *w, const uint8_t *rows, size_t stride,
                             unsigned len, uint64_t *a, uint64_t *b) {
    const __m256i even = to_words(w, load_row(rows, len), load_row(rows + 2 * stride, len));
    const __m256i odd = to_words(w, load_row(rows + stride, len), load_row(rows + 3 * stride, len));
    _mm256_storeu_si256((void *)a, _mm256_unpacklo_epi64(even, odd));
    _mm256_storeu_si256((void *)b, _mm256_unpackhi_epi64(even, odd));
}

static void join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                 uint64_t *a, uint64_t *b) {
    const struct weights w = weights_of(numerals);
    const unsigned len = row_len(numerals);
    const size_t whole = n - n % LANES, left = n - whole;
    for (size_t i = 0; i < whole; i += LANES)
        join_step(&w, rows + i * stride, stride, len, a + i, b + i);
    if (left == 0) return;
    uint8_t last[LANES * ROW_LEN] = {0};
    uint64_t last_a[LANES], last_b[LANES];
    for (size_t i = 0; i < left; i++)
        memcpy(last + i * ROW_LEN, rows + (whole + i) * stride, len);
    join_step(&w, last, ROW_LEN, len, last_a, last_b);
    memcpy(a + whole, last_a, left * sizeof *a);
    memcpy(b + whole, last_b, left * sizeof *b);
}

/* ---- Halves to digits ------------------------------------------------------------------------ */

struct cutter {
    __m256d four, by_four; /* r^4 and 1 / r^4 */
    __m256i scaled, radix; /* floor((2^(32 + k) - 1) / r^4) for 2^k <= r^4 < 2^(k + 1) */
    __m128i shift;         /* k */
    __m256i gather;        /* the bytes of digits_of to the first and last eight of a row */
};

/* digits_of leaves digits 1 to 8 of a word in the order 1 3 5 7 2 4 6 8. */
static unsigned scrambled(unsigned digit) { return digit / 2 + digit % 2 * 4; }

static struct cutter cutter_of(const struct numerals *numerals) {
    const unsigned u = numerals->u, v = numerals->v, len = u + v;
    const uint64_t r = numerals->radix, four = r * r * r * r;
    const unsigned k = 63u - (unsigned)__builtin_clzll(four);
    uint8_t order[ROW_LEN];
    for (unsigned j = 0; j < len; j++) {
        const unsigned from =
            j < u ? scrambled(HALF_LEN - u + j) : HALF_LEN + scrambled(HALF_LEN - v + j - u);
        if (j < HALF_LEN) order[j] = (uint8_t)from;
        if (j >= len - HALF_LEN) order[ROW_LEN + j - len] = (uint8_t)from;
    }
    return (struct cutter){.four = _mm256_set1_pd((double)four),
                           .by_four = _mm256_set1_pd(1 / (double)four),
                           .scaled = all((((uint64_t)1 << (32 + k)) - 1) / four),
                           .radix = all(r),
                           .shift = _mm_cvtsi32_si128((int)k),
                           .gather = shuffle_of(order)};
}

/* Four digits of numbers below r^4 in the low 32 bits, as 1 | 3 << 8 and 2 | 4 << 8 in 32 each. */
static inline __m256i four_digits(const struct cutter *c, __m256i x) {
    const __m256i scaled = _mm256_srl_epi64(_mm256_mul_epu32(x, c->scaled), c->shift);
    const __m256i p1 = _mm256_mul_epu32(_mm256_add_epi64(scaled, all(3)), c->radix);
    const __m256i p2 = _mm256_mul_epu32(p1, c->radix);
    const __m256i p3 = _mm256_mul_epu32(p2, c->radix);
    const __m256i p4 = _mm256_mul_epu32(p3, c->radix);
    const __m256i d12 = _mm256_blend_epi32(_mm256_srli_epi64(p1, 32), p2, 0xAA);
    const __m256i d34 = _mm256_blend_epi32(_mm256_srli_epi64(p3, 32), p4, 0xAA);
    return _mm256_or_si256(d12, _mm256_slli_epi32(d34, 8));
}

/* The eight digits of numbers below 2^50, with leading zeros, in the order of scrambled(). */
static inline __m256i digits_of(const struct cutter *c, __m256i x) {
    const __m256d two_52 = _mm256_set1_pd(0x1p52); /* 2^52 + x has x for a mantissa */
    const __m256d value =
        _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(x, _mm256_castpd_si256(two_52))), two_52);
    const __m256d half_more = _mm256_add_pd(value, _mm256_set1_pd(0.5));
    const __m256d high = _mm256_floor_pd(_mm256_mul_pd(half_more, c->by_four));
    const __m256d low = _mm256_fnmadd_pd(high, c->four, value);
    const __m256i d1234 = four_digits(c, _mm256_castpd_si256(_mm256_add_pd(high, two_52)));
    const __m256i d5678 = four_digits(c, _mm256_castpd_si256(_mm256_add_pd(low, two_52)));
    return _mm256_or_si256(d1234, _mm256_slli_epi32(d5678, 16));
}

static inline void split_step(const struct cutter *c, const uint64_t *a, const uint64_t *b,
                              uint8_t *rows, size_t stride, unsigned len) {
    const __m256i x = digits_of(c, _mm256_loadu_si256((const void *)a));
    const __m256i y = digits_of(c, _mm256_loadu_si256((const void *)b));
    const __m256i even = _mm256_shuffle_epi8(_mm256_unpacklo_epi64(x, y), c->gather);
    const __m256i odd = _mm256_shuffle_epi8(_mm256_unpackhi_epi64(x, y), c->gather);
    store_row(rows, len, _mm256_castsi256_si128(even));
    store_row(rows + stride, len, _mm256_castsi256_si128(odd));
    store_row(rows + 2 * stride, len, _mm256_extracti128_si256(even, 1));
    store_row(rows + 3 * stride, len, _mm256_extracti128_si256(odd, 1));
}

static void split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                  uint8_t *rows, size_t stride) {
    const struct cutter c = cutter_of(numerals);
    const unsigned len = row_len(numerals);
    const size_t whole = n - n % LANES, left = n - whole;
    for (size_t i = 0; i < whole; i += LANES)
        split_step(&c, a + i, b + i, rows + i * stride, stride, len);
    if (left == 0) return;
    uint64_t last_a[LANES] = {0}, last_b[LANES] = {0};
    uint8_t last[LANES * ROW_LEN];
    memcpy(last_a, a + whole, left * sizeof *a);
    memcpy(last_b, b + whole, left * sizeof *b);
    split_step(&c, last_a, last_b, last, ROW_LEN, len);
    for (size_t i = 0; i < left; i++)
        memcpy(rows + (whole + i) * stride, last + i * ROW_LEN, len);
}

/* ---- Digits below the radix ------------------------------------------------------------------ */

static bool valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n) {
    const unsigned len = row_len(numerals);
    const __m128i most = _mm_set1_epi8((char)(numerals->radix - 1));
    __m128i greatest = _mm_setzero_si128();
    for (size_t i = 0; i < n; i++, rows += stride)
        greatest = _mm_max_epu8(greatest, load_row(rows, len));
    const __m128i fine = _mm_cmpeq_epi8(_mm_max_epu8(greatest, most), most);
    return _mm_movemask_epi8(fine) == 0xFFFF;
}

const struct numerals_kernel numerals_avx2 = {
    .name = "AVX2", .takes = takes, .join = join, .split = split, .valid = valid};

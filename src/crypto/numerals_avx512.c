/* Numeral strings to halves and back, eight rows a step, with AVX-512. See numerals.h.
 *
 * Takes up to eight numerals a half, radix up to 127, halves below 2^50. Digits come out of a
 * binary fraction, one multiplication each, and go in by dot products: no table, so no address
 * depends on a numeral. Why the digits are exact: docs/design/ciphers.md, "Numeral strings".
 * Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>

#include "crypto/ff1_kernel.h"
#include "crypto/numerals.h"

#define LANES         8u
#define HALF_LEN      8u   /* numerals of a half at most: the bytes of a word */
#define ROW_LEN       16u  /* of two halves */
#define RADIX_MAX     127u /* factors of the dot product are signed bytes */
#define FRACTION_BITS 51u
#define ZERO          0x80 /* makes a zero byte in a shuffle */

static bool takes(const struct numerals *numerals) {
    uint64_t m = 1;
    for (unsigned i = 0; i < numerals->v && m < FF1_FOLD_END; i++)
        m *= numerals->radix;
    return numerals->v <= HALF_LEN && numerals->radix <= RADIX_MAX && m < FF1_FOLD_END;
}

static inline __m512i all(uint64_t x) { return _mm512_set1_epi64((long long)x); }

static inline __mmask16 row_mask(const struct numerals *numerals) {
    return (__mmask16)((1u << ((unsigned)numerals->u + numerals->v)) - 1);
}

static inline __mmask8 items(size_t i, size_t n) {
    return n - i >= LANES ? 0xFF : (__mmask8)((1u << (n - i)) - 1);
}

/* A shuffle within each of four rows of 16 bytes. */
static inline __m512i shuffle_of(const uint8_t order[static ROW_LEN]) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const void *)order));
}

/* From numerals at the front of a row to each half at the end of its word. */
static __m512i spread(const struct numerals *numerals) {
    const unsigned u = numerals->u, v = numerals->v;
    uint8_t order[ROW_LEN];
    for (unsigned k = 0; k < HALF_LEN; k++) {
        order[k] = k + u < HALF_LEN ? ZERO : (uint8_t)(k + u - HALF_LEN);
        order[HALF_LEN + k] = k + v < HALF_LEN ? ZERO : (uint8_t)(u + k + v - HALF_LEN);
    }
    return shuffle_of(order);
}

/* From two words whose lowest byte is the last numeral to numerals at the front of the row. */
static __m512i gather(const struct numerals *numerals) {
    const unsigned u = numerals->u, v = numerals->v;
    uint8_t order[ROW_LEN];
    for (unsigned k = 0; k < ROW_LEN; k++) {
        order[k] = ZERO;
        if (k < u) order[k] = (uint8_t)(u - 1 - k);
        if (k >= u && k < u + v) order[k] = (uint8_t)(HALF_LEN + u + v - 1 - k);
    }
    return shuffle_of(order);
}

/* ---- Digits to halves ------------------------------------------------------------------------ */

/* Rows k, k + 2, k + 4 and k + 6; rows that there are not are zero. */
static inline __m512i load_rows(const uint8_t *rows, size_t stride, __mmask8 there, unsigned k,
                                __mmask16 row) {
    __m128i q[4];
    for (unsigned j = 0; j < 4; j++) {
        const unsigned i = k + 2 * j;
        const __mmask16 mask = (there >> i & 1) != 0 ? row : 0;
        q[j] = _mm_maskz_loadu_epi8(mask, rows + i * stride);
    }
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(q[0]), q[1], 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(q[2]), q[3], 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

struct weights {
    __m512i spread, one, two, four; /* r : 1 in bytes, r^2 : 1 in 16 bits, r^4 in 64 */
};

static struct weights weights_of(const struct numerals *numerals) {
    const unsigned r = numerals->radix;
    return (struct weights){.spread = spread(numerals),
                            .one = _mm512_set1_epi16((short)(1u << 8 | r)),
                            .two = _mm512_set1_epi32((int)(1u << 16 | r * r)),
                            .four = all((uint64_t)r * r * r * r)};
}

/* Each word of a row: eight digits, most significant in the lowest byte, to an integer. */
static inline __m512i to_words(const struct weights *w, __m512i rows) {
    const __m512i digits = _mm512_shuffle_epi8(rows, w->spread);
    const __m512i pairs = _mm512_maddubs_epi16(digits, w->one);
    const __m512i fours = _mm512_madd_epi16(pairs, w->two);
    return _mm512_add_epi64(_mm512_mul_epu32(fours, w->four), _mm512_srli_epi64(fours, 32));
}

static void join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                 uint64_t *a, uint64_t *b) {
    const struct weights w = weights_of(numerals);
    const __mmask16 row = row_mask(numerals);
    for (size_t i = 0; i < n; i += LANES, rows += LANES * stride) {
        const __mmask8 there = items(i, n);
        const __m512i even = to_words(&w, load_rows(rows, stride, there, 0, row));
        const __m512i odd = to_words(&w, load_rows(rows, stride, there, 1, row));
        _mm512_mask_storeu_epi64(a + i, there, _mm512_unpacklo_epi64(even, odd));
        _mm512_mask_storeu_epi64(b + i, there, _mm512_unpackhi_epi64(even, odd));
    }
}

/* ---- Halves to digits ------------------------------------------------------------------------ */

/* x / m as a binary fraction of 51 bits: floor((x << up) * scaled / 2^52) + 2. The factor, for
 * 2^k <= m < 2^(k + 1), is short of 2^(52 + k) / m by at most one. */
struct fraction {
    __m512i scaled;
    __m128i up;
};

static struct fraction fraction_of(const struct numerals *numerals, unsigned len) {
    uint64_t m = 1;
    for (unsigned i = 0; i < len; i++)
        m *= numerals->radix;
    const unsigned k = 63u - (unsigned)__builtin_clzll(m);
    const cm_u128 most = ((cm_u128)1 << (FRACTION_BITS + 1 + k)) - 1;
    return (struct fraction){.scaled = all((uint64_t)(most / m)),
                             .up = _mm_cvtsi32_si128((int)(FRACTION_BITS - k))};
}

/* The len digits of eight halves, the last one in the lowest byte of its word. */
static inline __m512i digits_of(__m512i x, const struct fraction *by, unsigned len, __m512i radix) {
    const __m512i up = _mm512_sll_epi64(x, by->up);
    const __m512i scaled = _mm512_madd52hi_epu64(all(2), up, by->scaled);
    __m512i fraction = _mm512_add_epi64(scaled, scaled), digits = _mm512_setzero_si512();
    for (unsigned k = 0; k < len; k++) {
        digits = _mm512_madd52hi_epu64(_mm512_slli_epi64(digits, 8), fraction, radix);
        fraction = _mm512_madd52lo_epu64(_mm512_setzero_si512(), fraction, radix);
    }
    return digits;
}

/* The counterpart of load_rows. */
static inline void store_rows(__m512i x, uint8_t *rows, size_t stride, __mmask8 there, unsigned k,
                              __mmask16 row) {
    const __m128i q[4] = {_mm512_castsi512_si128(x), _mm512_extracti64x2_epi64(x, 1),
                          _mm512_extracti64x2_epi64(x, 2), _mm512_extracti64x2_epi64(x, 3)};
    for (unsigned j = 0; j < 4; j++) {
        const unsigned i = k + 2 * j;
        const __mmask16 mask = (there >> i & 1) != 0 ? row : 0;
        _mm_mask_storeu_epi8(rows + i * stride, mask, q[j]);
    }
}

static void split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                  uint8_t *rows, size_t stride) {
    const __m512i radix = all(numerals->radix), order = gather(numerals);
    const __mmask16 row = row_mask(numerals);
    const struct fraction by_a = fraction_of(numerals, numerals->u);
    const struct fraction by_b = fraction_of(numerals, numerals->v);
    for (size_t i = 0; i < n; i += LANES, rows += LANES * stride) {
        const __mmask8 there = items(i, n);
        const __m512i x =
            digits_of(_mm512_maskz_loadu_epi64(there, a + i), &by_a, numerals->u, radix);
        const __m512i y =
            digits_of(_mm512_maskz_loadu_epi64(there, b + i), &by_b, numerals->v, radix);
        const __m512i even = _mm512_shuffle_epi8(_mm512_unpacklo_epi64(x, y), order);
        const __m512i odd = _mm512_shuffle_epi8(_mm512_unpackhi_epi64(x, y), order);
        store_rows(even, rows, stride, there, 0, row);
        store_rows(odd, rows, stride, there, 1, row);
    }
}

/* ---- Digits below the radix ------------------------------------------------------------------ */

static bool valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n) {
    const __mmask16 row = row_mask(numerals);
    __m128i greatest = _mm_setzero_si128();
    for (size_t i = 0; i < n; i++, rows += stride)
        greatest = _mm_max_epu8(greatest, _mm_maskz_loadu_epi8(row, rows));
    return _mm_cmpge_epu8_mask(greatest, _mm_set1_epi8((char)numerals->radix)) == 0;
}

const struct numerals_kernel numerals_avx512 = {
    .name = "AVX-512 IFMA", .takes = takes, .join = join, .split = split, .valid = valid};

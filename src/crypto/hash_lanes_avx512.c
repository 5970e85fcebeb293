/* SHA-256 with a message in each of the 16 words of an AVX-512 register: two words of a message
 * never meet, so the rounds are those of the standard, written once for all lanes.
 * Straight-line code, no table but the constants. Loops are unrolled by order: with an index that
 * is not constant gcc -O2 keeps the state in memory, which takes three quarters more time.
 * Compiled with its own flags; called only where kernels_x86.c finds the instructions.
 * Source: FIPS 180-4 sections 4.1.2, 4.2.2, 6.2. */
#include <immintrin.h>

#include "crypto/hash_lanes.h"

#define WORDS  16u
#define ROUNDS 64u
#define STATE  8u

/* Truth tables for _mm512_ternarylogic_epi32. */
#define CHOOSE   0xCA /* a ? b : c */
#define MAJORITY 0xE8
#define XOR3     0x96

static const uint32_t constants[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
static const uint32_t initial[STATE] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static inline __m512i all(uint32_t x) { return _mm512_set1_epi32((int)x); }
static inline __m512i add(__m512i a, __m512i b) { return _mm512_add_epi32(a, b); }
static inline __m512i xor3(__m512i a, __m512i b, __m512i c) {
    return _mm512_ternarylogic_epi32(a, b, c, XOR3);
}
static inline __m512i big_0(__m512i x) {
    return xor3(_mm512_ror_epi32(x, 2), _mm512_ror_epi32(x, 13), _mm512_ror_epi32(x, 22));
}
static inline __m512i big_1(__m512i x) {
    return xor3(_mm512_ror_epi32(x, 6), _mm512_ror_epi32(x, 11), _mm512_ror_epi32(x, 25));
}
static inline __m512i small_0(__m512i x) {
    return xor3(_mm512_ror_epi32(x, 7), _mm512_ror_epi32(x, 18), _mm512_srli_epi32(x, 3));
}
static inline __m512i small_1(__m512i x) {
    return xor3(_mm512_ror_epi32(x, 17), _mm512_ror_epi32(x, 19), _mm512_srli_epi32(x, 10));
}

/* Four stages of a 16 x 16 transpose: row i, word j becomes row j, word i. */
static inline void transpose(__m512i r[static WORDS]) {
    __m512i t[WORDS];
#pragma GCC unroll 16
    for (size_t i = 0; i < WORDS; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < WORDS; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < 4; i++) {
        t[i] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_i32x4(r[i], r[i + 4], 0xDD);
        t[i + 8] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_i32x4(r[i + 8], r[i + 12], 0xDD);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
        r[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
    }
}

static inline __m512i swap_bytes(__m512i x) {
    const __m128i order = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
    return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

static inline void load(const struct hash_lanes *lanes, size_t block, __m512i w[static WORDS]) {
#pragma GCC unroll 16
    for (size_t i = 0; i < WORDS; i++)
        w[i] = swap_bytes(_mm512_loadu_si512(&lanes->row[i][block * HASH_BLOCK_LEN]));
    transpose(w);
}

/* Section 6.2.2 step 1, sixteen words on, in place. */
static inline void schedule(__m512i w[static WORDS]) {
#pragma GCC unroll 16
    for (size_t i = 0; i < WORDS; i++) {
        const __m512i near = add(w[i], w[(i + 9) % WORDS]);
        w[i] = add(near, add(small_0(w[(i + 1) % WORDS]), small_1(w[(i + 14) % WORDS])));
    }
}

/* Step 3. The eight variables stand at (place + 0 .. 7) % 8, so that nothing is moved. */
static inline void round_of(__m512i s[static STATE], size_t t, __m512i kw) {
    const size_t a = (STATE - t % STATE) % STATE;
    const __m512i e = s[(a + 4) % STATE];
    const __m512i choose =
        _mm512_ternarylogic_epi32(e, s[(a + 5) % STATE], s[(a + 6) % STATE], CHOOSE);
    const __m512i t1 = add(add(s[(a + 7) % STATE], kw), add(big_1(e), choose));
    const __m512i majority =
        _mm512_ternarylogic_epi32(s[a], s[(a + 1) % STATE], s[(a + 2) % STATE], MAJORITY);
    s[(a + 3) % STATE] = add(s[(a + 3) % STATE], t1);
    s[(a + 7) % STATE] = add(t1, add(big_0(s[a]), majority));
}

static inline void compress(__m512i sum[static STATE], __m512i w[static WORDS]) {
    __m512i s[STATE];
#pragma GCC unroll 16
    for (size_t i = 0; i < STATE; i++)
        s[i] = sum[i];
#pragma GCC unroll 4
    for (size_t t = 0; t < ROUNDS; t += WORDS) {
        if (t > 0) schedule(w);
#pragma GCC unroll 16
        for (size_t i = 0; i < WORDS; i++)
            round_of(s, i, add(w[i], all(constants[t + i])));
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < STATE; i++)
        sum[i] = add(sum[i], s[i]);
}

void hash_lanes_avx512(const struct hash_lanes *lanes, size_t block_n,
                       struct hash256 out[static HASH_LANES]) {
    __m512i sum[WORDS], w[WORDS];
#pragma GCC unroll 16
    for (size_t i = 0; i < STATE; i++)
        sum[i] = all(initial[i]);
    for (size_t block = 0; block < block_n; block++) {
        load(lanes, block, w);
        compress(sum, w);
    }
    for (size_t i = STATE; i < WORDS; i++)
        sum[i] = _mm512_setzero_si512();
    transpose(sum);
    for (size_t i = 0; i < HASH_LANES; i++)
        _mm256_storeu_si256((__m256i *)(void *)out[i].b,
                            _mm512_castsi512_si256(swap_bytes(sum[i])));
}

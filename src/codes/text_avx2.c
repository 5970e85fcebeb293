/* Numerals to symbols with the byte shuffles of AVX2: four tables of 16 symbols, of which three
 * yield zero for any numeral. See kernels.h. No table in memory is looked up by a numeral. Compiled
 * with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>
#include <string.h>

#include "codes/kernels.h"

#define STEP     32u /* bytes of a vector */
#define SHUFFLED 16u /* symbols of one table */
#define TABLES   (CM_ALPHABET_MAX / SHUFFLED)

struct symbols {
    __m256i table[TABLES], last, foreign;
};

static struct symbols symbols_of(const char symbols[static CM_ALPHABET_MAX], unsigned radix) {
    struct symbols s = {.last = _mm256_set1_epi8((char)(radix - 1)),
                        .foreign = _mm256_set1_epi8('?')};
    for (unsigned k = 0; k < TABLES; k++)
        s.table[k] = _mm256_broadcastsi128_si256(
            _mm_loadu_si128((const void *)(symbols + (size_t)k * SHUFFLED)));
    return s;
}

/* A shuffle looks at the low four bits, and yields zero where the top one is set: counted from the
 * begin of a table, numerals in it get 0x70..0x7F, all others more. */
static inline __m256i text_of(const struct symbols *s, __m256i x) {
    const __m256i lift = _mm256_set1_epi8(0x70);
    __m256i text = _mm256_setzero_si256();
    for (unsigned k = 0; k < TABLES; k++) {
        const __m256i begin = _mm256_set1_epi8((char)(k * SHUFFLED));
        const __m256i at = _mm256_adds_epu8(_mm256_sub_epi8(x, begin), lift);
        text = _mm256_or_si256(text, _mm256_shuffle_epi8(s->table[k], at));
    }
    const __m256i own = _mm256_cmpeq_epi8(_mm256_max_epu8(x, s->last), s->last);
    return _mm256_blendv_epi8(s->foreign, text, own);
}

void text_avx2(const char symbols[static CM_ALPHABET_MAX], unsigned radix, const uint8_t *numerals,
               size_t len, char *texts) {
    const struct symbols s = symbols_of(symbols, radix);
    size_t at = 0;
    for (; len - at >= STEP; at += STEP) {
        const __m256i x = _mm256_loadu_si256((const void *)(numerals + at));
        _mm256_storeu_si256((void *)(texts + at), text_of(&s, x));
    }
    uint8_t rest[STEP] = {0};
    char last[STEP];
    if (len == at) return;
    memcpy(rest, numerals + at, len - at);
    _mm256_storeu_si256((void *)last, text_of(&s, _mm256_loadu_si256((const void *)rest)));
    memcpy(texts + at, last, len - at);
}

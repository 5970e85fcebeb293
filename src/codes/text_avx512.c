/* Numerals to symbols, symbols into printed groups, rows turned upside down, and typed texts back
 * to numerals, with the byte permutations of AVX-512 VBMI and VBMI2. See kernels.h. No table in
 * memory is looked up by a numeral; what was typed decides only whether the careful way has to read
 * it. Compiled with its own flags; called only where kernels_x86.c finds the instructions. */
#include <immintrin.h>
#include <stdbool.h>

#include "codes/kernels.h"

#define STEP 64u /* bytes of a vector */

static inline __mmask64 first(size_t len) {
    return len >= STEP ? ~(__mmask64)0 : ((__mmask64)1 << len) - 1;
}

_Static_assert(CM_ALPHABET_MAX == STEP, "an alphabet is one vector");

void text_avx512(const char symbols[static CM_ALPHABET_MAX], unsigned radix,
                 const uint8_t *numerals, size_t len, char *texts) {
    const __m512i table = _mm512_loadu_si512(symbols);
    const __m512i end = _mm512_set1_epi8((char)radix), foreign = _mm512_set1_epi8('?');
    for (size_t at = 0; at < len; at += STEP) {
        const __mmask64 there = first(len - at);
        const __m512i x = _mm512_maskz_loadu_epi8(there, numerals + at);
        const __mmask64 own = _mm512_cmplt_epu8_mask(x, end);
        const __m512i text = _mm512_mask_permutexvar_epi8(foreign, own, x, table);
        _mm512_mask_storeu_epi8(texts + at, there, text);
    }
}

void slots_avx512(const struct grouping_layout *layout, const char *texts, size_t n, char *out,
                  size_t stride) {
    const __mmask64 whole = first(layout->len), code = first(layout->code_n);
    const __m512i from = _mm512_maskz_loadu_epi8(whole, layout->from);
    const __m512i separator = _mm512_set1_epi8(layout->separator);
    const __mmask64 symbols = _mm512_cmpneq_epu8_mask(from, _mm512_set1_epi8((char)GROUPING_GAP));
    for (size_t i = 0; i < n; i++, texts += layout->code_n, out += stride) {
        const __m512i text = _mm512_maskz_loadu_epi8(code, texts);
        const __m512i printed = _mm512_mask_permutexvar_epi8(separator, symbols, from, text);
        _mm512_mask_storeu_epi8(out, whole, printed);
    }
}

void turn_avx512(const struct rotation *rotation, const uint8_t *rows, size_t n, size_t stride,
                 size_t row_n, uint8_t *hits) {
    const __mmask64 whole = first(row_n);
    const __m512i image = _mm512_loadu_si512(rotation->image);
    uint8_t backwards[STEP] = {0};
    for (size_t k = 0; k < row_n; k++)
        backwards[k] = (uint8_t)(row_n - 1 - k);
    const __m512i order = _mm512_loadu_si512(backwards);
    for (size_t i = 0; i < n; i++, rows += stride) {
        const __m512i row = _mm512_maskz_loadu_epi8(whole, rows);
        const __m512i turned = _mm512_permutexvar_epi8(row, image);
        const __mmask64 missing = _mm512_movepi8_mask(turned) & whole;
        const __mmask64 differs =
            _mm512_mask_cmpneq_epi8_mask(whole, turned, _mm512_permutexvar_epi8(order, row));
        hits[i] |= (uint8_t)((missing == 0) & (differs != 0));
    }
}

/* One text of up to TEXT_LANES_MAX bytes; false: not plain, the row is not touched. */
static inline bool read_one(const __m512i table[static 2], struct cm_slice text, unsigned code_n,
                            uint8_t *row) {
    const __mmask64 there = first(text.len);
    const __m512i x = _mm512_maskz_loadu_epi8(there, text.p);
    const __m512i y = _mm512_permutex2var_epi8(table[0], x, table[1]);
    const __mmask64 deleted = _mm512_cmpeq_epi8_mask(y, _mm512_set1_epi8((char)NORMALISE_DELETE));
    const __mmask64 kept = there & ~deleted;
    const __mmask64 special = _mm512_movepi8_mask(x) | (_mm512_movepi8_mask(y) & kept);
    if (special != 0 || (unsigned)__builtin_popcountll(kept) != code_n) return false;
    _mm512_mask_storeu_epi8(row, first(code_n), _mm512_maskz_compress_epi8(kept, y));
    return true;
}

void read_avx512(const struct normaliser *normaliser, const struct cm_slice *texts, size_t n,
                 uint8_t *rows, size_t stride, uint8_t *verdicts) {
    const __m512i table[2] = {_mm512_loadu_si512(normaliser->ascii),
                              _mm512_loadu_si512(normaliser->ascii + STEP)};
    const unsigned code_n = normaliser->code_n;
    for (size_t i = 0; i < n; i++) {
        const bool plain =
            texts[i].len <= TEXT_LANES_MAX && read_one(table, texts[i], code_n, rows + i * stride);
        verdicts[i] = plain ? NORMALISED_OK : READ_CAREFULLY;
    }
}

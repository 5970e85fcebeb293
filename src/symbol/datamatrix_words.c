/* From the plan of modes to codewords, and which size holds them. References as in datamatrix.h:
 * 5.2.3 (ASCII), 5.2.5 to 5.2.7 (C40, Text, X12), 5.2.8 (EDIFACT), 5.2.9 (base 256), annex B. */
#include "base/macros.h"
#include "symbol/datamatrix_set.h"
#include "symbol/gs1.h"

#define PAD           129u
#define DIGIT_PAIR    130u
#define LATCH_C40     230u
#define LATCH_BASE256 231u
#define FNC1          232u
#define UPPER_SHIFT   235u
#define LATCH_X12     238u
#define LATCH_TEXT    239u
#define LATCH_EDIFACT 240u
#define ECI           241u
#define ECI_UTF8      27u /* its number 26, plus 1 */
#define UNLATCH       254u
#define EDIFACT_END   31u
#define END_SAVES     3u /* the end of a symbol saves fewer codewords than that */

struct writer {
    const struct datamatrix_text *text;
    const uint8_t *modes;
    size_t cap;
    struct buffer *words;
};

static size_t room(const struct writer *w) { return w->cap - w->words->len; }

static void put_ascii(struct writer *w, struct cm_slice run) {
    for (size_t i = 0; i < run.len; i++) {
        const uint8_t c = run.p[i];
        if (datamatrix_is_digit(c) && i + 1 < run.len && datamatrix_is_digit(run.p[i + 1])) {
            const size_t pair = (size_t)(c - '0') * 10 + (size_t)(run.p[++i] - '0');
            buffer_u8(w->words, (uint8_t)(DIGIT_PAIR + pair));
        } else if (w->text->gs1 && c == GS1_SEPARATOR) {
            buffer_u8(w->words, FNC1);
        } else {
            if (c >= 0x80) buffer_u8(w->words, UPPER_SHIFT);
            buffer_u8(w->words, (uint8_t)((c & 0x7Fu) + 1u));
        }
    }
}

/* Three values of 40 in two codewords; two at the end of the text take a pad, which is 0. */
static void put_triples(struct writer *w, enum datamatrix_mode mode, struct cm_slice run) {
    uint8_t values[3 + DM_VALUES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < run.len; i++) {
        n += datamatrix_values(mode, run.p[i], w->text->gs1, values + n);
        if (i + 1 == run.len && n % 3 == 2) values[n++] = 0;
        for (; n >= 3; n -= 3) {
            const unsigned sum = values[0] * 1600u + values[1] * 40u + values[2] + 1u;
            buffer_u16be(w->words, (uint16_t)sum);
            memmove(values, values + 3, n - 3);
        }
    }
    const size_t at = (size_t)(run.p - w->text->text.p) + run.len, n_all = w->text->text.len;
    const bool fills = at == n_all ? room(w) == 0
                                   : at + 1 == n_all && room(w) == 1 &&
                                         datamatrix_ascii_len(w->text->text.p[at]) == 1;
    if (!fills) buffer_u8(w->words, UNLATCH);
}

/* Four values of 64 in three codewords. The end is a value, too, unless the symbol ends. */
static void put_edifact(struct writer *w, struct cm_slice run) {
    static const uint8_t whole_bytes[] = {0, 1, 2, 3};
    uint32_t group = 0;
    size_t n = 0;
    for (size_t i = 0; i <= run.len; i++) {
        const bool end = i == run.len;
        if (end && n == 0 && room(w) < 3) return;
        group = group << 6 | (end ? EDIFACT_END : run.p[i] & 0x3Fu);
        n++;
        if (n < 4 && !end) continue;
        group <<= 6 * (4 - n);
        const uint8_t bytes[] = {(uint8_t)(group >> 16), (uint8_t)(group >> 8), (uint8_t)group};
        buffer_put(w->words, bytes, end && n < 4 ? whole_bytes[n] : 3);
        group = 0;
        n = 0;
    }
}

/* Annex B.2: bytes are not left as they are, so that no stretch looks like a finder pattern. */
static void put_scrambled(struct writer *w, uint8_t byte) {
    const size_t place = w->words->len + 1;
    buffer_u8(w->words, (uint8_t)(byte + place * 149 % 255 + 1));
}

static void put_bytes(struct writer *w, struct cm_slice run) {
    const size_t long_len = run.len / (DM_LENGTH_ONE + 1);
    if (long_len > 0) put_scrambled(w, (uint8_t)(DM_LENGTH_ONE + long_len));
    put_scrambled(w, (uint8_t)(run.len % (DM_LENGTH_ONE + 1)));
    for (size_t i = 0; i < run.len; i++)
        put_scrambled(w, run.p[i]);
}

static void put_run(struct writer *w, enum datamatrix_mode mode, struct cm_slice run) {
    static const uint8_t latch[] = {0,         LATCH_C40,     LATCH_TEXT,
                                    LATCH_X12, LATCH_EDIFACT, LATCH_BASE256};
    if (mode != DM_ASCII) buffer_u8(w->words, latch[mode]);
    if (mode == DM_ASCII)
        put_ascii(w, run);
    else if (mode == DM_EDIFACT)
        put_edifact(w, run);
    else if (mode == DM_BASE256)
        put_bytes(w, run);
    else
        put_triples(w, mode, run);
}

/* Annex B.1: only the first pad is left as it is. */
static void put_pads(struct writer *w) {
    if (!w->words->failed && room(w) > 0) buffer_u8(w->words, PAD);
    while (!w->words->failed && room(w) > 0) {
        const size_t place = w->words->len + 1, pad = PAD + place * 149 % 253 + 1;
        buffer_u8(w->words, (uint8_t)(pad > UNLATCH ? pad - UNLATCH : pad));
    }
}

static cm_err put_all(struct writer *w) {
    const struct cm_slice text = w->text->text;
    if (w->text->gs1) buffer_u8(w->words, FNC1);
    if (w->text->utf8) buffer_u8(w->words, ECI);
    if (w->text->utf8) buffer_u8(w->words, ECI_UTF8);
    for (size_t from = 0, to = 0; from < text.len && !w->words->failed; from = to) {
        for (to = from + 1; to < text.len && w->modes[to] == w->modes[from];)
            to++;
        put_run(w, (enum datamatrix_mode)w->modes[from], slice_of(text.p + from, to - from));
    }
    put_pads(w);
    return buffer_err(w->words);
}

/* First without an end in sight: sizes that are far too small need no trial. */
cm_err datamatrix_words(const struct datamatrix_text *text, struct buffer *words,
                        const struct datamatrix_size **size) {
    CM_CLEANUP(buffer_free) struct buffer modes = BUFFER_INIT;
    const struct datamatrix_size *sizes = datamatrix_sizes();
    size_t len = 0, endless = 0;
    if (text->text.len / 2 > DATAMATRIX_WORDS_MAX) return CM_E_LIMIT;
    if (buffer_reserve(&modes, text->text.len) == NULL) return CM_E_NO_MEMORY;
    TRY(datamatrix_plan(text, UINT16_MAX, modes.p, &endless));
    for (size_t i = 0; i < DATAMATRIX_SIZE_N; i++) {
        if (sizes[i].data + END_SAVES < endless) continue;
        TRY(datamatrix_plan(text, sizes[i].data, modes.p, &len));
        if (len > sizes[i].data) continue;
        struct writer w = {.text = text, .modes = modes.p, .cap = sizes[i].data, .words = words};
        *size = &sizes[i];
        return put_all(&w);
    }
    return CM_E_LIMIT;
}

/* Many lines at once. Codes are looked at in blocks: where all are letters and digits, which they
 * nearly always are, the lines are copied from a laid-out run; else each goes through row_put,
 * which knows how to quote. */
#include <string.h>

#include "base/macros.h"
#include "cli/mint_row.h"

#define BLOCK 256u /* codes that are looked at, and written, together */
#define ONES  0x0101010101010101u

/* A column is its lead and, at most, a code in groups with separators between. */
_Static_assert(ROW_COLUMNS_MAX * 2u * CM_GROUPS_MAX + 2u <= ROW_RUN_STEPS_MAX, "any line fits");

/* ---- Looking --------------------------------------------------------------------------------- */

/* In each byte's top bit: is the byte, below 0x80, at least `least`? */
static inline uint64_t at_least(uint64_t bytes, uint64_t least) {
    return bytes + ONES * (0x80u - least);
}

static inline uint64_t not_alphanumeric(uint64_t bytes) {
    const uint64_t upper = bytes & ONES * 0xDFu; /* small letters to capitals */
    const uint64_t letter = at_least(upper, 'A') & ~at_least(upper, 'Z' + 1u);
    const uint64_t digit = at_least(bytes, '0') & ~at_least(bytes, '9' + 1u);
    return bytes | ~(letter | digit);
}

static bool all_alphanumeric(const char *text, size_t len) {
    uint64_t bytes, wrong = 0;
    size_t i = 0;
    for (; i + sizeof bytes <= len; i += sizeof bytes) {
        memcpy(&bytes, text + i, sizeof bytes);
        wrong |= not_alphanumeric(bytes);
    }
    bytes = ONES * '0';
    memcpy(&bytes, text + i, len - i);
    return ((wrong | not_alphanumeric(bytes)) & ONES * 0x80u) == 0;
}

/* Digits and an exponent, or what only looks like it: csv_put will know. */
static bool may_be_number(const char *text, size_t len) {
    size_t n = 0;
    while (n < len && ((text[n] >= '0' && text[n] <= '9') || text[n] == 'e' || text[n] == 'E'))
        n++;
    return n == len;
}

/* Whether every format would write these codes as they are. */
static bool are_plain(const struct row_writer *w, const char *texts, size_t n) {
    const bool spreadsheet = w->format == ROW_CSV && w->dialect.spreadsheet;
    if (!all_alphanumeric(texts, n * w->code_len)) return false;
    for (size_t i = 0; spreadsheet && i < n; i++)
        if (may_be_number(texts + i * w->code_len, w->code_len)) return false;
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static cm_err lay_out(const struct row_writer *w, struct row_run *run, uint64_t serial) {
    static const struct grouping one_piece = {.size = {0}};
    const struct cm_slice quote = slice_text(w->format == ROW_JSONL ? "\"" : "");
    row_run_begin(run, serial);
    for (size_t i = 0; i < w->part_n; i++) {
        const struct row_part *part = &w->parts[i];
        if (part->kind == PART_CONSTANT) {
            row_run_constant(run, slice_of(w->constants.p + part->from, part->len));
        } else if (part->kind == PART_SERIAL) {
            row_run_serial(run);
        } else {
            row_run_constant(run, quote);
            row_run_code(run, w->grouped ? &w->grouping : &one_piece, w->code_len);
            row_run_constant(run, quote);
        }
    }
    return row_run_end(run);
}

static size_t smaller(uint64_t a, uint64_t b) { return (size_t)(a < b ? a : b); }

/* ROW_RUN_SLACK bytes behind the codes may be read. */
static cm_err put_plain(const struct row_writer *w, struct row_run *run, const struct row_codes *c,
                        struct buffer *out) {
    for (size_t at = 0; at < c->n;) {
        const uint64_t serial = c->first + at;
        const struct row_run *r = run;
        if (r->n == 0 || serial < r->first || serial - r->first >= r->n)
            TRY(lay_out(w, run, serial));
        const size_t n = smaller(c->n - at, r->n - (serial - r->first));
        uint8_t *to = buffer_reserve(out, n * r->line_len + ROW_RUN_SLACK);
        if (to == NULL) return CM_E_NO_MEMORY;
        out->len +=
            row_run_put(r, c->texts + at * w->code_len, w->code_len, c->skip + at, serial, n, to);
        at += n;
    }
    return CM_OK;
}

static cm_err put_block(const struct row_writer *w, struct row_run *run, const struct row_codes *c,
                        struct buffer *out) {
    if (are_plain(w, c->texts, c->n)) return put_plain(w, run, c, out);
    for (size_t i = 0; i < c->n; i++)
        if (c->skip[i] == 0) row_put(w, c->texts + i * w->code_len, c->first + i, out);
    return buffer_err(out);
}

static struct row_codes part_of(const struct row_writer *w, const struct row_codes *c, size_t at,
                                size_t n) {
    return (struct row_codes){c->texts + at * w->code_len, c->skip + at, c->first + at, n};
}

cm_err row_put_codes(const struct row_writer *w, struct row_run *run, const struct row_codes *codes,
                     struct buffer *out) {
    char padded[2u * ROW_RUN_SLACK + CM_LENGTH_MAX + 1u] = {0};
    const size_t len = w->code_len;
    const size_t tail_n = smaller(codes->n, (ROW_RUN_SLACK + len - 1u) / len);
    const size_t head_n = codes->n - tail_n;
    for (size_t at = 0; at < head_n; at += BLOCK) {
        const struct row_codes block = part_of(w, codes, at, smaller(BLOCK, head_n - at));
        TRY(put_block(w, run, &block, out));
    }
    if (tail_n == 0) return CM_OK;
    struct row_codes tail = part_of(w, codes, head_n, tail_n);
    memcpy(padded, tail.texts, tail_n * len); /* nothing may be read behind the last code */
    tail.texts = padded;
    const cm_err err = put_block(w, run, &tail, out);
    wipe(padded, sizeof padded);
    return err;
}

/* Rows of the table of what runs hold, packed: a span is told by its distance from the one before
 * it. It refuses numbers longer than they need be, spans that overlap or should have melted, and
 * holes out of order. Reference: docs/design/state.md, "Held". */
#include "ledger/state_held.h"

#include <stdlib.h>

#include "base/macros.h"

#define SEVEN 0x7Fu /* bits of a number in one of its bytes; the top bit says that more follow */
#define MORE  0x80u

void held_row_wipe(struct held_row *row) {
    spans_wipe(&row->spans);
    free(row->holes);
    row->holes = NULL;
    row->hole_n = row->hole_cap = 0;
}

static void put_number(struct buffer *to, uint64_t v) {
    for (; v > SEVEN; v >>= 7)
        buffer_u8(to, (uint8_t)((v & SEVEN) | MORE));
    buffer_u8(to, (uint8_t)v);
}

/* In its shortest form, below 2^64. */
static uint64_t read_number(struct cursor *c) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const uint8_t byte = cursor_u8(c);
        const uint64_t part = byte & SEVEN;
        if (part << shift >> shift != part || (byte == 0 && shift > 0)) break;
        v |= part << shift;
        if ((byte & MORE) == 0) return v;
    }
    c->failed = true;
    return 0;
}

void record_put_held(struct buffer *to, const struct held_row *row) {
    buffer_u64be(to, row->since);
    buffer_u64be(to, row->used);
    buffer_u32be(to, (uint32_t)row->spans.n);
    uint64_t end = 0;
    for (size_t i = 0; i < row->spans.n; i++) {
        const struct span *s = &row->spans.p[i];
        put_number(to, s->first - end);
        put_number(to, s->count);
        buffer_u8(to, s->stage);
        buffer_u8(to, s->cause);
        end = s->first + s->count;
    }
    uint64_t from = 0;
    for (size_t i = 0; i < row->hole_n; i++) {
        put_number(to, row->holes[i] - from);
        from = row->holes[i] + 1;
    }
}

/* Behind the last one, and not what should have been one with it. */
static bool span_fits(const struct spans *all, const struct span *s, uint64_t gap, uint64_t end) {
    if (s->count == 0 || gap > UINT64_MAX - end || s->first > UINT64_MAX - s->count) return false;
    if (s->stage >= CM_STAGE_N || s->cause >= CM_CAUSE_N) return false;
    const struct span *last = all->n > 0 ? &all->p[all->n - 1] : NULL;
    return last == NULL || gap > 0 || last->stage != s->stage || last->cause != s->cause;
}

static cm_err read_spans(struct cursor *c, uint32_t n, struct held_row *row) {
    if (n > c->left / RECORD_SPAN_MIN) return CM_E_CORRUPT;
    TRY(spans_reserve(&row->spans, n));
    uint64_t end = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t gap = read_number(c);
        struct span s = {.set = row->set, .first = end + gap, .count = read_number(c)};
        s.stage = cursor_u8(c);
        s.cause = cursor_u8(c);
        if (cursor_err(c) != CM_OK || !span_fits(&row->spans, &s, gap, end)) return CM_E_CORRUPT;
        row->spans.p[row->spans.n++] = s;
        end = s.first + s.count;
    }
    return CM_OK;
}

static cm_err read_holes(struct cursor *c, struct held_row *row) {
    if (c->left == 0) return CM_OK;
    row->holes = malloc(c->left * sizeof *row->holes); /* a byte each at least */
    if (row->holes == NULL) return CM_E_NO_MEMORY;
    row->hole_cap = c->left;
    uint64_t from = 0;
    while (c->left > 0) {
        const uint64_t gap = read_number(c);
        if (cursor_err(c) != CM_OK || gap > UINT64_MAX - 1 - from) return CM_E_CORRUPT;
        const uint64_t hole = from + gap;
        if (spans_find(&row->spans, row->set, hole) == NULL) return CM_E_CORRUPT;
        row->holes[row->hole_n++] = hole;
        from = hole + 1;
    }
    return CM_OK;
}

static cm_err read_all(struct cm_slice content, struct held_row *row) {
    struct cursor c = cursor_over(content);
    row->since = cursor_u64be(&c);
    row->used = cursor_u64be(&c);
    const uint32_t n = cursor_u32be(&c);
    if (cursor_err(&c) != CM_OK || n == 0) return CM_E_CORRUPT;
    TRY(read_spans(&c, n, row));
    return read_holes(&c, row);
}

cm_err record_read_held(struct cm_slice content, struct held_row *row) {
    const cm_err err = read_all(content, row);
    if (err != CM_OK) held_row_wipe(row);
    return err;
}

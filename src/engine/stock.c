/* Spans of stock: laid, looked up, packed for the image. References as in stock.h. */
#include "engine/stock.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST  4u
#define LAY_MOST    2u  /* spans that one lay adds: itself, and the rest of what it lies within */
#define PACKED_SPAN 25u /* bytes: first 8, count 8, state 1, agent 4, order 4 */

void stock_wipe(struct stock *s) {
    for (size_t i = 0; i < s->n; i++)
        free(s->rows[i].p);
    free(s->rows);
    *s = (struct stock)STOCK_INIT;
}

/* The first row that is not below `set`. */
static size_t row_place(const struct stock *s, uint32_t set) {
    size_t low = 0, high = s->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->rows[middle].set < set)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct stock_row *stock_row_of(const struct stock *s, uint32_t set) {
    const size_t at = row_place(s, set);
    return at < s->n && s->rows[at].set == set ? &s->rows[at] : NULL;
}

static uint64_t end_of(const struct stock_span *s) { return s->first + s->count; }

/* The first span that ends behind the serial. */
static size_t span_place(const struct stock_row *row, uint64_t serial) {
    size_t low = 0, high = row->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (end_of(&row->p[middle]) <= serial)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct stock_place stock_at(const struct stock *s, uint32_t set, uint64_t serial) {
    const struct stock_row *row = stock_row_of(s, set);
    if (row == NULL) return (struct stock_place){.state = CM_CARD_MADE};
    const size_t at = span_place(row, serial);
    if (at == row->n || row->p[at].first > serial)
        return (struct stock_place){.state = CM_CARD_MADE};
    const struct stock_span *span = &row->p[at];
    return (struct stock_place){
        .state = (enum cm_card_state)span->state, .agent = span->agent, .order = span->order};
}

/* ---- Room ------------------------------------------------------------------------------------ */

static cm_err grow(void **array, size_t *cap, size_t need, size_t size) {
    size_t more = *cap == 0 ? ROOM_FIRST : *cap;
    if (*array != NULL && need <= *cap) return CM_OK;
    while (more < need)
        more *= 2;
    void *grown = realloc(*array, more * size);
    if (grown == NULL) return CM_E_NO_MEMORY;
    *array = grown;
    *cap = more;
    return CM_OK;
}

static cm_err row_of(struct stock *s, uint32_t set, struct stock_row **out) {
    const size_t at = row_place(s, set);
    if (at == s->n || s->rows[at].set != set) {
        void *rows = s->rows;
        TRY(grow(&rows, &s->cap, s->n + 1, sizeof *s->rows));
        s->rows = rows;
        memmove(&s->rows[at + 1], &s->rows[at], (s->n - at) * sizeof *s->rows);
        s->rows[at] = (struct stock_row){.set = set};
        s->n++;
    }
    *out = &s->rows[at];
    return CM_OK;
}

static cm_err room_for(struct stock_row *row, size_t spans) {
    void *p = row->p;
    TRY(grow(&p, &row->cap, row->n + spans, sizeof *row->p));
    row->p = p;
    return CM_OK;
}

cm_err stock_room(struct stock *s, uint32_t set, size_t n) {
    struct stock_row *row = NULL;
    TRY(row_of(s, set, &row));
    return room_for(row, n * LAY_MOST);
}

/* ---- Laying ---------------------------------------------------------------------------------- */

/* Replace the spans from..to by n others. */
static void splice(struct stock_row *row, size_t from, size_t to, const struct stock_span *with,
                   size_t n) {
    memmove(&row->p[from + n], &row->p[to], (row->n - to) * sizeof *row->p);
    memcpy(&row->p[from], with, n * sizeof *with);
    row->n = row->n - (to - from) + n;
}

static bool melts(const struct stock_span *a, const struct stock_span *b) {
    return end_of(a) == b->first && a->agent == b->agent && a->order == b->order &&
           a->state == b->state;
}

void stock_lay(struct stock *s, const struct stock_event *e) {
    struct stock_row *row = &s->rows[row_place(s, e->set)];
    struct stock_span parts[3], new = {.first = e->first,
                                       .count = e->count,
                                       .agent = e->agent,
                                       .order = e->order,
                                       .state = e->state};
    size_t from = span_place(row, e->first), to = from, n = 0;
    while (to < row->n && row->p[to].first < end_of(&new))
        to++;
    if (from < to && row->p[from].first < new.first) {
        parts[n] = row->p[from];
        parts[n++].count = new.first - row->p[from].first;
    }
    parts[n++] = new;
    if (from < to && end_of(&row->p[to - 1]) > end_of(&new)) {
        parts[n] = row->p[to - 1];
        parts[n].first = end_of(&new);
        parts[n++].count = end_of(&row->p[to - 1]) - end_of(&new);
    }
    splice(row, from, to, parts, n);
    /* Equal neighbours are one span, so that what is laid piece by piece costs no more. */
    const size_t last = from + n < row->n ? from + n : row->n - 1;
    for (size_t i = last; i > 0 && i + 1 > from; i--) {
        if (!melts(&row->p[i - 1], &row->p[i])) continue;
        struct stock_span one = row->p[i - 1];
        one.count += row->p[i].count;
        splice(row, i - 1, i + 1, &one, 1);
    }
    row->dirty = true;
}

/* ---- The image ------------------------------------------------------------------------------- */

void stock_pack(const struct stock_row *row, struct buffer *out) {
    for (size_t i = 0; i < row->n; i++) {
        const struct stock_span *s = &row->p[i];
        buffer_u64be(out, s->first);
        buffer_u64be(out, s->count);
        buffer_u8(out, s->state);
        buffer_u32be(out, s->agent);
        buffer_u32be(out, s->order);
    }
}

/* Behind the span before it, and not what should have been one with it. */
static bool span_fits(const struct stock_row *row, const struct stock_span *s) {
    if (s->count == 0 || s->first > UINT64_MAX - s->count || s->state > CM_CARD_STOCK) return false;
    const struct stock_span *before = row->n > 0 ? &row->p[row->n - 1] : NULL;
    return before == NULL || (end_of(before) <= s->first && !melts(before, s));
}

cm_err stock_load(struct stock *s, uint32_t set, struct cm_slice content) {
    struct stock_row *row = NULL;
    if (content.len == 0 || content.len % PACKED_SPAN != 0) return CM_E_CORRUPT;
    if (stock_row_of(s, set) != NULL) return CM_E_CORRUPT;
    TRY(row_of(s, set, &row));
    TRY(room_for(row, content.len / PACKED_SPAN));
    struct cursor c = cursor_over(content);
    while (c.left > 0) {
        struct stock_span span = {.first = cursor_u64be(&c)};
        span.count = cursor_u64be(&c);
        span.state = cursor_u8(&c);
        span.agent = cursor_u32be(&c);
        span.order = cursor_u32be(&c);
        if (!span_fits(row, &span)) return CM_E_CORRUPT;
        row->p[row->n++] = span;
    }
    return CM_OK;
}

/* Entries in one sorted array of pointers: look-up by bisection. Reference: held.h. */
#include "engine/held.h"

#include <stdlib.h>

#include "base/macros.h"

#define FIRST_CAP 16u /* entries */

static void entry_free(struct held_entry *e) {
    if (e == NULL) return;
    held_row_wipe(&e->row);
    free(e);
}

void held_wipe(struct held *h) {
    for (size_t i = 0; i < h->n; i++)
        entry_free(h->p[i]);
    free(h->p);
    *h = (struct held)HELD_INIT;
}

static bool before(const struct held_entry *e, uint32_t run, uint32_t set) {
    return e->row.run < run || (e->row.run == run && e->row.set < set);
}

/* The first entry that is not before (run, set). */
static size_t place(const struct held *h, uint32_t run, uint32_t set) {
    size_t low = 0, high = h->n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (before(h->p[mid], run, set))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

bool held_set(const struct held *h, uint32_t set) {
    for (size_t i = 0; i < h->n; i++)
        if (h->p[i]->row.set == set && h->p[i]->row.spans.n > 0) return true;
    return false;
}

size_t held_first(const struct held *h, uint32_t run) { return place(h, run, 0); }

struct held_entry *held_find(const struct held *h, uint32_t run, uint32_t set) {
    const size_t at = place(h, run, set);
    if (at == h->n || h->p[at]->row.run != run || h->p[at]->row.set != set) return NULL;
    return h->p[at];
}

cm_err held_entry_of(struct held *h, uint32_t run, uint32_t set, struct held_entry **out) {
    *out = held_find(h, run, set);
    if (*out != NULL) return CM_OK;
    if (h->n == h->cap) {
        const size_t cap = h->cap == 0 ? FIRST_CAP : 2 * h->cap;
        struct held_entry **p = realloc(h->p, cap * sizeof(struct held_entry *));
        if (p == NULL) return CM_E_NO_MEMORY;
        h->p = p;
        h->cap = cap;
    }
    struct held_entry *e = calloc(1, sizeof *e);
    if (e == NULL) return CM_E_NO_MEMORY;
    e->row.run = run;
    e->row.set = set;
    const size_t at = place(h, run, set);
    for (size_t i = h->n; i > at; i--)
        h->p[i] = h->p[i - 1];
    h->p[at] = e;
    h->n++;
    *out = e;
    return CM_OK;
}

cm_err held_load(struct held *h, struct held_row *row) {
    struct held_entry *e = NULL;
    if (held_find(h, row->run, row->set) != NULL) return CM_E_CORRUPT;
    TRY(held_entry_of(h, row->run, row->set, &e));
    e->row = *row;
    row->spans = (struct spans)SPANS_INIT;
    row->holes = NULL;
    row->hole_n = row->hole_cap = 0;
    return CM_OK;
}

/* Holes below a serial. */
static size_t holes_below(const struct held_row *row, uint64_t serial) {
    size_t low = 0, high = row->hole_n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (row->holes[mid] < serial)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

size_t held_holes(const struct held_row *row, uint64_t first, uint64_t count, size_t *at) {
    const size_t from = holes_below(row, first);
    if (at != NULL) *at = from;
    return holes_below(row, first + count) - from;
}

bool held_covers(const struct held_row *row, uint64_t first, uint64_t count, uint64_t *gap) {
    const uint64_t end = first + count;
    while (first < end) {
        const struct span *s = spans_find(&row->spans, row->set, first);
        if (s == NULL) {
            *gap = first;
            return false;
        }
        first = s->first + s->count;
    }
    return true;
}

cm_err held_room(struct held *h, const struct hold_event *e) {
    struct held_entry *entry = NULL;
    TRY(held_entry_of(h, e->run, e->set, &entry));
    struct held_row *row = &entry->row;
    const struct span *last = row->spans.n > 0 ? &row->spans.p[row->spans.n - 1] : NULL;
    if (last != NULL && e->first < last->first + last->count) return CM_E_CORRUPT;
    TRY(spans_reserve(&row->spans, 1));
    const size_t need = row->hole_n + e->holes.len / sizeof(uint32_t);
    if (need <= row->hole_cap) return CM_OK;
    const size_t cap = need + need / 2;
    uint64_t *holes = realloc(row->holes, cap * sizeof *holes);
    if (holes == NULL) return CM_E_NO_MEMORY;
    row->holes = holes;
    row->hole_cap = cap;
    return CM_OK;
}

void held_add(struct held *h, const struct hold_event *e, uint64_t sequence) {
    struct held_entry *entry = held_find(h, e->run, e->set);
    if (entry == NULL) return; /* cannot be: held_room made it */
    struct held_row *row = &entry->row;
    const struct span span = {.set = e->set,
                              .stage = CM_STAGE_RESERVED,
                              .cause = CM_CAUSE_NONE,
                              .first = e->first,
                              .count = e->count};
    if (row->spans.n == 0) row->since = sequence;
    cm_ignore(spans_put(&row->spans, &span)); /* room was made, the range is sound */
    for (size_t at = 0; at < e->holes.len; at += sizeof(uint32_t))
        row->holes[row->hole_n++] = e->first + get_u32be(e->holes.p + at);
    entry->dirty = true;
}

void held_move(struct held_entry *entry, const struct move_event *e) {
    const struct span span = {.set = e->set,
                              .stage = (uint8_t)e->stage,
                              .cause = (uint8_t)e->cause,
                              .first = e->first,
                              .count = e->count};
    cm_ignore(spans_put(&entry->row.spans, &span)); /* room was made, the range is sound */
    entry->dirty = true;
}

static int by_time(const void *a, const void *b) {
    const struct held_entry *const *x = a, *const *y = b;
    return (*x)->row.since < (*y)->row.since ? -1 : (*x)->row.since > (*y)->row.since;
}

cm_err held_in_order(const struct held *h, uint32_t run, struct held_entry ***out, size_t *n) {
    const size_t first = held_first(h, run);
    size_t count = 0;
    while (first + count < h->n && h->p[first + count]->row.run == run)
        count++;
    struct held_entry **list = calloc(count + 1, sizeof(struct held_entry *));
    if (list == NULL) return CM_E_NO_MEMORY;
    *n = 0;
    for (size_t i = first; i < first + count; i++)
        if (h->p[i]->row.spans.n > 0) list[(*n)++] = h->p[i]; /* not one that was never committed */
    qsort(list, *n, sizeof(struct held_entry *), by_time);
    *out = list;
    return CM_OK;
}

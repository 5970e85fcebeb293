/* Folding changes of units. Few changes of a range join its tail; once a range has gathered enough
 * of them its pages and their details are written, and the tail ends. So a change costs the same
 * among a thousand million units as among a thousand: a page is never written for a handful.
 * It refuses changes out of order or of another range. docs/design/state.md, "Tails". */
#include <stdlib.h>
#include <string.h>

#include "ledger/state_page.h"
#include "ledger/state_record.h"
#include "ledger/state_tail.h"

/* Changes of a page, on the average of its range, for which it is written: they fill a chunk or
 * two of details. Ranges differ, or all would be written in one fold where use is even. */
#define PAGE_LEAST  160u
#define PAGE_SPREAD 96u
#define MIX         0x9E3779B97F4A7C15u /* odd: 2^64 over the golden ratio */
#define MIX_SHIFT   40u                 /* the upper bits of a product are the well-mixed ones */

#define PLACE_BITS 32u
#define DIGIT_BITS 9u /* two of them sort the offsets of a range */
#define DIGIT_N    (1u << DIGIT_BITS)

_Static_assert(STATE_RANGE_UNITS <= 1ul << (2 * DIGIT_BITS), "two digits sort a range");

struct changes_list {
    struct unit_change *p;
    size_t n;
};

static void changes_list_wipe(struct changes_list *l) { free(l->p); }

/* A fold is the folder's own: the first error stays and nothing is put any more. */
static cm_err kept(struct state_fold *f, cm_err err) {
    if (f->err == CM_OK) f->err = err;
    return err;
}

static size_t enough(uint32_t set, uint64_t range) {
    const uint64_t mixed = ((uint64_t)set + (range << 32)) * MIX + range * MIX;
    const size_t spread = (size_t)PAGE_SPREAD * STATE_RANGE_PAGES;
    return (size_t)PAGE_LEAST * STATE_RANGE_PAGES + (size_t)(mixed >> MIX_SHIFT) % spread;
}

static cm_err check(const struct unit_change *changes, size_t n) {
    const uint64_t range = changes[0].serial / STATE_RANGE_UNITS;
    for (size_t i = 0; i < n; i++) {
        const struct unit_detail *d = &changes[i].detail;
        if (changes[i].serial / STATE_RANGE_UNITS != range) return CM_E_ARGUMENT;
        if (i > 0 && changes[i].serial <= changes[i - 1].serial) return CM_E_ARGUMENT;
        if (d->sequence > RECORD_DETAIL_MAX || d->time_ms > RECORD_DETAIL_MAX) return CM_E_RANGE;
    }
    return CM_OK;
}

/* ---- Joining the tail -------------------------------------------------------------------- */

static uint64_t lesser(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* The chunk behind `last`, with bases below what is to come and not too far below its first. */
static struct tail_chunk chunk_after(const struct tail_chunk *last,
                                     const struct unit_change *changes, size_t n) {
    struct tail_chunk c = {.no = (uint16_t)(last->no + (last->n > 0 ? 1u : 0u)),
                           .before = (uint32_t)(last->before + last->n),
                           .time = RECORD_DETAIL_MAX,
                           .sequence = RECORD_DETAIL_MAX};
    for (size_t i = 0; i < n; i++) {
        if (!changes[i].has_detail) continue;
        c.time = lesser(c.time, changes[i].detail.time_ms);
        c.sequence = lesser(c.sequence, changes[i].detail.sequence);
    }
    if (tail_fits(&c, &changes[0])) return c;
    c.time = changes[0].detail.time_ms;
    c.sequence = changes[0].detail.sequence;
    return c;
}

/* Fill up the last chunk and go on behind it. */
static cm_err join(struct state_fold *f, uint32_t set, const struct tail_chunk *last,
                   const struct unit_change *changes, size_t n) {
    const uint64_t range = changes[0].serial / STATE_RANGE_UNITS;
    uint8_t content[TAIL_HEAD_LEN + TAIL_CHUNK_MAX * TAIL_ENTRY_LEN];
    uint8_t *const entries = content + TAIL_HEAD_LEN;
    struct tail_chunk c = *last;
    if (c.n > 0) memcpy(entries, c.entries, c.n * TAIL_ENTRY_LEN);
    for (size_t at = 0; at < n;) {
        if (c.n == 0 || c.n == TAIL_CHUNK_MAX || !tail_fits(&c, &changes[at]))
            c = chunk_after(&c, changes + at, n - at);
        for (; c.n < TAIL_CHUNK_MAX && at < n && tail_fits(&c, &changes[at]); c.n++, at++)
            tail_put(entries + c.n * TAIL_ENTRY_LEN, &c, &changes[at]);
        tail_head_put(content, &c);
        const struct table_key key = tail_key(set, range, c.no);
        TRY(table_put(f->state, f->txn, TABLE_TAILS, &key,
                      slice_of(content, TAIL_HEAD_LEN + c.n * TAIL_ENTRY_LEN)));
    }
    return CM_OK;
}

/* ---- Writing the pages ------------------------------------------------------------------- */

/* The changes of one page: its bits made anew, its details one run. */
static cm_err write_page(struct state_fold *f, uint32_t set, const struct unit_change *changes,
                         size_t n, struct detail_entry *run) {
    const uint64_t page = changes[0].serial / STATE_PAGE_UNITS;
    uint8_t bits[STATE_PAGE_LEN];
    size_t run_n = 0;
    bool changed = false;
    TRY(fold_page_get(f, set, page, bits));
    for (size_t i = 0; i < n; i++) {
        const struct unit_change *c = &changes[i];
        if (c->has_bits) page_bits_set(bits, c->serial, c->bits);
        changed = changed || c->has_bits;
        if (c->has_detail)
            run[run_n++] = (struct detail_entry){.serial = c->serial, .detail = c->detail};
    }
    if (changed) TRY(fold_page(f, set, page, bits));
    return fold_details(f, set, page, run, run_n);
}

static cm_err write_pages(struct state_fold *f, uint32_t set, const struct unit_change *changes,
                          size_t n) {
    const size_t most = n < STATE_PAGE_UNITS ? n : STATE_PAGE_UNITS;
    struct detail_entry *run = calloc(most, sizeof *run);
    cm_err err = run == NULL ? CM_E_NO_MEMORY : CM_OK;
    for (size_t first = 0, end = 0; first < n && err == CM_OK; first = end) {
        const uint64_t page = changes[first].serial / STATE_PAGE_UNITS;
        for (end = first + 1; end < n && changes[end].serial / STATE_PAGE_UNITS == page;)
            end++;
        err = write_page(f, set, changes + first, end - first, run);
    }
    free(run);
    return err;
}

/* ---- Ending the tail --------------------------------------------------------------------- */

/* Take the chunks out of the table, in order of arrival. */
static cm_err take_tail(struct state_fold *f, uint32_t set, uint64_t range,
                        struct changes_list *out) {
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    struct tail_chunk c;
    bool more = false;
    size_t cap = out->n;
    out->n = 0;
    out->p = calloc(cap, sizeof *out->p);
    if (out->p == NULL) return CM_E_NO_MEMORY;
    TRY(state_err(mdb_cursor_open(f->txn, f->state->tables[TABLE_TAILS], &cursor), "tails"));
    TRY(tail_first(cursor, set, range, NULL, &c, &more));
    while (more) {
        if (c.before != out->n || c.n > cap - out->n) return CM_E_CORRUPT;
        for (size_t i = 0; i < c.n; i++)
            out->p[out->n++] = tail_read(&c, i, range);
        TRY(state_err(mdb_cursor_del(cursor, 0), "tails"));
        TRY(tail_first(cursor, set, range, NULL, &c, &more));
    }
    return CM_OK;
}

static struct unit_change newer_over(const struct unit_change *older,
                                     const struct unit_change *newer) {
    struct unit_change c = *newer;
    if (!c.has_bits) c.bits = older->bits;
    if (!c.has_detail) c.detail = older->detail;
    c.has_bits = c.has_bits || older->has_bits;
    c.has_detail = c.has_detail || older->has_detail;
    return c;
}

/* Offsets in the range, each with its place in the tail, by one digit of the offset. */
static void sort_digit(const uint64_t *from, uint64_t *to, size_t n, unsigned shift) {
    uint32_t first[DIGIT_N] = {0}, sum = 0;
    for (size_t i = 0; i < n; i++)
        first[from[i] >> shift & (DIGIT_N - 1)]++;
    for (size_t d = 0; d < DIGIT_N; d++) {
        const uint32_t count = first[d];
        first[d] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        to[first[from[i] >> shift & (DIGIT_N - 1)]++] = from[i];
}

/* In order of serial, each unit once; a sort that keeps the order of arrival. */
static cm_err sort_tail(struct changes_list *tail) {
    if (tail->n < 2) return CM_OK;
    uint64_t *order = calloc(2 * tail->n, sizeof *order);
    struct unit_change *sorted = calloc(tail->n, sizeof *sorted);
    if (order == NULL || sorted == NULL) {
        free(order);
        free(sorted);
        return CM_E_NO_MEMORY;
    }
    for (size_t i = 0; i < tail->n; i++)
        order[i] = (tail->p[i].serial % STATE_RANGE_UNITS) << PLACE_BITS | i;
    sort_digit(order, order + tail->n, tail->n, PLACE_BITS);
    sort_digit(order + tail->n, order, tail->n, PLACE_BITS + DIGIT_BITS);
    size_t n = 0;
    for (size_t i = 0; i < tail->n; i++) {
        const struct unit_change *c = &tail->p[order[i] & UINT32_MAX];
        if (n > 0 && sorted[n - 1].serial == c->serial)
            sorted[n - 1] = newer_over(&sorted[n - 1], c);
        else
            sorted[n++] = *c;
    }
    free(order);
    free(tail->p);
    *tail = (struct changes_list){.p = sorted, .n = n};
    return CM_OK;
}

/* Both in order of serial; of a unit in both the change knows better. */
static cm_err merge(const struct changes_list *tail, const struct unit_change *changes, size_t n,
                    struct changes_list *out) {
    out->p = calloc(tail->n + n, sizeof *out->p);
    if (out->p == NULL) return CM_E_NO_MEMORY;
    size_t t = 0, c = 0;
    while (t < tail->n || c < n) {
        struct unit_change *to = &out->p[out->n++];
        if (c == n || (t < tail->n && tail->p[t].serial < changes[c].serial))
            *to = tail->p[t++];
        else if (t == tail->n || changes[c].serial < tail->p[t].serial)
            *to = changes[c++];
        else
            *to = newer_over(&tail->p[t++], &changes[c++]);
    }
    return CM_OK;
}

static cm_err end_tail(struct state_fold *f, uint32_t set, size_t tail_n,
                       const struct unit_change *changes, size_t n) {
    CM_CLEANUP(changes_list_wipe) struct changes_list tail = {.n = tail_n};
    CM_CLEANUP(changes_list_wipe) struct changes_list all = {.n = 0};
    if (tail_n == 0) return write_pages(f, set, changes, n);
    TRY(take_tail(f, set, changes[0].serial / STATE_RANGE_UNITS, &tail));
    TRY(sort_tail(&tail));
    TRY(merge(&tail, changes, n, &all));
    return write_pages(f, set, all.p, all.n);
}

static cm_err fold_range(struct state_fold *f, uint32_t set, const struct unit_change *changes,
                         size_t n) {
    const uint64_t range = changes[0].serial / STATE_RANGE_UNITS;
    CM_CLEANUP(cursor_closep) MDB_cursor *cursor = NULL;
    struct tail_chunk last = {.n = 0};
    bool found = false;
    TRY(check(changes, n));
    TRY(state_err(mdb_cursor_open(f->txn, f->state->tables[TABLE_TAILS], &cursor), "tails"));
    TRY(tail_last(cursor, set, range, NULL, &last, &found));
    const size_t tail_n = found ? (size_t)last.before + last.n : 0;
    if (tail_n + n >= enough(set, range)) return end_tail(f, set, tail_n, changes, n);
    return join(f, set, &last, changes, n);
}

cm_err fold_units(struct state_fold *f, uint32_t set, const struct unit_change *changes, size_t n) {
    if (f->err != CM_OK) return f->err;
    return n == 0 ? CM_OK : kept(f, fold_range(f, set, changes, n));
}

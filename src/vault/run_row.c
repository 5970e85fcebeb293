/* Spans in one array, copied once; holes of a batch only when a look needs them. Reference:
 * run_row.h. */
#include "vault/run_row.h"

#include <stdlib.h>

#include "base/macros.h"

#define FIRST_CAP 16u

void run_row_wipe(struct run_row *row) {
    for (size_t i = 0; i < row->batch_n; i++)
        free(row->batches[i].holes);
    free(row->batches);
    free(row->spans);
    *row = (struct run_row)RUN_ROW_INIT;
}

static void *grown(void *p, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return p;
    const size_t more = *cap == 0 ? FIRST_CAP : 2 * *cap;
    void *q = realloc(p, more * size);
    if (q != NULL) *cap = more;
    return q;
}

static cm_err take_span(void *ctx, const struct span *span, uint64_t units) {
    struct run_row *row = ctx;
    (void)units;
    struct span *spans = grown(row->spans, row->span_n, &row->span_cap, sizeof *spans);
    if (spans == NULL) return CM_E_NO_MEMORY;
    row->spans = spans;
    if (row->batch_n == 0 || row->batches[row->batch_n - 1].set != span->set) {
        struct row_batch *b = grown(row->batches, row->batch_n, &row->batch_cap, sizeof *b);
        if (b == NULL) return CM_E_NO_MEMORY;
        row->batches = b;
        b[row->batch_n++] = (struct row_batch){.set = span->set, .from = row->span_n};
    }
    row->spans[row->span_n++] = *span;
    row->batches[row->batch_n - 1].to = row->span_n;
    return CM_OK;
}

cm_err run_row_read(struct run_row *row, struct cm_engine *engine, uint32_t run) {
    *row = (struct run_row){.engine = engine, .run = run};
    return engine_run_spans(engine, run, take_span, row);
}

static uint64_t end_of(const struct span *s) { return s->first + s->count; }

/* Index of the first span of the batch that ends behind a serial; b->to when there is none. */
static size_t span_from(const struct run_row *row, const struct row_batch *b, uint64_t serial) {
    size_t low = b->from, high = b->to;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (end_of(&row->spans[mid]) > serial)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static cm_err know_holes(struct run_row *row, struct row_batch *b) {
    if (b->holes_known) return CM_OK;
    const uint64_t first = row->spans[b->from].first, end = end_of(&row->spans[b->to - 1]);
    size_t n = 0, again = 0;
    TRY(engine_run_holes(row->engine, row->run, b->set, first, end - first, NULL, 0, &n));
    uint32_t *holes = calloc(n + 1, sizeof *holes);
    if (holes == NULL) return CM_E_NO_MEMORY;
    const cm_err err =
        engine_run_holes(row->engine, row->run, b->set, first, end - first, holes, n, &again);
    if (err != CM_OK) {
        free(holes);
        return err;
    }
    b->holes = holes;
    b->hole_n = n;
    b->holes_known = true;
    return CM_OK;
}

static cm_err is_hole(struct run_row *row, struct row_batch *b, uint64_t serial, bool *hole) {
    TRY(know_holes(row, b));
    const uint64_t offset = serial - row->spans[b->from].first;
    size_t low = 0, high = b->hole_n;
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (b->holes[mid] < offset)
            low = mid + 1;
        else
            high = mid;
    }
    *hole = low < b->hole_n && b->holes[low] == offset;
    return CM_OK;
}

cm_err run_row_find(struct run_row *row, uint32_t set, uint64_t serial, struct row_place *place,
                    const struct span **span) {
    bool hole = false;
    *span = NULL;
    for (size_t i = row->batch_n; i > 0; i--) { /* the newest is the likeliest */
        struct row_batch *b = &row->batches[i - 1];
        if (b->set != set) continue;
        const size_t at = span_from(row, b, serial);
        if (at == b->to || row->spans[at].first > serial) return CM_OK;
        TRY(is_hole(row, b, serial, &hole));
        *place = (struct row_place){.batch = i - 1, .serial = serial};
        if (!hole) *span = &row->spans[at];
        return CM_OK;
    }
    return CM_OK;
}

/* Past holes to the next unit of a span, or to its end. */
static cm_err skip_holes(struct run_row *row, struct row_batch *b, const struct span *s,
                         uint64_t *serial) {
    bool hole = true;
    while (*serial < end_of(s)) {
        TRY(is_hole(row, b, *serial, &hole));
        if (!hole) return CM_OK;
        ++*serial;
    }
    return CM_OK;
}

cm_err run_row_next(struct run_row *row, struct row_place *place, row_pass *pass,
                    const struct span **span) {
    uint64_t serial = place->serial + 1;
    *span = NULL;
    for (size_t i = place->batch; i < row->batch_n; i++, serial = 0) {
        struct row_batch *b = &row->batches[i];
        for (size_t at = span_from(row, b, serial); at < b->to; at++) {
            const struct span *s = &row->spans[at];
            if (pass(s)) continue;
            if (serial < s->first) serial = s->first;
            TRY(skip_holes(row, b, s, &serial));
            if (serial == end_of(s)) continue;
            *place = (struct row_place){.batch = i, .serial = serial};
            *span = s;
            return CM_OK;
        }
    }
    return CM_OK;
}

/* Runs, spilled and merged by a heap of their heads. */
#include "engine/legacy_sort.h"

#include <stdlib.h>
#include <string.h>

#include "engine/legacy_spill.h"

#define READ_ROWS 1024u /* of one run at a time while merging: 24 KiB */

struct run {
    uint64_t first, next, end; /* rows in the spill; from next on not read yet */
    struct legacy_sort_row *read;
    size_t at, n;
};

struct legacy_sort {
    struct legacy_spill spill;
    struct legacy_sort_row *rows; /* the run under construction; while merging, read buffers */
    size_t n;
    uint64_t spilled; /* rows */
    struct run *runs;
    size_t run_n;
    struct run **heap; /* by the row at their head, the least first */
    size_t heap_n;
};

void legacy_sort_free(struct legacy_sort *s) {
    if (s == NULL) return;
    legacy_spill_close(&s->spill);
    free(s->rows);
    free(s->runs);
    free((void *)s->heap);
    free(s);
}

static void sort_freep(struct legacy_sort **s) { legacy_sort_free(*s); }

cm_err legacy_sort_new(struct legacy_sort **out, const char *folder, struct cm_diag *diag) {
    CM_CLEANUP(sort_freep) struct legacy_sort *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->spill.fd = -1;
    s->rows = calloc(LEGACY_RUN_ROWS, sizeof *s->rows);
    if (s->rows == NULL) return CM_E_NO_MEMORY;
    TRY(legacy_spill_open(&s->spill, folder, "sort", diag));
    *out = take(&s);
    return CM_OK;
}

static int compare(const void *a, const void *b) {
    const struct legacy_sort_row *x = a, *y = b;
    if (x->high != y->high) return x->high < y->high ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static cm_err end_run(struct legacy_sort *s, struct cm_diag *diag) {
    struct run *runs = realloc(s->runs, (s->run_n + 1) * sizeof *runs);
    if (runs == NULL) return CM_E_NO_MEMORY;
    s->runs = runs;
    qsort(s->rows, s->n, sizeof *s->rows, compare);
    TRY(legacy_spill_write(&s->spill, s->rows, s->n * sizeof *s->rows, s->spilled * sizeof *s->rows,
                           diag));
    runs[s->run_n++] = (struct run){.first = s->spilled, .end = s->spilled + s->n};
    s->spilled += s->n;
    s->n = 0;
    return CM_OK;
}

cm_err legacy_sort_put(struct legacy_sort *s, const uint8_t *hash, uint64_t serial, uint32_t line,
                       uint32_t mark, struct cm_diag *diag) {
    s->rows[s->n++] = (struct legacy_sort_row){
        .high = get_u64be(hash),
        .place = (uint64_t)get_u16be(hash + sizeof(uint64_t)) << LEGACY_SERIAL_BITS | serial,
        .line = line,
        .mark = mark};
    return s->n == LEGACY_RUN_ROWS ? end_run(s, diag) : CM_OK;
}

uint64_t legacy_sort_rows(const struct legacy_sort *s) { return s->spilled + s->n; }

/* ---- Merging --------------------------------------------------------------------------------- */

static cm_err refill(struct legacy_sort *s, struct run *r, struct cm_diag *diag) {
    const uint64_t left = r->end - r->next;
    r->at = 0;
    r->n = left < READ_ROWS ? (size_t)left : READ_ROWS;
    if (r->n == 0) return CM_OK;
    TRY(legacy_spill_read(&s->spill, r->read, r->n * sizeof *r->read, r->next * sizeof *r->read,
                          diag));
    r->next += r->n;
    return CM_OK;
}

static bool before(const struct run *a, const struct run *b) {
    return compare(&a->read[a->at], &b->read[b->at]) < 0;
}

static void sink(struct legacy_sort *s, size_t i) {
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < s->heap_n; child++)
            if (before(s->heap[child], s->heap[least])) least = child;
        if (least == i) return;
        struct run *moved = s->heap[i];
        s->heap[i] = s->heap[least];
        s->heap[least] = moved;
        i = least;
    }
}

cm_err legacy_sort_begin(struct legacy_sort *s, struct cm_diag *diag) {
    if (s->n > 0) TRY(end_run(s, diag));
    struct legacy_sort_row *reads = realloc(s->rows, (s->run_n + 1) * READ_ROWS * sizeof *reads);
    if (reads == NULL) return CM_E_NO_MEMORY;
    s->rows = reads;
    if (s->heap == NULL) s->heap = calloc(s->run_n + 1, sizeof(struct run *));
    if (s->heap == NULL) return CM_E_NO_MEMORY;
    s->heap_n = 0;
    for (size_t i = 0; i < s->run_n; i++) {
        s->runs[i].read = reads + i * READ_ROWS;
        s->runs[i].next = s->runs[i].first;
        TRY(refill(s, &s->runs[i], diag));
        s->heap[s->heap_n++] = &s->runs[i];
    }
    for (size_t i = s->heap_n; i > 0; i--)
        sink(s, i - 1);
    return CM_OK;
}

cm_err legacy_sort_next(struct legacy_sort *s, struct legacy_sort_row *out, bool *more,
                        struct cm_diag *diag) {
    *more = s->heap_n > 0;
    if (!*more) return CM_OK;
    struct run *r = s->heap[0];
    *out = r->read[r->at++];
    if (r->at == r->n) TRY(refill(s, r, diag));
    if (r->n == 0) s->heap[0] = s->heap[--s->heap_n];
    sink(s, 0);
    return CM_OK;
}

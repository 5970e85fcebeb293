/* Rows by run number, found by halving. References as in run_live.h. */
#include "vault/run_live.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 16u

void run_live_wipe(struct run_live *l) {
    free(l->rows);
    *l = (struct run_live)RUN_LIVE_INIT;
}

/* Index of the first row that is not below `run`. */
static size_t place(const struct run_live *l, uint32_t run) {
    size_t low = 0, high = l->n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (l->rows[middle].run < run)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct live_row *run_live_find(const struct run_live *l, uint32_t run) {
    const size_t at = place(l, run);
    return at < l->n && l->rows[at].run == run ? &l->rows[at] : NULL;
}

cm_err run_live_row(struct run_live *l, uint32_t run, struct live_row **out) {
    const size_t at = place(l, run);
    if (at < l->n && l->rows[at].run == run) {
        *out = &l->rows[at];
        return CM_OK;
    }
    if (l->n == l->cap) {
        const size_t cap = l->cap * 2 + FIRST_CAP;
        struct live_row *rows = realloc(l->rows, cap * sizeof *rows);
        if (rows == NULL) return CM_E_NO_MEMORY;
        l->rows = rows;
        l->cap = cap;
    }
    if (at < l->n) memmove(&l->rows[at + 1], &l->rows[at], (l->n - at) * sizeof *l->rows);
    l->n++;
    l->rows[at] = (struct live_row){.run = run};
    *out = &l->rows[at];
    return CM_OK;
}

void run_live_drop(struct run_live *l, uint32_t run) {
    const size_t at = place(l, run);
    if (at >= l->n || l->rows[at].run != run) return;
    l->n--;
    if (at < l->n) memmove(&l->rows[at], &l->rows[at + 1], (l->n - at) * sizeof *l->rows);
}

struct live_down *run_live_down(struct live_row *row, struct cm_slice cause) {
    char name[sizeof row->down[0].cause] = "";
    memcpy(name, cause.p, cause.len < sizeof name ? cause.len : sizeof name - 1);
    for (size_t i = 0; i < row->down_n; i++)
        if (strcmp(row->down[i].cause, name) == 0) return &row->down[i];
    if (row->down_n == LIVE_CAUSES) return &row->down[LIVE_CAUSES - 1];
    struct live_down *d = &row->down[row->down_n++];
    memcpy(d->cause, name, sizeof d->cause);
    return d;
}

uint64_t run_live_sum(uint64_t before, uint64_t now) {
    if (before >= LIVE_COUNT_MAX || now >= LIVE_COUNT_MAX - before) return LIVE_COUNT_MAX;
    return before + now;
}

static void end_life(struct live_row *row) {
    row->duplicates_before = run_live_sum(row->duplicates_before, row->duplicates);
    row->duplicates = 0;
    for (size_t i = 0; i < row->down_n; i++) {
        struct live_down *d = &row->down[i];
        d->before_ms = run_live_sum(d->before_ms, d->ms);
        row->down[i].ms = 0;
    }
    row->told = row->done = row->attention = false;
    row->in_flight = row->rate = 0;
}

void run_live_came(struct run_live *l) { l->lines++; }

void run_live_went(struct run_live *l) {
    if (l->lines > 0) l->lines--;
    for (size_t i = 0; l->lines == 0 && i < l->n; i++)
        end_life(&l->rows[i]);
}

/* From figures to a row. */
#include "fact.h"

#include <stdio.h>
#include <stdlib.h>

#include "report.h"

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Sorts a copy. */
static double median(const double *values, size_t n) {
    double sorted[BENCH_PAIRS_MAX];
    for (size_t i = 0; i < n; i++)
        sorted[i] = values[i];
    qsort(sorted, n, sizeof *sorted, by_size);
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void fill_figures(const struct bench_fact *f, struct bench_row *row) {
    double ratio[BENCH_PAIRS_MAX];
    for (size_t i = 0; i < f->n; i++) {
        ratio[i] = f->ours[i] / f->peer[i];
        if (i == 0 || ratio[i] < row->least) row->least = ratio[i];
        if (i == 0 || ratio[i] > row->most) row->most = ratio[i];
    }
    row->ours = median(f->ours, f->n);
    row->peer = median(f->peer, f->n);
    row->ratio = row->ours / row->peer;
    row->spread = (row->most - row->least) / median(ratio, f->n);
    row->met = f->sense == SENSE_AT_LEAST ? row->ratio >= f->goal : row->ratio <= f->goal;
}

cm_err bench_fact(struct bench *b, const struct bench_fact *f) {
    if (b->row_n == BENCH_ROWS_MAX || f->n == 0 || f->n > BENCH_PAIRS_MAX) return CM_E_LIMIT;
    struct bench_row *row = &b->rows[b->row_n++];
    *row = (struct bench_row){.sense = f->sense, .goal = f->goal, .peak = f->cost.peak};
    (void)snprintf(row->area, sizeof row->area, "%s", f->area);
    (void)snprintf(row->row, sizeof row->row, "%s", f->row);
    (void)snprintf(row->unit, sizeof row->unit, "%s", f->unit);
    (void)snprintf(row->peer_name, sizeof row->peer_name, "%s", f->peer_name);
    fill_figures(f, row);
    if (f->cost.items > 0) {
        row->cpu_ns = f->cost.cpu_s * 1e9 / f->cost.items;
        row->written = f->cost.written / f->cost.items;
    }
    report_row(row);
    return CM_OK;
}

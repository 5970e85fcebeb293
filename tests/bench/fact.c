/* From figures to a row. */
#include "fact.h"

#include <stdio.h>

#include "judge.h"
#include "report.h"

cm_err bench_fact(struct bench *b, const struct bench_fact *f) {
    if (b->row_n == BENCH_ROWS_MAX || f->n == 0 || f->n > BENCH_PAIRS_MAX) return CM_E_LIMIT;
    struct bench_row *row = &b->rows[b->row_n++];
    *row = (struct bench_row){.sense = f->sense, .goal = f->goal, .peak = f->cost.peak};
    (void)snprintf(row->area, sizeof row->area, "%s", f->area);
    (void)snprintf(row->row, sizeof row->row, "%s", f->row);
    (void)snprintf(row->unit, sizeof row->unit, "%s", f->unit);
    (void)snprintf(row->peer_name, sizeof row->peer_name, "%s", f->peer_name);
    judge_pairs(f->ours, f->peer, f->n, row);
    if (f->cost.items > 0) {
        row->cpu_ns = f->cost.cpu_s * 1e9 / f->cost.items;
        row->written = f->cost.written / f->cost.items;
    }
    report_row(row);
    return CM_OK;
}

/* Medians and ratios. */
#include "judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double judge_ratio(double ours, double peer) { return peer != 0 ? ours / peer : (double)NAN; }

double judge_median(double *values, size_t n) {
    qsort(values, n, sizeof *values, by_size);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

double judge_value(const struct leg *leg, enum metric metric) {
    switch (metric) {
    case METRIC_P50: return leg->p50_us;
    case METRIC_P99: return leg->p99_us;
    case METRIC_PEAK: return leg->peak;
    case METRIC_CPU: return leg->cpu_s * 1e9 / leg->items;
    case METRIC_RATE:
    default: return leg->items / leg->seconds;
    }
}

void judge_pairs(const double *ours, const double *peer, size_t n, struct bench_row *row) {
    double sorted[BENCH_PAIRS_MAX];
    memcpy(sorted, ours, n * sizeof *sorted);
    row->ours = judge_median(sorted, n);
    memcpy(sorted, peer, n * sizeof *sorted);
    row->peer = judge_median(sorted, n);
    row->ratio = judge_ratio(row->ours, row->peer);
    for (size_t i = 0; i < n; i++)
        sorted[i] = judge_ratio(ours[i], peer[i]);
    const double middle = judge_median(sorted, n);
    row->least = sorted[0];
    row->most = sorted[n - 1];
    row->spread = judge_ratio(row->most - row->least, middle);
    row->met = (row->sense == SENSE_AT_LEAST && row->ratio >= row->goal) ||
               (row->sense == SENSE_AT_MOST && row->ratio <= row->goal);
}

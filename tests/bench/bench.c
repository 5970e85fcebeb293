/* Running a case: A B C A B C ..., so that a neighbour's noise falls on all alike. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

struct turns {
    struct leg legs[BENCH_CONTESTANTS_MAX][BENCH_PAIRS_MAX];
};

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n) {
    qsort(values, n, sizeof *values, by_size);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static double value_of(const struct leg *leg, enum metric metric) {
    if (metric == METRIC_P50) return leg->p50_us;
    if (metric == METRIC_P99) return leg->p99_us;
    return leg->items / leg->seconds;
}

static void show_turn(const struct bench_case *c, size_t contestant, unsigned turn) {
    (void)fprintf(stderr, "\r\033[K%s: %s, turn %u", c->area, c->contestants[contestant].name,
                  turn);
}

static cm_err run_leg(struct bench *b, const struct contestant *c, double seconds,
                      struct leg *leg) {
    *leg = (struct leg){.seconds = 0};
    const cm_err err = c->run(c->ctx, seconds, leg);
    if (err == CM_OK && leg->items > 0 && leg->seconds > 0) return CM_OK;
    return diag_fail(&b->diag, err == CM_OK ? CM_E_STATE : err, c->name, NULL, NULL,
                     err == CM_OK ? "its leg did nothing" : "its leg failed");
}

/* Resource figures of our side: medians, and the most memory of any leg. */
static void fill_costs(const struct bench *b, const struct leg *legs, const struct leg *peer,
                       struct bench_row *row) {
    double cpu[BENCH_PAIRS_MAX], cpu_peer[BENCH_PAIRS_MAX], written[BENCH_PAIRS_MAX];
    for (unsigned i = 0; i < b->pairs; i++) {
        cpu[i] = legs[i].cpu_s * 1e9 / legs[i].items;
        cpu_peer[i] = peer[i].cpu_s * 1e9 / peer[i].items;
        written[i] = legs[i].written / legs[i].items;
        if (legs[i].peak > row->peak) row->peak = legs[i].peak;
    }
    row->cpu_ns = median(cpu, b->pairs);
    row->cpu_ratio = median(cpu_peer, b->pairs) / row->cpu_ns;
    row->written = median(written, b->pairs);
}

static void judge(const struct bench *b, const struct bench_case *c, const struct bench_goal *goal,
                  const struct turns *turns, struct bench_row *row) {
    double ours[BENCH_PAIRS_MAX], peer[BENCH_PAIRS_MAX], ratio[BENCH_PAIRS_MAX];
    *row = (struct bench_row){.sense = goal->sense, .goal = goal->goal};
    (void)snprintf(row->area, sizeof row->area, "%s", c->area);
    (void)snprintf(row->row, sizeof row->row, "%s", goal->row);
    (void)snprintf(row->unit, sizeof row->unit, "%s", goal->metric == METRIC_RATE ? c->unit : "us");
    (void)snprintf(row->peer_name, sizeof row->peer_name, "%s", c->contestants[goal->peer].name);
    for (unsigned i = 0; i < b->pairs; i++) {
        ours[i] = value_of(&turns->legs[goal->ours][i], goal->metric);
        peer[i] = value_of(&turns->legs[goal->peer][i], goal->metric);
        ratio[i] = ours[i] / peer[i];
    }
    row->ours = median(ours, b->pairs);
    row->peer = median(peer, b->pairs);
    row->ratio = row->ours / row->peer;
    const double middle = median(ratio, b->pairs); /* sorts */
    row->least = ratio[0];
    row->most = ratio[b->pairs - 1];
    row->spread = (row->most - row->least) / middle;
    row->met = goal->sense == SENSE_AT_LEAST ? row->ratio >= goal->goal : row->ratio <= goal->goal;
    fill_costs(b, turns->legs[goal->ours], turns->legs[goal->peer], row);
}

cm_err bench_case_run(struct bench *b, const struct bench_case *c) {
    struct turns *turns = calloc(1, sizeof *turns);
    if (turns == NULL) return CM_E_NO_MEMORY;
    cm_err err = b->row_n + c->goal_n <= BENCH_ROWS_MAX ? CM_OK : CM_E_LIMIT;
    /* Turn 0 warms up: caches, branch predictors, a peer's just-in-time compiler. */
    for (unsigned turn = 0; turn <= b->pairs; turn++)
        for (size_t i = 0; i < c->contestant_n && err == CM_OK; i++) {
            struct leg leg;
            show_turn(c, i, turn);
            err = run_leg(b, &c->contestants[i], b->leg_s, &leg);
            if (turn > 0) turns->legs[i][turn - 1] = leg;
        }
    (void)fprintf(stderr, "\r\033[K");
    for (size_t i = 0; i < c->goal_n && err == CM_OK; i++) {
        struct bench_row *row = &b->rows[b->row_n++];
        judge(b, c, &c->goals[i], turns, row);
        report_row(row);
    }
    free(turns);
    return err;
}

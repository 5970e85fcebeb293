/* Running a case: A B C A B C ..., so that a neighbour's noise falls on all alike. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "judge.h"
#include "report.h"

#define WARM_UP_SHARE 0.25 /* of a leg: enough for caches, predictors, a just-in-time compiler */
#define THE_GOAL      "the goal itself"

struct turns {
    struct leg legs[BENCH_CONTESTANTS_MAX][BENCH_PAIRS_MAX];
};

static void show_turn(const struct bench *b, const struct bench_case *c, size_t contestant,
                      unsigned turn) {
    if (!b->progress) return;
    (void)fprintf(stderr, "\r\033[K%s: %s, turn %u of %u", c->area, c->contestants[contestant].name,
                  turn, b->pairs);
}

static void hide_turn(const struct bench *b) {
    if (b->progress) (void)fprintf(stderr, "\r\033[K");
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
    row->cpu_ns = judge_median(cpu, b->pairs);
    row->cpu_ratio = judge_ratio(judge_median(cpu_peer, b->pairs), row->cpu_ns);
    row->written = judge_median(written, b->pairs);
}

static const char *unit_of(const struct bench_case *c, enum metric metric) {
    switch (metric) {
    case METRIC_P50:
    case METRIC_P99: return "us";
    case METRIC_PEAK: return "bytes";
    case METRIC_CPU: return "CPU ns";
    case METRIC_RATE:
    default: return c->unit;
    }
}

static void values_of(const struct bench *b, const struct leg *legs, enum metric metric,
                      double values[static BENCH_PAIRS_MAX]) {
    for (unsigned i = 0; i < b->pairs; i++)
        values[i] = judge_value(&legs[i], metric);
}

/* The contestant that `peer` names: itself, or the best of several. */
static size_t peer_of(const struct bench *b, const struct bench_goal *goal,
                      const struct turns *turns) {
    const size_t first = goal->peer % ((size_t)1 << BENCH_PEER_BITS);
    const size_t n = goal->peer >> BENCH_PEER_BITS;
    size_t best = first;
    double best_value = 0;
    for (size_t i = first; i < first + n; i++) {
        double values[BENCH_PAIRS_MAX];
        values_of(b, turns->legs[i], goal->metric, values);
        const double value = judge_median(values, b->pairs);
        const bool better = goal->metric == METRIC_RATE ? value > best_value : value < best_value;
        if (i > first && !better) continue;
        best = i;
        best_value = value;
    }
    return best;
}

static void judge(const struct bench *b, const struct bench_case *c, const struct bench_goal *goal,
                  const struct turns *turns, struct bench_row *row) {
    double ours[BENCH_PAIRS_MAX], peer[BENCH_PAIRS_MAX];
    const bool itself = goal->peer == BENCH_THE_GOAL;
    const size_t other = itself ? goal->ours : peer_of(b, goal, turns);
    *row = (struct bench_row){.sense = goal->sense, .goal = itself ? 1 : goal->goal};
    (void)snprintf(row->area, sizeof row->area, "%s", c->area);
    (void)snprintf(row->row, sizeof row->row, "%s", goal->row);
    (void)snprintf(row->unit, sizeof row->unit, "%s", unit_of(c, goal->metric));
    (void)snprintf(row->peer_name, sizeof row->peer_name, "%s",
                   itself ? THE_GOAL : c->contestants[other].name);
    values_of(b, turns->legs[goal->ours], goal->metric, ours);
    values_of(b, turns->legs[other], goal->metric, peer);
    for (unsigned i = 0; i < b->pairs && itself; i++)
        peer[i] = goal->goal;
    judge_pairs(ours, peer, b->pairs, row);
    fill_costs(b, turns->legs[goal->ours], turns->legs[other], row);
}

cm_err bench_case_run(struct bench *b, const struct bench_case *c) {
    struct turns *turns = calloc(1, sizeof *turns);
    if (turns == NULL) return CM_E_NO_MEMORY;
    cm_err err = b->row_n + c->goal_n <= BENCH_ROWS_MAX ? CM_OK : CM_E_LIMIT;
    for (unsigned turn = 0; turn <= b->pairs; turn++) /* turn 0 warms up */
        for (size_t i = 0; i < c->contestant_n && err == CM_OK; i++) {
            struct leg leg;
            show_turn(b, c, i, turn);
            err = run_leg(b, &c->contestants[i], turn > 0 ? b->leg_s : b->leg_s * WARM_UP_SHARE,
                          &leg);
            if (turn > 0) turns->legs[i][turn - 1] = leg;
        }
    hide_turn(b);
    for (size_t i = 0; i < c->goal_n && err == CM_OK; i++) {
        struct bench_row *row = &b->rows[b->row_n++];
        judge(b, c, &c->goals[i], turns, row);
        report_row(row);
    }
    free(turns);
    return err;
}

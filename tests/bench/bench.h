/* The bench's vocabulary: a case is a few contestants that do the same work in turn, and goals
 * that compare two of them. It refuses to judge a single run: only ratios of medians of legs that
 * were run in turn mean anything on a shared machine.
 * Reference: docs/design/performance.md. */
#ifndef CM_TESTS_BENCH_H
#define CM_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macros.h"

#define BENCH_CONTESTANTS_MAX 12u
#define BENCH_GOALS_MAX       12u
#define BENCH_PAIRS_MAX       31u
#define BENCH_ROWS_MAX        256u
#define BENCH_NOISY           0.30 /* spread beyond which a row says that it is noisy */

/* What one leg of one contestant came to. Latencies stay 0 where they are not taken. */
struct leg {
    double items, seconds, cpu_s;
    double written; /* bytes that went to storage */
    double peak;    /* bytes: most memory the process held during the leg */
    double p50_us, p99_us;
};

/* Work for about `seconds` and say what it came to; preparation is not counted (meter.h). */
typedef cm_err bench_run(void *ctx, double seconds, struct leg *leg);

struct contestant {
    const char *name;
    bench_run *run;
    void *ctx;
};

/* What of a leg is compared: items a second, microseconds a call, bytes at most, CPU ns an item. */
enum metric { METRIC_RATE, METRIC_P50, METRIC_P99, METRIC_PEAK, METRIC_CPU };
enum sense { SENSE_NONE, SENSE_AT_LEAST, SENSE_AT_MOST }; /* NONE: shown, not judged */

/* One row: contestant `ours` over contestant `peer`, by number. Two other ways to name the peer:
 * BENCH_FASTEST(first, n) is the best of n contestants from `first` on, by its median;
 * BENCH_THE_GOAL is no contestant but the figure `goal` itself, in the row's unit. */
struct bench_goal {
    const char *row;
    size_t ours, peer;
    enum metric metric;
    enum sense sense;
    double goal;
};
#define BENCH_PEER_BITS         8u
#define BENCH_FASTEST(first, n) ((size_t)(first) | (size_t)(n) << BENCH_PEER_BITS)
#define BENCH_THE_GOAL          SIZE_MAX

struct bench_case {
    const char *area, *unit;
    struct contestant contestants[BENCH_CONTESTANTS_MAX];
    size_t contestant_n;
    struct bench_goal goals[BENCH_GOALS_MAX];
    size_t goal_n;
};

/* A row's result; `least` and `most` are the ratios of single pairs. */
struct bench_row {
    char area[16], row[64], unit[24], peer_name[64];
    enum sense sense;
    double ours, peer, ratio, least, most, spread, goal;
    double cpu_ns, peak, written; /* ours: an item, bytes at most, bytes an item */
    double cpu_ratio; /* as ratio, but of items per second of CPU: blind to neighbours, and to what
                         waits for a disk */
    bool met;
};

struct bench {
    double leg_s;        /* seconds of one leg */
    double sustained_s;  /* and of one that shows what lasts */
    unsigned pairs;      /* counted turns after the warm-up */
    unsigned long live;  /* codes of the state that is redeemed from */
    bool full;           /* the long bench: states of 10^8 and 10^9 */
    bool progress;       /* tell a person at a terminal which leg runs */
    const char *scratch; /* existing folder on the disk to measure */
    const char *peers;   /* the node script */
    struct bench_row rows[BENCH_ROWS_MAX];
    size_t row_n;
    struct cm_diag diag;
};

/** Warm every contestant up, run all of them in turn `pairs` times, add and print the goals' rows.
 * @retval CM_E_LIMIT  too many rows      @retval others as the contestants' */
CM_MUST_CHECK cm_err bench_case_run(struct bench *b, const struct bench_case *c);

#endif

/* From the figures of interleaved turns to one row: medians, their ratio, the least and most of the
 * single turns, the spread, and whether the goal is met. Pure arithmetic. */
#ifndef CM_TESTS_BENCH_JUDGE_H
#define CM_TESTS_BENCH_JUDGE_H

#include "bench.h"

/* Sorts the values; of an even number the mean of the middle two. n > 0. */
double judge_median(double *values, size_t n);
/* Not a number where the peer is nothing: such a ratio meets no goal. */
double judge_ratio(double ours, double peer);
/* What a metric makes of a leg. */
double judge_value(const struct leg *leg, enum metric metric);
/** Fill ours, peer, ratio, least, most, spread and met of a row whose sense and goal are set.
 * @param[in] ours, peer  n of each, 1..BENCH_PAIRS_MAX, taken in pairs */
void judge_pairs(const double *ours, const double *peer, size_t n, struct bench_row *row);

#endif

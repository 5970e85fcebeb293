/* A row of figures that were not taken in the turns of a case: sizes, times of a start, costs of
 * two states of our own. It is judged and printed as the rows of cases are. */
#ifndef CM_TESTS_BENCH_FACT_H
#define CM_TESTS_BENCH_FACT_H

#include "bench.h"

struct bench_fact {
    const char *area, *row, *unit, *peer_name;
    size_t n; /* figures; at most BENCH_PAIRS_MAX */
    double ours[BENCH_PAIRS_MAX], peer[BENCH_PAIRS_MAX];
    enum sense sense;
    double goal;
    struct leg cost; /* what the table shows of ours: CPU, memory, bytes written, of all items */
};

/** Add the row: medians, their ratio, its least and most. @retval CM_E_LIMIT  too many rows */
CM_MUST_CHECK cm_err bench_fact(struct bench *b, const struct bench_fact *fact);

#endif

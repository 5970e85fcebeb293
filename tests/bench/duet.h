/* The same work on two cores at once: two contexts that share nothing, each leg on a core of its
 * own, for rows that ask whether two threads do twice the work of one.
 * Refuses to guess: where there is one core only, its leg fails. */
#ifndef CM_TESTS_BENCH_DUET_H
#define CM_TESTS_BENCH_DUET_H

#include "bench.h"

struct duet {
    bench_run *run;
    void *ctx[2];
};

/* A leg of a struct duet: the items of both, the time of the longer one. */
bench_run duet_run;

#endif

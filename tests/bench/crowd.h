/* Many independent callers of one till, each with one code at a time: a thread each, or all of them
 * in one run of the engine, as the vault hands over a turn of the edge. Every answer must be
 * "accepted", and the folding that a leg causes is part of it. */
#ifndef CM_TESTS_BENCH_CROWD_H
#define CM_TESTS_BENCH_CROWD_H

#include "till.h"

#define CROWD_MAX 64u

struct crowd {
    struct till *till;
    size_t caller_n;
    double pace; /* codes a second of the last leg; 0: not known yet */
};

bench_run crowd_threads_run;
bench_run crowd_turn_run;

#endif

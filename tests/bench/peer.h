/* A peer in another process: a node script (peers/main.mjs) that waits for tasks on its standard
 * input, works for the asked time and answers with its own measurement, so that its start is never
 * counted. */
#ifndef CM_TESTS_BENCH_PEER_H
#define CM_TESTS_BENCH_PEER_H

#include <stdio.h>
#include <sys/types.h>

#include "bench.h"

struct peer {
    FILE *to, *from;
    pid_t pid;
};
#define PEER_INIT                                                                                  \
    { NULL, NULL, 0 }

/* A task of a peer: the ctx of peer_run. */
struct peer_task {
    struct peer *peer;
    const char *task;     /* FILE.TASK of tests/bench/peers and its arguments, in one line */
    struct cm_diag *diag; /* may be NULL */
};

/** Start it; it inherits our processor, if we are pinned to one.
 * @retval CM_E_NOT_FOUND  there is no node      @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err peer_start(struct peer *p, const char *script, struct cm_diag *diag);
void peer_stop(struct peer *p);
/* The process must ignore SIGPIPE, or it dies with its peer. */
bench_run peer_run;

#endif

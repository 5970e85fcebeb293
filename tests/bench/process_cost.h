/* What other processes have cost so far, as the kernel tells it: CPU time of all their threads, the
 * most memory they held, bytes they wrote. What it does not tell reads as 0. Linux only. */
#ifndef CM_TESTS_BENCH_PROCESS_COST_H
#define CM_TESTS_BENCH_PROCESS_COST_H

#include <stddef.h>
#include <sys/types.h>

struct process_cost {
    double cpu_s, peak, written;
};

/* The sum over n processes; a pid of 0 is none. */
struct process_cost process_cost_now(const pid_t *pids, size_t n);
/* A process and its children; the rest of pids becomes 0. */
void process_family(pid_t parent, pid_t *pids, size_t n);

#endif

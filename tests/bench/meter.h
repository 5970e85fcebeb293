/* What a stretch of work costs this process: time, CPU of all its threads, memory, bytes written.
 * Linux only; what the kernel does not tell (a container without /proc/self/io) reads as 0. */
#ifndef CM_TESTS_BENCH_METER_H
#define CM_TESTS_BENCH_METER_H

#include <sched.h>
#include <stdint.h>

#include "bench.h"

struct meter {
    uint64_t begun_ns;
    double cpu_s, written;
};

uint64_t meter_now_ns(void);
/* The number after `name` in a file of "name: number" lines; 0 if there is none. */
double meter_proc(const char *path, const char *name);
/* Begin; forgets the process's peak of memory. */
struct meter meter_begin(void);
double meter_seconds(const struct meter *m);
/* End; adds nothing, it fills everything of the leg but items and latencies. */
void meter_end(const struct meter *m, struct leg *leg);

/* The processors that were ours at the start. */
void meter_home(cpu_set_t *home);
/* Stay on the last of them (the first serves interrupts), or on any. */
void meter_pin(const cpu_set_t *home, bool pinned);

/* Latencies of single items, for the quantiles of a leg. */
struct latencies {
    float *us;
    size_t n, cap;
};
CM_MUST_CHECK cm_err latencies_init(struct latencies *l, size_t cap);
void latencies_free(struct latencies *l);
static inline void latencies_add(struct latencies *l, uint64_t ns) {
    if (l->n < l->cap) l->us[l->n++] = (float)((double)ns / 1e3);
}
/* Sorts what was added into p50 and p99, and forgets it. */
void latencies_close(struct latencies *l, struct leg *leg);

#endif

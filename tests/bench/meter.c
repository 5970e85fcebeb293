/* Reading clocks and /proc. */
#include "meter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define NS_PER_S 1000000000u
#define PROC_CAP 128u /* bytes of a line that matters */

uint64_t meter_now_ns(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

static double cpu_now(void) {
    struct rusage u;
    if (getrusage(RUSAGE_SELF, &u) != 0) return 0;
    return seconds_of(u.ru_utime) + seconds_of(u.ru_stime);
}

double meter_proc(const char *path, const char *name) {
    char line[PROC_CAP];
    double value = 0;
    FILE *f = fopen(path, "re");
    if (f == NULL) return 0;
    while (fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, name, strlen(name)) == 0) value = strtod(line + strlen(name), NULL);
    (void)fclose(f);
    return value;
}

static void forget_peak(void) {
    FILE *f = fopen("/proc/self/clear_refs", "we");
    if (f == NULL) return;
    (void)fputs("5", f); /* proc(5): resets the peak resident set size */
    (void)fclose(f);
}

struct meter meter_begin(void) {
    forget_peak();
    struct meter m = {.written = meter_proc("/proc/self/io", "write_bytes:"), .cpu_s = cpu_now()};
    m.begun_ns = meter_now_ns();
    return m;
}

double meter_seconds(const struct meter *m) { return (double)(meter_now_ns() - m->begun_ns) / 1e9; }

void meter_end(const struct meter *m, struct leg *leg) {
    leg->seconds = meter_seconds(m);
    leg->cpu_s = cpu_now() - m->cpu_s;
    leg->written = meter_proc("/proc/self/io", "write_bytes:") - m->written;
    leg->peak = meter_proc("/proc/self/status", "VmHWM:") * 1024;
}

void meter_home(cpu_set_t *home) {
    CPU_ZERO(home);
    (void)sched_getaffinity(0, sizeof *home, home);
}

void meter_pin(const cpu_set_t *home, bool pinned) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t cpu = CPU_SETSIZE; cpu > 0 && CPU_COUNT(&one) == 0; cpu--)
        if (CPU_ISSET(cpu - 1, home)) CPU_SET(cpu - 1, &one);
    (void)sched_setaffinity(0, sizeof one, pinned ? &one : home);
}

cm_err latencies_init(struct latencies *l, size_t cap) {
    *l = (struct latencies){.us = calloc(cap, sizeof *l->us), .cap = cap};
    return l->us != NULL ? CM_OK : CM_E_NO_MEMORY;
}

void latencies_free(struct latencies *l) {
    free(l->us);
    *l = (struct latencies){.us = NULL};
}

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void latencies_close(struct latencies *l, struct leg *leg) {
    if (l->n == 0) return;
    qsort(l->us, l->n, sizeof *l->us, by_size);
    leg->p50_us = (double)l->us[l->n / 2];
    leg->p99_us = (double)l->us[l->n - 1 - l->n / 100];
    l->n = 0;
}

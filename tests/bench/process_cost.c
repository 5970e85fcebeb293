/* Clocks of processes and /proc/PID. References as in process_cost.h; proc(5). */
#include "process_cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "meter.h"

#define PATH_CAP 64u
#define LINE_CAP 1024u /* a hundred children */

static double number_after(pid_t pid, const char *file, const char *name) {
    char path[PATH_CAP];
    (void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, file);
    return meter_proc(path, name);
}

static double cpu_of(pid_t pid) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct process_cost process_cost_now(const pid_t *pids, size_t n) {
    struct process_cost sum = {0};
    for (size_t i = 0; i < n; i++) {
        if (pids[i] == 0) continue;
        sum.cpu_s += cpu_of(pids[i]);
        sum.peak += number_after(pids[i], "status", "VmHWM:") * 1024;
        sum.written += number_after(pids[i], "io", "write_bytes:");
    }
    return sum;
}

void process_family(pid_t parent, pid_t *pids, size_t n) {
    char path[PATH_CAP], line[LINE_CAP] = "";
    memset(pids, 0, n * sizeof *pids);
    pids[0] = parent;
    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
    FILE *f = fopen(path, "re");
    if (f == NULL) return;
    char *at = fgets(line, sizeof line, f);
    (void)fclose(f);
    for (size_t i = 1; i < n && at != NULL; i++)
        pids[i] = (pid_t)strtol(at, &at, 10);
}

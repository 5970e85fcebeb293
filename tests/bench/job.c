/* Waiting for a child, looking at its memory meanwhile. References: wait4(2); proc(5), VmHWM. */
#include "job.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "meter.h"
#include "process_cost.h"

#define STEP_NS 5000000L /* between two looks: short beside jobs of seconds, which it lengthens */

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

/* Whether it has ended; until then its peak of memory so far. */
static bool ended(pid_t pid, int *status, struct rusage *usage, double *peak) {
    const struct process_cost now = process_cost_now(&pid, 1);
    if (now.peak > *peak) *peak = now.peak;
    pid_t got = 0;
    do {
        got = wait4(pid, status, WNOHANG, usage);
    } while (got < 0 && errno == EINTR);
    return got != 0;
}

cm_err job_run(const struct server *folder, const char *const *argv, struct leg *leg,
               struct cm_diag *diag) {
    static const struct timespec step = {.tv_nsec = STEP_NS};
    struct rusage usage = {.ru_maxrss = 0};
    double peak = 0;
    pid_t pid = 0;
    int status = 0;
    const uint64_t begun_ns = meter_now_ns();
    TRY(server_launch(folder, argv, &pid, diag));
    while (!ended(pid, &status, &usage, &peak))
        (void)nanosleep(&step, NULL);
    leg->seconds = (double)(meter_now_ns() - begun_ns) / 1e9;
    leg->cpu_s = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    leg->peak = peak;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return CM_OK;
    return server_blame(folder, argv[0], diag);
}

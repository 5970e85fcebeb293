/* Beginning and ending of the supervisor's children. References as in child.h. */
#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define SECOND_US 1000000u

static void close_stop(struct child *child) {
    if (child->stop >= 0) (void)close(child->stop);
    child->stop = -1;
}

cm_err child_start(struct child *child, struct role_context *context,
                   int (*role)(const struct role_context *c)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    context->fds.stop = ends[0];
    const pid_t pid = fork();
    if (pid == 0) _exit(role(context));
    (void)close(ends[0]);
    if (pid < 0) {
        (void)close(ends[1]);
        return CM_E_IO;
    }
    child->pid = pid;
    child->stop = ends[1];
    return CM_OK;
}

void child_finish(struct child *child, unsigned seconds) {
    close_stop(child);
    const uint64_t end_us = clock_monotonic_us() + (uint64_t)seconds * SECOND_US;
    while (child->pid > 0) {
        const pid_t pid = waitpid(child->pid, NULL, WNOHANG);
        if (pid == child->pid || (pid < 0 && errno == ECHILD)) break;
        if (clock_monotonic_us() > end_us) {
            log_event(LOG_ERROR, "%s did not end within %u s: killed", child->name, seconds);
            (void)kill(child->pid, SIGKILL);
            (void)waitpid(child->pid, NULL, 0);
            break;
        }
        const struct timespec nap = {.tv_nsec = 2000000};
        (void)nanosleep(&nap, NULL);
    }
    child->pid = 0;
}

bool child_fell(struct child *child, int status, char how[CHILD_HOW_CAP]) {
    const uint64_t now_us = clock_monotonic_us();
    uint64_t *slot = &child->falls_us[child->fall_n++ % CHILD_FALLS_MAX];
    const bool again = *slot == 0 || now_us - *slot > (uint64_t)CHILD_FALLS_S * SECOND_US;
    *slot = now_us;
    if (WIFSIGNALED(status))
        (void)snprintf(how, CHILD_HOW_CAP, "killed by signal %d", WTERMSIG(status));
    else
        (void)snprintf(how, CHILD_HOW_CAP, "ended with code %d", WEXITSTATUS(status));
    child->pid = 0;
    close_stop(child);
    return again;
}

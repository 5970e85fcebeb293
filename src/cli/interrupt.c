/* Held signals stay pending; there is no handler and so no state of ours. */
#include "cli/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>

#define ROUND_MS 100 /* how soon a held signal is noticed at the latest */

static void held_set(sigset_t *set) {
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGHUP);
}

void interrupt_hold(void) {
    sigset_t held;
    held_set(&held);
    (void)pthread_sigmask(SIG_BLOCK, &held, NULL);
}

bool interrupt_came(void) {
    sigset_t pending;
    if (sigpending(&pending) != 0) return false;
    return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
           sigismember(&pending, SIGHUP) == 1;
}

cm_err interrupt_wait(int fd, const char *input, struct cm_diag *diag) {
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    for (;;) {
        const int n = poll(&waiting, 1, ROUND_MS);
        if (n > 0 || (n < 0 && errno != EINTR)) return CM_OK; /* the read says what is wrong */
        if (interrupt_came())
            return diag_fail(diag, CM_E_CANCELLED, input, NULL, "run the same command again",
                             "stopped before its end");
    }
}

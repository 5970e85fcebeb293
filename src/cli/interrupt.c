/* Held signals stay pending; there is no handler and so no state of ours. */
#include "cli/interrupt.h"

#include <signal.h>
#include <stddef.h>

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

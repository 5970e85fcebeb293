/* A process that the supervisor started: how it begins, how it is told to end, how often it fell.
 * It never starts a program and gives a child nothing but what the role keeps. */
#ifndef CM_DAEMON_CHILD_H
#define CM_DAEMON_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/roles.h"

#define CHILD_FALLS_MAX 5u  /* so many falls ... */
#define CHILD_FALLS_S   10u /* ... within this time are too many */
#define CHILD_HOW_CAP   64u

struct child {
    const char *name;
    pid_t pid; /* 0 = none */
    int stop;  /* our end, -1 = none: closing it tells the child to end */
    uint64_t falls_us[CHILD_FALLS_MAX];
    size_t fall_n;
};
#define CHILD_INIT(called)                                                                         \
    { .name = (called), .stop = -1 }

/** Fork and let the child do its role; it keeps the reading end of `stop`.
 * @retval CM_E_IO  no pipe, no process */
CM_MUST_CHECK cm_err child_start(struct child *child, struct role_context *context,
                                 int (*role)(const struct role_context *c));
/* Tell it to end and wait; after `seconds` it is killed. Harmless when it does not run. */
void child_finish(struct child *child, unsigned seconds);
/* It ended by itself: forget it. False: it falls over too often, starting it again at once would
 * not help. @param[out] how  "killed by signal 9" */
bool child_fell(struct child *child, int status, char how[CHILD_HOW_CAP]);

#endif

/* Fences around a process, from the inside: what it will never need again it gives up before it
 * reads its first byte from outside. Three of them, in this order: process, files, calls.
 * Design and what each role keeps: docs/design/processes.md. Sources: prctl(2), landlock(7),
 * seccomp(2). */
#ifndef CM_SANDBOX_FENCE_H
#define CM_SANDBOX_FENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

enum fence_role {
    FENCE_VAULT, /* files below its workspace, threads, connections it accepts; no new sockets */
    FENCE_EDGE,  /* connections it accepts; no files, no new sockets, no threads */
    FENCE_LINE   /* connections it opens, serial lines, files below its folder; never listens */
};
const char *fence_role_name(enum fence_role role);

enum fence_access {
    FENCE_READ,  /* what is there */
    FENCE_WRITE, /* read and write what is there: devices */
    FENCE_MAKE   /* make and delete, too */
};
struct fence_folder {
    const char *path;
    enum fence_access access;
    bool maybe; /* passed over where this system has it not */
};

/** No new privileges, no core files, no reading of its memory by others of the same user.
 * @retval CM_E_IO  the system refused */
CM_MUST_CHECK cm_err fence_process(const char *name, struct cm_diag *diag);
/** Only what lies below these folders can be opened from now on, in the ways they say; n = 0:
 * nothing at all. Nothing can be executed. For this thread and those it starts later.
 * @retval CM_E_UNSUPPORTED  the kernel has no Landlock: nothing changed, the caller says so
 * @retval CM_E_IO           the system refused, or a folder cannot be opened */
CM_MUST_CHECK cm_err fence_files(const struct fence_folder *folders, size_t n,
                                 struct cm_diag *diag);
/** Any system call that the role does not need ends the process. In builds with sanitizers this
 * does nothing (calls_open.c): their run-time needs calls of its own.
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fence_calls(enum fence_role role, struct cm_diag *diag);

#endif

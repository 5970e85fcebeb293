/* In place of calls.c in builds with sanitizers: no fence around system calls, and a line in the
 * log that says so. Chosen by src/sandbox/CMakeLists.txt, never at run time. */
#include "base/log.h"
#include "sandbox/fence.h"

cm_err fence_calls(enum fence_role role, struct cm_diag *diag) {
    (void)diag;
    log_event(LOG_WARN, "sandbox: the %s runs without a system call filter (sanitizer build)",
              fence_role_name(role));
    return CM_OK;
}

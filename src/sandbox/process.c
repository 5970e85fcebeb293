/* The first fence. References as in fence.h. */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/file.h"
#include "sandbox/fence.h"

static cm_err refused(struct cm_diag *diag, const char *what) {
    return diag_fail(diag, CM_E_IO, "process", what, "run outside the sandbox that forbids it",
                     "%s", file_errno_text(errno));
}

cm_err fence_process(const char *name, struct cm_diag *diag) {
    const struct rlimit none = {.rlim_cur = 0, .rlim_max = 0};
    (void)prctl(PR_SET_NAME, name, 0, 0, 0); /* for people who look at the process table */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused(diag, "no_new_privs");
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused(diag, "not dumpable");
    if (setrlimit(RLIMIT_CORE, &none) != 0) return refused(diag, "no core files");
    return CM_OK;
}

const char *fence_role_name(enum fence_role role) {
    static const char *const names[] = {
        [FENCE_VAULT] = "vault", [FENCE_EDGE] = "edge", [FENCE_LINE] = "line"};
    return names[role];
}

/* The third role: it drives the printers of the runs that the vault tells it of. It holds the texts
 * of the units its runs have taken, never a key, a ledger or a way in. What it must know after a
 * fall lies in WORKSPACE/line. References as in roles.h; docs/design/processes.md. */
#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "daemon/roles.h"

/* Names, certificates and serial lines lie where the system puts them. */
static cm_err raise_fences(const struct role_context *c, struct cm_diag *diag) {
    const struct fence_folder folders[] = {
        {.path = c->paths->line, .access = FENCE_MAKE},
        {.path = "/dev", .access = FENCE_WRITE},
        {.path = "/etc", .access = FENCE_READ},
        {.path = "/usr/lib", .access = FENCE_READ, .maybe = true}, /* resolvers by nsswitch.conf */
        {.path = "/usr/share/ca-certificates", .access = FENCE_READ, .maybe = true},
        {.path = "/run/systemd/resolve", .access = FENCE_READ, .maybe = true}, /* resolv.conf */
    };
    return role_fences(FENCE_LINE, folders, CM_ARRAY_N(folders), diag);
}

static cm_err serve_line(const struct role_context *c, struct cm_diag *diag) {
    const char *folder = c->paths->line;
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
        return diag_fail(diag, file_err_from_errno(errno), folder, NULL, NULL, "%s",
                         file_errno_text(errno));
    TRY(raise_fences(c, diag));
    struct pollfd ends[] = {{.fd = c->fds.stop, .events = POLLIN},
                            {.fd = c->fds.line, .events = POLLRDHUP}};
    while (poll(ends, CM_ARRAY_N(ends), -1) < 0 && errno == EINTR)
        continue;
    return CM_OK;
}

int role_line(const struct role_context *c) {
    struct cm_diag diag = DIAG_INIT;
    int keep[] = {c->fds.stop, c->fds.line};
    role_begin(keep, CM_ARRAY_N(keep));
    cm_err err = fence_process("cm-line", &diag);
    if (err == CM_OK) err = serve_line(c, &diag);
    if (err == CM_OK) return EXIT_DONE;
    role_complain(err, &diag);
    return EXIT_FAULT;
}

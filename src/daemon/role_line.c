/* The third role: it drives the printers of the runs that the vault tells it of. It holds the texts
 * of the units its runs have taken, never a key, a ledger or a way in. What it must know after a
 * fall lies in WORKSPACE/line: another life goes on there, and sends nothing twice. References as
 * in roles.h; docs/design/processes.md, docs/design/runs.md. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/macros.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "daemon/roles.h"
#include "line/lines.h"
#include "line/supply_vault.h"

#define SETTLE_MS     10000u /* what printers get to settle before the process ends */
#define TURN_US       100000u
#define HANDOVER_MS   20000u /* an earlier life may still be settling its printers */
#define HANDOVER_STEP 50     /* ms between two looks whether it has ended */
#define ORPHAN_MS     2000   /* for the supervisor to see that the vault is dead */

struct line_life {
    struct lines *lines;
    struct loop_watch *stop;
    bool stopping, orphaned;
};

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

/* ---- What the loop tells -------------------------------------------------------------------- */

static void told_to_stop(void *ctx, unsigned events) {
    struct line_life *life = ctx;
    (void)events;
    loop_unwatch(take(&life->stop)); /* it stays readable */
    lines_stop(life->lines, SETTLE_MS);
    life->stopping = true;
}

/* Without the vault nothing can be taken or reported: what is in flight stays in the journal. */
static void vault_gone(void *ctx) {
    struct line_life *life = ctx;
    life->orphaned = true;
}

/* One line of log for each change of what people see. Names are the operator's, words the
 * printer's; no code is among them. */
static void log_change(void *ctx, const struct run_view *v) {
    (void)ctx;
    log_event(v->attention ? LOG_WARN : LOG_INFO, "run %s: %s%s%s%s%s", v->name, v->state,
              v->words[0] != '\0' ? ", " : "", v->words,
              v->error[0] != '\0' ? "; last error: " : "", v->error);
}

/* ---- Living --------------------------------------------------------------------------------- */

/* The supply takes its descriptor over also when nothing comes of it: each try gets a copy. */
static cm_err open_lines(const struct role_context *c, struct loop *loop, struct line_life *life,
                         struct cm_diag *diag) {
    const int fd = fcntl(c->fds.line, F_DUPFD_CLOEXEC, 0);
    struct supply *supply = NULL;
    uint64_t seed = 0;
    if (fd < 0) return CM_E_IO;
    random_fill(&seed, sizeof seed);
    TRY(supply_vault_new(loop, fd, vault_gone, life, &supply));
    const struct lines_options options = {.loop = loop,
                                          .folder = c->paths->line,
                                          .files = c->paths->line,
                                          .clock = clock_wall(),
                                          .supply = supply,
                                          .seed = seed,
                                          .changed = log_change,
                                          .ctx = life};
    return lines_new(&options, &life->lines, diag);
}

/* After a fall of the supervisor the line of its time settles for a while and has the journal. */
static cm_err await_lines(const struct role_context *c, struct loop *loop, struct line_life *life,
                          struct cm_diag *diag) {
    struct pollfd stop = {.fd = c->fds.stop, .events = POLLIN};
    const uint64_t end_us = clock_monotonic_us() + (uint64_t)HANDOVER_MS * 1000u;
    cm_err err = open_lines(c, loop, life, diag);
    while (err == CM_E_BUSY && clock_monotonic_us() < end_us) {
        if (poll(&stop, 1, HANDOVER_STEP) != 0) return CM_E_CANCELLED;
        err = open_lines(c, loop, life, diag);
    }
    return err;
}

/* The vault is gone. As a rule it is dead and everybody is told to end; if not, it has cut us off.
 */
static cm_err mourn(const struct role_context *c, struct cm_diag *diag) {
    struct pollfd stop = {.fd = c->fds.stop, .events = POLLIN};
    if (poll(&stop, 1, ORPHAN_MS) != 0) return CM_OK;
    return diag_fail(diag, CM_E_DEAD, "line", NULL, NULL, "the vault ended the connection");
}

static void lines_of_lifep(struct line_life *life) { lines_free(life->lines); }

static cm_err live(const struct role_context *c, struct cm_diag *diag) {
    CM_CLEANUP(loop_freep) struct loop *loop = NULL;
    CM_CLEANUP(lines_of_lifep) struct line_life life = {0};
    TRY(loop_new(&loop));
    TRY(await_lines(c, loop, &life, diag));
    TRY(loop_watch(loop, c->fds.stop, LOOP_READ, told_to_stop, &life, &life.stop));
    cm_err err = CM_OK;
    while (err == CM_OK && !life.orphaned && !(life.stopping && lines_ended(life.lines)))
        err = loop_turn(loop, life.stopping ? TURN_US : LOOP_FOREVER);
    loop_unwatch(life.stop);
    TRY(err);
    return life.orphaned && !life.stopping ? mourn(c, diag) : CM_OK;
}

static cm_err serve_line(const struct role_context *c, struct cm_diag *diag) {
    const char *folder = c->paths->line;
    if (mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
        return diag_fail(diag, file_err_from_errno(errno), folder, NULL, NULL, "%s",
                         file_errno_text(errno));
    TRY(crypto_init());
    TRY(raise_fences(c, diag));
    return live(c, diag);
}

int role_line(const struct role_context *c) {
    struct cm_diag diag = DIAG_INIT;
    int keep[] = {c->fds.stop, c->fds.line};
    role_begin(keep, CM_ARRAY_N(keep));
    buffer_wipe(c->tls_secret);
    cm_err err = fence_process("cm-line", &diag);
    if (err == CM_OK) err = serve_line(c, &diag);
    if (err == CM_OK || err == CM_E_CANCELLED) return EXIT_DONE;
    role_complain(err, &diag);
    return EXIT_FAULT;
}

/* Starting, watching, ending. One thread; signals are waited for, never handled asynchronously.
 * References as in supervisor.h. */
#include "daemon/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/macros.h"
#include "daemon/child.h"
#include "daemon/listener.h"
#include "sandbox/notify.h"

#define PEM_MAX     1048576u /* bytes of a certificate chain */
#define EDGE_END_S  15u      /* its own drain takes 10 at most */
#define LINE_END_S  15u      /* its printers settle for 10 at most */
#define VAULT_END_S 60u      /* the last fold */
#define LINE_REST_S 60u      /* after too many falls of the line */
#define SECOND_US   1000000u

struct supervisor {
    const struct daemon_options *o;
    struct workspace_paths paths;
    struct buffer certificate, key;
    struct role_context context;
    struct child vault, edge, line;
    uint64_t line_due_us; /* when the line is started again; 0: it runs, or there is none */
    int lock;
    sigset_t signals;
};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

/* ---- Children ---------------------------------------------------------------------------------
 */

static cm_err start_edge(struct supervisor *s) {
    struct role_fds *fds = &s->context.fds;
    fds->verify = fds->issue = -1;
    cm_err err = listener_connect(s->paths.run, VAULT_VERIFY, &fds->verify);
    if (err == CM_OK) err = listener_connect(s->paths.run, VAULT_ISSUE, &fds->issue);
    if (err == CM_OK) err = child_start(&s->edge, &s->context, role_edge);
    close_fd(&fds->verify);
    close_fd(&fds->issue);
    return err;
}

/* Printers that stand still are no reason to refuse customers: a line that cannot live is left
 * alone for a while, and the rest goes on. */
static void rest_line(struct supervisor *s, const char *why) {
    log_event(LOG_ERROR, "line: %s; printers wait, next try in %u s", why, LINE_REST_S);
    s->line_due_us = clock_monotonic_us() + (uint64_t)LINE_REST_S * SECOND_US;
}

static void start_line(struct supervisor *s) {
    struct role_fds *fds = &s->context.fds;
    s->line_due_us = 0;
    if (s->o->no_lines) return;
    fds->line = -1;
    cm_err err = listener_connect(s->paths.run, VAULT_LINE, &fds->line);
    if (err == CM_OK) err = child_start(&s->line, &s->context, role_line);
    close_fd(&fds->line);
    if (err != CM_OK) rest_line(s, "it could not be started");
}

/* The vault says one byte when it serves; when it ends before, it has said why on standard error.
 */
static cm_err start_vault(struct supervisor *s, struct cm_diag *diag) {
    int ready[2];
    char byte = 0;
    if (pipe2(ready, O_CLOEXEC) != 0) return CM_E_IO;
    s->context.fds.ready = ready[1];
    cm_err err = child_start(&s->vault, &s->context, role_vault);
    (void)close(ready[1]);
    ssize_t n = -1;
    if (err == CM_OK) do
            n = read(ready[0], &byte, 1);
        while (n < 0 && errno == EINTR);
    (void)close(ready[0]);
    if (err != CM_OK || n == 1) return err;
    child_finish(&s->vault, EDGE_END_S);
    return diag_fail(diag, CM_E_DEAD, "vault", NULL, NULL, "it could not start: see above");
}

/* ---- Starting ---------------------------------------------------------------------------------
 */

static cm_err read_pem(const char *path, struct buffer *to, const char **text,
                       struct cm_diag *diag) {
    if (path == NULL) return CM_OK;
    TRY(file_read(path, PEM_MAX, to, diag));
    *text = buffer_cstr(to);
    return buffer_err(to);
}

static cm_err prepare(struct supervisor *s, char address[ADDRESS_TEXT_CAP], struct cm_diag *diag) {
    struct workspace workspace;
    TRY(workspace_paths(s->o->workspace, &s->paths, diag));
    TRY(workspace_read(s->o->workspace, &workspace, diag));
    TRY(listener_lock(s->paths.run, &s->lock, diag));
    TRY(read_pem(s->o->tls_certificate, &s->certificate, &s->context.tls_certificate, diag));
    TRY(read_pem(s->o->tls_key, &s->key, &s->context.tls_key, diag));
    TRY(listener_http(s->o, &s->context.fds.listener, address, diag));
    return listener_vault(s->paths.run, s->context.fds.vault, diag);
}

static cm_err begin(struct supervisor *s, struct cm_diag *diag) {
    char address[ADDRESS_TEXT_CAP];
    TRY(prepare(s, address, diag));
    TRY(start_vault(s, diag));
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        close_fd(&s->context.fds.vault[i]);
    TRY(start_edge(s));
    start_line(s);
    log_event(LOG_INFO, "serving %s on %s%s", s->o->workspace,
              s->o->tls_key ? "https://" : "http://", address);
    cm_ignore(notify_send("READY=1") ? CM_OK : CM_E_NOT_FOUND); /* nobody may want to know */
    return CM_OK;
}

/* ---- Watching ---------------------------------------------------------------------------------
 */

static cm_err edge_fell(struct supervisor *s, int status, struct cm_diag *diag) {
    char how[CHILD_HOW_CAP];
    if (!child_fell(&s->edge, status, how))
        return diag_fail(diag, CM_E_DEAD, "edge", NULL, "look at the log above",
                         "it fell over %u times in a row, at last %s", CHILD_FALLS_MAX, how);
    log_event(LOG_ERROR, "edge %s; started again", how);
    return start_edge(s);
}

static void line_fell(struct supervisor *s, int status) {
    char how[CHILD_HOW_CAP];
    if (!child_fell(&s->line, status, how)) {
        rest_line(s, "it fell over too often");
        return;
    }
    log_event(LOG_ERROR, "line %s; started again", how);
    start_line(s);
}

static cm_err reap(struct supervisor *s, struct cm_diag *diag) {
    char how[CHILD_HOW_CAP];
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        if (pid == s->vault.pid) {
            (void)child_fell(&s->vault, status, how);
            return diag_fail(diag, CM_E_DEAD, "vault", NULL,
                             "what was acknowledged is safe; start the daemon again", "%s", how);
        }
        if (pid == s->edge.pid) TRY(edge_fell(s, status, diag));
        if (pid == s->line.pid) line_fell(s, status);
    }
    return CM_OK;
}

/* The next signal, or 0: it is time to start the line again. */
static int next_signal(struct supervisor *s) {
    if (s->line_due_us == 0) return sigwaitinfo(&s->signals, NULL);
    const uint64_t now_us = clock_monotonic_us();
    const uint64_t left_us = s->line_due_us > now_us ? s->line_due_us - now_us : 0;
    const struct timespec left = {.tv_sec = (time_t)(left_us / SECOND_US),
                                  .tv_nsec = (long)(left_us % SECOND_US) * 1000};
    const int number = sigtimedwait(&s->signals, NULL, &left);
    return number < 0 && errno == EAGAIN ? 0 : number;
}

static cm_err watch(struct supervisor *s, struct cm_diag *diag) {
    for (;;) {
        const int signal_number = next_signal(s);
        if (signal_number == SIGTERM || signal_number == SIGINT) return CM_OK;
        if (signal_number == SIGCHLD) TRY(reap(s, diag));
        if (signal_number == 0) start_line(s);
    }
}

/* ---- Ending -----------------------------------------------------------------------------------
 */

/* The line first: its printers settle while customers are still served. Then the edge: while it
 * drains, the vault still answers. */
static void end(struct supervisor *s) {
    (void)notify_send("STOPPING=1");
    child_finish(&s->line, LINE_END_S);
    close_fd(&s->context.fds.listener);
    child_finish(&s->edge, EDGE_END_S);
    child_finish(&s->vault, VAULT_END_S);
    if (s->lock >= 0) listener_unlink(s->paths.run);
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        close_fd(&s->context.fds.vault[i]);
    buffer_free(&s->certificate);
    buffer_wipe(&s->key);
    close_fd(&s->lock);
}

cm_err supervisor_run(const struct daemon_options *options, struct cm_diag *diag) {
    CM_CLEANUP(end)
    struct supervisor s = {.o = options,
                           .lock = -1,
                           .vault = CHILD_INIT("vault"),
                           .edge = CHILD_INIT("edge"),
                           .line = CHILD_INIT("line")};
    s.context = (struct role_context){
        .options = options,
        .paths = &s.paths,
        .tls_secret = &s.key,
        .fds = {.stop = -1, .ready = -1, .listener = -1, .verify = -1, .issue = -1, .line = -1}};
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        s.context.fds.vault[i] = -1;
    (void)sigemptyset(&s.signals);
    (void)sigaddset(&s.signals, SIGTERM);
    (void)sigaddset(&s.signals, SIGINT);
    (void)sigaddset(&s.signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &s.signals, NULL);
    TRY(begin(&s, diag));
    TRY(watch(&s, diag));
    log_event(LOG_INFO, "stopping");
    return CM_OK;
}

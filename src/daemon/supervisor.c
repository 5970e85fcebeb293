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
#include "daemon/listener.h"
#include "daemon/roles.h"
#include "sandbox/notify.h"

#define PEM_MAX            1048576u  /* bytes of a certificate chain */
#define EDGE_END_S         15        /* its own drain takes 10 at most */
#define VAULT_END_S        60        /* the last fold */
#define RESTARTS_MAX       5u        /* of the edge ... */
#define RESTARTS_WINDOW_US 10000000u /* ... within this time */

struct child {
    pid_t pid; /* 0 = none */
    int stop;  /* our end: closing it tells the child to end */
};

struct supervisor {
    const struct daemon_options *o;
    struct workspace_paths paths;
    struct buffer certificate, key;
    struct role_context context;
    struct child vault, edge;
    int lock;
    uint64_t restarts_us[RESTARTS_MAX];
    size_t restart_n;
    sigset_t signals;
};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

/* ---- Children ---------------------------------------------------------------------------------
 */

static cm_err start(struct supervisor *s, struct child *child,
                    int (*role)(const struct role_context *c)) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    s->context.fds.stop = ends[0];
    const pid_t pid = fork();
    if (pid == 0) _exit(role(&s->context));
    (void)close(ends[0]);
    if (pid < 0) {
        (void)close(ends[1]);
        return CM_E_IO;
    }
    *child = (struct child){.pid = pid, .stop = ends[1]};
    return CM_OK;
}

/* Tell a child to end and wait; after `seconds` it is killed. */
static void finish(struct child *child, int seconds, const char *name) {
    close_fd(&child->stop);
    const uint64_t end_us = clock_monotonic_us() + (uint64_t)seconds * 1000000u;
    while (child->pid > 0) {
        const pid_t pid = waitpid(child->pid, NULL, WNOHANG);
        if (pid == child->pid || (pid < 0 && errno == ECHILD)) break;
        if (clock_monotonic_us() > end_us) {
            log_event(LOG_ERROR, "%s did not end within %d s: killed", name, seconds);
            (void)kill(child->pid, SIGKILL);
            (void)waitpid(child->pid, NULL, 0);
            break;
        }
        const struct timespec nap = {.tv_nsec = 2000000};
        (void)nanosleep(&nap, NULL);
    }
    child->pid = 0;
}

static cm_err start_edge(struct supervisor *s) {
    struct role_fds *fds = &s->context.fds;
    fds->verify = fds->issue = -1;
    cm_err err = listener_connect(s->paths.run, VAULT_VERIFY, &fds->verify);
    if (err == CM_OK) err = listener_connect(s->paths.run, VAULT_ISSUE, &fds->issue);
    if (err == CM_OK) err = start(s, &s->edge, role_edge);
    close_fd(&fds->verify);
    close_fd(&fds->issue);
    return err;
}

/* The vault says one byte when it serves; when it ends before, it has said why on standard error.
 */
static cm_err start_vault(struct supervisor *s, struct cm_diag *diag) {
    int ready[2];
    char byte = 0;
    if (pipe2(ready, O_CLOEXEC) != 0) return CM_E_IO;
    s->context.fds.ready = ready[1];
    cm_err err = start(s, &s->vault, role_vault);
    (void)close(ready[1]);
    ssize_t n = -1;
    if (err == CM_OK) do
            n = read(ready[0], &byte, 1);
        while (n < 0 && errno == EINTR);
    (void)close(ready[0]);
    if (err != CM_OK || n == 1) return err;
    finish(&s->vault, EDGE_END_S, "vault");
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
    log_event(LOG_INFO, "serving %s on %s%s", s->o->workspace,
              s->o->tls_key ? "https://" : "http://", address);
    cm_ignore(notify_send("READY=1") ? CM_OK : CM_E_NOT_FOUND); /* nobody may want to know */
    return CM_OK;
}

/* ---- Watching ---------------------------------------------------------------------------------
 */

static void describe_end(int status, char *out, size_t cap) {
    if (WIFSIGNALED(status))
        (void)snprintf(out, cap, "killed by signal %d", WTERMSIG(status));
    else
        (void)snprintf(out, cap, "ended with code %d", WEXITSTATUS(status));
}

/* False: it falls over too often, starting it again would not help. */
static bool may_restart(struct supervisor *s) {
    const uint64_t now_us = clock_monotonic_us();
    uint64_t *slot = &s->restarts_us[s->restart_n++ % RESTARTS_MAX];
    const bool may = *slot == 0 || now_us - *slot > RESTARTS_WINDOW_US;
    *slot = now_us;
    return may;
}

static cm_err reap(struct supervisor *s, struct cm_diag *diag) {
    char how[64];
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
        describe_end(status, how, sizeof how);
        if (pid == s->vault.pid) {
            s->vault.pid = 0;
            return diag_fail(diag, CM_E_DEAD, "vault", NULL,
                             "what was acknowledged is safe; start the daemon again", "%s", how);
        }
        if (pid != s->edge.pid) continue;
        s->edge.pid = 0;
        close_fd(&s->edge.stop);
        if (!may_restart(s))
            return diag_fail(diag, CM_E_DEAD, "edge", NULL, "look at the log above",
                             "it fell over %u times in a row, at last %s", RESTARTS_MAX, how);
        log_event(LOG_ERROR, "edge %s; started again", how);
        TRY(start_edge(s));
    }
    return CM_OK;
}

static cm_err watch(struct supervisor *s, struct cm_diag *diag) {
    for (;;) {
        const int signal_number = sigwaitinfo(&s->signals, NULL);
        if (signal_number == SIGTERM || signal_number == SIGINT) return CM_OK;
        if (signal_number == SIGCHLD) TRY(reap(s, diag));
    }
}

/* ---- Ending -----------------------------------------------------------------------------------
 */

/* Edge first: while it drains, the vault still answers. */
static void end(struct supervisor *s) {
    (void)notify_send("STOPPING=1");
    close_fd(&s->context.fds.listener);
    finish(&s->edge, EDGE_END_S, "edge");
    finish(&s->vault, VAULT_END_S, "vault");
    if (s->lock >= 0) listener_unlink(s->paths.run);
    for (size_t i = 0; i < VAULT_DOOR_N; i++)
        close_fd(&s->context.fds.vault[i]);
    buffer_free(&s->certificate);
    buffer_wipe(&s->key);
    close_fd(&s->lock);
}

cm_err supervisor_run(const struct daemon_options *options, struct cm_diag *diag) {
    CM_CLEANUP(end)
    struct supervisor s = {.o = options, .lock = -1, .vault.stop = -1, .edge.stop = -1};
    s.context = (struct role_context){
        .options = options, .paths = &s.paths, .fds = {-1, -1, -1, -1, -1, {-1, -1, -1}}};
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

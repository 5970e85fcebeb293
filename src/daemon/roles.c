/* The two roles. The vault unlocks the keystore before its fences stand, because the passphrase and
 * the key file lie outside; the ledger is opened behind them. References as in roles.h. */
#include "daemon/roles.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/macros.h"
#include "base/zone.h"
#include "crypto/secret.h"
#include "sandbox/fence.h"

#define SANDBOX_KEY_NAME "sandbox.key" /* made by `countermark init --sandbox` */
#define COMPLAINT_CAP    2048u
#define FIRST_FD         3

void role_complain(cm_err err, const struct cm_diag *diag) {
    char line[COMPLAINT_CAP];
    (void)diag_text(diag, err, line, sizeof line);
    (void)fprintf(stderr, "countermarkd: %s\n", line);
}

/* ---- A child's beginning ----------------------------------------------------------------------
 */

static int by_value(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* Close every descriptor from 3 on that is not kept. */
static void keep_only(int *keep, size_t n) {
    int from = FIRST_FD;
    qsort(keep, n, sizeof *keep, by_value);
    for (size_t i = 0; i < n; i++) {
        if (keep[i] < from) continue;
        if (keep[i] > from) (void)close_range((unsigned)from, (unsigned)keep[i] - 1, 0);
        from = keep[i] + 1;
    }
    (void)close_range((unsigned)from, ~0u, 0);
}

/* The supervisor decides when a role ends, not the terminal or a stray signal. */
static void set_signals(void) {
    static const int ignored[] = {SIGTERM, SIGINT,  SIGHUP,  SIGQUIT,
                                  SIGPIPE, SIGUSR1, SIGUSR2, SIGXFSZ};
    sigset_t none;
    for (size_t i = 0; i < CM_ARRAY_N(ignored); i++)
        (void)signal(ignored[i], SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

void role_begin(int *keep, size_t n) {
    set_signals();
    keep_only(keep, n);
}

cm_err role_fences(enum fence_role role, const struct fence_folder *folders, size_t n,
                   struct cm_diag *diag) {
    const cm_err err = fence_files(folders, n, diag);
    if (err == CM_E_UNSUPPORTED)
        log_event(LOG_WARN, "sandbox: this kernel has no Landlock; the %s runs without it",
                  fence_role_name(role));
    else
        TRY(err);
    return fence_calls(role, diag);
}

/* ---- The vault --------------------------------------------------------------------------------
 */

/* The passphrase: everything up to the end of the descriptor, without the line's end. */
static cm_err read_passphrase(int fd, struct secret *out, struct cm_diag *diag) {
    TRY(secret_init(out, SLOT_PASSPHRASE_MAX, diag));
    size_t len = 0;
    while (len < out->len) {
        const ssize_t n = read(fd, out->p + len, out->len - len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return diag_fail(diag, CM_E_IO, "--passphrase-fd", NULL,
                             "give an open descriptor: --passphrase-fd 3 3<FILE", "%s",
                             file_errno_text(errno));
        if (n == 0) break;
        len += (size_t)n;
    }
    while (len > 0 && (out->p[len - 1] == '\n' || out->p[len - 1] == '\r'))
        len--;
    out->len = len;
    return CM_OK;
}

static void passphrase_wipe(struct secret *s) {
    if (s->p != NULL) s->len = SLOT_PASSPHRASE_MAX; /* as it was allocated */
    secret_wipe(s);
}

static cm_err unlock(const struct role_context *c, struct keystore **out, struct cm_diag *diag) {
    CM_CLEANUP(passphrase_wipe) struct secret passphrase = SECRET_INIT;
    struct keystore_unlock way = {.kind = SLOT_KEY_FILE, .path = c->options->key_file};
    char own[WORKSPACE_PATH_CAP];
    if (c->options->passphrase_fd >= 0) {
        TRY(read_passphrase(c->options->passphrase_fd, &passphrase, diag));
        (void)close(c->options->passphrase_fd);
        way =
            (struct keystore_unlock){.kind = SLOT_PASSPHRASE, .secret = secret_slice(&passphrase)};
    } else if (way.path == NULL) {
        const int len = snprintf(own, sizeof own, "%s/" SANDBOX_KEY_NAME, c->options->workspace);
        struct stat st;
        if (len < 0 || (size_t)len >= sizeof own || stat(own, &st) != 0)
            return diag_fail(diag, CM_E_ARGUMENT, "keystore", NULL,
                             "give --key-file FILE or --passphrase-fd N", "nothing opens it");
        way.path = own;
    }
    return keystore_open(c->paths->keystore, &way, out, diag);
}

static void engine_closep(struct cm_engine **e) { cm_engine_close(*e); }

static cm_err serve_vault(const struct role_context *c, struct cm_diag *diag) {
    CM_CLEANUP(keystore_closep) struct keystore *keystore = NULL;
    CM_CLEANUP(engine_closep) struct cm_engine *engine = NULL;
    TRY(crypto_init());
    TRY(unlock(c, &keystore, diag));
    const struct fence_folder folders[] = {
        {.path = c->options->workspace, .access = FENCE_MAKE},
        {.path = ZONE_FOLDER, .access = FENCE_READ, .maybe = true}}; /* days of plants */
    TRY(role_fences(FENCE_VAULT, folders, CM_ARRAY_N(folders), diag));
    const struct engine_options options = {
        .workspace = c->options->workspace, .keystore = keystore, .clock = clock_wall()};
    TRY(engine_open(&engine, &options, diag));
    struct vault_options vault = {.engine = engine,
                                  .keystore = keystore,
                                  .workspace = c->options->workspace,
                                  .stop_fd = c->fds.stop,
                                  .limits = c->options->vault};
    memcpy(vault.listeners, c->fds.vault, sizeof vault.listeners);
    if (write(c->fds.ready, "R", 1) != 1) return CM_E_CANCELLED; /* the supervisor is gone */
    (void)close(c->fds.ready);
    return vault_run(&vault, diag);
}

int role_vault(const struct role_context *c) {
    struct cm_diag diag = DIAG_INIT;
    int keep[] = {c->fds.stop,     c->fds.ready,    c->options->passphrase_fd,
                  c->fds.vault[0], c->fds.vault[1], c->fds.vault[2],
                  c->fds.vault[3]};
    role_begin(keep, CM_ARRAY_N(keep));
    buffer_wipe(c->tls_secret);
    cm_err err = fence_process("cm-vault", &diag);
    if (err == CM_OK) err = serve_vault(c, &diag);
    if (err == CM_OK) return EXIT_DONE;
    role_complain(err, &diag);
    return EXIT_FAULT;
}

/* ---- The edge ---------------------------------------------------------------------------------
 */

static cm_err serve_edge(const struct role_context *c, struct cm_diag *diag) {
    struct edge_options edge = {.listener = c->fds.listener,
                                .verify_fd = c->fds.verify,
                                .issue_fd = c->fds.issue,
                                .stop_fd = c->fds.stop,
                                .limits = c->options->edge,
                                .trusted_n = c->options->trusted_n,
                                .tls_certificate = c->tls_certificate,
                                .tls_key = c->tls_key};
    memcpy(edge.trusted, c->options->trusted, sizeof edge.trusted);
    TRY(edge_prepare());
    TRY(role_fences(FENCE_EDGE, NULL, 0, diag));
    return edge_run(&edge, diag);
}

int role_edge(const struct role_context *c) {
    struct cm_diag diag = DIAG_INIT;
    int keep[] = {c->fds.stop, c->fds.listener, c->fds.verify, c->fds.issue};
    role_begin(keep, CM_ARRAY_N(keep));
    cm_err err = fence_process("cm-edge", &diag);
    if (err == CM_OK) err = serve_edge(c, &diag);
    if (err == CM_OK) return EXIT_DONE;
    role_complain(err, &diag);
    return EXIT_FAULT;
}

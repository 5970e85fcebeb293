/* Starting and ending servers. References as in http_host.h. */
#include "http_host.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http_constant.h"

#define LINE_CAP 4096u

/* On the first processor, and gone with the bench. */
static void settle(const cpu_set_t *home, pid_t owner) {
    cpu_set_t one;
    CPU_ZERO(&one);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, home)) CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != owner) _exit(0); /* it is gone already */
}

/* ---- Our daemon ------------------------------------------------------------------------------ */

/* What an operator sets for callers who send many good codes from one address: connections. Wrong
 * answers stay limited as they are by default; this load gives none. */
static _Noreturn void become_daemon(const char *workspace, const struct http_host_options *o,
                                    int said, pid_t owner) {
    const char *argv[] = {CM_DAEMON,      "--workspace",
                          workspace,      "--listen",
                          "127.0.0.1:0",  "--connections-per-address",
                          "2048",         o->key != NULL ? "--tls-cert" : NULL,
                          o->certificate, "--tls-key",
                          o->key,         NULL};
    union {
        const char **are;
        char **wanted;
    } arguments = {.are = argv};
    settle(o->home, owner);
    if (dup2(said, STDERR_FILENO) < 0) _exit(127);
    (void)execv(CM_DAEMON, arguments.wanted);
    _exit(127);
}

/* Its log up to the line that names the port. */
static cm_err await_port(struct http_host *h, struct cm_diag *diag) {
    static const char mark[] = "://127.0.0.1:";
    char line[LINE_CAP];
    size_t len = 0;
    while (len < sizeof line - 1) {
        const ssize_t n = read(h->held, line + len, sizeof line - 1 - len);
        if (n <= 0) break;
        len += (size_t)n;
        line[len] = '\0';
        const char *at = strstr(line, mark);
        if (at == NULL || strchr(at, '\n') == NULL) continue;
        h->port = (unsigned short)strtoul(at + sizeof mark - 1, NULL, 10);
        return CM_OK;
    }
    line[len] = '\0';
    return diag_fail(diag, CM_E_DEAD, "countermarkd", NULL, NULL, "it did not start: %.400s", line);
}

cm_err http_host_daemon(struct http_host *h, const char *workspace,
                        const struct http_host_options *o, struct cm_diag *diag) {
    int said[2];
    const pid_t owner = getpid();
    if (pipe2(said, O_CLOEXEC) != 0) return CM_E_IO;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) become_daemon(workspace, o, said[1], owner);
    (void)close(said[1]);
    *h = (struct http_host){.pid = pid, .held = said[0]};
    return pid > 0 ? await_port(h, diag) : CM_E_IO;
}

/* ---- The constant answer --------------------------------------------------------------------- */

cm_err http_host_constant(struct http_host *h, const char *body, const struct http_host_options *o,
                          struct cm_diag *diag) {
    int said[2];
    const pid_t owner = getpid();
    unsigned short port = 0;
    if (pipe2(said, O_CLOEXEC) != 0) return CM_E_IO;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) {
        settle(o->home, owner);
        http_constant_serve(body, o->certificate, o->key, said[1]);
    }
    (void)close(said[1]);
    *h = (struct http_host){.pid = pid, .held = said[0]};
    if (pid > 0 && read(said[0], &port, sizeof port) == (ssize_t)sizeof port) {
        h->port = port;
        return CM_OK;
    }
    return diag_fail(diag, CM_E_DEAD, "constant answer", NULL, NULL, "it did not start");
}

void http_host_stop(struct http_host *h) {
    if (h->pid > 0) {
        (void)kill(h->pid, SIGTERM);
        (void)waitpid(h->pid, NULL, 0);
    }
    if (h->held >= 0) (void)close(h->held);
    *h = HTTP_HOST_NONE;
}

/* ---- TLS --------------------------------------------------------------------------------------
 */

static _Noreturn void become_openssl(const char *dir) {
    if (chdir(dir) != 0 || freopen("/dev/null", "w", stderr) == NULL) _exit(127);
    (void)execlp("openssl", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                 "-keyout", HTTP_HOST_KEY, "-out", HTTP_HOST_CERTIFICATE, (char *)NULL);
    _exit(127);
}

cm_err http_host_certificate(const char *dir, struct cm_diag *diag) {
    int status = -1;
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) become_openssl(dir);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "openssl", NULL, "./dev setup installs it",
                     "no certificate could be made");
}

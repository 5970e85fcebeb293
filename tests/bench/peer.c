/* Pipes to a child. */
#include "peer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIGURES_CAP 256u     /* bytes of an answer's line */
#define REFUSED     "error " /* what such a line begins with when the task failed */

static _Noreturn void become(const char *script, const int in[2], const int out[2]) {
    if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0)
        (void)execlp("node", "node", script, (char *)NULL);
    _exit(127);
}

cm_err peer_start(struct peer *p, const char *script, struct cm_diag *diag) {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0) return CM_E_IO;
    if (pipe2(out, O_CLOEXEC) != 0) {
        (void)close(in[0]);
        (void)close(in[1]);
        return CM_E_IO;
    }
    (void)fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0) become(script, in, out);
    (void)close(in[0]);
    (void)close(out[1]);
    *p = (struct peer){.to = fdopen(in[1], "w"), .from = fdopen(out[0], "r"), .pid = pid};
    char line[FIGURES_CAP];
    if (pid > 0 && p->to != NULL && p->from != NULL && fgets(line, sizeof line, p->from) != NULL)
        return CM_OK;
    peer_stop(p);
    return diag_fail(diag, CM_E_NOT_FOUND, script, NULL, "./dev setup installs node",
                     "this peer does not start");
}

void peer_stop(struct peer *p) {
    if (p->to != NULL) (void)fclose(p->to); /* the end of its input is its end */
    if (p->from != NULL) (void)fclose(p->from);
    if (p->pid > 0) (void)waitpid(p->pid, NULL, 0);
    *p = (struct peer)PEER_INIT;
}

cm_err peer_run(void *ctx, double seconds, struct leg *leg) {
    const struct peer_task *t = ctx;
    char line[FIGURES_CAP];
    double *const figures[] = {&leg->items, &leg->seconds, &leg->cpu_s, &leg->peak};
    if (fprintf(t->peer->to, "%g %s\n", seconds, t->task) < 0 || fflush(t->peer->to) != 0 ||
        fgets(line, sizeof line, t->peer->from) == NULL)
        return diag_fail(t->diag, CM_E_IO, t->task, NULL, NULL, "this peer died");
    if (strncmp(line, REFUSED, strlen(REFUSED)) == 0) {
        line[strcspn(line, "\n")] = '\0';
        return diag_fail(t->diag, CM_E_STATE, t->task, NULL, "./dev bench installs the packages",
                         "this peer fails: %s", line + strlen(REFUSED));
    }
    char *at = line;
    for (size_t i = 0; i < CM_ARRAY_N(figures); i++)
        *figures[i] = strtod(at, &at);
    return CM_OK;
}

/* A throwaway server: a process with a folder of its own below the scratch folder, where its data,
 * sockets and log lie. It ends with its owner: by server_stop, or by the kernel when the thread
 * that started it dies (Ctrl-C, a crash), so that nothing outlives the bench.
 * It refuses to guess why a server does not come up: the error holds the end of its own log.
 *     CM_CLEANUP(server_stop) struct server s = SERVER_INIT;
 *     TRY(server_folder(&s, "redis-server", NULL, b->scratch, &b->diag));
 *     TRY(server_start(&s, argv, answers, ctx, &b->diag)); */
#ifndef CM_TESTS_BENCH_SERVER_H
#define CM_TESTS_BENCH_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/diag.h"
#include "base/macros.h"

#define SERVER_PATH_CAP 512u
#define SERVER_FAMILY_N 96u /* processes of a server whose cost is counted */

struct server {
    const char *name;          /* for errors; borrowed */
    char dir[SERVER_PATH_CAP]; /* empty: none */
    uid_t uid;                 /* whom it runs as */
    gid_t gid;
    int stop_signal;     /* SIGTERM, unless the owner knows better */
    unsigned stop_steps; /* of 20 ms, until it is stopped by force */
    pid_t pid;
};
#define SERVER_INIT                                                                                \
    { .pid = 0 }

/* Whether the server answers already. */
typedef bool server_answers(void *ctx);

/** Make the folder.
 * @param[in] user  whom the server runs as if we are root; NULL, or we are not root: ourselves
 * @retval CM_E_NOT_FOUND  no such user      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_DENIED */
CM_MUST_CHECK cm_err server_folder(struct server *s, const char *name, const char *user,
                                   const char *parent, struct cm_diag *diag);
/** Run a command to its end, in the folder, as that user.
 * @retval CM_E_STATE  it failed      @retval CM_E_IO  it cannot be started */
CM_MUST_CHECK cm_err server_run(const struct server *s, const char *const *argv,
                                struct cm_diag *diag);
/** Start the server in the folder and wait until it answers.
 * @param[in] argv  NULL at the end; argv[0] is looked for in PATH
 * @retval CM_E_STATE  it ended, or did not answer in time      @retval CM_E_IO */
CM_MUST_CHECK cm_err server_start(struct server *s, const char *const *argv,
                                  server_answers *answers, void *ctx, struct cm_diag *diag);
/** Start a command in the folder, as that user, and do not wait: its owner does.
 * @retval CM_E_IO  it cannot be started */
CM_MUST_CHECK cm_err server_launch(const struct server *s, const char *const *argv, pid_t *pid,
                                   struct cm_diag *diag);
/* Fail with the end of the log. @return CM_E_STATE */
CM_MUST_CHECK cm_err server_blame(const struct server *s, const char *what, struct cm_diag *diag);
/* CPU seconds of the server and its children so far. */
double server_cpu_s(const struct server *s);
/* Stop it, by force if it does not listen, and remove the folder. */
void server_stop(struct server *s);

#endif

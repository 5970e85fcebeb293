/* fork, exec, wait. References: prctl(2) for the death signal, which setuid(2) clears. */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "process_cost.h"
#include "support/scratch.h"

#define LOG_NAME     "log"
#define LOG_TAIL_CAP 160u  /* bytes of a log's end that an error shows */
#define STEP_MS      20u   /* between two questions whether it answers or has ended */
#define START_STEPS  1500u /* 30 s: recovery never happens here, so that this is ample */
#define STOP_STEPS   500u  /* 10 s */
#define NS_PER_MS    1000000L

static void nap(void) {
    const struct timespec t = {.tv_nsec = STEP_MS * NS_PER_MS};
    (void)nanosleep(&t, NULL);
}

static cm_err find_user(struct server *s, const char *user, struct cm_diag *diag) {
    s->uid = getuid();
    s->gid = getgid();
    if (user == NULL || s->uid != 0) return CM_OK;
    const struct passwd *found = getpwnam(user);
    if (found == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, s->name, NULL, "./dev bench installs its package",
                         "there is no user '%s' to run it", user);
    s->uid = found->pw_uid;
    s->gid = found->pw_gid;
    return CM_OK;
}

static cm_err make_dir(struct server *s, const char *parent) {
    char dir[SERVER_PATH_CAP];
    char *whole = realpath(parent, NULL); /* absolute: servers change their folder */
    if (whole == NULL) return file_err_from_errno(errno);
    const int n = snprintf(dir, sizeof dir, "%s/server-XXXXXX", whole);
    free(whole);
    if (n < 0 || (size_t)n >= sizeof dir) return file_err_from_errno(errno = ENAMETOOLONG);
    if (mkdtemp(dir) == NULL) return file_err_from_errno(errno);
    memcpy(s->dir, dir, sizeof dir);
    return chown(s->dir, s->uid, s->gid) == 0 ? CM_OK : file_err_from_errno(errno);
}

cm_err server_folder(struct server *s, const char *name, const char *user, const char *parent,
                     struct cm_diag *diag) {
    *s = (struct server){.name = name, .stop_signal = SIGTERM, .stop_steps = STOP_STEPS};
    TRY(find_user(s, user, diag));
    const cm_err err = make_dir(s, parent);
    if (err == CM_OK) return CM_OK;
    const int why = errno;
    server_stop(s);
    return diag_fail(diag, err, parent, NULL, "choose another with --dir",
                     "no folder for %s can be made there: %s", name, file_errno_text(why));
}

/* The child's way into the command: the folder, the log, the user, the death signal. */
static _Noreturn void become(const struct server *s, const char *const *argv, pid_t owner) {
    char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    char locale[] = "LC_ALL=C";
    char *const clean[] = {path, locale, NULL};
    const int log =
        chdir(s->dir) == 0 ? open(LOG_NAME, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    bool ready = log >= 0 && null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
                 dup2(log, STDOUT_FILENO) >= 0 && dup2(log, STDERR_FILENO) >= 0;
    if (ready && s->uid != getuid())
        ready = setgroups(0, NULL) == 0 && setgid(s->gid) == 0 && setuid(s->uid) == 0;
    ready = ready && prctl(PR_SET_PDEATHSIG, s->stop_signal) == 0 && getppid() == owner;
    if (ready) (void)execvpe(argv[0], (char *const *)(uintptr_t)argv, clean);
    if (log >= 0) (void)dprintf(log, "%s: %s\n", argv[0], file_errno_text(errno));
    _exit(127);
}

cm_err server_launch(const struct server *s, const char *const *argv, pid_t *pid,
                     struct cm_diag *diag) {
    const pid_t owner = getpid();
    (void)fflush(NULL);
    *pid = fork();
    if (*pid == 0) become(s, argv, owner);
    if (*pid > 0) return CM_OK;
    return diag_fail(diag, CM_E_IO, s->name, NULL, NULL, "cannot be started: %s",
                     file_errno_text(errno));
}

cm_err server_blame(const struct server *s, const char *what, struct cm_diag *diag) {
    char path[SERVER_PATH_CAP + sizeof LOG_NAME], tail[LOG_TAIL_CAP] = "";
    (void)snprintf(path, sizeof path, "%s/%s", s->dir, LOG_NAME);
    FILE *f = fopen(path, "re");
    if (f != NULL) {
        if (fseek(f, -(long)(sizeof tail - 1), SEEK_END) != 0) rewind(f);
        const size_t n = fread(tail, 1, sizeof tail - 1, f);
        for (size_t i = 0; i < n; i++)
            if (tail[i] == '\n') tail[i] = i + 1 < n ? '|' : '\0';
        (void)fclose(f);
    }
    return diag_fail(diag, CM_E_STATE, s->name, NULL, NULL, "%s; its log ends: %s", what, tail);
}

/* Whether the process has ended; then its status. */
static bool ended(pid_t pid, int *status) {
    pid_t got = 0;
    do {
        got = waitpid(pid, status, WNOHANG);
    } while (got < 0 && errno == EINTR);
    return got != 0;
}

cm_err server_run(const struct server *s, const char *const *argv, struct cm_diag *diag) {
    pid_t pid = 0;
    int status = 0;
    TRY(server_launch(s, argv, &pid, diag));
    while (!ended(pid, &status))
        nap();
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CM_OK : server_blame(s, argv[0], diag);
}

cm_err server_start(struct server *s, const char *const *argv, server_answers *answers, void *ctx,
                    struct cm_diag *diag) {
    int status = 0;
    TRY(server_launch(s, argv, &s->pid, diag));
    for (unsigned i = 0; i < START_STEPS; i++) {
        if (ended(s->pid, &status)) {
            s->pid = 0;
            return server_blame(s, "ended at once", diag);
        }
        if (answers(ctx)) return CM_OK;
        nap();
    }
    return server_blame(s, "does not answer", diag);
}

double server_cpu_s(const struct server *s) {
    pid_t family[SERVER_FAMILY_N];
    process_family(s->pid, family, SERVER_FAMILY_N);
    return process_cost_now(family, SERVER_FAMILY_N).cpu_s;
}

static void stop_process(struct server *s) {
    int status = 0;
    if (s->pid <= 0) return;
    (void)kill(s->pid, s->stop_signal);
    for (unsigned i = 0; i < s->stop_steps; i++) {
        if (ended(s->pid, &status)) return;
        nap();
    }
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, &status, 0);
}

void server_stop(struct server *s) {
    stop_process(s);
    if (s->dir[0] != '\0') scratch_remove(s->dir);
    *s = (struct server)SERVER_INIT;
}

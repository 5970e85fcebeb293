/* posix_spawn, so that no thread's locks are copied. References as in child.h. */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"

#define SIGNALLED 128
#define PIECE     4096u

bool child_is_here(const char *name) {
    const char *path = getenv("PATH");
    char file[PATH_MAX];
    for (const char *at = path != NULL ? path : ""; *at != '\0';) {
        const size_t len = strcspn(at, ":");
        file[0] = '\0';
        text_append(file, sizeof file, "%.*s/%s", (int)len, at, name);
        if (len > 0 && access(file, X_OK) == 0) return true;
        at += len + (at[len] == ':');
    }
    return false;
}

struct child {
    pid_t pid;
    int said; /* its standard output */
};

static void child_end(struct child *c) {
    int status = 0;
    if (c->said >= 0) (void)close(c->said);
    if (c->pid <= 0) return;
    (void)kill(c->pid, SIGKILL);
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
}

static int actions_fill(posix_spawn_file_actions_t *actions, int out) {
    int err = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (err == 0) err = posix_spawn_file_actions_adddup2(actions, out, STDOUT_FILENO);
    if (err == 0)
        err = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    return err;
}

/* Signals that this command holds back are the child's own affair again. */
static int spawn(struct child *c, const char *const *argv, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    (void)sigemptyset(&none);
    if (posix_spawn_file_actions_init(&actions) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int err = actions_fill(&actions, out);
    if (err == 0) err = posix_spawnattr_setsigmask(&attributes, &none);
    if (err == 0) err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    /* posix_spawnp takes its arguments as char *const[] and does not write to them. */
    union {
        const char *const *given;
        char *const *wanted;
    } args = {.given = argv};
    if (err == 0) err = posix_spawnp(&c->pid, argv[0], &actions, &attributes, args.wanted, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return err;
}

static cm_err start(struct child *c, const char *const *argv) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return CM_E_IO;
    c->said = ends[0];
    const int err = spawn(c, argv, ends[1]);
    (void)close(ends[1]);
    if (err == 0) return CM_OK;
    c->pid = 0;
    return err == ENOENT ? CM_E_NOT_FOUND : err == ENOMEM ? CM_E_NO_MEMORY : CM_E_IO;
}

/* Until there is something to hear, or its end; false: the limit came first. */
static cm_err wait_to_hear(const struct child *c, uint64_t until_us, bool *heard) {
    for (;;) {
        const uint64_t now = clock_monotonic_us();
        struct pollfd fd = {.fd = c->said, .events = POLLIN};
        const int left = now < until_us ? (int)((until_us - now) / 1000u) + 1 : 0;
        const int ready = poll(&fd, 1, left);
        if (ready < 0 && errno == EINTR) continue;
        if (ready < 0) return CM_E_IO;
        *heard = ready > 0;
        return CM_OK;
    }
}

/* Until it says no more; false: the limit came first. */
static cm_err listen_to(struct child *c, uint64_t until_us, struct buffer *out, bool *ended) {
    uint8_t piece[PIECE];
    const size_t before = out->len;
    for (;;) {
        TRY(wait_to_hear(c, until_us, ended));
        if (!*ended) return CM_OK;
        const ssize_t n = read(c->said, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return CM_E_IO;
        if (n == 0) return CM_OK;
        buffer_put(out, piece, (size_t)n);
        if (out->len - before > CHILD_OUTPUT_MAX) return CM_E_LIMIT;
    }
}

cm_err child_run(const char *const *argv, unsigned limit_ms, struct buffer *out, int *status) {
    CM_CLEANUP(child_end) struct child c = {.said = -1};
    bool ended = false;
    int how = 0;
    TRY(start(&c, argv));
    TRY(listen_to(&c, clock_monotonic_us() + (uint64_t)limit_ms * 1000u, out, &ended));
    TRY(buffer_err(out));
    if (!ended) (void)kill(c.pid, SIGKILL);
    while (waitpid(c.pid, &how, 0) < 0)
        if (errno != EINTR) return CM_E_IO;
    c.pid = 0;
    *status = WIFEXITED(how) ? WEXITSTATUS(how) : SIGNALLED + WTERMSIG(how);
    return CM_OK;
}

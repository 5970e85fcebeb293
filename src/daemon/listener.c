/* Listening sockets and the daemon's lock. References as in listener.h. */
#include "daemon/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "engine/remote.h"

#define BACKLOG   1024
#define PID_CAP   32u
#define LOCK_NAME "daemon.lock"
#define OURS_ONLY 0077 /* umask of sockets and folders */

static const char *const socket_names[VAULT_DOOR_N] = {[VAULT_VERIFY] = SOCKET_VERIFY,
                                                       [VAULT_ISSUE] = SOCKET_ISSUE,
                                                       [VAULT_ADMIN] = SOCKET_ADMIN,
                                                       [VAULT_LINE] = SOCKET_LINE};

static void closep(const int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static int give(int *fd) {
    const int given = *fd;
    *fd = -1;
    return given;
}

/* ---- HTTP ----------------------------------------------------------------------------------- */

static cm_err bind_one(const struct addrinfo *a, int *out) {
    CM_CLEANUP(closep)
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    if (fd < 0) return CM_E_IO;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, a->ai_addr, a->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0)
        return errno == EADDRINUSE ? CM_E_EXISTS : CM_E_IO;
    *out = give(&fd);
    return CM_OK;
}

static void describe(int fd, char text[ADDRESS_TEXT_CAP]) {
    struct sockaddr_storage at = {0};
    socklen_t len = sizeof at;
    char host[OPTION_TEXT_CAP] = "?", port[PID_CAP] = "?";
    if (getsockname(fd, (struct sockaddr *)&at, &len) == 0)
        (void)getnameinfo((struct sockaddr *)&at, len, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    const bool v6 = at.ss_family == AF_INET6;
    (void)snprintf(text, ADDRESS_TEXT_CAP, "%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

cm_err listener_http(const struct daemon_options *o, int *fd, char text[ADDRESS_TEXT_CAP],
                     struct cm_diag *diag) {
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const int result = getaddrinfo(o->host, o->port, &hints, &found);
    if (result != 0)
        return diag_fail(diag, CM_E_ARGUMENT, "--listen", o->host, "give an address of this host",
                         "%s", gai_strerror(result));
    cm_err err = CM_E_IO;
    for (const struct addrinfo *a = found; a != NULL && err != CM_OK; a = a->ai_next)
        err = bind_one(a, fd);
    const int number = errno;
    freeaddrinfo(found);
    if (err == CM_OK) {
        describe(*fd, text);
        return CM_OK;
    }
    return diag_fail(diag, err, "--listen", o->host,
                     err == CM_E_EXISTS ? "stop what serves there, or choose another port" : NULL,
                     "port %s: %s", o->port, file_errno_text(number));
}

/* ---- The vault's sockets ----------------------------------------------------------------------
 */

static cm_err socket_address(const char *run, enum vault_door door, struct sockaddr_un *at) {
    *at = (struct sockaddr_un){.sun_family = AF_UNIX};
    const int len = snprintf(at->sun_path, sizeof at->sun_path, "%s/%s", run, socket_names[door]);
    return len < 0 || (size_t)len >= sizeof at->sun_path ? CM_E_RANGE : CM_OK;
}

static cm_err bind_unix(const char *run, enum vault_door door, int *out, struct cm_diag *diag) {
    struct sockaddr_un at;
    if (socket_address(run, door, &at) != CM_OK)
        return diag_fail(diag, CM_E_RANGE, run, socket_names[door],
                         "move the workspace to a shorter path",
                         "the path of a socket has at most %zu bytes", sizeof at.sun_path - 1);
    CM_CLEANUP(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return CM_E_IO;
    (void)unlink(at.sun_path); /* of an earlier life: we hold the lock */
    const mode_t before = umask(OURS_ONLY);
    const int bound = bind(fd, (struct sockaddr *)&at, sizeof at);
    (void)umask(before);
    if (bound != 0 || listen(fd, BACKLOG) != 0)
        return diag_fail(diag, file_err_from_errno(errno), at.sun_path, NULL, NULL, "%s",
                         file_errno_text(errno));
    *out = give(&fd);
    return CM_OK;
}

cm_err listener_vault(const char *run, int fds[VAULT_DOOR_N], struct cm_diag *diag) {
    for (unsigned i = 0; i < VAULT_DOOR_N; i++)
        TRY(bind_unix(run, (enum vault_door)i, &fds[i], diag));
    return CM_OK;
}

void listener_unlink(const char *run) {
    struct sockaddr_un at;
    for (unsigned i = 0; i < VAULT_DOOR_N; i++)
        if (socket_address(run, (enum vault_door)i, &at) == CM_OK) (void)unlink(at.sun_path);
}

cm_err listener_connect(const char *run, enum vault_door door, int *out) {
    struct sockaddr_un to;
    TRY(socket_address(run, door, &to));
    CM_CLEANUP(closep) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) return CM_E_IO;
    *out = give(&fd);
    return CM_OK;
}

/* ---- The lock ---------------------------------------------------------------------------------
 */

static cm_err busy(int fd, const char *run, struct cm_diag *diag) {
    char text[PID_CAP] = "";
    const ssize_t n = pread(fd, text, sizeof text - 1, 0);
    return diag_fail(diag, CM_E_BUSY, run, NULL, "stop it, or use the one that runs",
                     "a daemon runs on this workspace, process %ld",
                     n > 0 ? strtol(text, NULL, 10) : 0L);
}

cm_err listener_lock(const char *run, int *fd, struct cm_diag *diag) {
    char path[WORKSPACE_PATH_CAP];
    if (mkdir(run, S_IRWXU) != 0 && errno != EEXIST)
        return diag_fail(diag, file_err_from_errno(errno), run, NULL, NULL, "%s",
                         file_errno_text(errno));
    const int len = snprintf(path, sizeof path, "%s/" LOCK_NAME, run);
    if (len < 0 || (size_t)len >= sizeof path) return CM_E_RANGE;
    CM_CLEANUP(closep)
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (lock < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, NULL, "%s",
                         file_errno_text(errno));
    if (fcntl(lock, F_OFD_SETLK, &whole) != 0) return busy(lock, run, diag);
    char text[PID_CAP];
    const int text_len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)text_len, 0) != text_len)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, NULL, "%s",
                         file_errno_text(errno));
    *fd = give(&lock);
    return CM_OK;
}

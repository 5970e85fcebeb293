/* Loopback ports, Unix sockets, pseudo-terminals. References as in address.h. */
#include "support/printers/address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/text.h"

#define PORT_MAX 65535u
#define BACKLOG  16
#define UNIX     "unix:"

cm_err address_parse(const char *text, struct address *out, struct cm_diag *diag) {
    struct address a = {.kind = ADDRESS_TCP};
    uint64_t port = 0;
    const size_t prefix = sizeof UNIX - 1;
    if (strcmp(text, "pty") == 0) {
        a.kind = ADDRESS_PTY;
    } else if (strncmp(text, UNIX, prefix) == 0 && text[prefix] != '\0' &&
               strlen(text + prefix) < sizeof((struct sockaddr_un *)NULL)->sun_path) {
        a.kind = ADDRESS_UNIX;
        text_append(a.path, sizeof a.path, "%s", text + prefix);
        text_append(a.text, sizeof a.text, "%s", text);
    } else if (text_u64(slice_text(text), PORT_MAX, &port) == CM_OK) {
        a.port = (uint16_t)port;
    } else {
        return diag_fail(diag, CM_E_ARGUMENT, "address", text, "give PORT, unix:PATH or pty",
                         "no such address");
    }
    *out = a;
    return CM_OK;
}

static cm_err refuse(struct address *a, int fd, struct cm_diag *diag) {
    const int number = errno;
    if (fd >= 0) (void)close(fd);
    if (a->other > 0) (void)close(a->other);
    a->other = 0;
    const cm_err err = number == EADDRINUSE ? CM_E_EXISTS : file_err_from_errno(number);
    return diag_fail(diag, err, "address", a->text, NULL, "%s", file_errno_text(number));
}

static cm_err listen_tcp(struct address *a, int *out, struct cm_diag *diag) {
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons(a->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const int on = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    a->text[0] = '\0';
    text_append(a->text, sizeof a->text, "127.0.0.1:%u", (unsigned)a->port);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return refuse(a, fd, diag);
    a->port = ntohs(at.sin_port);
    a->text[0] = '\0';
    text_append(a->text, sizeof a->text, "127.0.0.1:%u", (unsigned)a->port);
    *out = fd;
    return CM_OK;
}

static cm_err listen_unix(struct address *a, int *out, struct cm_diag *diag) {
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    text_append(at.sun_path, sizeof at.sun_path, "%s", a->path);
    (void)unlink(a->path); /* of an earlier life */
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, BACKLOG) != 0)
        return refuse(a, fd, diag);
    *out = fd;
    return CM_OK;
}

/* The client's end stays open here, too, so that the line lives while no client has it. */
static cm_err open_pty(struct address *a, int *out, struct cm_diag *diag) {
    struct termios raw;
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 ||
        ptsname_r(fd, a->text, sizeof a->text) != 0)
        return refuse(a, fd, diag);
    a->other = open(a->text, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (a->other < 0 || tcgetattr(a->other, &raw) != 0) return refuse(a, fd, diag);
    cfmakeraw(&raw);
    if (tcsetattr(a->other, TCSANOW, &raw) != 0) return refuse(a, fd, diag);
    *out = fd;
    return CM_OK;
}

cm_err address_listen(struct address *a, int *fd, struct cm_diag *diag) {
    switch (a->kind) {
    case ADDRESS_UNIX: return listen_unix(a, fd, diag);
    case ADDRESS_PTY: return open_pty(a, fd, diag);
    case ADDRESS_TCP:
    default: return listen_tcp(a, fd, diag);
    }
}

void address_close(struct address *a) {
    if (a->kind == ADDRESS_UNIX) (void)unlink(a->path);
    if (a->other > 0) (void)close(a->other);
    a->other = 0;
}

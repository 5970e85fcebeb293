/* Files are read to their end whatever happens; a camera's connection never ends the feed. */
#include "cli/intake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"

#define TCP       "tcp:"
#define LOOPBACK  "127.0.0.1"
#define PORT_MAX  65535u
#define PIECE     65536u
#define ANSWER_MS 1000 /* that a camera may take for an answer */

/* ---- Opening ----------------------------------------------------------------------------------
 */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* "PORT", "HOST:PORT", "[HOST]:PORT"; hosts are numeric: a listener has an address of its own. */
static cm_err read_address(const char *text, union address *out, socklen_t *len) {
    char host[INET6_ADDRSTRLEN + 2] = LOOPBACK;
    const char *colon = strrchr(text, ':'), *port_text = colon != NULL ? colon + 1 : text;
    uint64_t port = 0;
    TRY(text_u64(slice_text(port_text), PORT_MAX, &port));
    if (colon != NULL) {
        const bool brackets = text[0] == '[' && colon > text && colon[-1] == ']';
        const size_t n = (size_t)(colon - text) - (brackets ? 2u : 0u);
        if (n >= sizeof host) return CM_E_RANGE;
        memcpy(host, text + brackets, n);
        host[n] = '\0';
    }
    memset(out, 0, sizeof *out);
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        *len = sizeof out->v4;
        return CM_OK;
    }
    if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) != 1) return CM_E_FORMAT;
    out->v6.sin6_family = AF_INET6;
    out->v6.sin6_port = htons((uint16_t)port);
    *len = sizeof out->v6;
    return CM_OK;
}

static cm_err own_port(int fd, unsigned *port) {
    union address bound = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = sizeof bound;
    if (getsockname(fd, &bound.any, &len) != 0) return CM_E_IO;
    *port = ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
    return CM_OK;
}

static cm_err listen_at(struct intake *in, const char *text, unsigned *port, struct cm_diag *diag) {
    union address address;
    socklen_t len = 0;
    const int yes = 1;
    if (read_address(text, &address, &len) != CM_OK)
        return diag_fail(diag, CM_E_ARGUMENT, "--feed", NULL,
                         "write tcp:PORT, or tcp:10.0.0.2:PORT with an address of this machine",
                         "'%.60s' is no address to listen on", text);
    in->listener = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (in->listener < 0 ||
        setsockopt(in->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(in->listener, &address.any, len) != 0 || listen(in->listener, 1) != 0 ||
        own_port(in->listener, port) != CM_OK)
        return diag_fail(diag, file_err_from_errno(errno), "--feed", NULL,
                         "take another port or address", "cannot listen on %.60s: %s", text,
                         file_errno_text(errno));
    return CM_OK;
}

static cm_err take_signals(struct intake *in, struct cm_diag *diag) {
    sigset_t wanted;
    (void)sigemptyset(&wanted);
    (void)sigaddset(&wanted, SIGINT);
    (void)sigaddset(&wanted, SIGTERM);
    (void)sigaddset(&wanted, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, &wanted, NULL);
    in->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (in->signals >= 0) return CM_OK;
    return diag_fail(diag, CM_E_IO, "signals", NULL, NULL, "%s", file_errno_text(errno));
}

cm_err intake_open(const char *from, struct intake *in, unsigned *port, struct cm_diag *diag) {
    *port = 0;
    TRY(take_signals(in, diag));
    if (strncmp(from, TCP, strlen(TCP)) == 0) return listen_at(in, from + strlen(TCP), port, diag);
    if (strcmp(from, "-") == 0) {
        in->input = STDIN_FILENO;
        return CM_OK;
    }
    in->input = open(from, O_RDONLY | O_CLOEXEC);
    in->closes = in->input >= 0;
    if (in->closes) return CM_OK;
    return diag_fail(diag, file_err_from_errno(errno), from, NULL, "check the path and the rights",
                     "cannot open: %s", file_errno_text(errno));
}

static void hang_up(struct intake *in) {
    if (in->closes) (void)close(in->input);
    in->input = -1;
    in->closes = false;
}

void intake_close(struct intake *in) {
    hang_up(in);
    if (in->listener >= 0) (void)close(in->listener);
    if (in->signals >= 0) (void)close(in->signals);
    *in = (struct intake)INTAKE_INIT;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static cm_err take_bytes(struct intake *in, struct buffer *out, enum intake_event *event,
                         struct cm_diag *diag) {
    const bool camera = in->listener >= 0;
    uint8_t *to = buffer_reserve(out, PIECE);
    if (to == NULL) return CM_E_NO_MEMORY;
    const ssize_t got = read(in->input, to, PIECE);
    *event = INTAKE_QUIET;
    if (got > 0) {
        out->len += (size_t)got;
        *event = INTAKE_BYTES;
        return CM_OK;
    }
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return CM_OK;
    *event = camera ? INTAKE_GONE : INTAKE_END;
    if (camera) hang_up(in);
    if (got == 0 || camera) return CM_OK;
    return diag_fail(diag, CM_E_IO, "--feed", NULL, "is it open for reading?", "cannot read: %s",
                     file_errno_text(errno));
}

/* While one camera talks, the next waits in the listener's queue. */
static void meet(struct intake *in) {
    in->input = accept4(in->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    in->closes = in->input >= 0;
}

cm_err intake_read(struct intake *in, int ms, struct buffer *out, enum intake_event *event,
                   struct cm_diag *diag) {
    struct pollfd fds[] = {{.fd = in->input, .events = POLLIN},
                           {.fd = in->input < 0 ? in->listener : -1, .events = POLLIN},
                           {.fd = in->signals, .events = POLLIN}};
    *event = INTAKE_QUIET;
    if (poll(fds, CM_ARRAY_N(fds), ms) <= 0) return CM_OK;
    if (fds[2].revents != 0) {
        *event = INTAKE_END;
        return CM_OK;
    }
    if (fds[0].revents != 0) return take_bytes(in, out, event, diag);
    if (fds[1].revents != 0) meet(in);
    return CM_OK;
}

void intake_answer(struct intake *in, struct cm_slice text) {
    if (in->listener < 0) return;
    while (in->input >= 0 && text.len > 0) {
        struct pollfd fd = {.fd = in->input, .events = POLLOUT};
        if (poll(&fd, 1, ANSWER_MS) != 1) break;
        const ssize_t put = send(in->input, text.p, text.len, MSG_NOSIGNAL);
        if (put < 0) break;
        text = slice_of(text.p + put, text.len - (size_t)put);
    }
    if (text.len > 0) hang_up(in);
}

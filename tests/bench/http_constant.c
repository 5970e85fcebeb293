/* The constant answer. References as in http_constant.h. */
#include "http_constant.h"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/buffer.h"
#include "base/file.h"

#define PEM_MAX     65536u
#define BACKLOG     1024
#define OPTIONS_CAP 8u
#define TURN_MAX_MS 500

/* As in src/edge/http.c */
#define MEMORY_PER_CONN 49152
#define INACTIVE_S      30
#define CONNECTIONS     4096
#define PER_ADDRESS     2048
#define TLS_PRIORITIES  "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_len, void **state) {
    static const char seen;
    (void)path;
    (void)method;
    (void)version;
    (void)data;
    if (*state == NULL || *data_len > 0) {
        *state = (void *)(uintptr_t)&seen;
        *data_len = 0;
        return MHD_YES;
    }
    return MHD_queue_response(c, MHD_HTTP_OK, cls);
}

static int listen_somewhere(unsigned short *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(fd, BACKLOG) != 0 || getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        _exit(1);
    *port = ntohs(at.sin_port);
    return fd;
}

static char *pem(const char *path) {
    struct buffer text = BUFFER_INIT;
    if (file_read(path, PEM_MAX, &text, NULL) != CM_OK || buffer_cstr(&text) == NULL) _exit(1);
    return (char *)text.p; /* as long as the process */
}

static struct MHD_Daemon *start(int listener, struct MHD_Response *answer, const char *certificate,
                                const char *key) {
    static char priorities[] = TLS_PRIORITIES;
    struct MHD_OptionItem tls[OPTIONS_CAP] = {{MHD_OPTION_END, 0, NULL}};
    if (key != NULL) {
        tls[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, pem(certificate)};
        tls[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, pem(key)};
        tls[2] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, priorities};
        tls[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    const unsigned mode =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (key != NULL ? (unsigned)MHD_USE_TLS : 0u);
    return MHD_start_daemon(mode, 0, NULL, NULL, on_request, answer, MHD_OPTION_LISTEN_SOCKET,
                            listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                            MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)PER_ADDRESS,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONN,
                            MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)INACTIVE_S,
                            MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

_Noreturn void http_constant_serve(const char *body, const char *certificate, const char *key,
                                   int said) {
    unsigned short port = 0;
    const int listener = listen_somewhere(&port);
    union {
        const char *is;
        char *wanted;
    } text = {.is = body};
    (void)signal(SIGPIPE, SIG_IGN);
    struct MHD_Response *answer =
        MHD_create_response_from_buffer(strlen(body), text.wanted, MHD_RESPMEM_PERSISTENT);
    if (answer == NULL) _exit(1);
    (void)MHD_add_response_header(answer, "Content-Type", "application/json");
    (void)MHD_add_response_header(answer, "Cache-Control", "no-store");
    (void)MHD_add_response_header(answer, "X-Content-Type-Options", "nosniff");
    struct MHD_Daemon *d = start(listener, answer, certificate, key);
    const union MHD_DaemonInfo *info =
        d != NULL ? MHD_get_daemon_info(d, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (info == NULL || write(said, &port, sizeof port) != (ssize_t)sizeof port) _exit(1);
    struct pollfd ready = {.fd = info->epoll_fd, .events = POLLIN};
    for (;;) {
        MHD_UNSIGNED_LONG_LONG wait = TURN_MAX_MS;
        if (MHD_get_timeout(d, &wait) != MHD_YES || wait > TURN_MAX_MS) wait = TURN_MAX_MS;
        (void)poll(&ready, 1, (int)wait);
        (void)MHD_run(d);
    }
}

/* Sockets and OpenSSL. References as in http_link.h. */
#include "http_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/ssl.h>

cm_err http_link_tls_new(void **context) {
    SSL_CTX *c = SSL_CTX_new(TLS_client_method());
    if (c == NULL) return CM_E_NO_MEMORY;
    SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);
    /* A ticket that arrives alone shall not make a read wait for the answer behind it. */
    (void)SSL_CTX_clear_mode(c, SSL_MODE_AUTO_RETRY);
    *context = c;
    return CM_OK;
}

void http_link_tls_free(void *context) { SSL_CTX_free(context); }

static cm_err shake_hands(struct http_link *l, void *context) {
    l->tls = SSL_new(context);
    if (l->tls == NULL) return CM_E_NO_MEMORY;
    return SSL_set_fd(l->tls, l->fd) == 1 && SSL_connect(l->tls) == 1 ? CM_OK : CM_E_IO;
}

cm_err http_link_open(struct http_link *l, unsigned short port, void *context) {
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    *l = (struct http_link){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (l->fd < 0 || connect(l->fd, (const struct sockaddr *)&to, sizeof to) != 0) return CM_E_IO;
    (void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return context != NULL ? shake_hands(l, context) : CM_OK;
}

void http_link_close(struct http_link *l) {
    SSL_free(l->tls);
    if (l->fd >= 0) (void)close(l->fd);
    *l = HTTP_LINK_NONE;
}

cm_err http_link_send(struct http_link *l, const char *p, size_t len) {
    if (l->tls != NULL) return SSL_write(l->tls, p, (int)len) == (int)len ? CM_OK : CM_E_IO;
    while (len > 0) {
        const ssize_t n = send(l->fd, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return CM_E_IO;
        p += n;
        len -= (size_t)n;
    }
    return CM_OK;
}

cm_err http_link_receive(struct http_link *l, char *to, size_t cap, size_t *got) {
    *got = 0;
    if (l->tls != NULL) {
        const int n = SSL_read(l->tls, to, (int)cap);
        if (n <= 0) return SSL_get_error(l->tls, n) == SSL_ERROR_WANT_READ ? CM_OK : CM_E_IO;
        *got = (size_t)n;
        return CM_OK;
    }
    const ssize_t n = recv(l->fd, to, cap, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return CM_OK;
    if (n <= 0) return CM_E_IO;
    *got = (size_t)n;
    return CM_OK;
}

bool http_link_holds(const struct http_link *l) {
    return l->tls != NULL && SSL_pending(l->tls) > 0;
}

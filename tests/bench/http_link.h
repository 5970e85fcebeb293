/* One client connection over loopback, bare or through TLS 1.3. It trusts any certificate: what is
 * measured is the server on the same machine. Writes wait, reads return what has arrived. */
#ifndef CM_TESTS_BENCH_HTTP_LINK_H
#define CM_TESTS_BENCH_HTTP_LINK_H

#include "base/macros.h"
#include "bench.h"

struct http_link {
    int fd;    /* -1: none */
    void *tls; /* of the TLS library; NULL: bare */
};
#define HTTP_LINK_NONE ((struct http_link){.fd = -1})

/* What all TLS connections of a load share; NULL without TLS. */
CM_MUST_CHECK cm_err http_link_tls_new(void **context);
void http_link_tls_free(void *context);

/** @param[in] context  of http_link_tls_new, or NULL @retval CM_E_IO */
CM_MUST_CHECK cm_err http_link_open(struct http_link *l, unsigned short port, void *context);
void http_link_close(struct http_link *l);
/** All of it. @retval CM_E_IO */
CM_MUST_CHECK cm_err http_link_send(struct http_link *l, const char *p, size_t len);
/** What has arrived. @param[out] got  0 = nothing yet @retval CM_E_IO  also when it has ended */
CM_MUST_CHECK cm_err http_link_receive(struct http_link *l, char *to, size_t cap, size_t *got);
/* Whether more has arrived than the socket shows. */
bool http_link_holds(const struct http_link *l);

#endif

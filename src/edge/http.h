/* HTTP/1.1 through libmicrohttpd, driven by our own loop. Only http.c and http_answer.c know the
 * library; connections wait for the vault suspended. */
#ifndef CM_EDGE_HTTP_H
#define CM_EDGE_HTTP_H

#include <stdbool.h>

#include "base/diag.h"
#include "edge/http_answer.h"

struct edge;
struct exchange;

struct http {
    void *daemon; /* the library's */
    int epoll_fd;
    bool quiet; /* no longer accepting */
    struct http_answers answers;
};

/** Start serving e->o->listener. @retval CM_E_IO  the library refused; CM_E_FORMAT: TLS texts */
CM_MUST_CHECK cm_err http_start(struct edge *e, struct cm_diag *diag);
/* Do what is possible now without waiting. */
void http_turn(struct edge *e);
/* Milliseconds until http_turn must be called even if nothing is readable; at most `most`. */
int http_wait_ms(const struct http *h, int most);
/* The exchange is READY: let its connection go on. */
void http_resume(struct exchange *x);
/* Accept no more. */
void http_quiet(struct http *h);
void http_stop(struct http *h);

#endif

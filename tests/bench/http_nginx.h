/* nginx answering every request with `return 200`: what its users know the speed of. One worker on
 * one processor, connections kept without end, no access log. */
#ifndef CM_TESTS_BENCH_HTTP_NGINX_H
#define CM_TESTS_BENCH_HTTP_NGINX_H

#include "server.h"

struct http_nginx {
    struct server server;
    unsigned short port;
};
#define HTTP_NGINX_NONE                                                                            \
    { .port = 0 }

/** @param[in] cpu     the processor it runs on
 * @param[in] body    what it answers: no quotes that a configuration would end
 * @param[in] parent  existing folder for its files
 * @retval CM_E_IO, CM_E_STATE  as server_start */
CM_MUST_CHECK cm_err http_nginx_start(struct http_nginx *n, unsigned cpu, const char *body,
                                      const char *parent, struct cm_diag *diag);
void http_nginx_stop(struct http_nginx *n);

#endif

/* The servers under load, each a process of its own on the first processor: our daemon on a
 * throwaway workspace, and the library's constant answer. */
#ifndef CM_TESTS_BENCH_HTTP_HOST_H
#define CM_TESTS_BENCH_HTTP_HOST_H

#include <sched.h>
#include <sys/types.h>

#include "bench.h"

struct http_host {
    pid_t pid; /* 0 = none */
    int held;  /* the reading end of what it says; -1 = none */
    unsigned short port;
};
#define HTTP_HOST_NONE ((struct http_host){.held = -1})

struct http_host_options {
    const cpu_set_t *home;         /* the processors that are ours: the first is the server's */
    const char *certificate, *key; /* PEM files, or NULL: no TLS */
};

/** countermarkd on a sandbox workspace; serving when CM_OK.
 * @retval CM_E_DEAD  it did not start: it has said why */
CM_MUST_CHECK cm_err http_host_daemon(struct http_host *h, const char *workspace,
                                      const struct http_host_options *o, struct cm_diag *diag);
/** libmicrohttpd with the options of our edge, answering `body` to every POST. */
CM_MUST_CHECK cm_err http_host_constant(struct http_host *h, const char *body,
                                        const struct http_host_options *o, struct cm_diag *diag);
void http_host_stop(struct http_host *h);

/** A self-signed certificate (ECDSA P-256) and its key, made in a folder by openssl.
 * @retval CM_E_NOT_FOUND  there is no openssl */
CM_MUST_CHECK cm_err http_host_certificate(const char *dir, struct cm_diag *diag);
#define HTTP_HOST_CERTIFICATE "tls-cert.pem"
#define HTTP_HOST_KEY         "tls-key.pem"

#endif

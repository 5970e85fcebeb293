/* The edge: the process that faces the network. It reads HTTP, knows callers by the hash of their
 * keys, throttles guessing, and sends all requests of one turn of its loop to the vault in one
 * frame. It holds no keys, no ledger, no file. Design: docs/design/processes.md. */
#ifndef CM_EDGE_EDGE_H
#define CM_EDGE_EDGE_H

#include "base/diag.h"
#include "edge/address.h"

struct edge_limits {
    uint32_t address_wrong_per_min, key_wrong_per_min; /* 0 = no limit; bursts are five minutes' */
    uint32_t connections, connections_per_address;     /* the latter 0 = no limit */
};
#define EDGE_LIMITS_DEFAULT                                                                        \
    ((struct edge_limits){.address_wrong_per_min = 60,                                             \
                          .key_wrong_per_min = 600,                                                \
                          .connections = 4096,                                                     \
                          .connections_per_address = 512})

struct edge_options {
    int listener;            /* listening TCP socket, taken over */
    int verify_fd, issue_fd; /* connected to the vault, taken over */
    int stop_fd;             /* readable when it is time to drain and return */
    struct edge_limits limits;
    struct network trusted[NETWORKS_MAX]; /* proxies whose X-Forwarded-For counts */
    size_t trusted_n;
    const char *tls_certificate, *tls_key; /* PEM texts, or NULL; borrowed */
};

/* What must be done before the fence goes up: library start-up that opens files. */
CM_MUST_CHECK cm_err edge_prepare(void);
/** Serve until stop_fd is readable; then stop accepting, finish what is under way (10 s at most).
 * @retval CM_E_DEAD  the vault went away
 * @retval CM_E_IO, CM_E_NO_MEMORY, CM_E_FORMAT (TLS key or certificate)  could not start */
CM_MUST_CHECK cm_err edge_run(const struct edge_options *options, struct cm_diag *diag);

#endif

/* The vault: the one process that holds keys and state. It answers arrays of closed questions that
 * arrive as frames on its sockets, all that came in one turn of its loop by one engine call, and
 * can do nothing else: no network, no enumeration, its own ceilings on wrong answers.
 * Design: docs/design/processes.md. */
#ifndef CM_VAULT_VAULT_H
#define CM_VAULT_VAULT_H

#include <stdbool.h>

#include "base/diag.h"
#include "crypto/keystore.h"
#include "engine/engine.h"

/* What a connection may ask is fixed by the socket it came in by. */
enum vault_door { VAULT_VERIFY, VAULT_ISSUE, VAULT_ADMIN, VAULT_LINE };
#define VAULT_DOOR_N 4u

struct vault_limits {
    uint32_t wrong_per_s;        /* wrong answers of all callers together */
    uint32_t caller_wrong_per_s; /* of one API key */
    uint32_t issue_per_s;        /* codes given out over the issue socket */
};
#define VAULT_LIMITS_DEFAULT                                                                       \
    ((struct vault_limits){.wrong_per_s = 2000, .caller_wrong_per_s = 500, .issue_per_s = 20000})

struct vault_options {
    struct cm_engine *engine;  /* borrowed */
    struct keystore *keystore; /* borrowed; for acts */
    const char *workspace;
    int listeners[VAULT_DOOR_N]; /* listening Unix sockets, taken over */
    int stop_fd;                 /* readable when it is time to finish and return */
    struct vault_limits limits;
};

/** Serve until stop_fd is readable: then finish what has arrived, answer it, return.
 * @retval CM_E_DEAD  the ledger failed: outcomes are unknown, the process must end
 * @retval CM_E_NO_MEMORY, CM_E_IO */
CM_MUST_CHECK cm_err vault_run(const struct vault_options *options, struct cm_diag *diag);

#endif

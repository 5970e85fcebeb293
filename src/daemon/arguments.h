/* The command line of countermarkd. */
#ifndef CM_DAEMON_ARGUMENTS_H
#define CM_DAEMON_ARGUMENTS_H

#include "edge/edge.h"
#include "vault/vault.h"

#define OPTION_TEXT_CAP 256u

struct daemon_options {
    const char *workspace;
    char host[OPTION_TEXT_CAP], port[OPTION_TEXT_CAP]; /* of --listen */
    const char *key_file;
    int passphrase_fd;                     /* -1 = none */
    const char *tls_certificate, *tls_key; /* paths */
    struct edge_limits edge;
    struct vault_limits vault;
    struct network trusted[NETWORKS_MAX];
    size_t trusted_n;
    bool no_lines; /* leave the printers to others */
    bool help, version;
};

/** @retval CM_E_ARGUMENT  diag names the option, what is wrong and the remedy */
CM_MUST_CHECK cm_err arguments_parse(int argc, char **argv, struct daemon_options *out,
                                     struct cm_diag *diag);
/* What --help prints. */
extern const char arguments_help[];

#endif

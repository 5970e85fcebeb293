/* The private key of a person who approves: Ed25519 in a PEM file (RFC 8410), as openssl genpkey
 * makes it, too. It stays with the person; the workspace knows the public key alone. Refused:
 * encrypted keys, keys of other kinds. */
#ifndef CM_CLI_OPERATOR_KEY_H
#define CM_CLI_OPERATOR_KEY_H

#include "cli/command.h"
#include "crypto/sign.h"

/** Make a key and write it, mode 0600; it replaces nothing.
 * @retval CM_E_EXISTS, CM_E_IO, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err operator_key_make(const char *path, struct sign_public *public,
                                       struct cm_diag *diag);
/** Read a key. @param[out] seed  wiped by the caller; untouched on error
 * @retval CM_E_FORMAT  not such a key      @retval as file_read */
CM_MUST_CHECK cm_err operator_key_read(const char *path, struct cm_key *seed, struct cm_diag *diag);
/** Put "by" and "signature" over a text into the arguments of an act, from --by and --operator-key.
 * Without these options nothing is put.
 * @retval CM_E_ARGUMENT  one without the other      @retval CM_E_FORMAT  not such a key
 * @retval as file_read */
CM_MUST_CHECK cm_err operator_key_sign(struct cli *cli, struct cm_slice text,
                                       struct json_writer *w);

#define OPERATOR_OPTIONS                                                                           \
    {"by", OPTION_TEXT, "NAME", "the operator who does it", NULL, false}, {                        \
        "operator-key", OPTION_TEXT, "KEY.pem", "that operator's private key", NULL, false         \
    }

#endif

/* The private key of a certificate, for restoring and importing: from a PEM file, its passphrase
 * from --key-passphrase-fd or the terminal. */
#ifndef CM_CLI_PRIVATE_KEY_H
#define CM_CLI_PRIVATE_KEY_H

#include "cli/option.h"
#include "crypto/recipient.h"

/** Read --private-key. @param[out] key  recipient_key_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such file     @retval as recipient_key_from */
CM_MUST_CHECK cm_err private_key_read(const struct options *options, struct recipient_key **key,
                                      struct cm_diag *diag);

#endif

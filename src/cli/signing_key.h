/* Private keys that sign for others to check (passes, save links): PEM files, their passphrase from
 * --key-passphrase-fd or the terminal. Refused: a key that others on this machine can read, and
 * what is no regular file. */
#ifndef CM_CLI_SIGNING_KEY_H
#define CM_CLI_SIGNING_KEY_H

#include "base/buffer.h"
#include "cli/option.h"
#include "crypto/recipient.h"

/** Read a file with a secret. @param[in] option  names it in errors: "--key"
 * @param[in,out] out  buffer_wipe it
 * @retval CM_E_DENIED  others can read it      @retval CM_E_NOT_FOUND, CM_E_LIMIT, CM_E_IO */
CM_MUST_CHECK cm_err secret_file_read(const char *option, const char *path, struct buffer *out,
                                      struct cm_diag *diag);
/** 32 bytes as 64 hex digits, with or without a line end. @retval CM_E_FORMAT, as above */
CM_MUST_CHECK cm_err secret_file_hex(const char *option, const char *path, struct cm_key *out,
                                     struct cm_diag *diag);

struct passphrase_asker {
    const char *prompt; /* "Passphrase of the signing key: " */
    const struct options *options;
    struct cm_diag *diag;
};
/* The passphrase, when one is needed; borrows the asker. */
struct passphrase_source passphrase_ask(struct passphrase_asker *asker);

#endif

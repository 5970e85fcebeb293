/* How the keystore is opened: --key-file, --passphrase-fd, --recovery, the key file of a sandbox,
 * or the terminal. Never from arguments or the environment: both are open to other processes. */
#ifndef CM_CLI_UNLOCK_H
#define CM_CLI_UNLOCK_H

#include "cli/option.h"
#include "crypto/keystore.h"
#include "crypto/secret.h"

#define SANDBOX_KEY_NAME "sandbox.key"
#define UNLOCK_PATH_CAP  4096u

struct unlock {
    struct keystore_unlock way;
    struct secret secret;
    char path[UNLOCK_PATH_CAP];
};
#define UNLOCK_INIT                                                                                \
    { .secret = SECRET_INIT }
void unlock_wipe(struct unlock *u);
#define UNLOCK_SCOPED CM_CLEANUP(unlock_wipe)

/** Find out how to open, asking a person where nothing else is said.
 * @param[out] out  initialised; unlock_wipe it
 * @retval CM_E_ARGUMENT  two ways at once, or no way and no terminal; others as terminal.h */
CM_MUST_CHECK cm_err unlock_existing(const struct options *options, const char *workspace,
                                     struct unlock *out, struct cm_diag *diag);
/** The way into a new keystore: a passphrase is asked for twice; a sandbox makes its key file.
 * @retval as unlock_existing, and CM_E_FORMAT  the two passphrases differ */
CM_MUST_CHECK cm_err unlock_new(const struct options *options, const char *workspace, bool sandbox,
                                struct unlock *out, struct cm_diag *diag);

#endif

/* The keys that orders are made with: the signer of sealed files, the hold key that keeps them
 * closed until release, and the Ed25519 seed of manifests (that of checkpoints). The first two are
 * made on first use, so that older workspaces have them, too. */
#ifndef CM_VAULT_ORDER_KEYS_H
#define CM_VAULT_ORDER_KEYS_H

#include "crypto/keystore.h"
#include "crypto/sign.h"

/* Borrowed from the keystore. */
struct order_keys {
    const struct cm_key *sign;     /* KEY_ORDER_SIGN: signer_open */
    const struct cm_key *hold;     /* KEY_ORDER_HOLD: p256_hold */
    const struct cm_key *manifest; /* KEY_AUDIT: bundle_seal */
};

/** @retval CM_E_NOT_FOUND  the workspace has no key for manifests
 * @retval CM_E_STATE      one of them was destroyed
 * @retval CM_E_BUSY, CM_E_CONFLICT, CM_E_IO, CM_E_NO_SPACE  a new key could not be saved */
CM_MUST_CHECK cm_err order_keys(struct keystore *keystore, uint64_t now_unix_s,
                                struct order_keys *out, struct cm_diag *diag);

#endif

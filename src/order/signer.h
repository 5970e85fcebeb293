/* The signer of a workspace's order files: its key is in the keystore, its certificate in the file
 * order-signer.pem of the workspace folder, made on first use and never again, so that what a
 * bureau has pinned stays true. It refuses a certificate of another key instead of replacing it.
 * Design: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_ORDER_SIGNER_H
#define CM_ORDER_SIGNER_H

#include "base/buffer.h"
#include "crypto/p256.h"
#include "crypto/sign.h"

#define SIGNER_FILE    "order-signer.pem"
#define SIGNER_YEARS_N 25u /* validity: our choice; a new key ends it earlier */

/** The signer, and its certificate for others.
 * @param[in]  workspace  folder; may be written to on first use
 * @param[in]  seed       KEY_ORDER_SIGN
 * @param[in]  name       for people, in the certificate: the workspace's
 * @param[out] out        cms_signer_free it; may be NULL; untouched on error
 * @param[out] pem        the certificate is appended; may be NULL
 * @retval CM_E_CONFLICT  the file there is of another key      @retval CM_E_FORMAT  or none at all
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err signer_open(const char *workspace, const struct cm_key *seed, const char *name,
                                 uint64_t now_unix_s, struct cms_signer **out, struct buffer *pem,
                                 struct cm_diag *diag);

/* Ed25519 public keys (of manifests) as others want them: SubjectPublicKeyInfo in PEM, RFC 8410. */
void signer_public_pem(const struct sign_public *key, struct buffer *out);
/** @retval CM_E_FORMAT  not such a key */
CM_MUST_CHECK cm_err signer_public_read(struct cm_slice pem, struct sign_public *out,
                                        struct cm_diag *diag);

#endif

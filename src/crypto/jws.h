/* JSON Web Signatures in compact form (RFC 7515) with RS256 (RFC 7518 section 3.3): the save links
 * of Google Wallet. It signs what it is given and reads nothing: header and payload are the
 * caller's JSON. Refused: keys that are not RSA, or below 2048 bits. */
#ifndef CM_CRYPTO_JWS_H
#define CM_CRYPTO_JWS_H

#include "base/buffer.h"
#include "crypto/recipient.h"

struct jws_signer;

/** @param[in]  key         RSA private key, PEM (encrypted or not) or DER
 * @param[in]  passphrase  asked only for an encrypted key; may be NULL
 * @param[out] out         jws_signer_free it; untouched on error
 * @retval CM_E_FORMAT  not a private key           @retval CM_E_AUTH  wrong or no passphrase
 * @retval CM_E_UNSUPPORTED  not an RSA key         @retval CM_E_WEAK  below 2048 bits */
CM_MUST_CHECK cm_err jws_signer_from(struct cm_slice key,
                                     const struct passphrase_source *passphrase,
                                     struct jws_signer **out, struct cm_diag *diag);
void jws_signer_free(struct jws_signer *s);
void jws_signer_freep(struct jws_signer **s);
/** Append "header.payload.signature".
 * @param[in] key_id  the header's "kid", printable ASCII without quotes; NULL: none
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY      Not for two threads at once. */
CM_MUST_CHECK cm_err jws_sign(struct jws_signer *s, const char *key_id, struct cm_slice payload,
                              struct buffer *out);

#endif

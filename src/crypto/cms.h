/* CMS messages (RFC 5652) of the kind AuthEnvelopedData (RFC 5083) with AES-256-GCM (RFC 5084),
 * to one recipient: RSA-OAEP with SHA-256 (RFC 3560), or ECDH with X9.63 KDF SHA-256 and AES-256
 * key wrap (RFC 5753). Whole messages in memory; long streams go through seal.
 * Others open them with: openssl cms -decrypt -inform DER -inkey KEY -recip CERT */
#ifndef CM_CRYPTO_CMS_H
#define CM_CRYPTO_CMS_H

#include "base/buffer.h"
#include "crypto/recipient.h"
#include "crypto/secret.h"

#define CMS_MESSAGE_MAX (16u << 20) /* bytes; more goes through seal */

/** @param[in,out] der  the message is appended
 * @retval CM_E_RANGE  content empty or too long      @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cms_seal(const struct recipient *to, struct cm_slice content,
                              struct buffer *der);

/** Open a message; nothing of it is given out before its tag was verified.
 * @param[in]  message  DER or PEM
 * @param[out] content  guarded memory, secret_wipe it; untouched on error
 * @retval CM_E_FORMAT  not such a message    @retval CM_E_AUTH  sealed to another key
 * @retval CM_E_CORRUPT the key fits, but the content was changed */
CM_MUST_CHECK cm_err cms_open(const struct recipient_key *key, struct cm_slice message,
                              struct secret *content, struct cm_diag *diag);

#endif

/* Who signs a sealed file: a private key and its certificate, RSA or EC on P-256.
 * It refuses a key that does not belong to the certificate, weak keys, and certificates that are
 * not for signatures. Sources: RFC 5652 section 5, RFC 5280 section 4.2.1.3.
 * Design: docs/design/orders.md, "Sealing and manifest". */
#ifndef CM_CRYPTO_CMS_SIGNER_H
#define CM_CRYPTO_CMS_SIGNER_H

#include "crypto/recipient.h"

struct cms_signer;

/** Read a certificate and the private key that belongs to it (PEM or DER).
 * @param[in]  passphrase  asked only for an encrypted key; may be NULL
 * @param[out] out         cms_signer_free it; untouched on error
 * @retval CM_E_FORMAT  not a certificate or not a key    @retval CM_E_AUTH  no or wrong passphrase
 * @retval CM_E_CONFLICT     the key is not the certificate's
 * @retval CM_E_WEAK         RSA below 2048 bits, curve below 256 bits
 * @retval CM_E_UNSUPPORTED  neither RSA nor EC, or its key usage forbids signatures */
CM_MUST_CHECK cm_err cms_signer_from(struct cm_slice cert, struct cm_slice key,
                                     const struct passphrase_source *passphrase,
                                     struct cms_signer **out, struct cm_diag *diag);
/** SHA-256 of a certificate (PEM or DER), over its DER form.
 * @retval CM_E_FORMAT  not a certificate      @retval CM_E_CRYPTO  out untouched */
CM_MUST_CHECK cm_err cms_signer_fingerprint(struct cm_slice cert, struct hash256 *out);
void cms_signer_free(struct cms_signer *s);
void cms_signer_freep(struct cms_signer **s);

#endif

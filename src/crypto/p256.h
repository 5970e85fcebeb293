/* Identities on the curve P-256 from 32 bytes of the keystore: the signer of order files and the
 * hold key that keeps sealed files closed until they are released.
 *
 * The private scalar is HKDF-SHA256 of the seed, 48 bytes, reduced mod n - 1, plus 1 (FIPS 186-5
 * A.2.1). A certificate is self-made: others pin it, nobody vouches for it. Its own signature is
 * random, so it is made once and kept (order/signer.h); the key is the same in every one.
 * Design: docs/design/orders.md, "Sealing and manifest"; docs/design/keystore.md. */
#ifndef CM_CRYPTO_P256_H
#define CM_CRYPTO_P256_H

#include "base/buffer.h"
#include "crypto/cms_signer.h"
#include "crypto/recipient.h"

#define P256_NAME_MAX 64u /* bytes of a common name: RFC 5280 appendix A, ub-common-name */

/** A certificate for signatures over the key of a seed, in PEM form, appended to `pem`.
 * @param[in] name  common name, UTF-8, 1..P256_NAME_MAX bytes
 * @param[in] from_unix_s, until_unix_s  validity
 * @retval CM_E_RANGE  name or validity      @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err p256_certificate(const struct cm_key *seed, const char *name,
                                      uint64_t from_unix_s, uint64_t until_unix_s,
                                      struct buffer *pem);
/** The signer of a seed with a certificate of p256_certificate.
 * @param[out] out  cms_signer_free it; untouched on error
 * @retval CM_E_CONFLICT  the certificate is of another key      @retval CM_E_FORMAT, CM_E_CRYPTO */
CM_MUST_CHECK cm_err p256_signer(const struct cm_key *seed, struct cm_slice pem,
                                 struct cms_signer **out, struct cm_diag *diag);
/** The hold key of a seed: whom files are sealed to first, and what opens them again.
 * @param[out] to   recipient_free it; may be NULL
 * @param[out] key  recipient_key_free it; may be NULL      Both untouched on error.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err p256_hold(const struct cm_key *seed, struct recipient **to,
                               struct recipient_key **key);

#endif

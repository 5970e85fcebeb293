/* Ed25519 signatures (RFC 8032) for checkpoints and manifests; the secret is a 32-byte seed.
 * Deterministic, over the message itself (no prehash), so that openssl, node and minisign-like
 * tools can check them. */
#ifndef CM_CRYPTO_SIGN_H
#define CM_CRYPTO_SIGN_H

#include <stdint.h>

#include "base/bytes.h"

#define SIGN_PUBLIC_LEN 32u /* bytes; RFC 8032 section 5.1.5 */
#define SIGNATURE_LEN   64u /* bytes; RFC 8032 section 5.1.6 */

struct sign_public {
    uint8_t b[SIGN_PUBLIC_LEN];
};
struct signature {
    uint8_t b[SIGNATURE_LEN];
};

/* The public key of a seed. */
void sign_public_of(const struct cm_key *seed, struct sign_public *out);
void sign_make(const struct cm_key *seed, struct cm_slice message, struct signature *out);
/** @retval CM_E_AUTH  not a signature of this key over this message (or a weak public key) */
CM_MUST_CHECK cm_err sign_check(const struct sign_public *key, struct cm_slice message,
                                const struct signature *signature);

#endif

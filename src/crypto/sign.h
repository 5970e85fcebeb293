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

/* A seed made ready to sign: who needs its public key, too, or signs more than once, pays for the
 * derivation once, which costs as much as a signature. It is as secret as the seed; wipe it. */
struct sign_pair {
    struct sign_public public_key;
    uint8_t expanded[2 * SIGN_PUBLIC_LEN]; /* the seed and the public key, as libsodium has them */
};
void sign_pair_of(const struct cm_key *seed, struct sign_pair *out);
void sign_pair_make(const struct sign_pair *pair, struct cm_slice message, struct signature *out);
void sign_pair_wipe(struct sign_pair *pair);

/** @retval CM_E_AUTH  not a signature of this key over this message (or a weak public key) */
CM_MUST_CHECK cm_err sign_check(const struct sign_public *key, struct cm_slice message,
                                const struct signature *signature);

#endif

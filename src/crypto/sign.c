/* Ed25519 through libsodium, which also refuses small-order keys and non-canonical scalars.
 * The expanded secret key exists only during one call and is wiped. Source: RFC 8032. */
#include "crypto/sign.h"

#include <sodium.h>

_Static_assert(SIGN_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "RFC 8032");
_Static_assert(SIGNATURE_LEN == crypto_sign_BYTES, "RFC 8032");
_Static_assert(CM_KEY_LEN == crypto_sign_SEEDBYTES, "RFC 8032");

void sign_public_of(const struct cm_key *seed, struct sign_public *out) {
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    (void)crypto_sign_seed_keypair(out->b, expanded, seed->b); /* always 0 */
    wipe(expanded, sizeof expanded);
}

void sign_make(const struct cm_key *seed, struct cm_slice message, struct signature *out) {
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    struct sign_public unused;
    (void)crypto_sign_seed_keypair(unused.b, expanded, seed->b); /* always 0 */
    (void)crypto_sign_detached(out->b, NULL, message.p, message.len, expanded);
    wipe(expanded, sizeof expanded);
}

cm_err sign_check(const struct sign_public *key, struct cm_slice message,
                  const struct signature *signature) {
    const int bad = crypto_sign_verify_detached(signature->b, message.p, message.len, key->b);
    return bad == 0 ? CM_OK : CM_E_AUTH;
}

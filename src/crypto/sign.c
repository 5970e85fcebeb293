/* Ed25519 through libsodium, which also refuses small-order keys and non-canonical scalars.
 * The expanded secret key exists in a struct sign_pair only, and is wiped. Source: RFC 8032. */
#include "crypto/sign.h"

#include <sodium.h>

#include "base/macros.h"

_Static_assert(SIGN_PUBLIC_LEN == crypto_sign_PUBLICKEYBYTES, "RFC 8032");
_Static_assert(SIGNATURE_LEN == crypto_sign_BYTES, "RFC 8032");
_Static_assert(CM_KEY_LEN == crypto_sign_SEEDBYTES, "RFC 8032");

_Static_assert(sizeof((struct sign_pair *)0)->expanded == crypto_sign_SECRETKEYBYTES, "libsodium");

void sign_pair_of(const struct cm_key *seed, struct sign_pair *out) {
    (void)crypto_sign_seed_keypair(out->public_key.b, out->expanded, seed->b); /* always 0 */
}

void sign_pair_make(const struct sign_pair *pair, struct cm_slice message, struct signature *out) {
    (void)crypto_sign_detached(out->b, NULL, message.p, message.len, pair->expanded);
}

void sign_pair_wipe(struct sign_pair *pair) { wipe(pair, sizeof *pair); }

void sign_public_of(const struct cm_key *seed, struct sign_public *out) {
    CM_CLEANUP(sign_pair_wipe) struct sign_pair pair;
    sign_pair_of(seed, &pair);
    *out = pair.public_key;
}

void sign_make(const struct cm_key *seed, struct cm_slice message, struct signature *out) {
    CM_CLEANUP(sign_pair_wipe) struct sign_pair pair;
    sign_pair_of(seed, &pair);
    sign_pair_make(&pair, message, out);
}

cm_err sign_check(const struct sign_public *key, struct cm_slice message,
                  const struct signature *signature) {
    const int bad = crypto_sign_verify_detached(signature->b, message.p, message.len, key->b);
    return bad == 0 ? CM_OK : CM_E_AUTH;
}

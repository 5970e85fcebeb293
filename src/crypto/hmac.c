/* Vectors: RFC 4231 (tests/unit/crypto/test_hmac.c). */
#include "crypto/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "crypto/crypto_err.h"

cm_err hmac_sha256(const struct cm_key *key, struct cm_slice message, struct hash256 *out) {
    struct hash256 sum;
    unsigned len = 0;
    const uint8_t nothing = 0;
    if (HMAC(EVP_sha256(), key->b, (int)sizeof key->b, message.len > 0 ? message.p : &nothing,
             message.len, sum.b, &len) == NULL ||
        len != sizeof sum.b)
        return crypto_err_openssl("HMAC");
    *out = sum;
    return CM_OK;
}

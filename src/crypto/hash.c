/* SHA-256: libsodium for one call (no setup), OpenSSL for streams (SHA instructions, and the
 * digest is fetched once per context because a fetch costs more than a short hash). */
#include "crypto/hash.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <sodium.h>

#include "crypto/crypto_err.h"

_Static_assert(HASH_LEN == crypto_hash_sha256_BYTES, "SHA-256 has 32 bytes");

struct hasher {
    EVP_MD *md;
    EVP_MD_CTX *ctx;
};

void hash_sha256(struct cm_slice data, struct hash256 *out) {
    (void)crypto_hash_sha256(out->b, data.p, data.len); /* always 0 by its contract */
}

void hasher_free(struct hasher *h) {
    if (h == NULL) return;
    EVP_MD_CTX_free(h->ctx);
    EVP_MD_free(h->md);
    free(h);
}

void hasher_freep(struct hasher **h) { hasher_free(take(h)); }

cm_err hasher_new(struct hasher **out) {
    CM_CLEANUP(hasher_freep) struct hasher *h = calloc(1, sizeof *h);
    if (h == NULL) return CM_E_NO_MEMORY;
    h->md = EVP_MD_fetch(NULL, "SHA256", NULL);
    h->ctx = EVP_MD_CTX_new();
    if (h->md == NULL || h->ctx == NULL) return crypto_err_openssl("EVP_MD_fetch");
    *out = take(&h);
    return CM_OK;
}

cm_err hasher_begin(struct hasher *h) {
    return EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1 ? CM_OK
                                                        : crypto_err_openssl("EVP_DigestInit_ex2");
}

cm_err hasher_update(struct hasher *h, struct cm_slice data) {
    if (data.len == 0) return CM_OK;
    return EVP_DigestUpdate(h->ctx, data.p, data.len) == 1 ? CM_OK
                                                           : crypto_err_openssl("EVP_DigestUpdate");
}

cm_err hasher_end(struct hasher *h, struct hash256 *out) {
    struct hash256 sum;
    unsigned len = 0;
    if (EVP_DigestFinal_ex(h->ctx, sum.b, &len) != 1 || len != HASH_LEN)
        return crypto_err_openssl("EVP_DigestFinal_ex");
    *out = sum;
    return CM_OK;
}

/* HKDF-SHA256 through OpenSSL's EVP_KDF (libsodium 1.0.18 has none). See kdf.h. */
#include "crypto/kdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/crypto_err.h"

#define KDF_INFO_PREFIX "countermark/1/"
#define KDF_SHA256_LEN  32u
#define KDF_OUT_MAX     ((size_t)255 * KDF_SHA256_LEN) /* RFC 5869, section 2.3 */
#define KDF_INFO_MAX    (sizeof KDF_INFO_PREFIX - 1 + KDF_PURPOSE_MAX + 1 + 4 + 1)

static void kdf_freep(EVP_KDF **kdf) { EVP_KDF_free(*kdf); }
static void kdf_ctx_freep(EVP_KDF_CTX **ctx) { EVP_KDF_CTX_free(*ctx); }

/* OSSL_PARAM wants a writable pointer but only reads through it. */
static OSSL_PARAM octets(const char *key, struct cm_slice bytes) {
    union {
        const uint8_t *in;
        void *out;
    } p = {.in = bytes.p};
    return OSSL_PARAM_construct_octet_string(key, p.out, bytes.len);
}

cm_err kdf_hkdf(struct cm_slice ikm, struct cm_slice salt, struct cm_slice info, uint8_t *out,
                size_t out_len) {
    if (out_len == 0 || out_len > KDF_OUT_MAX) return CM_E_RANGE;
    CM_CLEANUP(kdf_freep) EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    if (kdf == NULL) return crypto_err_openssl("EVP_KDF_fetch");
    CM_CLEANUP(kdf_ctx_freep) EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    if (ctx == NULL) return crypto_err_openssl("EVP_KDF_CTX_new");
    char digest[] = "SHA256";
    OSSL_PARAM params[5] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        octets(OSSL_KDF_PARAM_KEY, ikm),
        octets(OSSL_KDF_PARAM_INFO, info),
        OSSL_PARAM_construct_end(),
        OSSL_PARAM_construct_end(),
    };
    /* An empty salt and none are the same (RFC 5869, section 2.2); OpenSSL refuses an empty one. */
    if (salt.len > 0) params[3] = octets(OSSL_KDF_PARAM_SALT, salt);
    if (EVP_KDF_derive(ctx, out, out_len, params) != 1) {
        wipe(out, out_len);
        return crypto_err_openssl("EVP_KDF_derive");
    }
    return CM_OK;
}

cm_err kdf_derive(const struct cm_key *root, const char *purpose, uint32_t id, uint8_t key_version,
                  struct cm_key *out) {
    const struct cm_slice name = slice_text(purpose);
    if (name.len == 0 || name.len > KDF_PURPOSE_MAX) return CM_E_RANGE;
    uint8_t info[KDF_INFO_MAX];
    uint8_t *p = info;
    memcpy(p, KDF_INFO_PREFIX, sizeof KDF_INFO_PREFIX - 1);
    p += sizeof KDF_INFO_PREFIX - 1;
    memcpy(p, name.p, name.len);
    p += name.len;
    *p++ = 0;
    put_u32be(p, id);
    p += 4;
    *p++ = key_version;
    CM_KEY_SCOPED struct cm_key key = {{0}};
    TRY(kdf_hkdf(slice_of(root->b, sizeof root->b), slice_of(NULL, 0),
                 slice_of(info, (size_t)(p - info)), key.b, sizeof key.b));
    *out = key;
    return CM_OK;
}

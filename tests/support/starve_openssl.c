/* Wrapped OpenSSL calls that can be told to fail. See starve.h. */
#include "support/starve.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the linker's. */
EVP_CIPHER_CTX *__real_EVP_CIPHER_CTX_new(void);
EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void);
EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void) {
    return starve_turn() ? NULL : __real_EVP_CIPHER_CTX_new();
}

int __real_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n) {
    return starve_turn() ? 0 : __real_EVP_EncryptUpdate(ctx, out, out_n, in, in_n);
}

int __real_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]);
int __wrap_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]);
int __wrap_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]) {
    return starve_turn() ? 0 : __real_EVP_KDF_derive(ctx, key, len, params);
}
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */

/* Wrapped allocation and OpenSSL calls that can be told to fail. See starve.h. */
#include "support/starve.h"

#include <stdbool.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/kdf.h>

static unsigned calls, fail_at;

void starve_at(unsigned n) {
    calls = 0;
    fail_at = n;
}

unsigned starve_calls(void) { return calls; }

static bool starved(void) {
    calls++;
    return calls == fail_at;
}

/* NOLINTBEGIN(cert-dcl51-cpp,bugprone-reserved-identifier): these names are the linker's. */
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size) { return starved() ? NULL : __real_calloc(n, size); }

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size) { return starved() ? NULL : __real_malloc(size); }

EVP_CIPHER_CTX *__real_EVP_CIPHER_CTX_new(void);
EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void);
EVP_CIPHER_CTX *__wrap_EVP_CIPHER_CTX_new(void) {
    return starved() ? NULL : __real_EVP_CIPHER_CTX_new();
}

int __real_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n);
int __wrap_EVP_EncryptUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_n,
                             const unsigned char *in, int in_n) {
    return starved() ? 0 : __real_EVP_EncryptUpdate(ctx, out, out_n, in, in_n);
}

int __real_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]);
int __wrap_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]);
int __wrap_EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t len,
                          const OSSL_PARAM params[]) {
    return starved() ? 0 : __real_EVP_KDF_derive(ctx, key, len, params);
}
/* NOLINTEND(cert-dcl51-cpp,bugprone-reserved-identifier) */

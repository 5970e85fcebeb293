/* AES over arrays through OpenSSL's EVP. See aes.h. */
#include "crypto/aes.h"

#include <openssl/evp.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/crypto_err.h"

static const EVP_CIPHER *cipher_for(size_t key_len) {
    switch (key_len) {
    case 16: return EVP_aes_128_ecb();
    case 24: return EVP_aes_192_ecb();
    case 32: return EVP_aes_256_ecb();
    default: return NULL;
    }
}

cm_err aes_init(struct aes *aes, struct cm_slice key) {
    const EVP_CIPHER *cipher = cipher_for(key.len);
    if (cipher == NULL) return CM_E_RANGE;
    EVP_CIPHER_CTX *evp = EVP_CIPHER_CTX_new();
    if (evp == NULL) return crypto_err_openssl("EVP_CIPHER_CTX_new");
    if (EVP_EncryptInit_ex(evp, cipher, NULL, key.p, NULL) != 1 ||
        EVP_CIPHER_CTX_set_padding(evp, 0) != 1) {
        EVP_CIPHER_CTX_free(evp);
        return crypto_err_openssl("EVP_EncryptInit_ex");
    }
    aes->evp = evp;
    return CM_OK;
}

void aes_wipe(struct aes *aes) {
    EVP_CIPHER_CTX_free(aes->evp); /* cleanses the schedule; NULL is fine */
    aes->evp = NULL;
}

cm_err aes_blocks(struct aes *aes, void *blocks, size_t n) {
    if (n > AES_BLOCKS_MAX) return CM_E_CRYPTO;
    const int len = (int)(n * AES_BLOCK_LEN);
    int done = 0;
    if (EVP_EncryptUpdate(aes->evp, blocks, &done, blocks, len) != 1 || done != len) {
        wipe(blocks, n * AES_BLOCK_LEN);
        return crypto_err_openssl("EVP_EncryptUpdate");
    }
    return CM_OK;
}

/* The AES block cipher over arrays of blocks, the one primitive under FF1 and CMAC.
 *
 * EVP in ECB without padding: one call a whole array, so that the library's wide AES units are
 * filled. ECB is never used as a mode for messages here. Refuses key lengths other than 16, 24
 * and 32. Source: FIPS 197. A context belongs to one thread. */
#ifndef CM_CRYPTO_AES_H
#define CM_CRYPTO_AES_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

#define AES_BLOCK_LEN  16u
#define AES_BLOCKS_MAX 65536u /* of one call; EVP counts bytes in an int */

struct aes {
    void *evp; /* EVP_CIPHER_CTX; NULL = empty */
};
#define AES_INIT                                                                                   \
    { NULL }

/** @retval CM_E_RANGE  key length      @retval CM_E_CRYPTO  the crypto library failed */
CM_MUST_CHECK cm_err aes_init(struct aes *aes, struct cm_slice key);
/** Wipe the key schedule; an empty context is fine. */
void aes_wipe(struct aes *aes);
/** Encipher n blocks in place, n <= AES_BLOCKS_MAX.
 * @retval CM_E_CRYPTO  the crypto library failed; blocks are zeroed */
CM_MUST_CHECK cm_err aes_blocks(struct aes *aes, void *blocks, size_t n);

#endif

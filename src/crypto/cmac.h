/* AES-256-CMAC: over arrays of exactly one 16-byte block each, and one-shot for any message.
 *
 * The array form is one ECB call for all blocks: tag = AES(K, M xor K1). It refuses nothing but a
 * failing crypto library. Source: NIST SP 800-38B, section 6; RFC 4493 for the wording.
 * A context belongs to one thread. */
#ifndef CM_CRYPTO_CMAC_H
#define CM_CRYPTO_CMAC_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

#define CMAC_LEN 16u /* bytes of a block and of a tag */

struct cmac;

/** @retval CM_E_NO_MEMORY  no memory      @retval CM_E_CRYPTO  the crypto library failed */
CM_MUST_CHECK cm_err cmac_new(struct cmac **out, const struct cm_key *key);
void cmac_free(struct cmac *cmac);
void cmac_freep(struct cmac **cmac);

/** Replace n whole-block messages by their tags, in place.
 * @param[in,out] blocks  n * CMAC_LEN bytes
 * @retval CM_E_CRYPTO  the crypto library failed; blocks are zeroed */
CM_MUST_CHECK cm_err cmac_blocks(struct cmac *cmac, uint8_t *blocks, size_t n);

/** The tag of one message of any length.
 * @retval CM_E_CRYPTO  the crypto library failed; tag untouched */
CM_MUST_CHECK cm_err cmac_message(struct cmac *cmac, struct cm_slice message,
                                  uint8_t tag[static CMAC_LEN]);

#endif

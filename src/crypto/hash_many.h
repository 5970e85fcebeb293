/* SHA-256 of many short messages of one length: 16 at a time where the processor has AVX-512, one
 * after the other where not. For Merkle trees, whose leaves and pairs are short: there the cost of
 * a call is most of the cost of a hash. It refuses messages of more than two blocks.
 * Source: FIPS 180-4. */
#ifndef CM_CRYPTO_HASH_MANY_H
#define CM_CRYPTO_HASH_MANY_H

#include "crypto/hash.h"

#define HASH_MANY_LEN_MAX 119u /* bytes: two blocks of 64 without padding */

struct hash_messages {
    const uint8_t *first;
    size_t len, stride; /* bytes of each; from one to the next */
    size_t n;
};

/** Hash each message.
 * @param[in]  hasher  for messages that do not fill the lanes
 * @param[out] out     m->n hashes; may not overlap the messages
 * @retval CM_E_ARGUMENT  messages longer than HASH_MANY_LEN_MAX      @retval CM_E_CRYPTO */
CM_MUST_CHECK cm_err hash_many(struct hasher *hasher, const struct hash_messages *m,
                               struct hash256 *out);

#endif

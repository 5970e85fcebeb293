/* SHA-256 of 16 padded messages at once, one to a lane: the inside of hash_many. It knows nothing
 * of lengths and padding; kernels.h says whether this processor can. Source: FIPS 180-4. */
#ifndef CM_CRYPTO_HASH_LANES_H
#define CM_CRYPTO_HASH_LANES_H

#include "crypto/hash.h"

#define HASH_LANES     16u
#define HASH_BLOCK_LEN 64u /* bytes; of SHA-256 */
#define HASH_LANE_LEN  ((size_t)2 * HASH_BLOCK_LEN)

struct hash_lanes {
    uint8_t row[HASH_LANES][HASH_LANE_LEN]; /* padded messages of one or two blocks */
};

/* @param[in] block_n  1 or 2 */
typedef void hash_lanes_fn(const struct hash_lanes *lanes, size_t block_n,
                           struct hash256 out[static HASH_LANES]);
hash_lanes_fn hash_lanes_avx512;

#endif

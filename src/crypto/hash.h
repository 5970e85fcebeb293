/* SHA-256 (FIPS 180-4): in one call for small input, in pieces and at hardware speed for files.
 * For public data and Merkle trees; keyed uses go through cmac and kdf. */
#ifndef CM_CRYPTO_HASH_H
#define CM_CRYPTO_HASH_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/macros.h"

#define HASH_LEN 32u /* bytes; SHA-256 */

struct hash256 {
    uint8_t b[HASH_LEN];
};

/* Hash of the bytes; no allocation, cannot fail. Best below a few hundred bytes. */
void hash_sha256(struct cm_slice data, struct hash256 *out);

/* A reusable context for long or scattered input: begin, update ..., end; then begin again. */
struct hasher;
/** @retval CM_E_CRYPTO or CM_E_NO_MEMORY  OpenSSL could not give SHA-256 */
CM_MUST_CHECK cm_err hasher_new(struct hasher **out);
void hasher_free(struct hasher *h);
void hasher_freep(struct hasher **h);
/** @retval CM_E_CRYPTO  OpenSSL failed; the context must be freed */
CM_MUST_CHECK cm_err hasher_begin(struct hasher *h);
CM_MUST_CHECK cm_err hasher_update(struct hasher *h, struct cm_slice data);
/* out is untouched on error. */
CM_MUST_CHECK cm_err hasher_end(struct hasher *h, struct hash256 *out);

#endif

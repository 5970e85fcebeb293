/* Lengths in a keystore file, and the two functions that its reader and its writer share.
 * Private to keystore_format.c and keystore_body.c. Byte table: docs/design/keystore.md */
#ifndef CM_CRYPTO_KEYSTORE_LAYOUT_H
#define CM_CRYPTO_KEYSTORE_LAYOUT_H

#include "crypto/keystore_format.h"

#define KEYSTORE_MAGIC_LEN 8u
/* magic, format, slot count, zero, key count, generation, store id, stream header */
#define KEYSTORE_FIXED_LEN                                                                         \
    (KEYSTORE_MAGIC_LEN + 2u + 1u + 1u + 4u + 8u + STORE_ID_LEN + KEYSTORE_STREAM_LEN)
_Static_assert(KEYSTORE_FIXED_LEN == 64u, "docs/design/keystore.md");
#define KEYSTORE_SEAL_LEN    32u /* keyed BLAKE2b-256 over fixed part and slot table */
#define KEYSTORE_RECORD_LEN  64u /* one record in the clear */
#define KEYSTORE_MESSAGE_LEN (KEYSTORE_RECORD_LEN + 17u) /* and secretstream's tag and MAC */

void keystore_checksum(struct cm_slice covered, uint8_t out[KEYSTORE_SUM_LEN]);
void keystore_header_encode(const struct keystore_header *header, struct buffer *out);

#endif

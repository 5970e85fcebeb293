/* Borrowed bytes and keys: the two shapes that cross every border of the library. */
#ifndef COUNTERMARK_BYTES_H
#define COUNTERMARK_BYTES_H

#include <stddef.h>
#include <stdint.h>

#define CM_KEY_LEN 32u /* bytes; AES-256 and all root keys */

/* Borrowed for the call; p may be NULL only when len is 0. */
struct cm_slice {
    const uint8_t *p;
    size_t len;
};

/* A secret of 32 bytes. Lives in guarded memory or in a local with a wiping cleanup. */
struct cm_key {
    uint8_t b[CM_KEY_LEN];
};

#endif

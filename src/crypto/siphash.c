/* One call into libsodium. References as in siphash.h. */
#include "crypto/siphash.h"

#include <sodium.h>
#include <string.h>

_Static_assert(SIPHASH_KEY_LEN == crypto_shorthash_KEYBYTES, "libsodium's key");

uint64_t siphash(const uint8_t key[static SIPHASH_KEY_LEN], struct cm_slice data) {
    uint64_t hash;
    _Static_assert(sizeof hash == crypto_shorthash_BYTES, "libsodium's hash");
    uint8_t bytes[sizeof hash];
    (void)crypto_shorthash(bytes, data.p, data.len, key); /* always 0 */
    memcpy(&hash, bytes, sizeof hash);
    return hash;
}

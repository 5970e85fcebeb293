/* SipHash-2-4 for tables that strangers fill: without the key nobody can aim at a place. For tables
 * only, never for authentication. Source: libsodium 1.0.18, crypto_shorthash. */
#ifndef CM_CRYPTO_SIPHASH_H
#define CM_CRYPTO_SIPHASH_H

#include "base/bytes.h"

#define SIPHASH_KEY_LEN 16u /* bytes; random_fill them at start */

uint64_t siphash(const uint8_t key[static SIPHASH_KEY_LEN], struct cm_slice data);

#endif

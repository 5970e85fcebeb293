/* HMAC-SHA256 (RFC 2104, FIPS 198-1) in one call, for formats that others recompute. */
#ifndef CM_CRYPTO_HMAC_H
#define CM_CRYPTO_HMAC_H

#include "base/bytes.h"
#include "crypto/hash.h"

/** @retval CM_E_CRYPTO  out untouched. Thread-safe. */
CM_MUST_CHECK cm_err hmac_sha256(const struct cm_key *key, struct cm_slice message,
                                 struct hash256 *out);

#endif

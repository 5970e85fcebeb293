/* HKDF-SHA256: the working keys of a scheme or pool from its 32 random bytes.
 *
 * K = HKDF-SHA256(ikm = root, salt empty,
 *                 info = "countermark/1/" | purpose | 0x00 | id (4) | key version (1), 32).
 * Source: RFC 5869; docs/design/construction.md, "Keys". Thread-safe. */
#ifndef CM_CRYPTO_KDF_H
#define CM_CRYPTO_KDF_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/bytes.h"
#include "countermark/error.h"

/* The purposes in use; a purpose is never given a second meaning. */
#define KDF_CODE_MAC    "code-mac"
#define KDF_CODE_ENC    "code-enc"
#define KDF_CARD_ENC    "card-enc"
#define KDF_CARD_PIN    "card-pin"
#define KDF_CARD_HOLD   "card-hold"
#define KDF_LINE_REPORT "line-report"
#define KDF_TICKET_SIGN "ticket-sign" /* id = brand */
#define KDF_TICKET_ID   "ticket-id"   /* id = brand */
#define KDF_PURPOSE_MAX 32u           /* bytes */

/** Derive one key.
 * @param[in] purpose  1..KDF_PURPOSE_MAX characters without NUL
 * @param[in] id       scheme or pool id
 * @retval CM_E_RANGE  purpose empty or too long      @retval CM_E_CRYPTO  the library failed
 * *out is untouched on error. */
CM_MUST_CHECK cm_err kdf_derive(const struct cm_key *root, const char *purpose, uint32_t id,
                                uint8_t key_version, struct cm_key *out);

/** Plain HKDF-SHA256 with any lengths; RFC 5869 vectors and other formats of the house.
 * @param[in] out_len  1..8160 bytes (255 hash lengths)
 * @retval CM_E_RANGE  out_len      @retval CM_E_CRYPTO  the library failed; out wiped */
CM_MUST_CHECK cm_err kdf_hkdf(struct cm_slice ikm, struct cm_slice salt, struct cm_slice info,
                              uint8_t *out, size_t out_len);

#endif

/* COSE_Sign1 (RFC 9052 section 4.2) with EdDSA over Ed25519 and an embedded payload, in
 * deterministic CBOR (RFC 8949 section 4.2.1). Protected header: algorithm, content type (tickets
 * have none: every reader asks for its own, so that no kind of message passes for another), key id
 * = first 8 bytes of SHA-256 of the public key. It refuses any other algorithm, headers it does not
 * know, unprotected headers, and any encoding but the shortest one. Design: docs/design/orders.md,
 * "Sealing and manifest". */
#ifndef CM_WIRE_COSE_H
#define CM_WIRE_COSE_H

#include "base/buffer.h"
#include "crypto/sign.h"

#define COSE_KID_LEN     8u         /* bytes; our choice, as the EU's health certificates have it */
#define COSE_MESSAGE_MAX (4u << 20) /* bytes */

/* A message taken apart; borrows its bytes. */
struct cose_sign1 {
    struct cm_slice protected_header; /* encoded */
    struct cm_slice content_type;     /* text; empty when there is none */
    struct cm_slice payload;
    uint8_t kid[COSE_KID_LEN];
    struct signature signature;
};

void cose_kid(const struct sign_public *key, uint8_t kid[COSE_KID_LEN]);
/** Sign a payload; the message, with its tag 18, is appended.
 * @param[in] content_type  a media type, 1..255 bytes, or NULL for none
 * @retval CM_E_RANGE  too long      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cose_sign1_make(const struct cm_key *seed, const char *content_type,
                                     struct cm_slice payload, struct buffer *out);
/** Take a message apart; nothing in it is to be believed before cose_sign1_check.
 * @param[out] out  borrows `message`; untouched on error
 * @retval CM_E_FORMAT  not such a message      @retval CM_E_UNSUPPORTED  another algorithm */
CM_MUST_CHECK cm_err cose_sign1_read(struct cm_slice message, struct cose_sign1 *out);
/** @retval CM_E_AUTH  not signed with this key, or changed      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err cose_sign1_check(const struct cose_sign1 *m, const struct sign_public *key);

#endif

/* Escrow and transfer: one key with its frozen scheme or pool document, as a CMS message to a
 * certificate. The content is plain text that a person can read after `openssl cms -decrypt`, so
 * codes can be reproduced from the published construction without this program.
 * It refuses documents that do not match their hash. Format: docs/design/keystore.md */
#ifndef CM_CRYPTO_ESCROW_H
#define CM_CRYPTO_ESCROW_H

#include "base/buffer.h"
#include "crypto/keystore.h"
#include "crypto/recipient.h"
#include "crypto/secret.h"

#define ESCROW_DOCUMENT_MAX (4u << 20) /* bytes */

/** Seal a key of an open store.
 * @param[in] document  the frozen scheme or pool document, opaque here; may be empty
 * @param[in,out] der   the message is appended
 * @retval CM_E_RANGE   document too long     @retval as keystore_find */
CM_MUST_CHECK cm_err escrow_export(const struct keystore *ks, enum key_kind kind, uint32_t id,
                                   uint8_t version, struct cm_slice document,
                                   const struct recipient *to, struct buffer *der);

/* What came out: `document` borrows from `content`, which also holds the key's text. */
struct escrow {
    struct key_info info;
    struct cm_key *key; /* guarded memory */
    struct cm_slice document;
    struct secret content;
};
#define ESCROW_INIT                                                                                \
    { .key = NULL, .document = {NULL, 0}, .content = SECRET_INIT }
void escrow_wipe(struct escrow *e);
#define ESCROW_SCOPED CM_CLEANUP(escrow_wipe)

/** Open an escrow message.
 * @param[out] out  escrow_wipe it; untouched on error
 * @retval as cms_open, and CM_E_FORMAT  genuine, but not an escrow text
 * @retval CM_E_VERSION  an escrow text of another version */
CM_MUST_CHECK cm_err escrow_import(const struct recipient_key *key, struct cm_slice message,
                                   struct escrow *out, struct cm_diag *diag);

/** The text inside, for tests and fuzzing; `content` is consumed on success.
 * @retval CM_E_FORMAT, CM_E_VERSION */
CM_MUST_CHECK cm_err escrow_parse(struct secret *content, struct escrow *out, struct cm_diag *diag);

#endif

/* Signed checkpoints: so many events, this root, as a text that anyone can keep and check.
 *
 * The text is C2SP tlog-checkpoint: origin, size, root in base64, signed as C2SP signed-note with
 * Ed25519. It refuses texts that are not byte for byte of that form. Example and how to check one
 * with other tools: docs/design/audit.md.
 */
#ifndef CM_LEDGER_CHECKPOINT_H
#define CM_LEDGER_CHECKPOINT_H

#include "base/buffer.h"
#include "crypto/sign.h"
#include "ledger/audit.h"

#define CHECKPOINT_ORIGIN_MAX 128u  /* bytes; the log's name: printable, no space, no '+' */
#define CHECKPOINT_TEXT_MAX   4096u /* bytes we read */

struct checkpoint {
    uint64_t size;
    struct hash256 root;
};

/** Append the signed text.
 * @param[in] origin  the log's name, also that of the key
 * @retval CM_E_ARGUMENT  origin is empty, too long or has a forbidden character
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err checkpoint_write(struct buffer *to, const char *origin,
                                      const struct checkpoint *c, const struct cm_key *seed);
/** Read and verify a text. Signatures of other keys (witnesses) may follow ours.
 * @retval CM_E_FORMAT    not a checkpoint of this origin
 * @retval CM_E_AUTH      no signature of this key, or one that does not hold */
CM_MUST_CHECK cm_err checkpoint_read(struct cm_slice text, const char *origin,
                                     const struct sign_public *key, struct checkpoint *out);
/** Append the verifier key as signed-note writes it: "origin+hash+base64".
 * @retval CM_E_ARGUMENT, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err checkpoint_key(struct buffer *to, const char *origin,
                                    const struct sign_public *key);

#endif

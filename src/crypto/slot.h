/* One slot of the keystore: the data key wrapped by one way in (passphrase, key file, recovery
 * words). It refuses Argon2id costs below the floor (a downgrade) and above the ceiling (a memory
 * bomb) before any is spent. Byte table: docs/design/keystore.md; Argon2id: RFC 9106 */
#ifndef CM_CRYPTO_SLOT_H
#define CM_CRYPTO_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

enum slot_kind {
    SLOT_PASSPHRASE = 1, /* Argon2id over the passphrase */
    SLOT_KEY_FILE = 2,   /* a hash over the bytes of a file of at least 32 random bytes */
    SLOT_RECOVERY = 3,   /* a hash over the 256 bits that the recovery words carry */
};

#define SLOT_LEN         128u /* bytes in the file */
#define SLOT_SALT_LEN    16u
#define SLOT_NONCE_LEN   24u
#define SLOT_WRAPPED_LEN 48u /* data key and its Poly1305 tag */
#define SLOT_LABEL_LEN   24u /* bytes of UTF-8, zero-padded, without NUL when full */
#define STORE_ID_LEN     16u

#define SLOT_PASSES_DEFAULT 3u             /* Argon2id, libsodium MODERATE */
#define SLOT_MEMORY_DEFAULT (256ull << 20) /* bytes; MODERATE */
#define SLOT_PASSES_MAX     16u            /* more is a denial of service, not care */
#define SLOT_MEMORY_MAX     (2ull << 30)   /* bytes */
#define SLOT_PASSES_TEST    1u
#define SLOT_MEMORY_TEST    (8ull << 10) /* bytes; the least libsodium takes */
#define SLOT_PASSPHRASE_MIN 8u           /* bytes */
#define SLOT_PASSPHRASE_MAX 1024u
#define SLOT_KEY_FILE_MIN   32u /* bytes */
#define SLOT_KEY_FILE_MAX   (64u << 10)

struct slot {
    enum slot_kind kind;
    uint16_t id; /* of the file's life: never given twice */
    uint32_t passes;
    uint64_t memory_bytes;
    uint8_t salt[SLOT_SALT_LEN];
    uint8_t nonce[SLOT_NONCE_LEN];
    uint8_t wrapped[SLOT_WRAPPED_LEN];
    uint8_t label[SLOT_LABEL_LEN];
};

struct store_id {
    uint8_t b[STORE_ID_LEN];
};

/* Name of a kind for people: "passphrase", "key file", "recovery words". */
const char *slot_kind_name(enum slot_kind kind);

void slot_encode(const struct slot *slot, uint8_t out[SLOT_LEN]);
/** Read one slot; *out is untouched on error.
 * @retval CM_E_TRUNCATED  too few bytes
 * @retval CM_E_VERSION    a kind that this program does not know
 * @retval CM_E_CORRUPT    bytes that must be zero are not */
CM_MUST_CHECK cm_err slot_decode(struct cursor *c, struct slot *out, struct cm_diag *diag);

/** Judge the cost before it is paid.
 * @retval CM_E_WEAK   below the default: somebody lowered it   @retval CM_E_LIMIT  above the
 * ceiling */
CM_MUST_CHECK cm_err slot_check_cost(const struct slot *slot, bool allow_weak_for_tests,
                                     struct cm_diag *diag);

/** Wrap the data key under a fresh salt and nonce.
 * @param[in,out] slot  kind, id, passes, memory_bytes and label are set by the caller
 * @param[in] secret    passphrase bytes, key-file bytes, or the 32 bytes of the recovery words
 * @retval CM_E_WEAK       the secret is too short      @retval CM_E_RANGE  too long
 * @retval CM_E_NO_MEMORY  Argon2id could not get its memory */
CM_MUST_CHECK cm_err slot_seal(struct slot *slot, const struct store_id *store,
                               struct cm_slice secret, const struct cm_key *data_key,
                               struct cm_diag *diag);
/** Unwrap the data key; *data_key is untouched on error.
 * @retval CM_E_AUTH       wrong secret, or the slot was edited
 * @retval CM_E_NO_MEMORY  Argon2id could not get its memory */
CM_MUST_CHECK cm_err slot_open(const struct slot *slot, const struct store_id *store,
                               struct cm_slice secret, struct cm_key *data_key,
                               struct cm_diag *diag);

#endif

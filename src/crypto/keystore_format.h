/* The bytes of a keystore file: header, slot table, header seal, body of records, checksum.
 * Pure: bytes in, bytes out, no file and no clock; this is what the fuzzer drives. It judges a
 * file's shape and checksum before any secret is asked for. Byte tables:
 * docs/design/keystore.md. Body: libsodium secretstream (XChaCha20-Poly1305), final tag. */
#ifndef CM_CRYPTO_KEYSTORE_FORMAT_H
#define CM_CRYPTO_KEYSTORE_FORMAT_H

#include "base/buffer.h"
#include "crypto/keyring.h"
#include "crypto/keystore.h"
#include "crypto/slot.h"

#define KEYSTORE_FORMAT     1u
#define KEYSTORE_SUM_LEN    32u /* bytes; BLAKE2b-256 over all before it */
#define KEYSTORE_STREAM_LEN 24u /* bytes; secretstream header */
#define KEYSTORE_FILE_MAX   (8u << 20)

struct keystore_header {
    uint32_t keys_n;
    uint64_t generation;
    struct store_id store;
    uint8_t stream[KEYSTORE_STREAM_LEN];
    size_t slots_n;
    struct slot slots[KEYSTORE_SLOTS_MAX];
};

/* A file taken apart; the slices borrow from it. */
struct keystore_parts {
    struct keystore_header header;
    struct cm_slice sealed; /* the bytes that the header seal covers */
    struct cm_slice seal;   /* the header seal */
    struct cm_slice body;
    struct cm_slice sum; /* the checksum */
};

/** Take a file apart and verify its shape and checksum; no secret is needed.
 * @retval CM_E_FORMAT, CM_E_VERSION, CM_E_TRUNCATED, CM_E_CORRUPT, CM_E_WEAK, CM_E_LIMIT
 *         as in keystore_open; *out is untouched on error */
CM_MUST_CHECK cm_err keystore_parse(struct cm_slice file, bool allow_weak_for_tests,
                                    struct keystore_parts *out, struct cm_diag *diag);

/** Verify the header seal and open the body into an empty ring.
 * @retval CM_E_CORRUPT  header or body was edited and its checksum made anew */
CM_MUST_CHECK cm_err keystore_unseal(const struct keystore_parts *parts,
                                     const struct cm_key *data_key, struct keyring *ring,
                                     struct cm_diag *diag);

/** Write a whole file; header->stream and keys_n are set here.
 * @param[out] file  an empty buffer; holds nothing secret afterwards
 * @retval CM_E_NO_MEMORY  file is to be freed all the same */
CM_MUST_CHECK cm_err keystore_seal(struct keystore_header *header, const struct cm_key *data_key,
                                   const struct keyring *ring, struct buffer *file,
                                   struct cm_diag *diag);

#endif

/* The keys of an open keystore: records in plain memory, key bytes in guarded, read-only chunks
 * whose addresses never change. It does no I/O and knows no file format. */
#ifndef CM_CRYPTO_KEYRING_H
#define CM_CRYPTO_KEYRING_H

#include "crypto/keystore.h"

struct keyring {
    struct key_info *infos; /* n records, in order of making */
    struct cm_key **chunks; /* guarded blocks of KEYRING_CHUNK_N keys */
    size_t n, cap;          /* cap is a multiple of KEYRING_CHUNK_N */
};
#define KEYRING_INIT                                                                               \
    { NULL, NULL, 0, 0 }
#define KEYRING_CHUNK_N 64u

/* Wipe every key and free. */
void keyring_wipe(struct keyring *ring);

/** Append a record and its key; a destroyed record has a key of zeros.
 * @retval CM_E_RANGE  kind or state unknown      @retval CM_E_EXISTS  (kind, id, version) is there
 * @retval CM_E_LIMIT  KEYSTORE_KEYS_MAX or memory lock */
CM_MUST_CHECK cm_err keyring_add(struct keyring *ring, const struct key_info *info,
                                 const struct cm_key *key, struct cm_diag *diag);
/* Index of a record, or n when there is none. */
size_t keyring_index(const struct keyring *ring, enum key_kind kind, uint32_t id, uint8_t version);
/* The key bytes of record i; zeros when destroyed. */
const struct cm_key *keyring_key(const struct keyring *ring, size_t i);
/* Zero the key bytes of record i. */
void keyring_erase(struct keyring *ring, size_t i);

#endif

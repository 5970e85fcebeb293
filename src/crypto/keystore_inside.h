/* The open keystore from inside: shared by keystore.c (file and keys) and keystore_slots.c
 * (ways in). Nobody else includes it. */
#ifndef CM_CRYPTO_KEYSTORE_INSIDE_H
#define CM_CRYPTO_KEYSTORE_INSIDE_H

#include "crypto/keyring.h"
#include "crypto/keystore.h"
#include "crypto/keystore_format.h"
#include "crypto/secret.h"

struct keystore {
    char *path;
    struct cm_key *data_key; /* guarded, frozen */
    struct keystore_header header;
    struct keyring ring;
    uint8_t sum[KEYSTORE_SUM_LEN]; /* of the file as opened or last saved */
    bool allow_weak_for_tests;
};

/** The bytes that a way in feeds to its slot, into guarded memory.
 * @retval CM_E_FORMAT  malformed words      @retval as keystore_file_read for key files */
CM_MUST_CHECK cm_err keystore_unlock_bytes(const struct keystore_unlock *unlock, struct secret *out,
                                           struct cm_diag *diag);
/* Unwrap the data key with any slot of that kind. */
CM_MUST_CHECK cm_err keystore_unlock(const struct keystore_header *header,
                                     const struct keystore_unlock *unlock, struct cm_key *data_key,
                                     struct cm_diag *diag);

#endif

/* A file that appears whole or not at all: temporary name beside it, hash while writing, sync,
 * rename, sync of the folder. "-" is standard output; devices and pipes are written as they are.
 * It refuses to go on after an error (the temporary file is gone then), and two runs into one file
 * at once: the temporary one is locked by flock. */
#ifndef CM_CLI_OUTFILE_H
#define CM_CLI_OUTFILE_H

#include "base/bytes.h"
#include "base/diag.h"
#include "crypto/hash.h"

#define OUTFILE_PATH_CAP 2048u

struct outfile {
    char path[OUTFILE_PATH_CAP],
        temporary[OUTFILE_PATH_CAP + 5u]; /* temporary empty: written directly */
    int fd;
    struct hasher *hasher;
    uint64_t len;
};
#define OUTFILE_INIT                                                                               \
    { .fd = -1 }

/** @param[in] mode  of a new file, as for open
 * @retval CM_E_BUSY  another run is writing this file
 * @retval CM_E_DENIED, CM_E_NO_SPACE, CM_E_NOT_FOUND, CM_E_IO, CM_E_RANGE (path too long) */
CM_MUST_CHECK cm_err outfile_open(struct outfile *f, const char *path, unsigned mode,
                                  struct cm_diag *diag);
CM_MUST_CHECK cm_err outfile_write(struct outfile *f, struct cm_slice bytes, struct cm_diag *diag);
/** Make it appear. @param[out] hash  SHA-256 of all bytes */
CM_MUST_CHECK cm_err outfile_commit(struct outfile *f, struct hash256 *hash, struct cm_diag *diag);
/** Copy a whole file to another place, as outfile_open does it, and remove the first.
 * @retval as outfile_open, and CM_E_NOT_FOUND, CM_E_IO of the file that is moved */
CM_MUST_CHECK cm_err outfile_move(const char *from, const char *to, unsigned mode,
                                  struct cm_diag *diag);
/* Close; what was not committed is removed. Harmless after commit. */
void outfile_close(struct outfile *f);

#endif

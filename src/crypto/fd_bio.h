/* OpenSSL BIOs over a file descriptor: all-or-error writing, and reading of a fixed range with
 * pread. They remember errno, which OpenSSL's own descriptor BIO loses. For seal*.c only. */
#ifndef CM_CRYPTO_FD_BIO_H
#define CM_CRYPTO_FD_BIO_H

#include <stdint.h>

#include <openssl/bio.h>

#include "base/macros.h"

/* The caller's; must outlive the BIO and stay where it is. */
struct fd_bio {
    int fd;
    uint64_t at, end; /* reading: the range that is left */
    int error;        /* errno of the first failure, or 0 */
    BIO_METHOD *method;
};

/** @param[out] out  freed by the chain it is pushed on; then fd_bio_close the state
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fd_bio_new(struct fd_bio *state, BIO **out);
void fd_bio_close(struct fd_bio *state);

#endif

/* Sealed streams for backups: of any length, in constant memory, to one certificate.
 * File: 16 bytes of head, the AES-256-GCM ciphertext, its CMS AuthEnvelopedData with detached
 * content, 24 bytes of trailer. A cut file has no trailer. The reader gives nothing out before the
 * whole was authenticated: it goes through the file twice. Byte table, and how to open it with the
 * openssl program alone: docs/design/keystore.md */
#ifndef CM_CRYPTO_SEAL_H
#define CM_CRYPTO_SEAL_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "crypto/recipient.h"

#define SEAL_CONTENT_MAX                                                                           \
    ((64ull << 30) - 32u) /* bytes under one GCM key: NIST SP 800-38D 5.2.1.1 */

struct seal_writer;

/** Begin a sealed stream at the present end of fd.
 * @param[in]  fd   open for writing, at offset 0 of an empty file or a pipe; stays the caller's
 * @param[out] out  seal_writer_close it; untouched on error
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err seal_writer_open(int fd, const struct recipient *to, struct seal_writer **out,
                                      struct cm_diag *diag);
/** @retval CM_E_LIMIT  more than SEAL_CONTENT_MAX      @retval CM_E_IO, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err seal_writer_write(struct seal_writer *w, struct cm_slice bytes,
                                       struct cm_diag *diag);
/** Write tag and trailer. The caller syncs the file; without this call it stays unreadable.
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_CRYPTO */
CM_MUST_CHECK cm_err seal_writer_finish(struct seal_writer *w, struct cm_diag *diag);
void seal_writer_close(struct seal_writer *w);
void seal_writer_closep(struct seal_writer **w);

struct seal_reader;

/** Authenticate a whole sealed file, then stand at its beginning.
 * @param[in]  fd   a seekable file, read with pread; must outlive the reader
 * @param[out] out  seal_reader_close it; untouched on error
 * @retval CM_E_FORMAT    not a sealed stream      @retval CM_E_VERSION  of another format
 * @retval CM_E_TRUNCATED cut or unfinished        @retval CM_E_AUTH     sealed to another key
 * @retval CM_E_CORRUPT   changed after sealing    @retval CM_E_IO */
CM_MUST_CHECK cm_err seal_reader_open(int fd, const struct recipient_key *key,
                                      struct seal_reader **out, struct cm_diag *diag);
/** Read the next bytes; *n is 0 at the end.
 * @retval CM_E_CORRUPT  the file was changed between the two passes; distrust what came before */
CM_MUST_CHECK cm_err seal_reader_read(struct seal_reader *r, uint8_t *out, size_t cap, size_t *n,
                                      struct cm_diag *diag);
void seal_reader_close(struct seal_reader *r);
void seal_reader_closep(struct seal_reader **r);

#endif

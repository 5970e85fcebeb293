/* Whole reads and writes, syncs, and what errno means for the ledger.
 * The ledger's fence around the file system: errno travels no further. It never tries a failed
 * sync again (reference: docs/design/journal.md section 5).
 */
#ifndef CM_LEDGER_DISK_H
#define CM_LEDGER_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

#define SECTOR_LEN 512u /* bytes; what a disk writes as one (docs/design/journal.md section 6) */

/* Close and set to -1; the cleanup of a descriptor: `CM_CLEANUP(disk_closep) int fd = -1;` */
void disk_closep(int *fd);

/* What an errno means: NO_SPACE, NO_MEMORY, NOT_FOUND, EXISTS, DENIED, BUSY, otherwise IO. */
cm_err disk_err(int error);

/** Write all of it at `offset`.
 * @retval CM_E_NO_SPACE, CM_E_IO  how much was written is unknown */
CM_MUST_CHECK cm_err disk_write(int fd, const void *p, size_t len, uint64_t offset);
/** Read all of it from `offset`.
 * @retval CM_E_TRUNCATED  the file ends before      @retval CM_E_IO */
CM_MUST_CHECK cm_err disk_read(int fd, void *p, size_t len, uint64_t offset);
CM_MUST_CHECK cm_err disk_length(int fd, uint64_t *len);
/* fdatasync for contents in place; fsync for folders, new and grown files. */
CM_MUST_CHECK cm_err disk_sync(int fd);
CM_MUST_CHECK cm_err disk_sync_all(int fd);
/** Open a folder, made if absent, with its name in the folder above durable in either case: files
 * may be trusted to it. @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_NO_SPACE, CM_E_IO */
CM_MUST_CHECK cm_err disk_folder(const char *path, int *fd);
/* Write zeros from `offset` on, flushed as they go but for the rest: sync behind it. */
CM_MUST_CHECK cm_err disk_zero(int fd, uint64_t offset, uint64_t len);
bool bytes_zero(const uint8_t *p, size_t len);

#endif

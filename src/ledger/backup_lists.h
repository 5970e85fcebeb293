/* The immutable files of imported lists in a backup: numbered parts behind the segments, taken from
 * the folder after the backup's end is known, so that every list that the journal names is there.
 * A part's number is twice the set's, and one more for its base: no name crosses the stream.
 * Private to backup*.c. Source: docs/design/backup.md; docs/design/imports.md. */
#ifndef CM_LEDGER_BACKUP_LISTS_H
#define CM_LEDGER_BACKUP_LISTS_H

#include "ledger/backup_stream.h"

#define LIST_NAME_CAP 28u

struct list_name {
    char text[LIST_NAME_CAP]; /* "17.index", "17.base" */
};
struct list_name list_name_of(uint64_t number);

/** Put every file of the folder into the stream; none where there is no folder.
 * @param[in] memory  of len bytes, to move them
 * @retval CM_E_IO, CM_E_NO_MEMORY, and the sink's errors */
CM_MUST_CHECK cm_err lists_put(struct backup_out *out, const char *folder, uint8_t *memory,
                               size_t len);
/* Remove what a failed restore wrote, and the folder with it. */
void lists_sweep(int parent_fd, int fd);

#endif

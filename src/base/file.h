/* Whole small files: read with a limit, written atomically and durably. */
#ifndef CM_BASE_FILE_H
#define CM_BASE_FILE_H

#include "base/buffer.h"
#include "base/diag.h"

/** Read a file to its end into an empty buffer.
 * @retval CM_E_NOT_FOUND  no such file      @retval CM_E_LIMIT  larger than max
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err file_read(const char *path, size_t max, struct buffer *out,
                               struct cm_diag *diag);
/** The same of what is open already; `path` names it in errors, fd stays the caller's. */
CM_MUST_CHECK cm_err file_read_fd(int fd, const char *path, size_t max, struct buffer *out,
                                  struct cm_diag *diag);
/** Replace a file: temporary name beside it (mode 0600 or as given), write, sync, rename, sync of
 * the folder. A crash leaves the old file or the new one.
 * @retval CM_E_NO_SPACE, CM_E_IO  the old file is untouched, the temporary one removed */
CM_MUST_CHECK cm_err file_replace(const char *path, struct cm_slice bytes, unsigned mode,
                                  struct cm_diag *diag);
/** Make a folder for the owner alone, if absent; in either case its name in the folder above is
 * durable before files are trusted to it.
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_NO_SPACE, CM_E_IO */
CM_MUST_CHECK cm_err file_folder(const char *path, struct cm_diag *diag);
/** Make the names in the folder of a path durable: what was renamed or made there.
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_NO_SPACE, CM_E_IO, CM_E_RANGE */
CM_MUST_CHECK cm_err file_sync_folder_of(const char *path, struct cm_diag *diag);
/* CM_E_NOT_FOUND, CM_E_EXISTS, CM_E_NO_SPACE, CM_E_NO_MEMORY, CM_E_DENIED or CM_E_IO of an errno.
 */
cm_err file_err_from_errno(int number);
/* The name behind the last slash of a path, for lines to people: cut to max bytes, between two
 * characters of UTF-8. Borrows the path. */
struct cm_slice file_short_name(const char *path, size_t max);
/* What an errno means, in words for a diag: never NULL, not translated, and unlike strerror() safe
 * in any thread. */
const char *file_errno_text(int number);

#endif

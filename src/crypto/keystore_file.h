/* The keystore's file on disk: read whole, created once, replaced atomically and durably.
 * Every write goes to path.new (mode 0600), is synced, renamed, and the directory synced. It
 * refuses to follow links, to overwrite on creation, and to save over somebody else's save. */
#ifndef CM_CRYPTO_KEYSTORE_FILE_H
#define CM_CRYPTO_KEYSTORE_FILE_H

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"

/** Read a regular file of at most `max` bytes.
 * @param[in,out] out  appended to; may hold a key file, so wipe it
 * @retval CM_E_NOT_FOUND  nothing there (diag tells of a path.new that was left behind)
 * @retval CM_E_FORMAT     not a regular file, or longer than max      @retval CM_E_IO */
CM_MUST_CHECK cm_err keystore_file_read(const char *path, size_t max, struct buffer *out,
                                        struct cm_diag *diag);

/** Create `path` with these bytes; it appears whole or not at all.
 * @retval CM_E_EXISTS  path or path.new is there      @retval CM_E_IO, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err keystore_file_create(const char *path, struct cm_slice bytes,
                                          struct cm_diag *diag);

/** Replace `path` whose last bytes must still be `old_end`.
 * @retval CM_E_BUSY      another process is replacing it now
 * @retval CM_E_CONFLICT  the file is not the one that was read
 * @retval CM_E_NOT_FOUND it was removed
 * @retval CM_E_IO, CM_E_NO_SPACE  it is as it was, or whole and new if only the directory's sync
 *                        failed */
CM_MUST_CHECK cm_err keystore_file_replace(const char *path, struct cm_slice old_end,
                                           struct cm_slice bytes, struct cm_diag *diag);

#endif

/* A large file that appears whole under its name, or not at all: it is written beside it, and
 * published once all of it is on the disk. Whole small files: base/file.h.
 * Refused: a symbolic link in the way. What an earlier end in the middle left is replaced.
 * Sources: open(2), fsync(2), rename(2). */
#ifndef CM_BASE_NEW_FILE_H
#define CM_BASE_NEW_FILE_H

#include "base/diag.h"
#include "base/macros.h"

#define NEW_FILE_PATH_CAP 2048u /* bytes of a path with its NUL */
#define NEW_FILE_INIT                                                                              \
    { .fd = -1 }

struct new_file {
    int fd; /* to write to; -1 when not open */
    char path[NEW_FILE_PATH_CAP];
    char temporary[NEW_FILE_PATH_CAP + 5]; /* path.new; "" once it is published */
};

/** Begin: `path` is copied, f->fd is open for writing, for the owner alone.
 * @retval CM_E_RANGE  the path is too long
 * @retval CM_E_NOT_FOUND, CM_E_DENIED, CM_E_NO_SPACE, CM_E_IO  it cannot be created */
CM_MUST_CHECK cm_err new_file_open(struct new_file *f, const char *path, struct cm_diag *diag);
/** All of it to the disk, then the name; the folder is synced, so that a power cut keeps both.
 * @retval CM_E_NO_SPACE, CM_E_IO  nothing stands under the path but what stood there before, or
 * (when only the folder failed) all of the file */
CM_MUST_CHECK cm_err new_file_publish(struct new_file *f, struct cm_diag *diag);
/* Close; what was not published is removed. A cleanup. */
void new_file_close(struct new_file *f);

#endif

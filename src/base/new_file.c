/* Large files, published whole: see new_file.h. */
#include "base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MODE 0600

static cm_err fail(struct cm_diag *diag, const char *path, const char *what) {
    const int number = errno;
    return diag_fail(diag, file_err_from_errno(number), path, NULL, "check space and rights",
                     "%s: %s", what, file_errno_text(number));
}

cm_err new_file_open(struct new_file *f, const char *path, struct cm_diag *diag) {
    const int len = snprintf(f->path, sizeof f->path, "%s", path);
    *f->temporary = '\0';
    f->fd = -1;
    if (len < 0 || (size_t)len >= sizeof f->path)
        return diag_fail(diag, CM_E_RANGE, "output", NULL, "use a shorter path", "path too long");
    (void)snprintf(f->temporary, sizeof f->temporary, "%s.new", f->path);
    (void)unlink(f->temporary); /* of an earlier end in the middle */
    f->fd =
        open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)FILE_MODE);
    if (f->fd >= 0) return CM_OK;
    const cm_err err = fail(diag, f->temporary, "cannot create");
    *f->temporary = '\0';
    return err;
}

cm_err new_file_publish(struct new_file *f, struct cm_diag *diag) {
    if (fsync(f->fd) != 0) return fail(diag, f->temporary, "cannot sync");
    if (rename(f->temporary, f->path) != 0) return fail(diag, f->path, "cannot rename");
    *f->temporary = '\0';
    return file_sync_folder_of(f->path, diag);
}

void new_file_close(struct new_file *f) {
    if (f->temporary[0] != '\0') (void)unlink(f->temporary);
    if (f->fd >= 0) (void)close(f->fd);
    *f = (struct new_file)NEW_FILE_INIT;
}

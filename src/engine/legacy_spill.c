/* Spilling without a name. */
#include "engine/legacy_spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/disk.h"

cm_err legacy_folder(const char *path, int *fd) { return disk_folder(path, fd); }

static cm_err told(const struct legacy_spill *s, cm_err err, struct cm_diag *diag) {
    if (err == CM_OK) return CM_OK;
    return diag_fail(diag, err, s->path, NULL, "check free space and rights, then begin anew",
                     "an import needs room there: about 40 bytes a row");
}

cm_err legacy_spill_open(struct legacy_spill *s, const char *folder, const char *name,
                         struct cm_diag *diag) {
    const int n = snprintf(s->path, sizeof s->path, "%s/%s.%ld", folder, name, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof s->path) return CM_E_RANGE;
    (void)unlink(s->path); /* of a process that died between the next two lines */
    s->fd = open(s->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (s->fd < 0) return told(s, disk_err(errno), diag);
    (void)unlink(s->path);
    return CM_OK;
}

void legacy_spill_close(struct legacy_spill *s) {
    if (s->fd >= 0) (void)close(s->fd);
    s->fd = -1;
}

cm_err legacy_spill_write(const struct legacy_spill *s, const void *p, size_t len, uint64_t at,
                          struct cm_diag *diag) {
    return told(s, disk_write(s->fd, p, len, at), diag);
}

cm_err legacy_spill_read(const struct legacy_spill *s, void *p, size_t len, uint64_t at,
                         struct cm_diag *diag) {
    return told(s, disk_read(s->fd, p, len, at), diag);
}

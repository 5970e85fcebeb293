/* Room on the disk for an import under way: a file in the workspace's folder of lists whose name is
 * taken away at once, so that a process that dies leaves nothing of it. It never holds a text. */
#ifndef CM_ENGINE_LEGACY_SPILL_H
#define CM_ENGINE_LEGACY_SPILL_H

#include "engine/legacy_file.h"

struct legacy_spill {
    int fd; /* -1 = none */
    char path[LEGACY_PATH_CAP];
};
#define LEGACY_SPILL_INIT                                                                          \
    { .fd = -1 }

/** The folder of lists, made if absent. @param[out] fd  close it @retval CM_E_IO, CM_E_NO_SPACE */
CM_MUST_CHECK cm_err legacy_folder(const char *path, int *fd);
/** @param[in] name  of it for a moment, and in errors
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_DENIED, CM_E_RANGE (the folder's name is too long) */
CM_MUST_CHECK cm_err legacy_spill_open(struct legacy_spill *s, const char *folder, const char *name,
                                       struct cm_diag *diag);
void legacy_spill_close(struct legacy_spill *s);
/** Write or read all of it at an offset. @retval CM_E_NO_SPACE, CM_E_IO, CM_E_TRUNCATED */
CM_MUST_CHECK cm_err legacy_spill_write(const struct legacy_spill *s, const void *p, size_t len,
                                        uint64_t at, struct cm_diag *diag);
CM_MUST_CHECK cm_err legacy_spill_read(const struct legacy_spill *s, void *p, size_t len,
                                       uint64_t at, struct cm_diag *diag);

#endif

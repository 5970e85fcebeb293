/* The workspace folder: where its parts lie, and the small file that says what it is.
 *
 *     WORKSPACE/workspace.json   format, id, name, TEST sandbox or not, epoch
 *     WORKSPACE/keystore         every key (docs/design/keystore.md)
 *     WORKSPACE/journal/         the truth; archive/ its sealed past; state/ its folded image
 *     WORKSPACE/legacy/          imported lists (docs/design/imports.md)
 *     WORKSPACE/run/             sockets of a running daemon
 *     WORKSPACE/line/            the lines' journal, and what `file:` printers write
 *
 * A workspace of an older or newer format is refused, never guessed at.
 * Reference: docs/design/workspace.md. */
#ifndef CM_ENGINE_WORKSPACE_H
#define CM_ENGINE_WORKSPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/macros.h"

#define WORKSPACE_FORMAT   1u
#define WORKSPACE_ID_LEN   16u
#define WORKSPACE_PATH_CAP 1024u
#define WORKSPACE_NAME_CAP 65u

struct workspace {
    uint8_t id[WORKSPACE_ID_LEN];
    char name[WORKSPACE_NAME_CAP];
    bool sandbox;   /* everything in it is TEST */
    uint32_t epoch; /* 1, and one more for every restore */
};

struct workspace_paths {
    char file[WORKSPACE_PATH_CAP], keystore[WORKSPACE_PATH_CAP], journal[WORKSPACE_PATH_CAP],
        archive[WORKSPACE_PATH_CAP], state[WORKSPACE_PATH_CAP], run[WORKSPACE_PATH_CAP],
        line[WORKSPACE_PATH_CAP];
};

/** Where everything lies. @retval CM_E_RANGE  the folder's name is too long */
CM_MUST_CHECK cm_err workspace_paths(const char *folder, struct workspace_paths *out,
                                     struct cm_diag *diag);
/** Read workspace.json.
 * @retval CM_E_NOT_FOUND  no workspace there      @retval CM_E_VERSION  older or newer format
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed      @retval CM_E_IO */
CM_MUST_CHECK cm_err workspace_read(const char *folder, struct workspace *out,
                                    struct cm_diag *diag);
/** Write workspace.json atomically and durably (temporary name, sync, rename, sync of the folder).
 * @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY  the old file, if any, is untouched */
CM_MUST_CHECK cm_err workspace_write(const char *folder, const struct workspace *w,
                                     struct cm_diag *diag);

#endif

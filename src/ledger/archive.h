/* Moving sealed segments into the archive folder: by rename, or by copy where that is another
 * disk. Nothing is removed before its copy is durable. Reference: docs/design/journal.md section 7.
 */
#ifndef CM_LEDGER_ARCHIVE_H
#define CM_LEDGER_ARCHIVE_H

#include "ledger/segment.h"

/** Move every segment whose successor in `dir` starts at or below `below_sequence`.
 * Looks at files only, so it may run beside the writer, which never touches a sealed segment.
 * @param[in] archive_dir  made if absent
 * @retval CM_E_CONFLICT  the archive has another segment of that number: both stay
 * @retval CM_E_NO_SPACE, CM_E_IO, ...  some may have moved, none is lost; call again later */
CM_MUST_CHECK cm_err archive_release(const char *dir, const char *archive_dir,
                                     uint64_t below_sequence, struct cm_diag *diag);

#endif

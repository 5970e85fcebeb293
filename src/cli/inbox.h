/* A watched folder: files of codes that appear in it are asked about and end in done/ with their
 * verdicts, or in failed/ with the reason. A file is taken only when it has been still for a while;
 * names that begin with a dot or end in .tmp, .part or .new are left alone. A stop at any moment
 * loses nothing: the file is still there and gets the same answers. */
#ifndef CM_CLI_INBOX_H
#define CM_CLI_INBOX_H

#include "cli/ask.h"

/** Watch until Ctrl-C, or with `once` until every complete file was taken.
 * @param[in] settle_ms  a file whose size and time did not change for so long is complete
 * @retval CM_E_NOT_FOUND, CM_E_DENIED  the folder      @retval others  as asker_run; files that
 *         cannot be read as codes are no error: they go to failed/ */
CM_MUST_CHECK cm_err inbox_watch(struct asker *a, const char *folder, bool once, uint64_t settle_ms,
                                 struct cm_diag *diag);

#endif

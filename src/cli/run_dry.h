/* `run start --dry-run`: the exact bytes of set-up and label 1 and a picture, for a unit that is
 * none. No serial is spent, no printer is spoken to, nothing is journaled. */
#ifndef CM_CLI_RUN_DRY_H
#define CM_CLI_RUN_DRY_H

#include "cli/command.h"

/** Show what a run would send. @param[in] order  the arguments of run.start
 * @retval as run_document_driver, dry_run, file_replace */
CM_MUST_CHECK cm_err run_dry(struct cli *cli, struct cm_slice order);

#endif

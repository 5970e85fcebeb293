/* A run that streams from this command line, where no daemon has the workspace: printers, journal
 * and vault in one process, until the run is done or Ctrl-C. Ctrl-C lets what is in flight settle;
 * a second one ends at once, and what was in flight is settled by the next start. */
#ifndef CM_CLI_RUN_HERE_H
#define CM_CLI_RUN_HERE_H

#include "cli/command.h"

/** Stream the run that an act has started or resumed.
 * @param[in] started  the act's result: it names the run
 * @retval as lines_new; exit code 1 when something is left for a camera or an operator */
CM_MUST_CHECK cm_err run_here(struct cli *cli, struct cm_slice started);

/** Tell the ledger what the journal of this command's runs knows better: what had been sent when an
 * earlier command was killed. Nothing new is sent. @retval as lines_new */
CM_MUST_CHECK cm_err run_here_tell(struct cli *cli);

#endif

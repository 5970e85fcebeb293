/* `run show --watch`: at a terminal the table of runs, renewed once a second; in a pipe one line
 * whenever a run has something new to say. It changes nothing and ends with `q`, Ctrl-C, or when
 * the one run that is watched is over. */
#ifndef CM_CLI_RUN_WATCH_H
#define CM_CLI_RUN_WATCH_H

#include "cli/command.h"

/** Watch one run, or all of them when `run` is NULL. @retval as session_act, output_bytes */
CM_MUST_CHECK cm_err run_watch(struct cli *cli, const char *run);
/** {"runs":[...]}: of one run or all. @retval as session_act */
CM_MUST_CHECK cm_err run_records(struct cli *cli, const char *run, struct buffer *out);
/** The arguments {"run": NAME}. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_argument(const char *run, struct buffer *out);

#endif

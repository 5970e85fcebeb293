/* Finding a command by its words, and help made from the tables of commands. */
#ifndef CM_CLI_HELP_H
#define CM_CLI_HELP_H

#include "cli/command.h"

/** The command that the first words name, the longest name first.
 * @param[out] command  NULL when the words name a group of commands only
 * @param[out] words    how many arguments belong to its name
 * @retval CM_E_ARGUMENT  no such command; diag names the nearest */
CM_MUST_CHECK cm_err help_find(int argc, char **argv, const struct command **command, int *words,
                               struct cm_diag *diag);
/* Each prints to standard output. @retval as output_text */
CM_MUST_CHECK cm_err help_all(struct cm_diag *diag);
CM_MUST_CHECK cm_err help_group(int argc, char **argv, struct cm_diag *diag);
CM_MUST_CHECK cm_err help_command(const struct command *c, const struct option_spec *common,
                                  struct cm_diag *diag);

#endif

/* Codes for the lines of this process, from the vault in this process: line.* acts on the open
 * session, answered from inside the question. Refused: a session on a daemon, whose line process
 * has the printers. */
#ifndef CM_CLI_SUPPLY_HERE_H
#define CM_CLI_SUPPLY_HERE_H

#include "cli/session.h"
#include "line/supply.h"

/** Make the supply. @param[in] session  open, not remote; borrowed as long as the supply lives
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err supply_here_new(struct session *session, struct supply **out);
/** Tell the lines their runs anew, after an act has changed one. Not from inside a question.
 * @retval as run_list_json */
CM_MUST_CHECK cm_err supply_here_renew(struct supply *supply);

#endif

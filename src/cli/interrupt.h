/* Ctrl-C and SIGTERM for commands that write files: the signals are held back and asked for at safe
 * points, so that nothing half-made is left. Held before any thread is made: all inherit it. */
#ifndef CM_CLI_INTERRUPT_H
#define CM_CLI_INTERRUPT_H

#include <stdbool.h>

#include "base/diag.h"

void interrupt_hold(void);
/* Whether one has come since; only after interrupt_hold. */
bool interrupt_came(void);
/** Wait until there is something to read, or the end of it: a read that waited itself would not
 * notice a held signal. @retval CM_E_CANCELLED  one came */
CM_MUST_CHECK cm_err interrupt_wait(int fd, const char *input, struct cm_diag *diag);

#endif

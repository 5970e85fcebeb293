/* One writer a journal: an exclusive lock on the file `lock`, held by the open descriptor, so it
 * ends with the process however that ends. Its text names the holder for people.
 * Source: fcntl(2), open file description locks.
 */
#ifndef CM_LEDGER_JOURNAL_LOCK_H
#define CM_LEDGER_JOURNAL_LOCK_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/macros.h"

/** Take the lock; it is held until *fd is closed.
 * @retval CM_E_BUSY  another process, or another journal of this one, holds it; pid in the diag
 * @retval CM_E_IO, CM_E_DENIED, CM_E_NO_SPACE  the lock file cannot be made or locked */
CM_MUST_CHECK cm_err journal_lock_take(int dir_fd, int *fd, struct cm_diag *diag);

/* Whether somebody holds it now; takes nothing. False when there is no lock file. */
bool journal_lock_held(int dir_fd);

#endif

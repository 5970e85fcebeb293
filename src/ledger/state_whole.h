/* Is the image's file as long as it must be? LMDB's own page count is no answer: a page that was
 * taken and given back within one transaction is counted and free, and never written, so a sound
 * file may end before its last page. See state_whole.c. */
#ifndef CM_LEDGER_STATE_WHOLE_H
#define CM_LEDGER_STATE_WHOLE_H

#include <lmdb.h>

#include "base/diag.h"

/** Whether every page that the file lacks at its end is free.
 * @retval CM_OK         it is: nothing that is used is missing
 * @retval CM_E_CORRUPT  the file was cut      @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err state_whole(MDB_env *env, struct cm_diag *diag);

#endif

/* Folders below WORKSPACE/orders that never got their name: what a stopped making, release or
 * reseal left behind. They are told, with what became of them; nothing is removed here, for a
 * folder whose name the ledger knows may be the only copy of what is to go out. */
#ifndef CM_VAULT_ORDER_LEFTOVERS_H
#define CM_VAULT_ORDER_LEFTOVERS_H

#include "vault/acts_inside.h"

/** Put "leftovers", if there are any: folder, path, why, remedy. What is being made in this process
 * is none. @retval CM_E_IO, CM_E_DENIED  the folder cannot be read      @retval as order_load */
CM_MUST_CHECK cm_err order_leftovers_tell(struct act *a);

#endif

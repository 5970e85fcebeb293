/* The supply of a daemon's line process: frames over line.sock, inside the loop. Questions go out
 * as FRAME_ACT; the vault pushes FRAME_RUNS unasked. It refuses frames that are neither its answers
 * nor that push. The connection is made once: when it ends the supply is dead, every question gets
 * CM_E_DEAD, and the process ends (the supervisor starts both anew).
 * Design: docs/design/processes.md. */
#ifndef CM_LINE_SUPPLY_VAULT_H
#define CM_LINE_SUPPLY_VAULT_H

#include "line/loop.h"
#include "line/supply.h"

/** @param[in] fd    connected to line.sock; consumed, also on error
 * @param[in] loop  borrowed for life
 * @param[in] dead  called once when the connection ends; may be NULL
 * @retval CM_E_NO_MEMORY, CM_E_IO */
CM_MUST_CHECK cm_err supply_vault_new(struct loop *loop, int fd, void (*dead)(void *ctx), void *ctx,
                                      struct supply **out);

#endif

/* The supervisor: opens what needs opening, starts vault and edge, keeps the edge alive, ends with
 * the vault, drains on SIGTERM. It reads no request and holds no key. */
#ifndef CM_DAEMON_SUPERVISOR_H
#define CM_DAEMON_SUPERVISOR_H

#include "daemon/arguments.h"

/** Serve until SIGTERM or SIGINT.
 * @retval CM_E_BUSY   another daemon or process has the workspace
 * @retval CM_E_DEAD   the vault ended by itself: diag says how
 * @retval others      it could not start */
CM_MUST_CHECK cm_err supervisor_run(const struct daemon_options *options, struct cm_diag *diag);

#endif

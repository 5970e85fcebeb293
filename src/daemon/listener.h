/* Sockets that the supervisor opens for its roles, and the lock that keeps a second daemon out. */
#ifndef CM_DAEMON_LISTENER_H
#define CM_DAEMON_LISTENER_H

#include "base/diag.h"
#include "daemon/arguments.h"
#include "engine/workspace.h"

#define ADDRESS_TEXT_CAP 320u

/** Listen for HTTP.
 * @param[out] text  the address as it came to be, "127.0.0.1:8480"
 * @retval CM_E_IO, CM_E_EXISTS (address in use)  diag says which */
CM_MUST_CHECK cm_err listener_http(const struct daemon_options *o, int *fd,
                                   char text[ADDRESS_TEXT_CAP], struct cm_diag *diag);
/** Listen on the vault's sockets below the run folder; what lies there from an earlier life is
 * replaced. The lock must be held. @retval CM_E_RANGE  path too long for a socket */
CM_MUST_CHECK cm_err listener_vault(const char *run, int fds[VAULT_DOOR_N], struct cm_diag *diag);
void listener_unlink(const char *run);
/** Connect to one of them. @retval CM_E_IO, CM_E_RANGE */
CM_MUST_CHECK cm_err listener_connect(const char *run, enum vault_door door, int *out);
/** Make the run folder and take WORKSPACE/run/daemon.lock for this process's life.
 * @retval CM_E_BUSY  another daemon has it: diag names its process */
CM_MUST_CHECK cm_err listener_lock(const char *run, int *fd, struct cm_diag *diag);

#endif

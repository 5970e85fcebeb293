/* The engine in a running vault, reached over its socket: the second implementation of
 * countermark/engine.h. Each run is one frame and waits for its answer; threads take turns.
 * Acts of the operator go the same way, on the admin socket.
 * Design: docs/design/processes.md. */
#ifndef CM_ENGINE_REMOTE_H
#define CM_ENGINE_REMOTE_H

#include "base/buffer.h"
#include "base/diag.h"
#include "countermark/engine.h"
#include "wire/note_frame.h"

/* Below WORKSPACE/run; each socket is one capability. */
#define SOCKET_VERIFY "verify.sock"
#define SOCKET_ISSUE  "issue.sock"
#define SOCKET_ADMIN  "admin.sock"
#define SOCKET_LINE   "line.sock"

/** Connect to a socket of a running vault.
 * @param[in]  path  of the socket, shorter than 108 bytes
 * @param[out] out   close with cm_engine_close; untouched on error
 * @retval CM_E_NOT_FOUND  nobody listens there: no daemon runs on this workspace
 * @retval CM_E_DENIED     the file's permissions forbid it
 * @retval CM_E_RANGE      path too long      @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err remote_open(const char *path, struct cm_engine **out, struct cm_diag *diag);

/** Let the vault do an act of the operator.
 * @param[in,out] result_json  what the act returned is appended
 * @retval CM_E_DEAD  the connection ended: the outcome is unknown
 * @retval others     the act's own; diag is the vault's */
CM_MUST_CHECK cm_err remote_act(struct cm_engine *remote, struct cm_slice name,
                                struct cm_slice args_json, struct buffer *result_json,
                                struct cm_diag *diag);
/** How the vault is. @retval CM_E_DEAD */
CM_MUST_CHECK cm_err remote_status(struct cm_engine *remote, struct status_frame *out);

#endif

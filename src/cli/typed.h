/* One line from standard input: a hand scanner types like a keyboard and ends with Enter. */
#ifndef CM_CLI_TYPED_H
#define CM_CLI_TYPED_H

#include "base/buffer.h"
#include "base/diag.h"

/** Read it, without its line end; at a terminal the prompt is shown first. Nothing behind the line
 * end is kept. @param[out] out  wipe it: it may hold a code
 * @retval CM_E_LIMIT  longer than max      @retval CM_E_FORMAT  nothing was given
 * @retval CM_E_CANCELLED  Ctrl-C           @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err typed_line(const char *prompt, size_t max, struct buffer *out,
                                struct cm_diag *diag);

#endif

/* Asking a person at the terminal, without echo for secrets; never from standard input, so that
 * pipes keep their meaning. Secrets go straight to guarded memory. */
#ifndef CM_CLI_TERMINAL_H
#define CM_CLI_TERMINAL_H

#include "base/diag.h"
#include "crypto/secret.h"

/* Whether there is a terminal to ask at. */
bool terminal_there(void);

/** Ask for one line without echo.
 * @param[out] out  1..cap bytes, without the line end; secret_wipe it; untouched on error
 * @retval CM_E_NOT_FOUND  no terminal      @retval CM_E_CANCELLED  Ctrl-C, Ctrl-D
 * @retval CM_E_LIMIT      longer than cap  @retval CM_E_FORMAT     nothing was typed */
CM_MUST_CHECK cm_err terminal_secret(const char *prompt, size_t cap, struct secret *out,
                                     struct cm_diag *diag);
/** The same from a file descriptor, to its end or the first line end.
 * @retval CM_E_IO  it cannot be read      @retval CM_E_LIMIT, CM_E_FORMAT */
CM_MUST_CHECK cm_err descriptor_secret(int fd, size_t cap, struct secret *out,
                                       struct cm_diag *diag);
/** Show text on the terminal itself, not on standard output. @retval CM_E_NOT_FOUND, CM_E_IO */
CM_MUST_CHECK cm_err terminal_show(const char *text);

#endif

/* What a run's document says to the line, judged before it is journaled: the printer's address, the
 * template and the protocol, compiled as the line will compile them. Nothing is opened. */
#ifndef CM_VAULT_RUN_CHECK_H
#define CM_VAULT_RUN_CHECK_H

#include <stdbool.h>

#include "base/diag.h"
#include "doc/json.h"
#include "line/uri.h"

/** Judge a run's document.
 * @param[in] fenced  a daemon drives the printer: it reaches files below its own folder and serial
 *                    lines alone
 * @retval CM_E_FORMAT, CM_E_NOT_FOUND, CM_E_RANGE, CM_E_LIMIT, CM_E_UNSUPPORTED  diag: where, what
 * @retval CM_E_DENIED  the daemon may not reach that path      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_check(struct json_value document, bool fenced, struct cm_diag *diag);
/** The one way to write a printer's address. @retval as printer_uri_parse */
CM_MUST_CHECK cm_err run_check_printer(struct cm_slice text, char out[static PRINTER_TEXT_CAP],
                                       struct cm_diag *diag);
/* Whether two addresses lead to the same device; false where one is none. */
bool run_check_same(struct cm_slice a, struct cm_slice b);

#endif

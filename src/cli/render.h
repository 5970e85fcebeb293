/* A JSON record as text for people: "name: value" lines with the values aligned, arrays of objects
 * as tables with a head, amounts with the decimals of the "currency" beside them, numbers to the
 * right. The one place where records get their looks. */
#ifndef CM_CLI_RENDER_H
#define CM_CLI_RENDER_H

#include "base/buffer.h"

/** Append the text of an object.
 * @retval CM_E_FORMAT  not one JSON object      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err render_record(struct cm_slice record, struct buffer *out);

#endif

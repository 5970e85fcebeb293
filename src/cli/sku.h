/* Which scheme makes the codes of a product: the one whose attribute "sku" has it in its list. */
#ifndef CM_CLI_SKU_H
#define CM_CLI_SKU_H

#include "cli/session.h"
#include "codes/scheme.h"

/** Find it.
 * @retval CM_E_NOT_FOUND  no scheme has it      @retval CM_E_CONFLICT  several have: say --scheme
 * @retval as session_act */
CM_MUST_CHECK cm_err sku_scheme(struct session *s, const char *sku,
                                char out[static SCHEME_NAME_CAP], struct cm_diag *diag);
/** Whether a scheme's document has an attribute, and whether the value is in its list.
 * @param[in] document  the text of scheme.show      @param[in] value  NULL: any
 * @retval CM_E_FORMAT  not a scheme's document */
CM_MUST_CHECK cm_err sku_has(struct cm_slice document, const char *attribute, const char *value,
                             bool *has, struct cm_diag *diag);
/** A scheme's document. @retval as session_act */
CM_MUST_CHECK cm_err sku_document(struct session *s, const char *scheme, struct buffer *out,
                                  struct cm_diag *diag);

#endif

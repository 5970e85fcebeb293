/* A request for an order, as JSON: read, judged against what there is, and made into an order that
 * has everything but its number. Nothing is spent and nothing journaled here.
 * Members: docs/design/acts.md, "Orders". */
#ifndef CM_VAULT_ORDER_REQUEST_H
#define CM_VAULT_ORDER_REQUEST_H

#include "vault/acts_inside.h"
#include "vault/order.h"

/** @param[in]  text  of the request
 * @param[out] out   order_wipe it; untouched on error
 * @retval CM_E_FORMAT, CM_E_RANGE, CM_E_NOT_FOUND, CM_E_LIMIT, CM_E_CONFLICT, CM_E_DENIED
 * @retval as template_read, order_recipients_read, split_make */
CM_MUST_CHECK cm_err order_request(struct act *a, struct cm_slice text, struct order *out);

#endif

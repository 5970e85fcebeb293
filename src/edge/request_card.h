/* What a body asks of cards with a life, beside their numbers:
 *
 *     one card      "amount": 1250, "currency": "EUR", "transaction": "4711", "new_code": "...",
 *                   "reason": "stolen", "checked": true
 *     an array      "amounts": [...], "transactions": [...], "new_codes": [...]; the rest once
 *
 * Which of them a route takes, and which it needs, stands in one table. Whether an amount can be
 * moved is the engine's to say. Pure. The interface: docs/openapi.yaml. */
#ifndef CM_EDGE_REQUEST_CARD_H
#define CM_EDGE_REQUEST_CARD_H

#include "doc/json.h"
#include "edge/request.h"

#define REQUEST_CARD_KEYS_MAX 6u

/* The names of these members that the route takes; how many. */
size_t request_card_keys(enum route route, bool single, const char **keys);
/** Read them for the items of r. Without any of them r->asked stays false.
 * @retval CM_E_FORMAT, CM_E_RANGE  malformed, or one that the route needs is missing
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err request_read_card(enum route route, struct json_value root, struct request *r);

#endif

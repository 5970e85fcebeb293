/* Which serial a unit of an order has, and back: ranges, less the serials that were skipped in
 * them. Where a range skipped some, its units are walked through once; memory is 8 bytes a skip. */
#ifndef CM_VAULT_ORDER_SERIALS_H
#define CM_VAULT_ORDER_SERIALS_H

#include "crypto/keystore.h"
#include "engine/engine.h"
#include "vault/order.h"

struct order_serials;

/** @retval as order_units_open and order_units_next; CM_E_CORRUPT  other units than were spent */
CM_MUST_CHECK cm_err order_serials_new(struct order_serials **out, struct cm_engine *engine,
                                       const struct keystore *keystore, const struct order *o,
                                       struct cm_diag *diag);
void order_serials_free(struct order_serials *s);
void order_serials_freep(struct order_serials **s);

/* Serial of unit `unit` (from 0, below the units spent). */
uint64_t order_serial_of(const struct order_serials *s, uint64_t unit);
/** @retval CM_E_NOT_FOUND  the serial is no unit of the order */
CM_MUST_CHECK cm_err order_unit_of(const struct order_serials *s, uint64_t serial, uint64_t *unit);

#endif

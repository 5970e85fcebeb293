/* Orders that make up for the spoilage of one order: what "as" of a return line may name. Only
 * their units exist to take a spoiled one's place; one that was withdrawn has none. Design:
 * docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_RETURN_REMAKES_H
#define CM_VAULT_RETURN_REMAKES_H

#include "cards/identifiers.h"
#include "vault/acts.h"
#include "vault/order.h"
#include "vault/order_serials.h"

struct remake {
    uint32_t order;
    uint64_t records;
    struct order_serials *serials; /* where control numbers are the pool's own; else NULL */
};
struct remakes {
    struct remake *list;
    size_t n;
};
void remakes_wipe(struct remakes *r);

/** Find them.
 * @param[in] own  control numbers are the pool's own      @param[out] out  remakes_wipe it
 * @retval as order_load, order_serials_new; CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err remakes_read(const struct act_context *ctx, uint32_t of, bool own,
                                  struct remakes *out, struct cm_diag *diag);
/* Whether a control number names a record of one of them. */
bool remakes_have(const struct remakes *r, const struct control *control, struct cm_slice text);

#endif

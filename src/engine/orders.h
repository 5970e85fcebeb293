/* What orders ask of the ledger: units spent together with the order's own document, so that no
 * crash parts them, and spoiled units made void by number.
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_ENGINE_ORDERS_H
#define CM_ENGINE_ORDERS_H

#include "engine/engine.h"

#define ORDER_VOID_MAX 4096u /* units of one call: one group */

struct order_document {
    uint32_t order, actor;
    struct cm_slice text;
};

/** Spend serials for an order: range and document are one group, both durable or neither.
 * @param[in] e  as engine_issue
 * @retval as engine_issue and engine_document */
CM_MUST_CHECK cm_err engine_order_issue(struct cm_engine *engine, const struct issue_event *e,
                                        const struct order_document *document,
                                        struct cm_diag *diag);

/* What became of units that were to be void. */
struct void_count {
    uint64_t made;     /* void now, and not before */
    uint64_t were;     /* void already */
    uint64_t redeemed; /* used up before: they stay as they are */
    uint64_t absent;   /* no units */
};
/** Make units worthless for good. Repeating it changes nothing.
 * @param[in]  serials  n, at most ORDER_VOID_MAX, each once
 * @param[out] count    untouched on error
 * @retval CM_E_NOT_FOUND  no such set      @retval CM_E_ARGUMENT  too many at once
 * @retval CM_E_DEAD, CM_E_NO_SPACE, CM_E_IO, CM_E_NO_MEMORY, CM_E_STATE */
CM_MUST_CHECK cm_err engine_void(struct cm_engine *engine, uint32_t actor, uint32_t set,
                                 const uint64_t *serials, size_t n, struct void_count *count,
                                 struct cm_diag *diag);

#endif

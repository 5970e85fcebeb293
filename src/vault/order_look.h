/* Orders as the ledger has them: by number or name, and in the sequence of their recipients. */
#ifndef CM_VAULT_ORDER_LOOK_H
#define CM_VAULT_ORDER_LOOK_H

#include "engine/engine.h"
#include "vault/order.h"

/** An order by its number.
 * @param[out] out  order_wipe it; untouched on error      @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err order_load(struct cm_engine *engine, uint32_t number, struct order *out,
                                struct cm_diag *diag);
/** The number that a text means: "12", "ORDER-000012", or a name. @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err order_number(struct cm_engine *engine, struct cm_slice text, uint32_t *out,
                                  struct cm_diag *diag);
/** The next number of a recipient's sequence, from 1. */
CM_MUST_CHECK cm_err order_next_sequence(struct cm_engine *engine, uint32_t brand,
                                         const char *recipient, uint64_t *out);
/** Fill `previous` of each part: the manifest that its recipient had last.
 * @retval CM_E_STATE  an earlier order for a recipient is neither released nor withdrawn */
CM_MUST_CHECK cm_err order_previous(struct cm_engine *engine, struct order *o,
                                    struct cm_diag *diag);
/** The manifest that a recipient had last; zero when it had none. */
CM_MUST_CHECK cm_err order_last_manifest(struct cm_engine *engine, uint32_t brand,
                                         const char *recipient, struct hash256 *out,
                                         struct cm_diag *diag);
/** Journal it. @retval as engine_document */
CM_MUST_CHECK cm_err order_save(struct cm_engine *engine, uint32_t actor, const struct order *o,
                                struct cm_diag *diag);

#endif

/* The units of one order as records: new ones, spent with the order's document, or spent ones again
 * as they came the first time. Cards bring numbers, PINs and further identifiers, batches codes.
 * Memory is constant. It gives a PIN only to whom PINs were asked for.
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_ORDER_UNITS_H
#define CM_VAULT_ORDER_UNITS_H

#include "order/record.h"
#include "vault/minter.h"
#include "vault/order.h"

#define ORDER_CHUNK       131072u /* serials spent at once: one durable group */
#define ORDER_RECORDS     16384u  /* units given at once */
#define ORDER_CONTROL_LEN 14u     /* digits of a control number: order 6, record 8 */

struct order_units;

struct order_units_options {
    struct cm_engine *engine;
    const struct keystore *keystore;
    const struct order *order; /* borrowed: set, number, items, match */
    uint32_t values;           /* bits of record_value that are wanted */
    minter_spend *spend;       /* how new serials are spent */
    void *spend_ctx;
};

/* Bits of record_value that units of a set have. */
uint32_t order_units_values(const struct set_entry *set);

/** Open. @retval as minter_open and card_minter_open; values that
 * these units do not have are left out */
CM_MUST_CHECK cm_err order_units_open(struct order_units **out,
                                      const struct order_units_options *options,
                                      struct cm_diag *diag);
void order_units_close(struct order_units *u);
void order_units_closep(struct order_units **u);

/** Begin with serials that were spent, or with new ones (NULL).
 * @param[in] range  of the order      @retval as minter_open and card_minter_open */
CM_MUST_CHECK cm_err order_units_from(struct order_units *u, const struct order_range *range,
                                      struct cm_diag *diag);
/** The next records.
 * @param[in]  most   units at most, at least 1
 * @param[out] set    n records of n / items units; 0 = the range or the set's volume has ended.
 *                    Valid until the next call
 * @retval as minter_next and card_minter_next */
CM_MUST_CHECK cm_err order_units_next(struct order_units *u, uint64_t most, struct record_set *set,
                                      struct cm_diag *diag);

/* Whether control numbers are the pool's own: it says what they are. */
bool order_units_own_control(const struct order_units *u);
/* The serials of the units that order_units_next gave last, and how many they are. */
const uint64_t *order_units_serials(const struct order_units *u, size_t *n);

/* The control number of a record, from 1, of an order: it joins numbers, PINs and returns. */
void order_control(uint32_t order, uint64_t record, char out[static ORDER_CONTROL_LEN]);
/** Back: which record a control number names.
 * @retval CM_E_FORMAT  not a control number      @retval CM_E_NOT_FOUND  of another order */
CM_MUST_CHECK cm_err order_control_read(struct cm_slice text, uint32_t order, uint64_t *record);

#endif

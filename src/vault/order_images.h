/* The pictures that an order's {image} names, as one more sealed file of its numbers: a ZIP with a
 * 1-bit PNG a code, or of its address where the order says one. Drawn after the records, from the
 * same units, a few at a time, so that others are served meanwhile.
 * It refuses kinds that cannot say such codes, before a unit is spent.
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_ORDER_IMAGES_H
#define CM_VAULT_ORDER_IMAGES_H

#include "order/record.h"
#include "symbol/symbol.h"
#include "vault/order_output.h"

#define ORDER_IMAGES_STEP 2048u /* units of one step: about a tenth of a second */

/** Judge a kind with a text as the codes will be.
 * @param[in] url  of the order, with {code} in it, or ""
 * @retval CM_E_ARGUMENT  no such kind, or one of GS1 elements    @retval as symbol_make */
CM_MUST_CHECK cm_err order_images_check(const char *kind, const char *url, struct cm_slice sample,
                                        struct cm_diag *diag);

struct order_images;
/** Begin the file. @param[in] output, o  borrowed
 * @retval as order_output_file, picture_maker_new, zip_new */
CM_MUST_CHECK cm_err order_images_open(struct order_images **out, struct order_output *output,
                                       const struct order *o, struct cm_diag *diag);
void order_images_free(struct order_images *x);
/** Values that the sets must have. */
uint32_t order_images_values(const struct order *o);
/** Draw some records. @retval as symbol_make, picture_make, zip_put, order_output_buffer */
CM_MUST_CHECK cm_err order_images_put(struct order_images *x, const struct record_set *set,
                                      struct cm_diag *diag);
/** All are drawn: end the file. @retval as order_images_put, order_output_end */
CM_MUST_CHECK cm_err order_images_end(struct order_images *x, struct cm_diag *diag);

#endif

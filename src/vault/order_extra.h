/* Texts that are made of other columns of an order's records: web addresses of codes, names of
 * pictures. They live in columns of their own until the next chunk; addresses hold codes and are
 * wiped. Refused: an address without its code, or with more than a URI has.
 * Reference: RFC 3986 section 2. Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_ORDER_EXTRA_H
#define CM_VAULT_ORDER_EXTRA_H

#include "base/diag.h"
#include "order/record.h"
#include "vault/order.h"

#define ORDER_IMAGE_END ".png" /* of pictures that are ordered with the records */

struct order_extra {
    struct cm_slice before, after; /* the address around the code; borrowed from the order */
    size_t rows_max, url_n, image_n;
    uint32_t items;
    char *urls, *images;
    size_t urls_len;
};
#define ORDER_EXTRA_INIT                                                                           \
    { .urls = NULL }

/** Judge an address: printable ASCII that a URI may have, with {code} in it once.
 * @retval CM_E_FORMAT  it is none */
CM_MUST_CHECK cm_err order_url_check(const char *url, struct cm_diag *diag);

/** Begin.
 * @param[in] o         borrowed      @param[in] values  bits of record_value that are wanted
 * @param[in] rows_max  of one set      @param[in] same  all items of a set share a control number
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err order_extra_open(struct order_extra *x, const struct order *o, uint32_t values,
                                      size_t rows_max, bool same);
void order_extra_wipe(struct order_extra *x);
/** Add the columns that are wanted to a set that has codes and control numbers, from a unit's first
 * record on.  @retval CM_E_NO_MEMORY, CM_E_RANGE  more rows than were said */
CM_MUST_CHECK cm_err order_extra_give(struct order_extra *x, struct record_set *set);

#endif

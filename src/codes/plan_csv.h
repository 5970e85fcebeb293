/* Reading PLAN.csv. The header names the columns, in any order: gtin, sku, product, flavour, line,
 * date, quantity; any further column becomes an attribute of its name. Needed are quantity, and sku
 * or gtin. It refuses wrong GTINs, unknown flavours, rows of one SKU that disagree, empty cells,
 * broken dates and counts, each with line, column and remedy. */
#ifndef CM_CODES_PLAN_CSV_H
#define CM_CODES_PLAN_CSV_H

#include "codes/production.h"

#define PLAN_CSV_MAX (256u << 20) /* bytes of one file */

struct plan_csv_options {
    const struct values *flavours; /* the flavours that exist; NULL: whatever the file says */
};

/** Read a production plan.
 * @param[out] out    initialised by production_init; untouched on error, else to be wiped
 * @param[in]  input  names the file in errors
 * @retval CM_E_FORMAT  header or cell, see diag     @retval CM_E_RANGE  a count or length
 * @retval CM_E_CONFLICT  two rows of one SKU or GTIN disagree
 * @retval CM_E_NOT_FOUND  unknown flavour           @retval CM_E_LIMIT  too large
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err plan_csv_read(struct production *out, struct cm_slice text, const char *input,
                                   const struct plan_csv_options *options, struct cm_diag *diag);

#endif

/* The texts of a unit by the names that templates use: what goes onto one product.
 *
 *     code      as it is redeemed            human   in groups, for people to read and type
 *     batch     the batch's name             product, gtin, date, line   the batch's words
 *     serial    decimal digits               url     the scheme's address with the code in it
 *
 * Words that a batch does not have are empty texts. Texts live until the next call.
 * It refuses nothing: what a language cannot say, its driver refuses. */
#ifndef CM_LINE_FIELDS_H
#define CM_LINE_FIELDS_H

#include "doc/json.h"
#include "line/driver.h"

#define FIELDS_N 9u
/* In the order of a unit's texts; ends with NULL, so it can be driver_options.fields. */
extern const char *const fields_names[FIELDS_N + 1];

struct fields;

/** Read a batch's words.
 * @param[in] batch  JSON object {"name", "product", "gtin", "date", "line", "url", "groups",
 *                   "separator"}, all but the name optional. groups: lengths, for `human`; url: the
 *                   code is put for "{code}" in it
 * @param[in] line   the run's own name of the line, may be empty
 * @retval CM_E_FORMAT, CM_E_RANGE  as json_text      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err fields_new(struct json_value batch, struct cm_slice line, struct fields **out);
void fields_free(struct fields *f);
/* The unit's texts, in the order of fields_names; borrowed from code and f. */
void fields_fill(struct fields *f, struct cm_slice code, uint64_t serial, struct unit *out);

#endif

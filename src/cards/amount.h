/* Amounts of money as people write them: minor units and the currency's decimals. Refused: signs,
 * grouping, a number of decimals other than the currency's. Source: ISO 4217, list one. */
#ifndef CM_CARDS_AMOUNT_H
#define CM_CARDS_AMOUNT_H

#include "countermark/bytes.h"
#include "countermark/life.h"

#define AMOUNT_TEXT_CAP 24u /* bytes with NUL: 20 digits, a point, and a zero in front */

/* How many decimals amounts of a currency have: 2 for those that are not listed otherwise. */
unsigned currency_decimals(const char *currency);
/* "12.50" for 1250 EUR, "1250" for 1250 JPY, "1.250" for 1250 KWD; a currency of "" has none. */
void amount_format(uint64_t minor, const char *currency, char out[static AMOUNT_TEXT_CAP]);
/** Read what amount_format writes.
 * @param[out] minor  untouched on error
 * @retval CM_E_FORMAT  not digits with exactly the currency's decimals, or without a point
 * @retval CM_E_RANGE   above CM_AMOUNT_MAX */
CM_MUST_CHECK cm_err amount_read(struct cm_slice text, const char *currency, uint64_t *minor);

#endif

/* GS1 trade item numbers: length and check digit. It refuses everything but 8, 12, 13 or 14
 * digits; whether GS1 gave the number to anyone is not known here.
 * Source: GS1 General Specifications, section 7.9 "Check digit calculations". */
#ifndef CM_CODES_GTIN_H
#define CM_CODES_GTIN_H

#include "base/bytes.h"
#include "base/diag.h"

#define GTIN_CAP 15u /* 14 digits and NUL */

/** Check digit '0'..'9' of n digits before it (weights 3, 1, 3 ... from the right).
 * @retval CM_E_FORMAT  a byte is not a digit     @retval CM_E_RANGE  not 7, 11, 12 or 13 digits */
CM_MUST_CHECK cm_err gtin_check_digit(struct cm_slice digits, char *check);

/** A whole GTIN-8, GTIN-12, GTIN-13 or GTIN-14.
 * @param[out] out   the same digits with a NUL; untouched on error
 * @param[out] diag  may be NULL; problem and remedy name the right digit
 * @retval CM_E_FORMAT  not digits, or the check digit is wrong
 * @retval CM_E_RANGE   another length */
CM_MUST_CHECK cm_err gtin_parse(struct cm_slice text, char out[static GTIN_CAP],
                                struct cm_diag *diag);

#endif

/* Is the value of one GS1 element well made: its length, its characters, and what they mean? It
 * looks at one value at a time; what may stand beside it is gs1_judge's.
 * Reference: GS1 General Specifications, sections 3, 7.9 (check digits), 7.11 (character sets),
 * 7.12 (years); ISO 3166-1, ISO 4217, ISO 13616. */
#ifndef CM_SYMBOL_GS1_CHECK_H
#define CM_SYMBOL_GS1_CHECK_H

#include "symbol/gs1_id.h"

#define GS1_FAULT_CAP 96u /* bytes, with NUL */

/* What is wrong in a part of a value, and where: offset from its start. */
struct gs1_fault {
    size_t at;
    char problem[GS1_FAULT_CAP];
};
/* Always false, so that a check can end with it. */
bool gs1_fault_set(struct gs1_fault *fault, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** @param[in] ai  for the errors     @retval CM_E_FORMAT  diag says what and where, not the value
 */
CM_MUST_CHECK cm_err gs1_check_value(const struct gs1_id *id, const char *ai, struct cm_slice value,
                                     struct cm_diag *diag);

/* A date of six digits, YYMMDD. Years 51 and later are 1951 and later until 2050; the one leap year
 * that this could move, 00, is 2000 all that time. */
bool gs1_check_date(struct cm_slice part, bool whole_month, struct gs1_fault *fault);

/* North American coupons, all of whose parts tell their lengths: gs1_coupon.c. */
bool gs1_coupon_check(struct cm_slice part, struct gs1_fault *fault);
bool gs1_coupon_check_offer(struct cm_slice part, struct gs1_fault *fault);

/* Code lists: gs1_list.c. */
bool gs1_list_country(unsigned number);
bool gs1_list_country_letters(const uint8_t letters[static 2]);
bool gs1_list_currency(unsigned number);

#endif

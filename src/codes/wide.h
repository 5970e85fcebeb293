/* 128-bit counts for the planner: products that notice overflow, powers, decimal texts, quotients
 * printed digit by digit. No floating point: what is promised is computed exactly. */
#ifndef CM_CODES_WIDE_H
#define CM_CODES_WIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/macros.h"

#define WIDE_TEXT_CAP  40u /* 39 digits of 2^128 - 1, and NUL */
#define WIDE_GROUP_CAP 53u /* the same with twelve separators, and room for none more */
#define RATIO_TEXT_CAP 64u

/* False on overflow; *out untouched then. */
bool wide_mul(cm_u128 a, cm_u128 b, cm_u128 *out);
bool wide_pow(uint64_t base, unsigned exponent, cm_u128 *out);
/* Smallest power of two that is >= v; v <= 2^63. */
uint64_t wide_power_above(uint64_t v);
/* floor(100 * log2(v)), v >= 1, from integers alone. */
unsigned wide_log2_hundredths(cm_u128 v);

void wide_format(cm_u128 v, char out[static WIDE_TEXT_CAP]);
/* With a comma before every three digits, for people. */
void wide_group(cm_u128 v, char out[static WIDE_GROUP_CAP]);
/** Decimal digits only, without leading zeros. @retval CM_E_FORMAT  @retval CM_E_RANGE  too big */
CM_MUST_CHECK cm_err wide_parse(struct cm_slice text, cm_u128 *v);

/* num / den to `digits` (1..18) significant digits: "0.00131", "52.5", "1.31e-9"; den >= 1 and
 * below 2^120. The rest is cut off, or, by ratio_format_up, counted as one more in the last place:
 * what is printed is never better than what is true, whichever side is the better one. */
void ratio_format(cm_u128 num, cm_u128 den, unsigned digits, char out[static RATIO_TEXT_CAP]);
void ratio_format_up(cm_u128 num, cm_u128 den, unsigned digits, char out[static RATIO_TEXT_CAP]);

#endif

/* Packing the inline fields into P and back, and the sizes S, C and T of a scheme.
 *
 * P is mixed radix, most significant first: inline attributes in order, date if inline, batch,
 * serial. Divisions by cardinalities use reciprocals made once.
 * Source: docs/design/construction.md, "Fields" and "Tag". */
#ifndef CM_CODES_PACK_H
#define CM_CODES_PACK_H

#include "base/macros.h"
#include "countermark/scheme.h"

/** S = r^L. @retval CM_E_RANGE  S below 10^6 or not below 2^120; *space untouched */
CM_MUST_CHECK cm_err pack_space(uint8_t radix, uint8_t length, cm_u128 *space);
/** C = product of the inline cardinalities.
 * @retval CM_E_RANGE  a cardinality is 0 or C is above 2^88; *payloads untouched */
CM_MUST_CHECK cm_err pack_payloads(const struct cm_scheme_numbers *numbers, cm_u128 *payloads);
/** T = min(floor(S / C), 2^64); 0 when S < C. */
cm_u128 pack_tag_modulus(cm_u128 space, cm_u128 payloads);
/** T of checked numbers. */
static inline cm_u128 pack_t(const struct cm_scheme_numbers *numbers) {
    return (cm_u128)numbers->t_minus_1 + 1;
}

#endif

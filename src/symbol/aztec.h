/* Aztec Code: a text in the fewest bits that its five character sets and bytes allow, then error
 * correction and places of modules. Own work beside libzint, which takes a larger symbol for one
 * text in fifteen and cannot be told another way. It refuses what 151 x 151 modules do not hold.
 * Reference: ISO/IEC 24778:2008; 23 % of the words, rounded down, and 3 more are for correction
 * (annex B advises that). */
#ifndef CM_SYMBOL_AZTEC_H
#define CM_SYMBOL_AZTEC_H

#include "base/buffer.h"

#define AZTEC_SIDE_MAX 151u

/* A bit a byte, first bit first. */
struct aztec_text {
    struct cm_slice text;
    bool utf8; /* announced as such (ECI 26) */
};
/** Append the bits of a text.
 * @retval CM_E_LIMIT  more bytes in a row than their count can say, which no size holds
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err aztec_bits(const struct aztec_text *text, struct buffer *bits);

/** Modules of the smallest symbol that holds the bits.
 * @param[out] modules  *side * *side bytes, 1 is dark; appended to
 * @retval CM_E_LIMIT  no size holds them    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err aztec_modules(struct cm_slice bits, struct buffer *modules, size_t *side);

#endif

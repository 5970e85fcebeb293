/* Which prefixes belong to payment schemes, so that no loyalty card is taken for a bank card.
 * A prefix is refused when any number under it could lie in a scheme's range; the operator may
 * force it, which is recorded in the pool document. Sources: ISO/IEC 7812-1 (issuer
 * identification numbers); the ranges are those the schemes publish for merchants. */
#ifndef CM_CARDS_PAYMENT_H
#define CM_CARDS_PAYMENT_H

#include <stddef.h>
#include <stdint.h>

struct payment_range {
    uint32_t first, last; /* leading digits, inclusive, both of `digits` digits */
    uint8_t digits;
    const char *scheme;
};

/** The first payment range that numbers under the prefix can reach.
 * @param prefix  n ASCII digits, 1..CM_CARD_PREFIX_MAX
 * @return a row of the static table, or NULL when no number under the prefix is in any range */
const struct payment_range *payment_overlap(const char *prefix, size_t n);

#endif

/* The Luhn digit over digits already known to be digits, for whole arrays.
 * It finds typing errors; it is no protection: anyone can compute it. The public, checking
 * entry is cm_luhn_digit in countermark/card.h. Source: ISO/IEC 7812-1 Annex B. */
#ifndef CM_CARDS_LUHN_H
#define CM_CARDS_LUHN_H

#include <stddef.h>
#include <stdint.h>

#include "cards/digit_block.h"

/** The digit value 0..9 that makes the Luhn sum of digits | check a multiple of 10.
 * @param digits  n ASCII digits without check digit; bytes that are no digits give a value in
 *                range that means nothing, in the same time */
uint8_t luhn_digit(const char *digits, size_t n);
/* Sixteen numbers get their digit n (ASCII), after the digits before it. n < CM_CARD_NUMBER_MAX */
void luhn_append(struct digit_block *block, size_t n);

#endif

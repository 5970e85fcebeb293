/* The GS1 check digit over digits already known to be digits, for whole arrays: EAN-13 and GSRN.
 * It finds typing errors; it is no protection: anyone can compute it. Product numbers that people
 * wrote are read by codes/gtin.h. Source: GS1 General Specifications, section 7.9. */
#ifndef CM_CARDS_GS1_H
#define CM_CARDS_GS1_H

#include <stddef.h>
#include <stdint.h>

#include "cards/digit_block.h"

/** The digit 0..9 that makes the sum, weighted 3 and 1 from the right, a multiple of 10.
 * @param digits  n ASCII digits without check digit; bytes that are no digits give a value in
 *                range that means nothing, in the same time */
uint8_t gs1_digit(const char *digits, size_t n);
/* Sixteen numbers get their digit n (ASCII), after the digits before it. n < CM_CARD_NUMBER_MAX */
void gs1_append(struct digit_block *block, size_t n);

#endif

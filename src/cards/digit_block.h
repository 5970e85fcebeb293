/* Sixteen numbers side by side: register k holds digit k of each, so that one comparison looks at
 * sixteen cards. Takes digits for granted. Reference: docs/design/performance.md, "cards". */
#ifndef CM_CARDS_DIGIT_BLOCK_H
#define CM_CARDS_DIGIT_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/card.h"

#define DIGIT_LANES 16u

typedef uint8_t digit_lanes __attribute__((vector_size(DIGIT_LANES)));

struct digit_block {
    digit_lanes digit[CM_CARD_NUMBER_MAX]; /* ASCII, most significant first */
};

/* n rows of digit_n digits, `stride` bytes apart; n <= DIGIT_LANES. Other lanes hold '0'. */
void digit_block_load(struct digit_block *block, const char *rows, size_t stride, size_t digit_n,
                      size_t n);

#endif

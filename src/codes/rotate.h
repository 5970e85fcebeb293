/* Upside down: which symbols read as which after half a turn, as on a bottle cap or round tin.
 * Only the plain cases count: 0 8 H I N O S X Z stay, 6 and 9, M and W change places
 * (docs/design/construction.md section 9). */
#ifndef CM_CODES_ROTATE_H
#define CM_CODES_ROTATE_H

#include <stddef.h>
#include <stdint.h>

#include "countermark/alphabet.h"

struct rotation {
    uint8_t image[CM_ALPHABET_MAX]; /* position -> position upside down, or CM_NO_SYMBOL */
    uint8_t n;                      /* symbols that have an image */
};

void rotation_init(struct rotation *out, const struct cm_alphabet *alphabet);

/* 1 if the row, turned, is another row of the alphabet; else 0. */
uint8_t rotation_hits(const struct rotation *rotation, const uint8_t *row, size_t row_n);

#endif

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

/* hits[i] |= 1 if row i of n, turned, is another row of the alphabet. No branch rests on a row;
 * numerals lie below CM_ALPHABET_MAX, others read no foreign memory. */
void rotation_rows(const struct rotation *rotation, const uint8_t *rows, size_t n, size_t stride,
                   size_t row_n, uint8_t *hits);

#endif

/* How alike two symbols look on a 5x7 dot matrix. Two glyphs are too close when the Hamming
 * distance of their bitmaps, over the best shift by at most one dot, is under 15 % of the ink of
 * the lighter (docs/design/construction.md section 6). Knows 0-9 and A-Z only. */
#ifndef CM_CODES_GLYPH_H
#define CM_CODES_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "countermark/alphabet.h"

struct glyph_pair {
    char a, b;
    uint8_t distance, ink; /* dots; ink of the lighter */
};

#define GLYPH_ROWS 7u
#define GLYPH_COLS 5u

/* A glyph's rows from the top, the highest of five bits its left dot; NULL: not in the font. */
const uint8_t *glyph_rows(char c);
/* Compare two glyphs. False if one of them is not in the font; *out untouched then. */
bool glyph_compare(char a, char b, struct glyph_pair *out);
bool glyph_too_close(const struct glyph_pair *pair);

/* The pairs of an alphabet that are too close: the first cap of them in out; returns how many
 * there are. */
size_t glyph_close_pairs(const struct cm_alphabet *alphabet, struct glyph_pair *out, size_t cap);

#endif

/* A sheet of dots, one bit each, for printers and 1-bit pictures: bars and modules end on dots, so
 * nothing is grey. It refuses sheets without a side or too large; what is drawn must lie inside.
 * It keeps its memory for the next picture. */
#ifndef CM_SYMBOL_BITMAP_H
#define CM_SYMBOL_BITMAP_H

#include "base/bytes.h"

#define BITMAP_SIDE_MAX  60000u      /* dots: 2.5 m at 600 dpi */
#define BITMAP_BYTES_MAX (64u << 20) /* of one sheet */

struct bitmap {
    uint8_t *bits; /* rows of `stride` bytes, the leftmost dot is the highest bit, 1: ink */
    size_t width, height, stride, cap;
};
#define BITMAP_INIT                                                                                \
    { .bits = NULL }

/** A sheet without ink, in the memory of the one before where that is enough.
 * @retval CM_E_LIMIT  a side of 0, or too large    @retval CM_E_NO_MEMORY: b is as it was */
CM_MUST_CHECK cm_err bitmap_begin(struct bitmap *b, size_t width, size_t height);
void bitmap_free(struct bitmap *b);
/* Ink from dot x on, n dots of row y. */
void bitmap_run(struct bitmap *b, size_t x, size_t y, size_t n);
/* Row y once more in the n rows below it. */
void bitmap_repeat(struct bitmap *b, size_t y, size_t n);
void bitmap_box(struct bitmap *b, size_t x, size_t y, size_t width, size_t height);

#endif

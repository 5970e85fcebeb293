/* Numbers of drawings as text: thousandths, no trailing zeros, no zero before the point, and no
 * locale. For formats that take ".5" and "-.25": SVG, PostScript. */
#ifndef CM_SYMBOL_NUMBER_TEXT_H
#define CM_SYMBOL_NUMBER_TEXT_H

#include "base/buffer.h"

#define NUMBER_TEXT_MAX 24u /* bytes at most */

/* The shortest text of v to three decimals ("12", "-.5", "3.125"); returns its end. What is beyond
 * a million million is cut to it. */
uint8_t *number_text_put(uint8_t *p, double v);
void number_text(struct buffer *out, double v);

/* Whole numbers from 0 on, as runs are. */
static inline uint8_t *number_text_whole(uint8_t *p, size_t v) {
    if (v < 10) {
        *p = (uint8_t)('0' + v);
        return p + 1;
    }
    if (v < 100) {
        p[0] = (uint8_t)('0' + v / 10);
        p[1] = (uint8_t)('0' + v % 10);
        return p + 2;
    }
    return number_text_put(p, (double)v);
}

#endif

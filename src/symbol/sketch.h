/* A canvas as lines of text for a terminal: two dots a character, one above the other, in Unicode
 * half blocks, or one in ASCII; a frame around it. Small print is lost: it shows where things
 * stand. */
#ifndef CM_SYMBOL_SKETCH_H
#define CM_SYMBOL_SKETCH_H

#include "symbol/canvas.h"

#define SKETCH_LEAST 8u /* columns */

/* A text over the picture, from x in the line of y, cut at the frame. What is no printable ASCII is
 * typed as '?'. */
struct sketch_text {
    double x, y;
    struct cm_slice text;
};

/** Append the picture. @param[in] columns  at most so many, with the frame
 * @retval CM_E_RANGE  fewer than SKETCH_LEAST    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err sketch_draw(const struct canvas *c, size_t columns, bool ascii,
                                 const struct sketch_text *texts, size_t n, struct buffer *out);

#endif

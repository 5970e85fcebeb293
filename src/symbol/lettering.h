/* Letters as shapes: the text below bars, in pictures that must look alike on every machine, so
 * nothing is left to the reader's fonts. A font is a fontconfig name, the path of a font file, or
 * one of our own bitmap fonts ("5x7" ...), whose dots are drawn as squares.
 * It refuses fonts that are not here, naming the nearest, and characters that the font lacks.
 * One glyph a character, from left to right, without kerning: for codes, numbers, short labels. */
#ifndef CM_SYMBOL_LETTERING_H
#define CM_SYMBOL_LETTERING_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "symbol/bitmap.h"

struct lettering;

/** @param[in] font  NULL: a sans-serif    @param[out] out  lettering_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such font, or it cannot be read    @retval CM_E_NO_MEMORY
 * One thread at a time. */
CM_MUST_CHECK cm_err lettering_open(const char *font, struct lettering **out, struct cm_diag *diag);
void lettering_free(struct lettering *l);
void lettering_freep(struct lettering **l);

/** Width of a line of UTF-8, in heights of its capitals.
 * @retval CM_E_NOT_FOUND  a character that the font lacks: diag names it    @retval CM_E_FORMAT  no
 * UTF-8 */
CM_MUST_CHECK cm_err lettering_width(struct lettering *l, struct cm_slice text, double *out,
                                     struct cm_diag *diag);

/* Closed curves, y downwards; filled where they wind around (nonzero). */
struct lettering_pen {
    void (*move)(void *ctx, double x, double y);
    void (*line)(void *ctx, double x, double y);
    void (*curve)(void *ctx, const double xy[6]); /* cubic: two control points and the end */
    void (*close)(void *ctx);
    void *ctx;
};
struct lettering_place {
    double x, foot, capital; /* left end, line on which capitals stand, their height */
};
/** Draw a line. @retval as lettering_width, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err lettering_trace(struct lettering *l, struct cm_slice text,
                                     const struct lettering_place *at,
                                     const struct lettering_pen *pen, struct cm_diag *diag);
/** The same as dots, hinted to them; what falls outside is cut off. Bitmap fonts: their dots as
 * squares of whole dots. @retval as lettering_trace */
CM_MUST_CHECK cm_err lettering_stamp(struct lettering *l, struct cm_slice text,
                                     const struct lettering_place *at, struct bitmap *b,
                                     struct cm_diag *diag);

#endif

/* A sheet of white dots to draw on in black: boxes, modules, upright text; read back as dots or as
 * a PNG. Whatever lies outside is cut off. Text is in a font of this machine, squeezed to the width
 * that is wanted: it shows where a text stands, not how a printer's own font looks. */
#ifndef CM_SYMBOL_CANVAS_H
#define CM_SYMBOL_CANVAS_H

#include "base/buffer.h"
#include "symbol/symbol.h"

#define CANVAS_SIDE_MAX 8192u /* dots */

struct canvas;

/** A white one. @retval CM_E_RANGE  a side of 0 or too long    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err canvas_new(size_t width, size_t height, struct canvas **out);
void canvas_free(struct canvas *c);
void canvas_freep(struct canvas **c);
size_t canvas_width(const struct canvas *c);
size_t canvas_height(const struct canvas *c);

void canvas_box(struct canvas *c, double x, double y, double width, double height, bool dark);
/* Each module `module` dots wide; rows of bars `bar` dots high, others as many modules as theirs.
 */
void canvas_symbol(struct canvas *c, const struct symbol *s, double x, double y, double module,
                   double bar);
/* One line of UTF-8, its capitals' feet at `foot`, capitals `height` dots high, letters about
 * `advance` dots apart. */
struct canvas_text {
    double x, foot, height, advance;
    struct cm_slice text;
};
/** @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err canvas_write(struct canvas *c, const struct canvas_text *text);
/* The share of dark dots in a box, 0 to 1; what lies outside is white. */
double canvas_darkness(const struct canvas *c, double x, double y, double width, double height);
/** Append a PNG. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err canvas_png(struct canvas *c, struct buffer *out);

#endif

/* Pictures in text. A terminal's character is about twice as high as wide. References as in
 * sketch.h. */
#include "symbol/sketch.h"

#include <math.h>

#include "base/macros.h"

/* A symbol's modules are half dark: more than a third is ink. */
#define INK_SHARE 0.34

static void rule(struct buffer *out, size_t n, bool ascii, bool top) {
    buffer_text(out, ascii ? "+" : top ? "┌" : "└");
    for (size_t i = 0; i < n; i++)
        buffer_text(out, ascii ? "-" : "─");
    buffer_text(out, ascii ? "+\n" : top ? "┐\n" : "┘\n");
}

static const char *block(bool upper, bool lower) {
    if (upper) return lower ? "█" : "▀";
    return lower ? "▄" : " ";
}

static void line(const struct canvas *c, double top, double step, size_t n, bool ascii,
                 struct buffer *out) {
    buffer_text(out, ascii ? "|" : "│");
    for (size_t i = 0; i < n; i++) {
        const double x = (double)i * step;
        if (ascii) {
            buffer_text(out, canvas_darkness(c, x, top, step, 2 * step) > INK_SHARE ? "#" : " ");
            continue;
        }
        buffer_text(out, block(canvas_darkness(c, x, top, step, step) > INK_SHARE,
                               canvas_darkness(c, x, top + step, step, step) > INK_SHARE));
    }
    buffer_text(out, ascii ? "|\n" : "│\n");
}

cm_err sketch_draw(const struct canvas *c, size_t columns, bool ascii, struct buffer *out) {
    if (columns < SKETCH_LEAST) return CM_E_RANGE;
    const double width = (double)canvas_width(c), height = (double)canvas_height(c);
    const double step = fmax(1.0, width / (double)(columns - 2));
    const size_t n = (size_t)ceil(width / step - 1e-9);
    rule(out, n, ascii, true);
    for (double top = 0; top < height; top += 2 * step)
        line(c, top, step, n, ascii, out);
    rule(out, n, ascii, false);
    return buffer_err(out);
}

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

struct sketch {
    const struct canvas *c;
    double step; /* dots of a column */
    size_t columns;
    bool ascii;
    const struct sketch_text *texts;
    size_t n;
};

/* What is typed in that column of the line that begins at `top`, or NUL. */
static char typed(const struct sketch *s, double top, size_t column) {
    for (size_t i = 0; i < s->n; i++) {
        const struct sketch_text *t = &s->texts[i];
        if (t->y < top || t->y >= top + 2 * s->step || t->x < 0) continue;
        const size_t from = (size_t)(t->x / s->step);
        if (column < from || column - from >= t->text.len) continue;
        const uint8_t c = t->text.p[column - from];
        return c >= ' ' && c < 0x7Fu ? (char)c : '?';
    }
    return '\0';
}

static void line(const struct sketch *s, double top, struct buffer *out) {
    buffer_text(out, s->ascii ? "|" : "│");
    for (size_t i = 0; i < s->columns; i++) {
        const double x = (double)i * s->step;
        const char c = typed(s, top, i);
        if (c != '\0') {
            buffer_u8(out, (uint8_t)c);
        } else if (s->ascii) {
            const double ink = canvas_darkness(s->c, x, top, s->step, 2 * s->step);
            buffer_text(out, ink > INK_SHARE ? "#" : " ");
        } else {
            const double upper = canvas_darkness(s->c, x, top, s->step, s->step);
            const double lower = canvas_darkness(s->c, x, top + s->step, s->step, s->step);
            buffer_text(out, block(upper > INK_SHARE, lower > INK_SHARE));
        }
    }
    buffer_text(out, s->ascii ? "|\n" : "│\n");
}

cm_err sketch_draw(const struct canvas *c, size_t columns, bool ascii,
                   const struct sketch_text *texts, size_t n, struct buffer *out) {
    if (columns < SKETCH_LEAST) return CM_E_RANGE;
    const double width = (double)canvas_width(c), height = (double)canvas_height(c);
    const double step = fmax(1.0, width / (double)(columns - 2));
    const struct sketch s = {.c = c,
                             .step = step,
                             .columns = (size_t)ceil(width / step - 1e-9),
                             .ascii = ascii,
                             .texts = texts,
                             .n = n};
    rule(out, s.columns, ascii, true);
    const size_t lines = (size_t)ceil(height / (2 * step) - 1e-9);
    for (size_t i = 0; i < lines; i++)
        line(&s, (double)i * 2 * step, out);
    rule(out, s.columns, ascii, false);
    return buffer_err(out);
}

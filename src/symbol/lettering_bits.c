/* Runs of dots of a row become rectangles. In pictures of dots a dot of the font is a square of
 * whole dots, the largest that is not higher than wished. */
#include "symbol/lettering_bits.h"

#include <math.h>

/* Rows of a capital. */
static double capital_rows(const struct bitfont *f) { return f->foot > 0 ? f->foot : f->height; }

static double advance_dots(const struct bitfont *f, struct cm_slice text) {
    const double gap = (double)f->advance - f->width; /* not behind the last */
    return text.len == 0 ? 0 : (double)text.len * f->advance - gap;
}

double lettering_bits_width(const struct bitfont *f, struct cm_slice text) {
    return advance_dots(f, text) / capital_rows(f);
}

/* The next run of dots in a glyph's row, from *at on; its length, 0: no more. */
static unsigned run(const struct bitfont *f, char c, unsigned y, unsigned *at) {
    while (*at < f->width && !bitfont_dot(f, c, *at, y))
        ++*at;
    unsigned n = 0;
    while (*at + n < f->width && bitfont_dot(f, c, *at + n, y))
        n++;
    return n;
}

/* What is done with a run of n dots at column x, row y of the whole line. */
struct drawer {
    void (*box)(void *ctx, double x, double y, double n);
    void *ctx;
};

static void walk_glyph(const struct bitfont *f, char c, double left, const struct drawer *d) {
    for (unsigned y = 0; y < f->height; y++) {
        unsigned at = 0;
        for (unsigned n; (n = run(f, c, y, &at)) > 0; at += n)
            d->box(d->ctx, left + at, (double)y - f->foot, n);
    }
}

static void walk(const struct bitfont *f, struct cm_slice text, const struct drawer *d) {
    for (size_t i = 0; i < text.len; i++)
        walk_glyph(f, (char)text.p[i], (double)i * f->advance, d);
}

struct tracing {
    const struct lettering_place *at;
    const struct lettering_pen *pen;
    double pitch;
};

static void trace_box(void *ctx, double x, double y, double n) {
    const struct tracing *const t = ctx;
    const double left = t->at->x + x * t->pitch, top = t->at->foot + y * t->pitch;
    const double right = left + n * t->pitch, low = top + t->pitch;
    t->pen->move(t->pen->ctx, left, top);
    t->pen->line(t->pen->ctx, right, top);
    t->pen->line(t->pen->ctx, right, low);
    t->pen->line(t->pen->ctx, left, low);
    t->pen->close(t->pen->ctx);
}

void lettering_bits_trace(const struct bitfont *f, struct cm_slice text,
                          const struct lettering_place *at, const struct lettering_pen *pen) {
    struct tracing t = {at, pen, at->capital / capital_rows(f)};
    walk(f, text, &(struct drawer){trace_box, &t});
}

struct stamping {
    struct bitmap *b;
    long left, foot, side; /* dots */
};

static void stamp_box(void *ctx, double x, double y, double n) {
    const struct stamping *const s = ctx;
    struct bitmap *const b = s->b;
    const long left = s->left + (long)x * s->side, top = s->foot + (long)y * s->side;
    const long right = left + (long)n * s->side;
    const long from = left < 0 ? 0 : left;
    const long to = right > (long)b->width ? (long)b->width : right;
    for (long v = top; v < top + s->side && from < to; v++)
        if (v >= 0 && v < (long)b->height)
            bitmap_run(b, (size_t)from, (size_t)v, (size_t)(to - from));
}

cm_err lettering_bits_stamp(const struct bitfont *f, struct cm_slice text,
                            const struct lettering_place *at, struct bitmap *b,
                            struct cm_diag *diag) {
    const double side = floor(at->capital / capital_rows(f));
    if (side < 1)
        return diag_fail(diag, CM_E_RANGE, "font", f->name,
                         "choose larger modules, a higher resolution or a font with fewer dots",
                         "letters %.0f dots high cannot show its %.0f rows", at->capital,
                         capital_rows(f));
    /* smaller than wished: still in the middle of its place */
    const double wished = lettering_bits_width(f, text) * at->capital;
    const double left = at->x + (wished - advance_dots(f, text) * side) / 2;
    struct stamping s = {b, lround(left), lround(at->foot), (long)side};
    walk(f, text, &(struct drawer){stamp_box, &s});
    return CM_OK;
}

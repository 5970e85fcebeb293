/* EPS: a small program of PostScript level 2. One unit is a module, y runs downwards; the runs of a
 * row are one path. Lines stay short, as the structuring conventions ask.
 * References: Adobe EPSF 3.0 (technical note 5002), DSC 3.0 (5001), PostScript Language Reference.
 */
#include <math.h>

#include "base/macros.h"
#include "symbol/number_text.h"
#include "symbol/picture_inside.h"

#define POINTS_PER_MM (72.0 / PICTURE_MM_PER_INCH)

/* r: x y width height, added to the path. */
static const char PROLOGUE[] =
    "%%EndComments\n"
    "/r{4 2 roll moveto 1 index 0 rlineto 0 exch rlineto neg 0 rlineto closepath}bind def\n"
    "/f{fill}bind def/m{moveto}bind def/l{lineto}bind def/c{curveto}bind def\n"
    "/z{closepath}bind def\n";

static void put_head(const struct picture_job *job, struct buffer *out) {
    const double unit = job->module_mm * POINTS_PER_MM;
    const double width = job->layout.width * unit, height = job->layout.height * unit;
    buffer_printf(out, "%%!PS-Adobe-3.0 EPSF-3.0\n%%%%Creator: countermark\n");
    buffer_printf(out, "%%%%BoundingBox: 0 0 %.0f %.0f\n", ceil(width), ceil(height));
    buffer_printf(out, "%%%%HiResBoundingBox: 0 0 %.4f %.4f\n", width, height);
    buffer_text(out, "%%LanguageLevel: 2\n");
    buffer_text(out, PROLOGUE);
    buffer_printf(out, "gsave 0 %.6f translate %.8f dup neg scale\n", height, unit);
    buffer_printf(out, "1 setgray 0 0 %.6g %.6g r f 0 setgray\n", job->layout.width,
                  job->layout.height);
}

/* Numbers, each with a space behind it, and what is done with them. */
static void say(struct buffer *out, const double *v, size_t n, const char *verb) {
    uint8_t *const room = buffer_reserve(out, n * (NUMBER_TEXT_MAX + 1));
    if (room == NULL) return;
    uint8_t *p = room;
    for (size_t i = 0; i < n; i++) {
        p = number_text_put(p, v[i]);
        *p++ = ' ';
    }
    out->len += (size_t)(p - room);
    buffer_put(out, verb, 2);
}

static void put_modules(const struct picture_job *job, struct buffer *out) {
    struct layout_walk walk = layout_walk_over(job->symbol, &job->layout);
    struct layout_strip strip;
    while (layout_strip(&walk, &strip)) {
        size_t at = 0, from = 0, n, runs = 0;
        for (; (n = layout_run(&strip, &at, &from)) > 0; runs++) {
            const double box[4] = {job->layout.left + (double)from, strip.y, (double)n,
                                   strip.height};
            say(out, box, 4, "r\n");
        }
        if (runs > 0) buffer_put(out, "f\n", 2);
    }
}

static void put_bearer(const struct layout *l, struct buffer *out) {
    if (l->bearer <= 0) return;
    const double half = l->bearer / 2, side = l->frame + half;
    buffer_printf(out, "%.6g setlinewidth %.6g %.6g %.6g %.6g r stroke\n", l->bearer, side, side,
                  l->frame_right - half - side, l->frame_foot - half - side);
}

static void pen_move(void *ctx, double x, double y) { say(ctx, (const double[2]){x, y}, 2, "m\n"); }
static void pen_line(void *ctx, double x, double y) { say(ctx, (const double[2]){x, y}, 2, "l\n"); }
static void pen_curve(void *ctx, const double xy[6]) { say(ctx, xy, 6, "c\n"); }
static void pen_close(void *ctx) { buffer_text(ctx, "z\n"); }

static cm_err put_text(const struct picture_job *job, struct buffer *out) {
    const struct lettering_pen pen = {pen_move, pen_line, pen_curve, pen_close, out};
    if (job->layout.capital <= 0) return CM_OK;
    for (size_t i = 0; i < job->symbol->text_n; i++) {
        struct lettering_place at;
        TRY(layout_text_place(job->symbol, i, &job->layout, job->maker->lettering, &at, job->diag));
        TRY(lettering_trace(job->maker->lettering, slice_text(job->symbol->texts[i].text), &at,
                            &pen, job->diag));
    }
    buffer_text(out, "f\n");
    return CM_OK;
}

cm_err picture_eps(const struct picture_job *job, struct buffer *out) {
    put_head(job, out);
    put_modules(job, out);
    put_bearer(&job->layout, out);
    TRY(put_text(job, out));
    buffer_text(out, "grestore showpage\n%%EOF\n");
    return buffer_err(out);
}

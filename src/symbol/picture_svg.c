/* SVG: modules are strokes of horizontal runs, as wide as a row is high, in one path as long as
 * rows are alike; one unit is a module. The picture is shifted by half a row, so that the strokes
 * of a matrix run along whole numbers and cost few bytes. Text is outlines in a path of its own.
 * Reference: W3C SVG 1.1 (second edition) 7.7, 8.3, 11.4. */
#include <math.h>

#include "base/macros.h"
#include "symbol/number_text.h"
#include "symbol/picture_inside.h"

#define RUN_LEN 32u   /* bytes at most of "m123 0h123" and of a row's beginning */
#define SAME    0.001 /* of a module: as fine as numbers are written */

/* name="value" */
static void attribute(struct buffer *out, const char *name, double v, const char *unit) {
    buffer_put(out, " ", 1);
    buffer_text(out, name);
    buffer_put(out, "=\"", 2);
    number_text(out, v);
    buffer_text(out, unit);
    buffer_put(out, "\"", 1);
}

static void put_head(const struct picture_job *job, double shift, struct buffer *out) {
    const struct layout *const l = &job->layout;
    buffer_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    attribute(out, "width", l->width * job->module_mm, "mm");
    attribute(out, "height", l->height * job->module_mm, "mm");
    buffer_text(out, " viewBox=\"0 ");
    number_text(out, -shift);
    buffer_put(out, " ", 1);
    number_text(out, l->width);
    buffer_put(out, " ", 1);
    number_text(out, l->height);
    buffer_text(out, "\"><path fill=\"#fff\" d=\"M0 ");
    number_text(out, -shift);
    buffer_put(out, "h", 1);
    number_text(out, l->width);
    buffer_put(out, "v", 1);
    number_text(out, l->height);
    buffer_put(out, "H0z\"/>", 6);
}

/* "M4 7h7m2 0h1": the runs of a strip along its middle. */
static cm_err put_strip(const struct layout_strip *strip, double left, double y,
                        struct buffer *out) {
    uint8_t *const room = buffer_reserve(out, (strip->width / 2 + 2) * RUN_LEN);
    if (room == NULL) return CM_E_NO_MEMORY;
    uint8_t *p = room;
    size_t at = 0, from = 0, end = 0, n;
    while ((n = layout_run(strip, &at, &from)) > 0) {
        if (p == room) {
            *p++ = 'M';
            p = number_text_put(p, left + (double)from);
            *p++ = ' ';
            p = number_text_put(p, y);
        } else {
            *p++ = 'm';
            p = number_text_whole(p, from - end);
            *p++ = ' ';
            *p++ = '0';
        }
        *p++ = 'h';
        p = number_text_whole(p, n);
        end = at;
    }
    out->len += (size_t)(p - room);
    return CM_OK;
}

/* shape-rendering: rows that touch must not show a seam on a screen. */
static void begin_path(struct buffer *out, double height) {
    buffer_text(out, "<path stroke=\"#000\"");
    if (fabs(height - 1) > SAME) attribute(out, "stroke-width", height, "");
    buffer_text(out, " shape-rendering=\"crispEdges\" d=\"");
}

static cm_err put_modules(const struct picture_job *job, double shift, struct buffer *out) {
    struct layout_walk walk = layout_walk_over(job->symbol, &job->layout);
    struct layout_strip strip;
    double height = 0;
    while (layout_strip(&walk, &strip)) {
        if (height <= 0 || fabs(strip.height - height) > SAME) {
            if (height > 0) buffer_put(out, "\"/>", 3);
            height = strip.height;
            begin_path(out, height);
        }
        TRY(put_strip(&strip, job->layout.left, strip.y + strip.height / 2 - shift, out));
    }
    buffer_put(out, "\"/>", 3);
    return CM_OK;
}

static void put_bearer(const struct layout *l, double shift, struct buffer *out) {
    if (l->bearer <= 0) return;
    const double half = l->bearer / 2;
    buffer_text(out, "<path fill=\"none\" stroke=\"#000\"");
    attribute(out, "stroke-width", l->bearer, "");
    buffer_text(out, " d=\"M");
    number_text(out, l->frame + half);
    buffer_put(out, " ", 1);
    number_text(out, l->frame + half - shift);
    buffer_put(out, "H", 1);
    number_text(out, l->frame_right - half);
    buffer_put(out, "V", 1);
    number_text(out, l->frame_foot - half - shift);
    buffer_put(out, "H", 1);
    number_text(out, l->frame + half);
    buffer_put(out, "z\"/>", 4);
}

struct svg_pen {
    struct buffer *out;
    double shift;
};

static void pen_point(struct svg_pen *pen, const char *verb, double x, double y) {
    buffer_text(pen->out, verb);
    number_text(pen->out, x);
    buffer_put(pen->out, " ", 1);
    number_text(pen->out, y - pen->shift);
}
static void pen_move(void *ctx, double x, double y) { pen_point(ctx, "M", x, y); }
static void pen_line(void *ctx, double x, double y) { pen_point(ctx, "L", x, y); }
static void pen_curve(void *ctx, const double xy[6]) {
    pen_point(ctx, "C", xy[0], xy[1]);
    pen_point(ctx, " ", xy[2], xy[3]);
    pen_point(ctx, " ", xy[4], xy[5]);
}
static void pen_close(void *ctx) {
    struct svg_pen *const pen = ctx;
    buffer_put(pen->out, "z", 1);
}

static cm_err put_text(const struct picture_job *job, double shift, struct buffer *out) {
    struct svg_pen ctx = {out, shift};
    const struct lettering_pen pen = {pen_move, pen_line, pen_curve, pen_close, &ctx};
    if (job->layout.capital <= 0) return CM_OK;
    buffer_text(out, "<path d=\"");
    for (size_t i = 0; i < job->symbol->text_n; i++) {
        struct lettering_place at;
        TRY(layout_text_place(job->symbol, i, &job->layout, job->maker->lettering, &at, job->diag));
        TRY(lettering_trace(job->maker->lettering, slice_text(job->symbol->texts[i].text), &at,
                            &pen, job->diag));
    }
    buffer_put(out, "\"/>", 3);
    return CM_OK;
}

cm_err picture_svg(const struct picture_job *job, struct buffer *out) {
    struct layout_walk walk = layout_walk_over(job->symbol, &job->layout);
    struct layout_strip first = {.height = 0};
    (void)layout_strip(&walk, &first); /* a symbol without rows: nothing to shift */
    const double shift = first.height / 2;
    put_head(job, shift, out);
    TRY(put_modules(job, shift, out));
    put_bearer(&job->layout, shift, out);
    TRY(put_text(job, shift, out));
    buffer_put(out, "</svg>\n", 7);
    return buffer_err(out);
}

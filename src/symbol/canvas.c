/* The fence around cairo. One grey surface without smoothing, so that a dot is black or white as on
 * the printer. References as in canvas.h. */
#include "symbol/canvas.h"

#include <cairo/cairo.h>
#include <math.h>
#include <stdlib.h>

#include "base/macros.h"

#define HALF          128u
#define CAPITAL_SHARE 0.72 /* of a sans-serif font's size: the height of its capitals */
#define ADVANCE_SHARE 0.70 /* of the same: the advance of its digits, when bold */
#define TEXT_CAP      1024u

struct canvas {
    cairo_surface_t *surface;
    cairo_t *pen;
    size_t width, height;
};

static cm_err canvas_err_from_cairo(cairo_status_t status) {
    return status == CAIRO_STATUS_SUCCESS ? CM_OK : CM_E_NO_MEMORY;
}

void canvas_free(struct canvas *c) {
    if (c == NULL) return;
    cairo_destroy(c->pen);
    cairo_surface_destroy(c->surface);
    free(c);
}

void canvas_freep(struct canvas **c) { canvas_free(*c); }

static void quiet_edges(cairo_t *pen) {
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(pen, options);
    cairo_font_options_destroy(options);
    cairo_set_antialias(pen, CAIRO_ANTIALIAS_NONE);
    cairo_select_font_face(pen, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
}

cm_err canvas_new(size_t width, size_t height, struct canvas **out) {
    if (width == 0 || height == 0 || width > CANVAS_SIDE_MAX || height > CANVAS_SIDE_MAX)
        return CM_E_RANGE;
    CM_CLEANUP(canvas_freep) struct canvas *c = calloc(1, sizeof *c);
    if (c == NULL) return CM_E_NO_MEMORY;
    c->width = width;
    c->height = height;
    c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width, (int)height);
    c->pen = cairo_create(c->surface);
    TRY(canvas_err_from_cairo(cairo_status(c->pen)));
    quiet_edges(c->pen);
    canvas_box(c, 0, 0, (double)width, (double)height, false);
    *out = take(&c);
    return CM_OK;
}

size_t canvas_width(const struct canvas *c) { return c->width; }
size_t canvas_height(const struct canvas *c) { return c->height; }

static void ink(struct canvas *c, bool dark) {
    const double shade = dark ? 0.0 : 1.0;
    cairo_set_source_rgb(c->pen, shade, shade, shade);
}

void canvas_box(struct canvas *c, double x, double y, double width, double height, bool dark) {
    ink(c, dark);
    cairo_rectangle(c->pen, x, y, width, height);
    cairo_fill(c->pen);
}

void canvas_symbol(struct canvas *c, const struct symbol *s, double x, double y, double module,
                   double bar) {
    double top = y;
    ink(c, true);
    for (size_t v = 0; v < s->rows; v++) {
        const double high = s->row_modules[v] == 0 ? bar : s->row_modules[v] * module;
        for (size_t h = 0; h < s->width; h++)
            if (symbol_is_dark(s, h, v))
                cairo_rectangle(c->pen, x + (double)h * module, top, module, high);
        top += high;
    }
    cairo_fill(c->pen);
}

cm_err canvas_write(struct canvas *c, const struct canvas_text *t) {
    char text[TEXT_CAP]; /* cairo wants a NUL */
    const size_t len = t->text.len < TEXT_CAP - 1 ? t->text.len : TEXT_CAP - 1;
    cairo_matrix_t font;
    if (len == 0 || t->height <= 0 || t->advance <= 0) return CM_OK;
    memcpy(text, t->text.p, len);
    text[len] = '\0';
    ink(c, true);
    cairo_matrix_init_scale(&font, t->advance / ADVANCE_SHARE, t->height / CAPITAL_SHARE);
    cairo_set_font_matrix(c->pen, &font);
    cairo_move_to(c->pen, t->x, t->foot);
    cairo_show_text(c->pen, text);
    wipe(text, sizeof text);
    return canvas_err_from_cairo(cairo_status(c->pen));
}

double canvas_darkness(const struct canvas *c, double x, double y, double width, double height) {
    cairo_surface_flush(c->surface);
    const uint8_t *data = cairo_image_surface_get_data(c->surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(c->surface);
    const size_t left = (size_t)fmax(x, 0), top = (size_t)fmax(y, 0);
    const size_t right = (size_t)fmax(ceil(x + width), 0), low = (size_t)fmax(ceil(y + height), 0);
    size_t dark = 0, all = 0;
    for (size_t v = top; v < low; v++)
        for (size_t h = left; h < right; h++, all++)
            dark += v < c->height && h < c->width && data[v * stride + h * 4] < HALF;
    return all == 0 ? 0.0 : (double)dark / (double)all;
}

static cairo_status_t take_bytes(void *ctx, const unsigned char *bytes, unsigned len) {
    struct buffer *out = ctx;
    buffer_put(out, bytes, len);
    return out->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

cm_err canvas_png(struct canvas *c, struct buffer *out) {
    cairo_surface_flush(c->surface);
    TRY(canvas_err_from_cairo(cairo_surface_write_to_png_stream(c->surface, take_bytes, out)));
    return buffer_err(out);
}

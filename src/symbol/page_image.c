/* Pictures of dots on a page: ours, and a PNG of the user's, read by libpng's simplified interface
 * with its size judged before anything is unpacked. References as in page.h. */
#include <math.h>
#include <png.h>
#include <stdlib.h>

#include "base/checked.h"
#include "base/macros.h"
#include "symbol/page_inside.h"

#define PNG_SIDE_MAX  20000u      /* dots */
#define PNG_BYTES_MAX (64u << 20) /* of dots, unpacked */
#define WHITE         255u

static void surface_freep(cairo_surface_t **s) { cairo_surface_destroy(*s); }

static cm_err stretch(struct pages *p, cairo_surface_t *image, const double box[4]) {
    const int width = cairo_image_surface_get_width(image);
    const int height = cairo_image_surface_get_height(image);
    cairo_surface_mark_dirty(image);
    cairo_save(p->pen);
    cairo_translate(p->pen, box[0], box[1]);
    cairo_scale(p->pen, box[2] / width, box[3] / height);
    cairo_set_source_surface(p->pen, image, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(p->pen), CAIRO_FILTER_NEAREST);
    cairo_rectangle(p->pen, 0, 0, width, height);
    cairo_fill(p->pen);
    cairo_restore(p->pen);
    return page_err_from_cairo(p, cairo_status(p->pen));
}

/* One dot as cairo has it: colours in a PDF, opacity on a sheet of dots. */
static void set_dot(const struct pages *p, uint8_t *row, size_t x, const uint8_t rgb[3]) {
    if (p->pdf) {
        const uint32_t dot = (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2];
        memcpy(row + 4 * x, &dot, sizeof dot);
        return;
    }
    /* ITU-R BT.601: how bright colours look */
    const unsigned light = (299u * rgb[0] + 587u * rgb[1] + 114u * rgb[2] + 500u) / 1000u;
    row[x] = (uint8_t)(WHITE - light);
}

static cm_err new_image(const struct pages *p, size_t width, size_t height, cairo_surface_t **out) {
    const cairo_format_t format = p->pdf ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_A8;
    *out = cairo_image_surface_create(format, (int)width, (int)height);
    return page_err_from_cairo(p, cairo_surface_status(*out));
}

static cm_err judge_size(size_t width, size_t height) {
    size_t bytes = 0;
    if (width == 0 || height == 0 || width > PNG_SIDE_MAX || height > PNG_SIDE_MAX)
        return CM_E_LIMIT;
    if (!checked_mul_size(width * 3, height, &bytes) || bytes > PNG_BYTES_MAX) return CM_E_LIMIT;
    return CM_OK;
}

cm_err page_image(struct pages *p, const struct page_dots *dots, double x, double y, double width,
                  double height) {
    CM_CLEANUP(surface_freep) cairo_surface_t *image = NULL;
    if (p->pen == NULL) return CM_E_STATE;
    if (!(width > 0 && height > 0)) return CM_E_RANGE;
    TRY(judge_size(dots->width, dots->height));
    TRY(new_image(p, dots->width, dots->height, &image));
    uint8_t *const data = cairo_image_surface_get_data(image);
    const size_t stride = (size_t)cairo_image_surface_get_stride(image);
    for (size_t v = 0; v < dots->height; v++)
        for (size_t h = 0; h < dots->width; h++) {
            const uint8_t g = dots->grey[v * dots->width + h];
            set_dot(p, data + v * stride, h, (const uint8_t[3]){g, g, g});
        }
    return stretch(p, image, (const double[4]){x, y, width, height});
}

static void png_done(png_image *png) { png_image_free(png); }

static cm_err broken(const png_image *png, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_FORMAT, "image", NULL, "give a whole PNG file",
                     "it cannot be read: %.60s", png->message);
}

static cm_err unpack(const struct pages *p, struct cm_slice bytes, cairo_surface_t **out,
                     struct cm_diag *diag) {
    CM_CLEANUP(png_done) png_image png = {.version = PNG_IMAGE_VERSION};
    if (png_image_begin_read_from_memory(&png, bytes.p, bytes.len) == 0) return broken(&png, diag);
    if (judge_size(png.width, png.height) != CM_OK)
        return diag_fail(diag, CM_E_LIMIT, "image", NULL, "scale it down",
                         "%u x %u dots are more than a page takes (%u a side, %u megabytes)",
                         (unsigned)png.width, (unsigned)png.height, PNG_SIDE_MAX,
                         PNG_BYTES_MAX >> 20);
    png.format = PNG_FORMAT_RGB; /* what shines through is white */
    uint8_t *const rgb = malloc(PNG_IMAGE_SIZE(png));
    if (rgb == NULL) return CM_E_NO_MEMORY;
    const png_color white = {WHITE, WHITE, WHITE};
    cm_err err = CM_OK;
    if (png_image_finish_read(&png, &white, rgb, 0, NULL) == 0) err = broken(&png, diag);
    if (err == CM_OK) err = new_image(p, png.width, png.height, out);
    for (size_t v = 0; err == CM_OK && v < png.height; v++) {
        uint8_t *const row =
            cairo_image_surface_get_data(*out) + v * (size_t)cairo_image_surface_get_stride(*out);
        for (size_t h = 0; h < png.width; h++)
            set_dot(p, row, h, rgb + 3 * (v * png.width + h));
    }
    free(rgb);
    return err;
}

cm_err page_png(struct pages *p, struct cm_slice png, double x, double y, double width,
                double height, struct cm_diag *diag) {
    CM_CLEANUP(surface_freep) cairo_surface_t *image = NULL;
    if (p->pen == NULL) return CM_E_STATE;
    if (!(width > 0 && height > 0)) return CM_E_RANGE;
    TRY(unpack(p, png, &image, diag));
    return stretch(p, image, (const double[4]){x, y, width, height});
}

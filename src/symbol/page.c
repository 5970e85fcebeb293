/* The fence around cairo: the document, its pages, plain shapes. A PDF page is a page of cairo's;
 * a sheet of dots is an image of opacity, one byte a dot. References as in page.h. */
#include "symbol/page.h"

#include <cairo/cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/dots.h"
#include "symbol/page_inside.h"
#include "symbol/png_writer.h"

#define POINTS_PER_INCH 72.0
#define SIDE_MIN        1.0    /* mm */
#define SIDE_MAX        5000.0 /* mm: PDF viewers hold 200 inches */
#define DPI_MIN         10.0
#define DPI_MAX         9600.0
#define DEST_CAP        48u

cm_err page_err_from_cairo(const struct pages *p, cairo_status_t status) {
    if (status == CAIRO_STATUS_SUCCESS) return CM_OK;
    return p->failed != CM_OK ? p->failed : CM_E_NO_MEMORY;
}

void page_fail(struct pages *p, cm_err err) {
    if (p->failed == CM_OK) p->failed = err;
}

/* cairo 1.16 is never told: it crashes when it ends a document with an outline whose pages it could
 * not write. Who calls us hears of it at the next page. */
static cairo_status_t give_bytes(void *ctx, const unsigned char *bytes, unsigned len) {
    struct pages *const p = ctx;
    if (p->failed == CM_OK) p->failed = p->sink.write(p->sink.ctx, slice_of(bytes, len));
    return CAIRO_STATUS_SUCCESS;
}

static void about(cairo_surface_t *surface, const struct page_about *a) {
    /* an empty date is left out; cairo would write the time of day */
    const char *const made = a != NULL && a->made != NULL ? a->made : "";
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "countermark");
    if (a == NULL) return;
    const struct {
        cairo_pdf_metadata_t what;
        const char *text;
    } parts[] = {{CAIRO_PDF_METADATA_TITLE, a->title},
                 {CAIRO_PDF_METADATA_AUTHOR, a->author},
                 {CAIRO_PDF_METADATA_SUBJECT, a->subject},
                 {CAIRO_PDF_METADATA_KEYWORDS, a->keywords}};
    for (size_t i = 0; i < CM_ARRAY_N(parts); i++)
        if (parts[i].text != NULL)
            cairo_pdf_surface_set_metadata(surface, parts[i].what, parts[i].text);
}

cm_err pages_pdf(const struct page_sink *sink, const struct page_about *a, struct pages **out) {
    CM_CLEANUP(pages_freep) struct pages *p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->pdf = true;
    p->dpi = POINTS_PER_INCH;
    p->sink = *sink;
    p->surface = cairo_pdf_surface_create_for_stream(give_bytes, p, 1, 1);
    TRY(page_err_from_cairo(p, cairo_surface_status(p->surface)));
    cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_5);
    about(p->surface, a);
    *out = take(&p);
    return CM_OK;
}

cm_err pages_raster(double dpi, struct pages **out) {
    if (!(dpi >= DPI_MIN && dpi <= DPI_MAX)) return CM_E_RANGE;
    struct pages *const p = calloc(1, sizeof *p);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->dpi = dpi;
    *out = p;
    return CM_OK;
}

static void end_page(struct pages *p) {
    if (p->pen == NULL) return;
    cairo_destroy(p->pen);
    p->pen = NULL;
    if (p->pdf) cairo_surface_show_page(p->surface);
}

cm_err pages_finish(struct pages *p) {
    end_page(p);
    if (p->pdf) {
        cairo_surface_finish(p->surface);
        TRY(page_err_from_cairo(p, cairo_surface_status(p->surface)));
    }
    return p->failed;
}

void pages_free(struct pages *p) {
    if (p == NULL) return;
    page_fail(p, CM_E_CANCELLED); /* cairo finishes what it destroys: the sink hears no more */
    end_page(p);
    cairo_surface_destroy(p->surface);
    page_fonts_free(p);
    if (p->grey != NULL) wipe(p->grey, p->grey_cap);
    free(p->grey);
    free(p);
}

void pages_freep(struct pages **p) { pages_free(*p); }

static cm_err new_sheet(struct pages *p, double width_mm, double height_mm) {
    const double width = ceil(width_mm * p->dpi / PAGE_MM_PER_INCH);
    const double height = ceil(height_mm * p->dpi / PAGE_MM_PER_INCH);
    if (width * height > (double)DOTS_MAX) return CM_E_RANGE;
    cairo_surface_destroy(p->surface);
    p->surface = cairo_image_surface_create(CAIRO_FORMAT_A8, (int)width, (int)height);
    return page_err_from_cairo(p, cairo_surface_status(p->surface));
}

static void name_page(struct pages *p, const char *label, const char *bookmark) {
    char where[DEST_CAP];
    if (label != NULL) cairo_pdf_surface_set_page_label(p->surface, label);
    if (bookmark == NULL) return;
    (void)snprintf(where, sizeof where, "page=%zu pos=[0 0]", p->page_n);
    (void)cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT, bookmark, where,
                                        CAIRO_PDF_OUTLINE_FLAG_OPEN);
}

static bool side_fits(double mm) { return mm >= SIDE_MIN && mm <= SIDE_MAX; }

cm_err page_begin(struct pages *p, double width_mm, double height_mm, const char *label,
                  const char *bookmark) {
    if (!side_fits(width_mm) || !side_fits(height_mm)) return CM_E_RANGE;
    if (label != NULL && !utf8_valid(slice_text(label))) return CM_E_FORMAT;
    if (bookmark != NULL && !utf8_valid(slice_text(bookmark))) return CM_E_FORMAT;
    TRY(p->failed);
    const double unit = p->dpi / PAGE_MM_PER_INCH;
    end_page(p);
    if (p->pdf)
        cairo_pdf_surface_set_size(p->surface, width_mm * unit, height_mm * unit);
    else
        TRY(new_sheet(p, width_mm, height_mm));
    p->page_n++;
    if (p->pdf) name_page(p, label, bookmark);
    p->pen = cairo_create(p->surface);
    cairo_scale(p->pen, unit, unit);
    if (!p->pdf) cairo_set_operator(p->pen, CAIRO_OPERATOR_SOURCE);
    return page_err_from_cairo(p, cairo_status(p->pen));
}

void page_ink(struct pages *p, double grey) {
    const double light = fmin(fmax(grey, 0), 1);
    if (p->pdf)
        cairo_set_source_rgb(p->pen, light, light, light);
    else
        cairo_set_source_rgba(p->pen, 0, 0, 0, 1 - light);
}

/* Drawing outside of a page is told by the next call that can. */
static bool is_open(struct pages *p) {
    if (p->pen == NULL) page_fail(p, CM_E_STATE);
    return p->pen != NULL;
}

void page_box(struct pages *p, double x, double y, double width, double height, double grey) {
    if (!is_open(p)) return;
    page_ink(p, grey);
    cairo_rectangle(p->pen, x, y, width, height);
    cairo_fill(p->pen);
}

void page_frame(struct pages *p, double x, double y, double width, double height, double stroke) {
    if (!is_open(p)) return;
    page_ink(p, 0);
    cairo_set_line_width(p->pen, stroke);
    cairo_rectangle(p->pen, x, y, width, height);
    cairo_stroke(p->pen);
}

void page_line(struct pages *p, double x1, double y1, double x2, double y2, double stroke) {
    if (!is_open(p)) return;
    page_ink(p, 0);
    cairo_set_line_width(p->pen, stroke);
    cairo_move_to(p->pen, x1, y1);
    cairo_line_to(p->pen, x2, y2);
    cairo_stroke(p->pen);
}

struct page_dots page_dots_of(struct pages *p) {
    const struct page_dots none = {NULL, 0, 0};
    if (p->pdf || p->surface == NULL) return none;
    cairo_surface_flush(p->surface);
    const size_t width = (size_t)cairo_image_surface_get_width(p->surface);
    const size_t height = (size_t)cairo_image_surface_get_height(p->surface);
    const size_t stride = (size_t)cairo_image_surface_get_stride(p->surface);
    const uint8_t *const opacity = cairo_image_surface_get_data(p->surface);
    if (width * height > p->grey_cap) {
        uint8_t *const more = realloc(p->grey, width * height);
        if (more == NULL) return none;
        p->grey = more;
        p->grey_cap = width * height;
    }
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            p->grey[y * width + x] = (uint8_t)(DOTS_WHITE - opacity[y * stride + x]);
    return (struct page_dots){p->grey, width, height};
}

cm_err page_dots_png(struct pages *p, struct buffer *out) {
    TRY(p->failed);
    const struct page_dots d = page_dots_of(p);
    if (d.grey == NULL) return p->pdf || p->surface == NULL ? CM_E_STATE : CM_E_NO_MEMORY;
    const struct png_dots png = {.rows = d.grey,
                                 .width = d.width,
                                 .height = d.height,
                                 .stride = d.width,
                                 .grey = true,
                                 .dpi = p->dpi};
    CM_CLEANUP(png_writer_freep) struct png_writer *writer = NULL;
    TRY(png_writer_new(&writer));
    return png_write(writer, &png, out);
}

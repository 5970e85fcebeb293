/* What page*.c share, and picture_pdf.c with them. The pen draws in millimetres.
 * On a sheet of dots it draws opacity: ink is what covers, so paint replaces what lies below. */
#ifndef CM_SYMBOL_PAGE_INSIDE_H
#define CM_SYMBOL_PAGE_INSIDE_H

#include <cairo/cairo.h>

#include "symbol/bitfont.h"
#include "symbol/layout.h"
#include "symbol/lettering.h"
#include "symbol/page.h"
#include "symbol/typeface.h"

#define PAGE_FONTS_MAX   32u /* of one document */
#define PAGE_MM_PER_INCH 25.4
#define PAGE_GREY_MAX    255.0

struct page_font {
    char *name;
    struct typeface *typeface; /* owned by face: cairo keeps faces in use beyond us */
    cairo_font_face_t *face;
    struct bitfont *bits; /* an own font instead */
};

struct pages {
    cairo_surface_t *surface;
    cairo_t *pen; /* NULL: no page is open */
    bool pdf;
    double dpi;
    struct page_sink sink;
    cm_err failed; /* the first failure of a call that tells none, or of the sink */
    size_t page_n;
    struct page_font fonts[PAGE_FONTS_MAX];
    size_t font_n;
    struct lettering *lettering; /* of symbols ; NULL: not opened yet, or none wanted */
    bool silent;                 /* no text below bars */
    double text_mm;              /* of it; 0: fits */
    struct cm_diag why;          /* of what failed */
    uint8_t *grey;               /* of page_dots_of */
    size_t grey_cap;
};

cm_err page_err_from_cairo(const struct pages *p, cairo_status_t status);
void page_ink(struct pages *p, double grey);
/* Remember a failure that cannot be returned. */
void page_fail(struct pages *p, cm_err err);
/* A symbol with its text where lettering is not NULL; top left corner at x, y. */
CM_MUST_CHECK cm_err page_put_symbol(struct pages *p, const struct symbol *s,
                                     const struct layout *layout, struct lettering *lettering,
                                     double x, double y, double module_mm);
void page_fonts_free(struct pages *p);

#endif

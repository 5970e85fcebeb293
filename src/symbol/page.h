/* Pages to draw on in millimetres, from the top left: a PDF of many pages that is written as it
 * grows, or one page as grey dots at a chosen resolution, by the same calls. Proofs, sheets of
 * stickers, tickets and vouchers are drawn with it.
 * It refuses pages without size, fonts that are not there, and drawing outside of a page.
 * Reference: ISO 32000-1, through cairo, fontconfig and FreeType. Design: docs/design/symbols.md.
 */
#ifndef CM_SYMBOL_PAGE_H
#define CM_SYMBOL_PAGE_H

#include "base/buffer.h"
#include "symbol/symbol.h"

struct pages; /* the whole document */

/* Where the bytes of a PDF go, as they come. */
struct page_sink {
    cm_err (*write)(void *ctx, struct cm_slice bytes);
    void *ctx;
};
struct page_about { /* of the document; all may be NULL */
    const char *title, *author, *subject, *keywords;
    const char *made; /* ISO 8601; NULL: none, so that the same pages are the same bytes */
};

/** A PDF. @param[out] out  pages_free it; untouched on error      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pages_pdf(const struct page_sink *sink, const struct page_about *about,
                               struct pages **out);
/** One page of grey dots (0 black .. 255 white). @retval CM_E_RANGE  dpi, or too many dots */
CM_MUST_CHECK cm_err pages_raster(double dpi, struct pages **out);
/** Finish: the PDF's end is written. @retval as the sink, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pages_finish(struct pages *p);
void pages_free(struct pages *p);
void pages_freep(struct pages **p);

/** Begin a page, ending the one before.
 * @param[in] label  as viewers number it, or NULL      @param[in] bookmark  outline entry, or NULL
 * @retval CM_E_RANGE  a side outside 1..5000 mm, or too many dots
 * @retval CM_E_FORMAT  label or bookmark are no UTF-8
 * @retval CM_E_NO_MEMORY, as the sink, as page_symbol failed before */
CM_MUST_CHECK cm_err page_begin(struct pages *p, double width_mm, double height_mm,
                                const char *label, const char *bookmark);

enum page_align { PAGE_LEFT, PAGE_CENTRE, PAGE_RIGHT };
struct page_text {
    double x, foot; /* mm: anchor, and the line on which capitals stand */
    double capital; /* mm: height of capitals */
    double width;   /* mm: squeezed to at most this; 0: as wide as it is */
    enum page_align align;
    const char *font;     /* fontconfig pattern ("sans-serif", "DejaVu Sans Mono:bold"), or an own
                             bitmap font ("5x7" ...), drawn as round dots */
    double drop;          /* own fonts: diameter of a dot as a share of its place; 0: 1 */
    double grey;          /* 0 black .. 1 white */
    struct cm_slice text; /* UTF-8, one line */
};
/** @retval CM_E_NOT_FOUND  no such font, or a character that it lacks (diag names both and the
 *                          nearest font that is here)      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err page_write(struct pages *p, const struct page_text *t, struct cm_diag *diag);
/** Width in mm as it would be drawn. @retval as page_write */
CM_MUST_CHECK cm_err page_text_width(struct pages *p, const struct page_text *t, double *out,
                                     struct cm_diag *diag);

void page_box(struct pages *p, double x, double y, double width, double height, double grey);
/* stroke in mm wide */
void page_frame(struct pages *p, double x, double y, double width, double height, double stroke);
void page_line(struct pages *p, double x1, double y1, double x2, double y2, double stroke);
/** The text below the bars of the symbols that follow; at first a sans-serif that fits.
 * @param[in] font  as page_text's; NULL: a sans-serif, "": no text    @param[in] text_mm  height of
 * capitals; 0: fits
 * @retval CM_E_NOT_FOUND  no such font    @retval CM_E_RANGE  text_mm    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pages_symbol_text(struct pages *p, const char *font, double text_mm,
                                       struct cm_diag *diag);
/* The corner of its quiet zone at x, y. bar_mm as in picture.h.
 * What fails (memory, no sans-serif here, no page) is told by page_begin, pages_finish,
 * page_dots_png. */
void page_symbol(struct pages *p, const struct symbol *s, double x, double y, double module_mm,
                 double bar_mm);
/** How large it will be. @retval CM_E_RANGE  module_mm    @retval CM_E_NOT_FOUND  no sans-serif
 * here */
CM_MUST_CHECK cm_err page_symbol_size(struct pages *p, const struct symbol *s, double module_mm,
                                      double bar_mm, double *width_mm, double *height_mm);
/* Why a symbol could not be drawn or measured; empty: nothing failed. */
const struct cm_diag *pages_why(const struct pages *p);
/* Grey dots stretched over a box, without smoothing. */
struct page_dots {
    const uint8_t *grey; /* rows of width bytes */
    size_t width, height;
};
CM_MUST_CHECK cm_err page_image(struct pages *p, const struct page_dots *dots, double x, double y,
                                double width, double height);
/** A PNG of the user's (a logo). @retval CM_E_FORMAT, CM_E_LIMIT */
CM_MUST_CHECK cm_err page_png(struct pages *p, struct cm_slice png, double x, double y,
                              double width, double height, struct cm_diag *diag);

/* The page of pages_raster, as dots; borrowed until the next call on p. */
struct page_dots page_dots_of(struct pages *p);
/** The same as a PNG with its resolution. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err page_dots_png(struct pages *p, struct buffer *out);

#endif

/* What the makers of the single formats share. Only picture*.c includes it. */
#ifndef CM_SYMBOL_PICTURE_INSIDE_H
#define CM_SYMBOL_PICTURE_INSIDE_H

#include "symbol/bitmap.h"
#include "symbol/layout.h"
#include "symbol/lettering.h"
#include "symbol/picture.h"
#include "symbol/png_writer.h"

#define PICTURE_MM_PER_INCH 25.4

struct picture_maker {
    struct picture_look look;
    struct lettering *lettering; /* NULL: not opened yet, or no text is wanted */
    struct png_writer *png;      /* PNG */
    struct bitmap bitmap;        /* PNG, ZPL */
};

/* One picture on its way. */
struct picture_job {
    struct picture_maker *maker;
    const struct symbol *symbol;
    struct layout layout;
    double module_mm;
    uint16_t dots; /* a module; 0: the format has no dots */
    struct cm_diag *diag;
};

/* Each appends one whole file, or as much as it came to. */
CM_MUST_CHECK cm_err picture_svg(const struct picture_job *job, struct buffer *out);
CM_MUST_CHECK cm_err picture_png(const struct picture_job *job, struct buffer *out);
CM_MUST_CHECK cm_err picture_zpl(const struct picture_job *job, struct buffer *out);
CM_MUST_CHECK cm_err picture_eps(const struct picture_job *job, struct buffer *out);
CM_MUST_CHECK cm_err picture_pdf(const struct picture_job *job, struct buffer *out);

/* The symbol and its text on the maker's bitmap. */
CM_MUST_CHECK cm_err picture_rasterise(const struct picture_job *job);

#endif

/* A symbol as a file: SVG, 1-bit PNG, PDF, EPS, or a ZPL graphic (^GF). The quiet zone is always
 * there. It refuses modules that its resolution cannot draw in whole dots, and fonts that this
 * machine lacks (naming the nearest that it has).
 *
 * A maker holds what is the same for all pictures of a thread (buffers, fonts, the compressor), so
 * that a hundred thousand pictures cost no allocation each; pictures of one symbol and look are the
 * same bytes always.
 * References: W3C SVG 1.1, W3C PNG (3rd ed.), ISO 32000-1, Adobe EPSF 3.0, Zebra ZPL II manual.
 * Design: docs/design/symbols.md. */
#ifndef CM_SYMBOL_PICTURE_H
#define CM_SYMBOL_PICTURE_H

#include "base/buffer.h"
#include "symbol/symbol.h"

enum picture_format { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF, PICTURE_EPS, PICTURE_ZPL };
#define PICTURE_FORMAT_N 5u

#define PICTURE_MODULE_MIN_MM 0.05
#define PICTURE_MODULE_MAX_MM 100.0

struct picture_look {
    enum picture_format format;
    double module_mm; /* X dimension; 0: dots tell, or the kind's usual one */
    uint16_t dots;    /* a module, at dpi. PNG, ZPL: 0: the whole number nearest to module_mm; both
                         given: dots count */
    double dpi;       /* 0: 300; ZPL: 203.2, which is 8 dots a mm */
    double bar_mm;    /* height of bars; 0: as the symbol's standard advises */
    const char *font; /* human-readable text: a fontconfig name, a font file, or "5x7", "7x9",
                         "16x10" (own bitmap fonts); NULL: a sans-serif; "" : no text */
    double text_mm;   /* height of capitals; 0: fits the symbol */
};

struct picture_maker;

/** @param[out] out  picture_maker_free it; untouched on error
 * @retval CM_E_RANGE      a number that no picture has
 * @retval CM_E_NOT_FOUND  no such font    @retval CM_E_NO_MEMORY
 * One thread at a time. */
CM_MUST_CHECK cm_err picture_maker_new(const struct picture_look *look, struct picture_maker **out,
                                       struct cm_diag *diag);
void picture_maker_free(struct picture_maker *m);
void picture_maker_freep(struct picture_maker **m);
/** Append one picture; out is as it was on error.
 * @retval CM_E_RANGE      a module below one dot    @retval CM_E_LIMIT  too large for the format
 * @retval CM_E_NOT_FOUND  a character that the font lacks, or no sans-serif
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err picture_make(struct picture_maker *m, const struct symbol *s,
                                  struct buffer *out, struct cm_diag *diag);

struct picture_size {
    double width_mm, height_mm,
        module_mm; /* with quiet zone and text; as it will be, in whole dots */
    uint16_t dots; /* a module; 0: the format has none */
};
/** How large it will be. @retval as picture_make */
CM_MUST_CHECK cm_err picture_measure(struct picture_maker *m, const struct symbol *s,
                                     struct picture_size *out, struct cm_diag *diag);

/* "svg", "png", "pdf", "eps", "zpl": also the files' extension. Static text. */
const char *picture_format_name(enum picture_format format);
/** @retval CM_E_ARGUMENT  no such format; diag lists them */
CM_MUST_CHECK cm_err picture_format_parse(const char *name, enum picture_format *out,
                                          struct cm_diag *diag);

#endif

/* What stands on one label: a symbol as large as its place allows, or at the size that was asked
 * for, and lines of text below or beside it. The size is settled once, on the first label, so that
 * all are alike; every later one is judged by it.
 * It refuses what does not fit, with the size that would, and draws nothing of it.
 * Design: docs/design/symbols.md, "Sheets". */
#ifndef CM_SYMBOL_LABEL_H
#define CM_SYMBOL_LABEL_H

#include "symbol/page.h"

#define LABEL_LINES_MAX 8u

struct label_wish {
    double width, height; /* mm, of the label */
    double padding;       /* mm that stay free along its edges */
    double module_mm;     /* 0: as large as fits, at most a millimetre; bars: as usual */
    double dpi;           /* > 0: modules are whole dots of this printer */
    double bar_mm;        /* 0: as advised, or what fits */
    const char *font;     /* of the lines; NULL: a sans-serif */
    double capital;       /* mm: height of their capitals */
    size_t line_n;        /* 0..LABEL_LINES_MAX */
};
#define LABEL_WISH_INIT                                                                            \
    { .padding = 2, .capital = 2 }

struct label {
    struct label_wish wish;
    double module_mm, bar_mm;
    double box_x, box_y, box_width, box_height; /* place of the symbol, from the label's corner */
    double text_x, text_y, text_width;          /* of the lines; text_y: top of the first */
    bool beside;                                /* lines stand right of the symbol */
};

/** Settle the size from the first symbol.
 * @retval CM_E_RANGE  it does not fit; diag says what would      @retval as page_symbol_size */
CM_MUST_CHECK cm_err label_settle(const struct label_wish *wish, struct pages *p,
                                  const struct symbol *first, struct label *out,
                                  struct cm_diag *diag);
/** Draw one with its corner at x, y.
 * @param[in] lines  wish.line_n of them      @retval CM_E_RANGE  this symbol or a line is too large
 * @retval as page_write */
CM_MUST_CHECK cm_err label_draw(const struct label *l, struct pages *p, const struct symbol *s,
                                const struct cm_slice *lines, double x, double y,
                                struct cm_diag *diag);

#endif

/* A grid of labels on a page, in millimetres: where each stands, whether they all fit, and the crop
 * marks that show a guillotine where to cut. Grids that the trade sells are known by page and count
 * ("a4-24": 24 labels of 70 x 37 mm on A4).
 * It refuses grids that the page does not hold, naming what would fit, and marks without a margin.
 * Design: docs/design/symbols.md, "Sheets". */
#ifndef CM_SYMBOL_SHEET_H
#define CM_SYMBOL_SHEET_H

#include <stdbool.h>

#include "symbol/page.h"

#define SHEET_SIDE_MAX 100u /* labels in a row or column */

struct sheet_wish {
    double page_width, page_height;   /* mm */
    unsigned columns, rows;           /* 1..SHEET_SIDE_MAX */
    double label_width, label_height; /* 0: the page within its margins is shared out */
    double margin_x, margin_y;        /* left and right, top and bottom; < 0: centred */
    double gap_x, gap_y;              /* between labels */
    bool marks;
};
#define SHEET_WISH_INIT                                                                            \
    { .page_width = 210, .page_height = 297, .margin_x = -1, .margin_y = -1 }

struct sheet {
    double page_width, page_height, label_width, label_height, left, top, gap_x, gap_y;
    unsigned columns, rows;
    bool marks;
};

/** "3x8" (columns x rows), or a known grid, which sets page, labels and gaps, too.
 * @param[in,out] wish  untouched on error      @retval CM_E_ARGUMENT  neither; diag lists them */
CM_MUST_CHECK cm_err sheet_grid_parse(const char *text, struct sheet_wish *wish,
                                      struct cm_diag *diag);
/** "a4", "a5", "a6", "letter", "legal", or "WIDTHxHEIGHT" in mm. @retval CM_E_ARGUMENT */
CM_MUST_CHECK cm_err sheet_page_parse(const char *text, struct sheet_wish *wish,
                                      struct cm_diag *diag);
/** Settle what was left open.
 * @param[out] out  untouched on error
 * @retval CM_E_RANGE  the page is too small for its labels, or its margin for marks */
CM_MUST_CHECK cm_err sheet_settle(const struct sheet_wish *wish, struct sheet *out,
                                  struct cm_diag *diag);

static inline size_t sheet_size(const struct sheet *s) { return (size_t)s->columns * s->rows; }
struct sheet_place {
    double x, y; /* of a label's top left corner */
};
/* Label i of a page, from 0, row by row. */
struct sheet_place sheet_place(const struct sheet *s, size_t i);
/* The marks, on the page that was begun, if there are to be any. */
void sheet_marks(const struct sheet *s, struct pages *p);

#endif

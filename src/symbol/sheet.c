/* Arithmetic of grids. Lengths that differ by less than a thousandth of a millimetre are equal:
 * they came as decimals. */
#include "symbol/sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"
#include "symbol/length.h"

#define SAME_MM      0.001
#define MARGIN_USUAL 10.0 /* mm, where labels share out the page: what desk printers can reach */
#define MARK_LEN     5.0  /* mm; offset and strength as printers have them */
#define MARK_OFF     1.0
#define MARK_LEAST   2.0
#define MARK_STROKE  0.1

struct page_name {
    const char *name;
    double width, height;
};
/* ISO 216; ANSI/ASME Y14.1 for letter, the usual size for legal: 8.5 x 11 and 8.5 x 14 inches */
static const struct page_name pages_known[] = {
    {"a3", 297, 420}, {"a4", 210, 297},         {"a5", 148, 210},
    {"a6", 105, 148}, {"letter", 215.9, 279.4}, {"legal", 215.9, 355.6},
};

/* As the trade sells them, whoever makes them: sizes on their packages, centred on the page. */
struct grid_name {
    const char *name, *page;
    unsigned columns, rows;
    double width, height, gap_x, gap_y;
};
static const struct grid_name grids_known[] = {
    {"a4-8", "a4", 2, 4, 99.1, 67.7, 2.5, 0},
    {"a4-10", "a4", 2, 5, 105, 57, 0, 0},
    {"a4-14", "a4", 2, 7, 99.1, 38.1, 2.5, 0},
    {"a4-21", "a4", 3, 7, 63.5, 38.1, 2.5, 0},
    {"a4-24", "a4", 3, 8, 70, 37, 0, 0},
    {"a4-40", "a4", 4, 10, 48.5, 25.4, 0, 0},
    {"a4-65", "a4", 5, 13, 38.1, 21.2, 2.5, 0},
    {"letter-10", "letter", 2, 5, 101.6, 50.8, 4.8, 0},
    {"letter-30", "letter", 3, 10, 66.675, 25.4, 3.175, 0},
};

/* ---- Names ------------------------------------------------------------------------------------
 */

cm_err sheet_page_parse(const char *text, struct sheet_wish *wish, struct cm_diag *diag) {
    for (size_t i = 0; i < CM_ARRAY_N(pages_known); i++) {
        if (strcmp(text, pages_known[i].name) != 0) continue;
        wish->page_width = pages_known[i].width;
        wish->page_height = pages_known[i].height;
        return CM_OK;
    }
    if (length_pair(text, &wish->page_width, &wish->page_height)) return CM_OK;
    return diag_fail(diag, CM_E_ARGUMENT, "page", NULL,
                     "a3, a4, a5, a6, letter, legal, or WIDTHxHEIGHT in mm",
                     "there is no page '%.40s'", text);
}

static void take_grid(const struct grid_name *g, struct sheet_wish *wish) {
    cm_ignore(sheet_page_parse(g->page, wish, NULL)); /* a name of the table above */
    wish->columns = g->columns;
    wish->rows = g->rows;
    wish->label_width = g->width;
    wish->label_height = g->height;
    wish->gap_x = g->gap_x;
    wish->gap_y = g->gap_y;
}

/* "3x8": two counts. */
static bool counts_of(const char *text, unsigned *columns, unsigned *rows) {
    const char *x = strchr(text, 'x');
    uint64_t c = 0, r = 0;
    if (x == NULL) return false;
    if (text_u64(slice_of(text, (size_t)(x - text)), SHEET_SIDE_MAX, &c) != CM_OK) return false;
    if (text_u64(slice_text(x + 1), SHEET_SIDE_MAX, &r) != CM_OK || c == 0 || r == 0) return false;
    *columns = (unsigned)c;
    *rows = (unsigned)r;
    return true;
}

cm_err sheet_grid_parse(const char *text, struct sheet_wish *wish, struct cm_diag *diag) {
    char all[DIAG_PART_CAP] = "COLUMNSxROWS, or one of";
    if (counts_of(text, &wish->columns, &wish->rows)) return CM_OK;
    for (size_t i = 0; i < CM_ARRAY_N(grids_known); i++) {
        if (strcmp(text, grids_known[i].name) == 0) {
            take_grid(&grids_known[i], wish);
            return CM_OK;
        }
        text_append(all, sizeof all, "%s%s", i == 0 ? " " : ", ", grids_known[i].name);
    }
    return diag_fail(diag, CM_E_ARGUMENT, "sheet", NULL, all, "there is no grid '%.40s'", text);
}

/* ---- Fitting ----------------------------------------------------------------------------------
 */

/* One direction of the grid. */
struct axis {
    const char *side, *what; /* "wide", "column" */
    double page, label, margin, gap;
    unsigned n;
};

static double needed(const struct axis *a, unsigned n) {
    return n * a->label + (n - 1) * a->gap + 2 * (a->margin > 0 ? a->margin : 0);
}

static cm_err too_small(const struct axis *a, struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP];
    unsigned fits = 0;
    while (fits < a->n && needed(a, fits + 1) <= a->page + SAME_MM)
        fits++;
    if (fits > 0)
        (void)snprintf(remedy, sizeof remedy, "%u %s%s would fit", fits, a->what,
                       fits > 1 ? "s" : "");
    else
        (void)snprintf(remedy, sizeof remedy, "not even one fits: use a larger page");
    return diag_fail(diag, CM_E_RANGE, "sheet", NULL, remedy,
                     "the page is too small for its labels: %u x %g mm%s need %g mm, the page is "
                     "%g mm %s",
                     a->n, a->label, a->gap > 0 || a->margin > 0 ? " with gaps and margins" : "",
                     needed(a, a->n), a->page, a->side);
}

/* Label size and first place of one direction. */
static cm_err settle_axis(struct axis *a, double *label, double *first, struct cm_diag *diag) {
    if (a->label <= 0) {
        if (a->margin < 0) a->margin = MARGIN_USUAL;
        a->label = (a->page - 2 * a->margin - (a->n - 1) * a->gap) / a->n;
        if (a->label < 1)
            return diag_fail(diag, CM_E_RANGE, "sheet", NULL, "use fewer labels, or a larger page",
                             "margins and gaps leave less than 1 mm for each of %u labels", a->n);
    }
    if (needed(a, a->n) > a->page + SAME_MM) return too_small(a, diag);
    const double all = a->n * a->label + (a->n - 1) * a->gap;
    *first = a->margin < 0 ? (a->page - all) / 2 : a->margin;
    *label = a->label;
    return CM_OK;
}

static cm_err check_marks(const struct sheet *s, struct cm_diag *diag) {
    const double least = MARK_OFF + MARK_LEAST;
    if (!s->marks || (s->left >= least - SAME_MM && s->top >= least - SAME_MM)) return CM_OK;
    return diag_fail(diag, CM_E_RANGE, "sheet", NULL,
                     "use smaller labels or a larger page, or leave the marks out",
                     "crop marks need a margin of %g mm, there are %g and %g", least, s->left,
                     s->top);
}

cm_err sheet_settle(const struct sheet_wish *wish, struct sheet *out, struct cm_diag *diag) {
    struct axis x = {.side = "wide",
                     .what = "column",
                     .page = wish->page_width,
                     .label = wish->label_width,
                     .margin = wish->margin_x,
                     .gap = wish->gap_x,
                     .n = wish->columns};
    struct axis y = {.side = "high",
                     .what = "row",
                     .page = wish->page_height,
                     .label = wish->label_height,
                     .margin = wish->margin_y,
                     .gap = wish->gap_y,
                     .n = wish->rows};
    struct sheet s = {.page_width = wish->page_width,
                      .page_height = wish->page_height,
                      .gap_x = wish->gap_x,
                      .gap_y = wish->gap_y,
                      .columns = wish->columns,
                      .rows = wish->rows,
                      .marks = wish->marks};
    if (wish->columns == 0 || wish->rows == 0 || wish->columns > SHEET_SIDE_MAX ||
        wish->rows > SHEET_SIDE_MAX)
        return diag_fail(diag, CM_E_RANGE, "sheet", NULL, "1 to 100 in each direction",
                         "a grid of %u x %u labels", wish->columns, wish->rows);
    TRY(settle_axis(&x, &s.label_width, &s.left, diag));
    TRY(settle_axis(&y, &s.label_height, &s.top, diag));
    TRY(check_marks(&s, diag));
    *out = s;
    return CM_OK;
}

/* ---- On the page ------------------------------------------------------------------------------
 */

struct sheet_place sheet_place(const struct sheet *s, size_t i) {
    const size_t column = i % s->columns, row = i / s->columns;
    return (struct sheet_place){.x = s->left + (double)column * (s->label_width + s->gap_x),
                                .y = s->top + (double)row * (s->label_height + s->gap_y)};
}

/* How long a mark may be in what is left beside the labels; not above 0: there is no room. */
static double mark_len(double margin) {
    return margin - MARK_OFF < MARK_LEN ? margin - MARK_OFF : MARK_LEN;
}

static void mark_column(const struct sheet *s, struct pages *p, double x) {
    const double foot = sheet_place(s, sheet_size(s) - 1).y + s->label_height;
    const double above = mark_len(s->top), below = mark_len(s->page_height - foot);
    page_line(p, x, s->top - MARK_OFF, x, s->top - MARK_OFF - above, MARK_STROKE);
    if (below > 0) page_line(p, x, foot + MARK_OFF, x, foot + MARK_OFF + below, MARK_STROKE);
}

static void mark_row(const struct sheet *s, struct pages *p, double y) {
    const double right = sheet_place(s, s->columns - 1).x + s->label_width;
    const double before = mark_len(s->left), after = mark_len(s->page_width - right);
    page_line(p, s->left - MARK_OFF, y, s->left - MARK_OFF - before, y, MARK_STROKE);
    if (after > 0) page_line(p, right + MARK_OFF, y, right + MARK_OFF + after, y, MARK_STROKE);
}

void sheet_marks(const struct sheet *s, struct pages *p) {
    if (!s->marks || s->columns == 0) return; /* a settled sheet has columns */
    for (size_t i = 0; i < s->columns; i++) {
        const double x = sheet_place(s, i).x;
        mark_column(s, p, x);
        if (s->gap_x > SAME_MM || i + 1 == s->columns) mark_column(s, p, x + s->label_width);
    }
    for (size_t i = 0; i < s->rows; i++) {
        const double y = sheet_place(s, i * s->columns).y;
        mark_row(s, p, y);
        if (s->gap_y > SAME_MM || i + 1 == s->rows) mark_row(s, p, y + s->label_height);
    }
}

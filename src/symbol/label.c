/* Settling and drawing of labels. Squeezed text is refused below two thirds of its natural width:
 * it would no longer read as a line. */
#include "symbol/label.h"

#include <math.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/layout.h"

#define LARGEST_MODULE 1.0 /* mm; larger ones help no reader at arm's length */
#define LEAST_MODULE   0.1 /* mm; below, no office printer draws modules apart */
#define LINE_PITCH     1.7 /* heights of capitals from line to line */
#define BESIDE_LEAST   1.6 /* labels so many times wider than high have lines beside the symbol */
#define GAP_MM         1.5 /* between symbol and lines */
#define SQUEEZE_LEAST  (2.0 / 3.0)
#define LEAST_BAR_MM   3.0
#define SAME_MM        0.001
#define MM_PER_INCH    25.4

static double lines_height(const struct label_wish *w) {
    return w->line_n == 0 ? 0 : w->capital * (1 + LINE_PITCH * (double)(w->line_n - 1));
}

/* Where symbol and lines may stand. */
static cm_err share_out(struct label *l, bool linear, struct cm_diag *diag) {
    const struct label_wish *w = &l->wish;
    const double width = w->width - 2 * w->padding, height = w->height - 2 * w->padding,
                 text = lines_height(w);
    l->beside = w->line_n > 0 && !linear && width >= BESIDE_LEAST * height;
    l->box_x = l->box_y = l->text_x = w->padding;
    l->box_width = l->text_width = width;
    l->box_height = l->beside || w->line_n == 0 ? height : height - text - GAP_MM;
    if (l->box_width > 0 && l->box_height > 0 && text <= height) return CM_OK;
    return diag_fail(diag, CM_E_RANGE, "label", NULL, "use fewer or smaller lines, or less padding",
                     "%zu lines of %g mm leave no room for a symbol on a label of %g x %g mm",
                     w->line_n, w->capital, w->width, w->height);
}

static double whole_dots(const struct label_wish *w, double module_mm) {
    const double dot = w->dpi > 0 ? MM_PER_INCH / w->dpi : 0;
    return w->dpi > 0 ? floor(module_mm / dot + SAME_MM) * dot : module_mm;
}

static cm_err does_not_fit(const struct label *l, double width, double height, double fitting,
                           struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP] = "";
    if (fitting >= LEAST_MODULE)
        text_append(remedy, sizeof remedy, "modules of at most %.2f mm would fit",
                    floor(fitting * 100) / 100);
    else
        text_append(remedy, sizeof remedy, "use larger labels, or a symbol that says less");
    return diag_fail(diag, CM_E_RANGE, "label", NULL, remedy,
                     "the symbol of %.1f x %.1f mm does not fit its place of %.1f x %.1f mm on a "
                     "label of %g x %g mm",
                     width, height, l->box_width, l->box_height, l->wish.width, l->wish.height);
}

/* Squares of modules: the side tells. */
static cm_err settle_matrix(struct label *l, struct pages *p, const struct symbol *s,
                            struct cm_diag *diag) {
    double width = 0, height = 0;
    TRY(page_symbol_size(p, s, 1, 0, &width, &height));
    const double fitting = whole_dots(&l->wish, fmin(l->box_width / width, l->box_height / height));
    l->module_mm = l->wish.module_mm > 0 ? whole_dots(&l->wish, l->wish.module_mm)
                                         : whole_dots(&l->wish, fmin(fitting, LARGEST_MODULE));
    if (l->module_mm >= LEAST_MODULE && l->module_mm <= fitting + SAME_MM) return CM_OK;
    const double module = l->module_mm > LEAST_MODULE ? l->module_mm : LEAST_MODULE;
    return does_not_fit(l, width * module, height * module, fitting, diag);
}

/* Bars: the width tells the module, the height what the bars get. */
static cm_err settle_bars(struct label *l, struct pages *p, const struct symbol *s,
                          struct cm_diag *diag) {
    double width = 0, height = 0;
    TRY(page_symbol_size(p, s, 1, 1, &width, &height));
    const double fitting = whole_dots(&l->wish, l->box_width / width);
    const double usual = fmin(fitting, layout_module_mm(s->kind));
    l->module_mm = whole_dots(&l->wish, l->wish.module_mm > 0 ? l->wish.module_mm : usual);
    if (l->module_mm < LEAST_MODULE || l->module_mm > fitting + SAME_MM)
        return does_not_fit(l, width * fmax(l->module_mm, LEAST_MODULE), height, fitting, diag);
    l->bar_mm = l->wish.bar_mm;
    TRY(page_symbol_size(p, s, l->module_mm, l->bar_mm, &width, &height));
    if (height <= l->box_height + SAME_MM) return CM_OK;
    if (l->wish.bar_mm <= 0) { /* as high as the label lets them be */
        TRY(page_symbol_size(p, s, l->module_mm, LEAST_BAR_MM, &width, &height));
        l->bar_mm = LEAST_BAR_MM + l->box_height - height;
        if (l->bar_mm >= LEAST_BAR_MM) return CM_OK;
    }
    return diag_fail(diag, CM_E_RANGE, "label", NULL, "use higher labels, lower bars or less text",
                     "the bars with their text need %.1f mm, their place is %.1f mm high", height,
                     l->box_height);
}

cm_err label_settle(const struct label_wish *wish, struct pages *p, const struct symbol *first,
                    struct label *out, struct cm_diag *diag) {
    struct label l = {.wish = *wish};
    double width = 0, height = 0;
    TRY(share_out(&l, first->linear, diag));
    TRY(first->linear ? settle_bars(&l, p, first, diag) : settle_matrix(&l, p, first, diag));
    TRY(page_symbol_size(p, first, l.module_mm, l.bar_mm, &width, &height));
    if (l.beside) {
        l.box_width = width;
        l.text_x = l.box_x + width + GAP_MM;
        l.text_width = wish->width - wish->padding - l.text_x;
        l.text_y = (wish->height - lines_height(wish)) / 2;
    } else {
        l.text_y = wish->height - wish->padding - lines_height(wish);
    }
    if (wish->line_n > 0 && l.text_width < wish->capital)
        return diag_fail(diag, CM_E_RANGE, "label", NULL, "use smaller modules",
                         "the symbol leaves no room for text beside it");
    *out = l;
    return CM_OK;
}

static cm_err draw_symbol(const struct label *l, struct pages *p, const struct symbol *s, double x,
                          double y, struct cm_diag *diag) {
    double width = 0, height = 0;
    TRY(page_symbol_size(p, s, l->module_mm, l->bar_mm, &width, &height));
    if (width > l->box_width + SAME_MM || height > l->box_height + SAME_MM)
        return does_not_fit(l, width, height,
                            l->module_mm * fmin(l->box_width / width, l->box_height / height),
                            diag);
    page_symbol(p, s, x + l->box_x + (l->box_width - width) / 2,
                y + l->box_y + (l->box_height - height) / 2, l->module_mm, l->bar_mm);
    return CM_OK;
}

cm_err label_draw(const struct label *l, struct pages *p, const struct symbol *s,
                  const struct cm_slice *lines, double x, double y, struct cm_diag *diag) {
    const struct label_wish *w = &l->wish;
    double natural = 0;
    TRY(draw_symbol(l, p, s, x, y, diag));
    for (size_t i = 0; i < w->line_n; i++) {
        if (lines[i].len == 0) continue;
        struct page_text text = {.x = l->beside ? x + l->text_x : x + l->text_x + l->text_width / 2,
                                 .foot = y + l->text_y + w->capital * (1 + LINE_PITCH * (double)i),
                                 .capital = w->capital,
                                 .align = l->beside ? PAGE_LEFT : PAGE_CENTRE,
                                 .font = w->font != NULL ? w->font : "sans-serif",
                                 .text = lines[i]};
        TRY(page_text_width(p, &text, &natural, diag));
        if (natural * SQUEEZE_LEAST > l->text_width)
            return diag_fail(diag, CM_E_RANGE, "label", NULL, "use a smaller --line-mm",
                             "line %zu is %.1f mm wide, its place %.1f mm", i + 1, natural,
                             l->text_width);
        text.width = l->text_width;
        TRY(page_write(p, &text, diag));
    }
    return CM_OK;
}

/* A symbol on a page: the outline of its modules as one filled path, so that viewers show no seams
 * between rows; bars as runs; its text as outlines. References as in page.h. */
#include <math.h>

#include "base/macros.h"
#include "symbol/outline.h"
#include "symbol/page_inside.h"

static void pen_move(void *ctx, double x, double y) { cairo_move_to(ctx, x, y); }
static void pen_line(void *ctx, double x, double y) { cairo_line_to(ctx, x, y); }
static void pen_curve(void *ctx, const double xy[6]) {
    cairo_curve_to(ctx, xy[0], xy[1], xy[2], xy[3], xy[4], xy[5]);
}
static void pen_close(void *ctx) { cairo_close_path(ctx); }

static void put_runs(cairo_t *pen, const struct symbol *s, const struct layout *l) {
    struct layout_walk walk = layout_walk_over(s, l);
    struct layout_strip strip;
    while (layout_strip(&walk, &strip)) {
        size_t at = 0, from = 0, n;
        while ((n = layout_run(&strip, &at, &from)) > 0)
            cairo_rectangle(pen, l->left + (double)from, strip.y, (double)n, strip.height);
    }
    cairo_fill(pen);
}

/* Modules become the units of the pen, from the symbol's corner on. */
static cm_err put_modules(cairo_t *pen, const struct symbol *s, const struct layout *l) {
    const struct lettering_pen to = {pen_move, pen_line, pen_curve, pen_close, pen};
    if (!outline_can(s)) {
        put_runs(pen, s, l);
        return CM_OK;
    }
    TRY(outline_trace(s, l->left, l->top, &to));
    cairo_fill(pen);
    return CM_OK;
}

static void put_bearer(cairo_t *pen, const struct layout *l) {
    if (l->bearer <= 0) return;
    const double b = l->bearer, width = l->frame_right - l->frame;
    const double height = l->frame_foot - l->frame;
    cairo_rectangle(pen, l->frame, l->frame, width, b);
    cairo_rectangle(pen, l->frame, l->frame_foot - b, width, b);
    cairo_rectangle(pen, l->frame, l->frame + b, b, height - 2 * b);
    cairo_rectangle(pen, l->frame_right - b, l->frame + b, b, height - 2 * b);
    cairo_fill(pen);
}

static cm_err put_text(cairo_t *pen, const struct symbol *s, const struct layout *l,
                       struct lettering *lettering) {
    const struct lettering_pen to = {pen_move, pen_line, pen_curve, pen_close, pen};
    for (size_t i = 0; i < s->text_n; i++) {
        struct lettering_place at;
        TRY(layout_text_place(s, i, l, lettering, &at, NULL));
        TRY(lettering_trace(lettering, slice_text(s->texts[i].text), &at, &to, NULL));
    }
    cairo_fill(pen);
    return CM_OK;
}

cm_err page_put_symbol(struct pages *p, const struct symbol *s, const struct layout *layout,
                       struct lettering *lettering, double x, double y, double module_mm) {
    if (p->pen == NULL) return CM_E_STATE;
    cairo_save(p->pen);
    cairo_translate(p->pen, x, y);
    cairo_scale(p->pen, module_mm, module_mm);
    page_ink(p, 1);
    cairo_rectangle(p->pen, 0, 0, layout->width, layout->height);
    cairo_fill(p->pen);
    page_ink(p, 0);
    cm_err err = put_modules(p->pen, s, layout);
    put_bearer(p->pen, layout);
    if (err == CM_OK && lettering != NULL && layout->capital > 0)
        err = put_text(p->pen, s, layout, lettering);
    cairo_restore(p->pen);
    TRY(err);
    return page_err_from_cairo(p, cairo_status(p->pen));
}

static cm_err settle(struct pages *p, const struct symbol *s, double module_mm, double bar_mm,
                     struct layout *out) {
    struct layout_wish wish = {.module_mm = module_mm, .bar_mm = bar_mm, .text_mm = p->text_mm};
    if (!(module_mm > 0))
        return diag_fail(&p->why, CM_E_RANGE, "page", "symbol", "give a module of 0.05 mm or more",
                         "%g mm is no size of a module", module_mm);
    if (s->text_n > 0 && p->lettering == NULL && !p->silent)
        TRY(lettering_open(NULL, &p->lettering, &p->why));
    TRY(layout_text_spread(s, p->lettering, &wish.text_spread, &p->why));
    *out = layout_of(s, &wish);
    return CM_OK;
}

cm_err pages_symbol_text(struct pages *p, const char *font, double text_mm, struct cm_diag *diag) {
    CM_CLEANUP(lettering_freep) struct lettering *fresh = NULL;
    if (!(text_mm >= 0))
        return diag_fail(diag, CM_E_RANGE, "page", "text of symbols", "give 0.5 mm or more",
                         "%g mm is no height of letters", text_mm);
    const bool silent = font != NULL && font[0] == '\0';
    if (font != NULL && !silent) TRY(lettering_open(font, &fresh, diag));
    lettering_free(p->lettering);
    p->lettering = take(&fresh);
    p->silent = silent;
    p->text_mm = text_mm;
    return CM_OK;
}

const struct cm_diag *pages_why(const struct pages *p) { return &p->why; }

void page_symbol(struct pages *p, const struct symbol *s, double x, double y, double module_mm,
                 double bar_mm) {
    struct layout layout;
    cm_err err = settle(p, s, module_mm, bar_mm, &layout);
    if (err == CM_OK) err = page_put_symbol(p, s, &layout, p->lettering, x, y, module_mm);
    if (err != CM_OK) page_fail(p, err);
}

cm_err page_symbol_size(struct pages *p, const struct symbol *s, double module_mm, double bar_mm,
                        double *width_mm, double *height_mm) {
    struct layout layout;
    TRY(settle(p, s, module_mm, bar_mm, &layout));
    *width_mm = layout.width * module_mm;
    *height_mm = layout.height * module_mm;
    return CM_OK;
}

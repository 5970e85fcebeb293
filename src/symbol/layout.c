/* The advice of the standards, and the sums. References as in layout.h. */
#include "symbol/layout.h"

#include <math.h>

#define TEXT_GAP     1.0  /* modules between bars and text; GS1 5.2: at least 0.5 */
#define TEXT_CAPITAL 8.0  /* modules, when the symbol's standard says nothing */
#define TAIL_SHARE   0.35 /* of a capital: room for what hangs below the line */
#define EAN_CAPITAL  7.0  /* modules: OCR-B of 2.31 mm at 0.33 mm */
#define GUARD_REACH  5.0  /* modules, GS1 General Specifications 5.2.3 */
#define BEARER       2.0  /* modules, GS1 General Specifications 5.3.2.4: twice the narrow bar */
#define EDGE                                                                                       \
    1.0 /* module kept light where a standard asks for none: bars at the very edge of a page       \
           are cut by what rounds it */

/* The usual X dimension, mm. GS1 General Specifications 5.12.3: EAN, UPC and DataBar 0.33, in
 * general distribution at least 0.495; matrices of consumer goods 0.4. */
#define MATRIX_MM 0.4
#define BAR_MM    0.33
#define CARTON_MM 0.495
#define BAR_USUAL 50.0 /* modules high, where a symbol does not say */

double layout_module_mm(enum symbol_kind kind) {
    switch (kind) {
    case SYMBOL_QR:
    case SYMBOL_MICRO_QR:
    case SYMBOL_GS1_QR:
    case SYMBOL_DATAMATRIX:
    case SYMBOL_GS1_DATAMATRIX:
    case SYMBOL_AZTEC: return MATRIX_MM;
    case SYMBOL_GS1_128:
    case SYMBOL_ITF14: return CARTON_MM;
    case SYMBOL_PDF417:
    case SYMBOL_CODE128:
    case SYMBOL_CODE128_B:
    case SYMBOL_EAN13:
    case SYMBOL_EAN8:
    case SYMBOL_UPCA:
    case SYMBOL_CODABAR:
    case SYMBOL_CODE39:
    case SYMBOL_DATABAR:
    case SYMBOL_DATABAR_EXPANDED:
    case SYMBOL_DATABAR_EXPANDED_STACKED:
    default: return BAR_MM;
    }
}

/* To the nearest whole dot, at least one. */
static double snap(double modules, uint16_t dots) {
    if (dots == 0) return modules;
    const double n = round(modules * dots);
    return (n < 1 ? 1 : n) / dots;
}

static double bar_height(const struct symbol *s, const struct layout_wish *wish) {
    if (wish->bar_mm > 0) return snap(wish->bar_mm / wish->module_mm, wish->dots);
    return snap(s->bar_modules > 0 ? s->bar_modules : BAR_USUAL, wish->dots);
}

static bool has_text(const struct symbol *s, const struct layout_wish *wish) {
    return s->text_n > 0 && wish->text_spread > 0;
}

static double capital_of(const struct symbol *s, const struct layout_wish *wish) {
    const double usual = s->guard != NULL ? EAN_CAPITAL : TEXT_CAPITAL;
    const double wanted = wish->text_mm > 0 ? wish->text_mm / wish->module_mm : usual;
    return snap(fmin(wanted, 1.0 / wish->text_spread), wish->dots);
}

struct layout layout_of(const struct symbol *s, const struct layout_wish *wish) {
    struct layout l = {.bar = bar_height(s, wish), .bearer = s->bearer ? BEARER : 0};
    double rows = 0;
    for (size_t i = 0; i < s->rows; i++) {
        const double own = s->row_modules == NULL ? 1 : s->row_modules[i];
        rows += own > 0 ? own : l.bar;
    }
    const double edge = s->quiet_top > 0 ? 0 : EDGE;
    l.frame = s->bearer ? EDGE : 0;
    l.left = l.frame + l.bearer + s->quiet_left;
    l.top = edge + l.bearer + s->quiet_top;
    l.frame_right = l.left + (double)s->width + s->quiet_right + l.bearer;
    l.width = l.frame_right + l.frame;
    l.guard = s->guard != NULL ? GUARD_REACH : 0;
    l.frame_foot = l.top + rows + s->quiet_bottom + l.bearer;
    double foot = l.frame_foot + edge; /* of all that is no text */
    foot = fmax(foot, l.top + rows + l.guard + edge);
    if (has_text(s, wish)) {
        const double over = s->bearer ? l.frame_foot : l.top + rows;
        l.capital = capital_of(s, wish);
        l.foot = over + TEXT_GAP + l.capital;
        foot = fmax(foot, l.foot + snap(TAIL_SHARE * l.capital, wish->dots));
    }
    l.height = foot;
    return l;
}

bool layout_strip(struct layout_walk *w, struct layout_strip *out) {
    const struct symbol *const s = w->s;
    if (w->row >= s->rows) return false;
    const double own = s->row_modules == NULL ? 1 : s->row_modules[w->row];
    *out = (struct layout_strip){.modules = s->modules + w->row * s->width,
                                 .guard = s->guard,
                                 .want = w->guards,
                                 .width = s->width,
                                 .y = w->y,
                                 .height = own > 0 ? own : w->layout->bar};
    const double next = w->y + out->height;
    if (w->guards) out->height += w->layout->guard;
    w->guards = s->guard != NULL && !w->guards;
    if (w->guards) return true;
    w->row++;
    w->y = next;
    return true;
}

/* Modules to grey dots of a camera that sees each module as at least LOOK_DOTS of them, then the
 * machine's faults. References as in press_symbol.h. */
#include "symbol/press_symbol.h"

#include <math.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"

#define INCH_MM         25.4
#define UM_MM           1000.0
#define LEAST_DOTS      2u   /* one dot more or less must not make a module another one */
#define LEAST_MM        0.16 /* what handheld readers and telephones resolve; our choice */
#define LEAST_DROP      0.7  /* drops: of their diameter; they reach a fifth into the next module */
#define USUAL_DROP      0.9  /* they touch, so that a square of modules is one patch */
#define USUAL_MM        0.4  /* where nothing is asked for */
#define DATAMATRIX_ROWS 10u  /* of its smallest square: ISO/IEC 16022 table 7 */
#define LOOK_DOTS       6.0  /* a module, as it is looked at */
#define FINE            4u   /* samples of a dot each way, at the edges of drops */

cm_err press_module_of(const struct press *press, double wanted_mm, struct press_module *out,
                       struct cm_diag *diag) {
    struct press_module m = {.mm = wanted_mm > 0 ? wanted_mm : USUAL_MM};
    char remedy[DIAG_PART_CAP] = "";
    if (press->dpi > 0) {
        const double dot = INCH_MM / press->dpi;
        const unsigned least = (unsigned)fmax(LEAST_DOTS, ceil(LEAST_MM / dot));
        m.least_mm = least * dot;
        m.dots = (unsigned)fmin(fmax(round(m.mm / dot), 1), PRESS_MODULE_MAX_MM / dot);
        if (wanted_mm <= 0 && m.dots < least) m.dots = least;
    } else {
        m.least_mm = LEAST_DROP * press->drop_um / UM_MM;
        if (wanted_mm <= 0) m.mm = USUAL_DROP * press->drop_um / UM_MM;
    }
    if (m.mm > PRESS_MODULE_MAX_MM)
        return diag_fail(diag, CM_E_RANGE, press->name, NULL, "take 10 mm or less",
                         "a module of %.4g mm is larger than can be judged", m.mm);
    if (m.dots > 0) m.mm = m.dots * INCH_MM / press->dpi;
    if (m.mm >= m.least_mm - 1e-9) {
        *out = m;
        return CM_OK;
    }
    text_append(remedy, sizeof remedy, "take %.4g mm or more", ceil(m.least_mm * 1000) / 1000);
    return diag_fail(diag, CM_E_RANGE, press->name, NULL, remedy,
                     "a module of %.4g mm is smaller than it prints", wanted_mm);
}

/* Heads of drops that print so many rows; machines without drops, which print any. */
static const char *who_prints(size_t rows) {
    for (size_t i = 0; press_at(i) != NULL; i++)
        if (press_at(i)->drops >= rows) return press_at(i)->name;
    return NULL;
}

static cm_err too_many_rows(const struct press *press, const struct symbol *s, size_t rows,
                            struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP] = "";
    const char *const head = who_prints(rows);
    const bool matrix = s->kind == SYMBOL_DATAMATRIX || s->kind == SYMBOL_GS1_DATAMATRIX;
    if (head != NULL) text_append(remedy, sizeof remedy, "take %s, ", head);
    if (head == NULL && press->drops >= DATAMATRIX_ROWS)
        text_append(remedy, sizeof remedy, matrix ? "shorten its content, " : "take datamatrix, ");
    text_append(remedy, sizeof remedy,
                "%sa machine without drops (thermal203, thermal300, laser, offset), or code128, "
                "whose bars are as high as the head",
                remedy[0] == '\0' ? "take " : "");
    return diag_fail(diag, CM_E_RANGE, press->name, NULL, remedy,
                     "a %s of %zu rows of modules, and its head prints %u drops above each other",
                     symbol_kind_name(s->kind), rows, press->drops);
}

cm_err press_symbol_fit(const struct press *press, struct symbol *s, struct cm_diag *diag) {
    size_t rows = 0;
    bool bars = false;
    if (press->drops == 0) return CM_OK;
    for (size_t y = 0; y < s->rows; y++) {
        rows += s->row_modules[y];
        bars = bars || s->row_modules[y] == 0;
    }
    if (bars && s->rows == 1) {
        s->bar_modules = (uint16_t)press->drops;
        if (s->guard != NULL) memset(s->guard, 0, s->width); /* no drop is below the others */
        return CM_OK;
    }
    return rows <= press->drops ? CM_OK : too_many_rows(press, s, rows, diag);
}

struct printing {
    const struct symbol *s;
    struct dots sheet;
    size_t pitch;           /* dots of a module */
    double left, top, drop; /* dots; diameter of a drop, 0: modules are full */
};

static void printing_free(struct printing *p) { dots_free(&p->sheet); }

static size_t row_height(const struct symbol *s, size_t y) {
    if (s->row_modules[y] > 0) return s->row_modules[y];
    return s->bar_modules > 0 ? s->bar_modules : s->width / 4u + 1u;
}

/* Share of a dot that a drop around 0, 0 covers. */
static uint8_t cover(double x, double y, double radius) {
    unsigned in = 0;
    for (unsigned i = 0; i < FINE * FINE; i++) {
        const unsigned column = i % FINE, row = i / FINE;
        const double dx = x + (column + 0.5) / FINE, dy = y + (row + 0.5) / FINE;
        in += dx * dx + dy * dy <= radius * radius;
    }
    return (uint8_t)(in * DOTS_WHITE / (FINE * FINE));
}

static void put_drop(struct printing *p, size_t left, size_t top) {
    const double radius = p->drop / 2, middle = (double)p->pitch / 2;
    const size_t reach = (size_t)ceil(radius) + 1u;
    const double cx = (double)left + middle, cy = (double)top + middle;
    for (size_t y = (size_t)cy - reach; y <= (size_t)cy + reach; y++)
        for (size_t x = (size_t)cx - reach; x <= (size_t)cx + reach; x++) {
            uint8_t *const dot = dots_at(&p->sheet, x, y);
            const uint8_t ink = cover((double)x - cx, (double)y - cy, radius);
            if (ink > DOTS_WHITE - *dot) *dot = (uint8_t)(DOTS_WHITE - ink);
        }
}

static void put_block(struct printing *p, size_t left, size_t top) {
    for (size_t y = top; y < top + p->pitch; y++)
        for (size_t x = left; x < left + p->pitch; x++)
            *dots_at(&p->sheet, x, y) = 0;
}

static void put_module(struct printing *p, size_t x, size_t y) {
    const size_t left = (size_t)p->left + x * p->pitch, top = (size_t)p->top + y * p->pitch;
    if (p->drop > 0)
        put_drop(p, left, top);
    else
        put_block(p, left, top);
}

static cm_err put_all(struct printing *p) {
    size_t high = 0;
    for (size_t y = 0; y < p->s->rows; y++)
        high += row_height(p->s, y);
    const size_t wide =
        p->s->width + p->s->quiet_left + p->s->quiet_right + 2 * (size_t)PRESS_SYMBOL_EDGE;
    const size_t tall = high + p->s->quiet_top + p->s->quiet_bottom + 2 * (size_t)PRESS_SYMBOL_EDGE;
    TRY(dots_new(wide * p->pitch, tall * p->pitch, &p->sheet));
    p->left = (PRESS_SYMBOL_EDGE + p->s->quiet_left) * (double)p->pitch;
    p->top = (PRESS_SYMBOL_EDGE + p->s->quiet_top) * (double)p->pitch;
    for (size_t y = 0, at = 0; y < p->s->rows; at += row_height(p->s, y), y++)
        for (size_t i = 0; i < row_height(p->s, y) * p->s->width; i++)
            if (symbol_is_dark(p->s, i % p->s->width, y))
                put_module(p, i % p->s->width, at + i / p->s->width);
    return CM_OK;
}

size_t press_symbol_pitch(const struct press_symbol_wish *wish) {
    const double seen = wish->module.mm / INCH_MM * wish->press->look_dpi;
    return (size_t)round(seen * fmax(1, ceil(LOOK_DOTS / seen)));
}

cm_err press_symbol(const struct press_symbol_wish *wish, const struct symbol *s,
                    struct dots *out) {
    CM_CLEANUP(printing_free) struct printing p = {.s = s, .sheet = DOTS_INIT};
    const struct press *const press = wish->press;
    p.pitch = press_symbol_pitch(wish);
    if (press->drop_um > 0) p.drop = press->drop_um / UM_MM / wish->module.mm * (double)p.pitch;
    TRY(put_all(&p));
    struct fault fault = fault_scaled(&press->fault, wish->strength);
    if (press->drop_um > 0) fault.pitch_um = wish->module.mm * UM_MM;
    TRY(fault_apply(&p.sheet, (double)p.pitch * INCH_MM / wish->module.mm, &fault, wish->seed));
    *out = p.sheet;
    p.sheet = (struct dots)DOTS_INIT;
    return CM_OK;
}

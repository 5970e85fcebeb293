/* The judge: makes forms of an alphabet's bitmaps, finds the line, finds the state of its ink, and
 * reads it in that state. It has nothing to go by but the sheet and the alphabet. References as in
 * reader.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "symbol/fault.h"
#include "symbol/reader_inside.h"

#define ROWS_MAX    26.0   /* of a capital: what is larger is looked at from further away */
#define STATE_DPI   2540.0 /* a dot is 10 micrometres: states are made by fault_apply */
#define DOT_UM      10.0
#define CELL_MARGIN 4u

/* Dots that ink has spread by, and its blur. The first is what is tried first. */
static const struct {
    double gain, blur;
} states[READER_STATES] = {{0, 0.6},   {0, 1.2},   {0.6, 0.6},  {0.6, 1.2},
                           {1.2, 0.6}, {1.2, 1.2}, {-0.6, 0.6}, {-0.6, 1.2}};

void reader_free(struct reader *r) {
    if (r == NULL) return;
    for (size_t i = 0; i < r->n; i++)
        free(r->forms[i].ink);
    free(r->profile);
    free(r);
}

void reader_freep(struct reader **r) { reader_free(*r); }

/* The mean ink of a bitmap below one dot of a form. */
static double mean_ink(const struct glyphset *set, size_t i, double scale, size_t x, size_t y) {
    const size_t fine = 2u * (size_t)ceil(scale);
    double sum = 0;
    for (size_t k = 0; k < fine * fine; k++) {
        const size_t column = k % fine, row = k / fine;
        const size_t u = (size_t)(((double)x + ((double)column + 0.5) / (double)fine) * scale);
        const size_t v = (size_t)(((double)y + ((double)row + 0.5) / (double)fine) * scale);
        if (u < set->width && v < set->height) sum += glyphset_bitmap(set, i)[v * set->width + u];
    }
    return sum / (double)(fine * fine);
}

static cm_err form_state(const struct reader *r, struct form *f, const struct dots *plain,
                         size_t state) {
    struct dots d = DOTS_INIT;
    struct fault fault = FAULT_NONE;
    fault.gain_um = states[state].gain * DOT_UM;
    fault.blur_um = states[state].blur * DOT_UM;
    TRY(dots_copy(plain->grey, plain->width, plain->height, &d));
    const cm_err err = fault_apply(&d, STATE_DPI, &fault, 0);
    for (size_t y = 0; err == CM_OK && y < r->height; y++) {
        for (size_t x = 0; x < f->width; x++) {
            const double ink =
                (DOTS_WHITE - *dots_at(&d, x + CELL_MARGIN, y + CELL_MARGIN)) / (double)DOTS_WHITE;
            f->ink[(state * r->height + y) * f->stride + x] = (float)ink;
            f->energy[state] += ink * ink;
        }
    }
    dots_free(&d);
    return err;
}

static cm_err form_make(struct reader *r, const struct glyphset *set, size_t i) {
    const size_t margin = CELL_MARGIN;
    struct form *const f = &r->forms[i];
    struct dots plain = DOTS_INIT;
    f->width = (size_t)fmax(round(set->advance[i] / r->scale), 1.0);
    f->stride = (f->width + READER_LANE - 1u) / READER_LANE * READER_LANE;
    f->ink = calloc(READER_STATES * r->height * f->stride, sizeof *f->ink);
    if (f->ink == NULL) return CM_E_NO_MEMORY;
    TRY(dots_new(f->width + 2 * margin, r->height + 2 * margin, &plain));
    for (size_t y = 0; y < r->height; y++)
        for (size_t x = 0; x < f->width; x++)
            *dots_at(&plain, x + CELL_MARGIN, y + CELL_MARGIN) =
                (uint8_t)(DOTS_WHITE - (unsigned)lround(mean_ink(set, i, r->scale, x, y)));
    cm_err err = CM_OK;
    for (size_t state = 0; state < READER_STATES && err == CM_OK; state++)
        err = form_state(r, f, &plain, state);
    dots_free(&plain);
    return err;
}

static cm_err profile_make(struct reader *r) {
    double mean = 0;
    r->profile = calloc(r->height, sizeof *r->profile);
    if (r->profile == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < r->n; i++)
        for (size_t k = 0; k < r->height * r->forms[i].stride; k++)
            r->profile[k / r->forms[i].stride] += (double)r->forms[i].ink[k];
    for (size_t y = 0; y < r->height; y++)
        mean += r->profile[y] / (double)r->height;
    for (size_t y = 0; y < r->height; y++)
        r->profile[y] -= mean;
    return CM_OK;
}

cm_err reader_new(const struct glyphset *set, struct reader **out) {
    if (set->n == 0) return CM_E_RANGE;
    CM_CLEANUP(reader_freep) struct reader *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->n = set->n;
    memcpy(r->symbols, set->symbols, sizeof r->symbols);
    r->scale = fmax(1.0, set->capital / ROWS_MAX);
    r->height = (size_t)ceil((double)set->height / r->scale);
    r->foot = set->foot / r->scale;
    r->capital = set->capital / r->scale;
    r->fixed = set->fixed;
    for (size_t i = 0; i < r->n; i++) {
        r->space += set->advance[i] / r->scale / (double)r->n;
        r->advance = fmax(r->advance, set->advance[i] / r->scale);
        TRY(form_make(r, set, i));
    }
    TRY(profile_make(r));
    *out = take(&r);
    return CM_OK;
}

/* What the ink of a line is to the forms of a state: ink = shift + scale * form, and what remains.
 */
struct fit {
    double n, t, i, tt, ti, ii;
};

static void fit_add(struct fit *fit, const struct path_wish *w, size_t glyph, size_t x) {
    const struct form *const f = &w->reader->forms[glyph];
    const float *const forms = form_ink(w->reader, f, w->state);
    for (size_t y = 0; y < w->reader->height; y++) {
        const float *const row = w->strip->ink + (w->strip->top + y) * w->strip->stride + x;
        for (size_t c = 0; c < f->width; c++) {
            const double t = (double)forms[y * f->stride + c], i = (double)row[c];
            fit->n += 1;
            fit->t += t;
            fit->i += i;
            fit->tt += t * t;
            fit->ti += t * i;
            fit->ii += i * i;
        }
    }
}

/* The sum of squares that remains; *shift and *scale untouched where there is no sense in them. */
static double fit_solve(const struct fit *f, double *shift, double *scale) {
    const double tt = f->tt - f->t * f->t / f->n, ti = f->ti - f->t * f->i / f->n;
    const double ii = f->ii - f->i * f->i / f->n;
    if (tt <= 0 || ti <= 0) return ii;
    *scale = ti / tt;
    *shift = (f->i - *scale * f->t) / f->n;
    return ii - ti * ti / tt;
}

/* The state in which the line as read explains the strip best; the strip is adjusted to it. */
static size_t find_state(struct path_wish *w, const struct path *path, struct strip *strip) {
    double best = HUGE_VAL, shift = 0, scale = 1;
    size_t found = 0;
    for (size_t state = 0; state < READER_STATES; state++) {
        struct fit fit = {0};
        double a = 0, b = 1;
        w->state = state;
        for (size_t k = 0; k < w->line->n; k++)
            fit_add(&fit, w, path->glyph[k], path->x[k]);
        const double rest = fit_solve(&fit, &a, &b);
        if (rest >= best) continue;
        best = rest;
        found = state;
        shift = a;
        scale = b;
    }
    strip_adjust(strip, shift, scale);
    return found;
}

/* How unlike a form is to what stands at x or a column beside it. */
static double unlike(const struct path_wish *w, size_t glyph, size_t x) {
    const struct form *const f = &w->reader->forms[glyph];
    double best = HUGE_VAL;
    for (size_t at = x > 0 ? x - 1u : 0; at <= x + 1u && at + f->width <= w->strip->width; at++) {
        const double whole =
            f->energy[w->state] + strip_energy(w->strip, w->reader, at, at + f->width);
        best = fmin(best, whole > 0 ? path_distance(w, glyph, at) / whole : 1.0);
    }
    return fmin(fmax(best, 0.0), 1.0);
}

static void mark(const struct path_wish *w, size_t glyph, size_t x, struct reader_mark *out) {
    double next = HUGE_VAL;
    *out = (struct reader_mark){.symbol = w->reader->symbols[glyph],
                                .second = w->reader->symbols[glyph],
                                .distance = unlike(w, glyph, x)};
    for (size_t g = 0; g < w->reader->n; g++) {
        const double d = g != glyph ? unlike(w, g, x) : HUGE_VAL;
        if (d >= next) continue;
        next = d;
        out->second = w->reader->symbols[g];
    }
    out->margin = isfinite(next) ? next - out->distance : 1.0;
}

/* The place of the rows that explains the whole strip best, and the line there. Ink above and below
 * counts as unexplained. */
static cm_err find_place(const struct path_wish *w, struct strip *strip, struct path *out) {
    const double all = strip->squares[(strip->width + 1u) * (strip->height + 1u) - 1u];
    size_t top = strip->top;
    double best = HUGE_VAL;
    for (size_t i = 0; i < strip->top_n; i++) {
        struct path path = {.cost = HUGE_VAL};
        strip->top = strip->tops[i];
        TRY(path_find(w, &path));
        const double cost = path.cost + all - strip_energy(strip, w->reader, 0, strip->width);
        if (cost >= best) continue;
        best = cost;
        top = strip->top;
        *out = path;
    }
    strip->top = top;
    return CM_OK;
}

cm_err reader_read(struct reader *r, const struct dots *sheet, const struct reader_line *line,
                   struct reader_mark *marks) {
    CM_CLEANUP(strip_free) struct strip strip = {0};
    struct path path = {.cost = HUGE_VAL};
    TRY(strip_cut(r, sheet, line, &strip));
    struct path_wish wish = {.reader = r, .strip = &strip, .line = line};
    TRY(find_place(&wish, &strip, &path));
    wish.state = find_state(&wish, &path, &strip);
    strip.x = path.x[0]; /* it stands there: only a column more or less is tried again */
    strip.slack = 1;
    wish.rows = 1;
    TRY(path_find(&wish, &path));
    for (size_t k = 0; k < line->n; k++)
        mark(&wish, path.glyph[k], path.x[k], &marks[k]);
    return CM_OK;
}

/* The line of symbols that explains a strip best: each symbol costs the squares of what its form
 * leaves unexplained, white costs the squares of its ink, and the cheapest way from left to right
 * is found by dynamic programming. So narrow letters gain nothing by covering less, and letters of
 * different widths need no cutting beforehand. */
#include <math.h>
#include <stdlib.h>

#include "base/macros.h"
#include "symbol/reader_inside.h"

#define STRAY_MAX  3.0  /* columns that a symbol may lie beside its place in a fixed pitch */
#define SHIFT_COST 0.02 /* of a form's energy: for a symbol one column beside its place */

/* The product of a form and the strip below it, its top at `row`. */
static double product(const struct path_wish *w, const struct form *f, size_t row, size_t x) {
    const float *form = form_ink(w->reader, f, w->state);
    const float *ink = w->strip->ink + row * w->strip->stride + x;
    float lane[READER_LANE] = {0};
    double sum = 0;
    for (size_t y = 0; y < w->reader->height; y++) {
        for (size_t i = 0; i < f->stride; i += READER_LANE)
            for (size_t k = 0; k < READER_LANE; k++)
                lane[k] += ink[i + k] * form[i + k];
        form += f->stride;
        ink += w->strip->stride;
    }
    for (size_t k = 0; k < READER_LANE; k++)
        sum += (double)lane[k];
    return sum;
}

double path_distance(const struct path_wish *w, size_t glyph, size_t x) {
    const struct reader *const r = w->reader;
    const struct form *const f = &r->forms[glyph];
    const size_t top = w->strip->top;
    double best = product(w, f, top, x);
    if (w->rows > 0 && top > 0) best = fmax(best, product(w, f, top - 1u, x));
    if (w->rows > 0 && top + r->height < w->strip->height)
        best = fmax(best, product(w, f, top + 1u, x));
    return strip_energy(w->strip, r, x, x + f->width) - 2.0 * best + f->energy[w->state];
}

/* The search: for each count of symbols and each column, the cheapest way there. */
struct step {
    float cost;
    uint16_t from;
    uint8_t glyph;
};
struct search {
    const struct path_wish *wish;
    size_t columns; /* of the strip, and one */
    struct step *steps;
    float *distance; /* columns times glyphs; negative infinity: not known yet */
    double shift;
};

static void search_free(struct search *s) {
    free(s->steps);
    free(s->distance);
}

static cm_err search_new(const struct path_wish *wish, struct search *s) {
    const struct reader *const r = wish->reader;
    s->wish = wish;
    s->columns = wish->strip->width + 1u;
    if (s->columns > UINT16_MAX) return CM_E_RANGE;
    s->steps = calloc((wish->line->n + 1u) * s->columns, sizeof *s->steps);
    s->distance = calloc(s->columns * r->n, sizeof *s->distance);
    if (s->steps == NULL || s->distance == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < (wish->line->n + 1u) * s->columns; i++)
        s->steps[i].cost = HUGE_VALF;
    for (size_t i = 0; i < s->columns * r->n; i++)
        s->distance[i] = -HUGE_VALF;
    for (size_t i = 0; i < r->n; i++)
        s->shift += SHIFT_COST * r->forms[i].energy[wish->state] / (double)r->n;
    return CM_OK;
}

static double distance_at(struct search *s, size_t glyph, size_t x) {
    float *const known = &s->distance[x * s->wish->reader->n + glyph];
    if (!isfinite(*known)) *known = (float)path_distance(s->wish, glyph, x);
    return (double)*known;
}

static void arrive(struct search *s, size_t k, size_t x, double cost, size_t from, size_t glyph) {
    if (x >= s->columns) return;
    struct step *const to = &s->steps[k * s->columns + x];
    if (cost >= (double)to->cost) return;
    *to = (struct step){(float)cost, (uint16_t)from, (uint8_t)glyph};
}

/* Every symbol that may stand at x, as the k-th. */
static void leave(struct search *s, size_t k, size_t x, double cost) {
    const struct reader *const r = s->wish->reader;
    for (size_t g = 0; g < r->n; g++) {
        if (x + r->forms[g].width > s->wish->strip->width) continue;
        const double sum = cost + distance_at(s, g, x);
        const size_t next = x + r->forms[g].width;
        arrive(s, k + 1u, next, sum, x, g);
        arrive(s, k + 1u, next - 1u, sum + s->shift, x, g);
        arrive(s, k + 1u, next + 1u, sum + s->shift, x, g);
    }
}

/* Where the k-th symbol is expected when all are as wide. */
static bool strays(const struct search *s, double expected, size_t x) {
    return s->wish->reader->fixed &&
           fabs((double)x - expected) > (double)s->wish->strip->slack + STRAY_MAX;
}

static void search_run(struct search *s) {
    const struct path_wish *const w = s->wish;
    const struct reader *const r = w->reader;
    double expected = (double)w->strip->x;
    for (size_t x = w->strip->x - w->strip->slack; x <= w->strip->x + w->strip->slack; x++)
        arrive(s, 0, x, strip_energy(w->strip, r, 0, x), x, 0);
    for (size_t k = 0; k < w->line->n; k++) {
        const double blank = w->line->spaces != NULL ? w->line->spaces[k] * r->space : 0;
        const size_t wide = (size_t)lround(blank);
        expected += blank;
        for (size_t x = 0; x < s->columns; x++) {
            const double cost = (double)s->steps[k * s->columns + x].cost;
            if (!isfinite(cost) || strays(s, expected, x + wide)) continue;
            leave(s, k, x + wide, cost + strip_energy(w->strip, r, x, x + wide));
        }
        expected += r->advance;
    }
}

cm_err path_find(const struct path_wish *wish, struct path *out) {
    CM_CLEANUP(search_free) struct search s = {0};
    struct path p = {.cost = HUGE_VAL};
    const size_t n = wish->line->n;
    size_t at = 0;
    TRY(search_new(wish, &s));
    search_run(&s);
    for (size_t x = 0; x < s.columns; x++) {
        const double cost = (double)s.steps[n * s.columns + x].cost +
                            strip_energy(wish->strip, wish->reader, x, wish->strip->width);
        if (cost >= p.cost) continue;
        p.cost = cost;
        at = x;
    }
    if (!isfinite(p.cost)) return CM_E_RANGE;
    for (size_t k = n; k > 0; k--) {
        const struct step *const step = &s.steps[k * s.columns + at];
        p.glyph[k - 1u] = step->glyph;
        p.x[k - 1u] = step->from;
        const double blank =
            wish->line->spaces != NULL ? wish->line->spaces[k - 1u] * wish->reader->space : 0;
        at = step->from - (size_t)lround(blank);
    }
    *out = p;
    return CM_OK;
}

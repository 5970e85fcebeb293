/* The stages of what goes wrong: the head leaves dots out, drops and product stand askew, ink
 * spreads, eye and paper blur and pale it. A sheet is floating point between the stages (0 paper,
 * 1 ink), so that no stage rounds what the next one needs. References as in fault.h. */
#include "symbol/fault.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "symbol/fault_random.h"

#define INCH_UM      25400.0
#define DEGREE       (3.14159265358979323846 / 180.0)
#define LENGTH_MAX   5000.0 /* micrometres: no fault of print is longer */
#define ANGLE_MAX    30.0
#define REACH_MAX    20.0 /* dots that ink or blur may reach */
#define REACH_N      ((2u * 20u + 1u) * (2u * 20u + 1u))
#define DPI_MIN      20.0
#define DPI_MAX      10000.0
#define LEAST        0.02 /* of a dot, or degree: what lies below changes no dot */
#define CONTRAST_MIN 0.05
#define CHANCE_MAX   0.95

struct plate {
    size_t width, height;
    float *ink, *spare; /* two sheets: each stage writes the one that is not read */
};

static void plate_free(struct plate *p) {
    free(p->ink);
    free(p->spare);
}

static void swap(struct plate *p) {
    float *const was = p->ink;
    p->ink = p->spare;
    p->spare = was;
}

static float ink_at(const struct plate *p, ptrdiff_t x, ptrdiff_t y) {
    if (x < 0 || y < 0 || x >= (ptrdiff_t)p->width || y >= (ptrdiff_t)p->height) return 0;
    return p->ink[(size_t)y * p->width + (size_t)x];
}

struct fault fault_scaled(const struct fault *f, double strength) {
    struct fault g = *f;
    g.gain_um *= strength;
    g.jitter_um *= strength;
    g.skew_deg *= strength;
    g.slant_deg *= strength;
    g.blur_um *= strength;
    g.noise *= strength;
    g.lost_row = fmin(g.lost_row * strength, CHANCE_MAX);
    g.lost_column = fmin(g.lost_column * strength, CHANCE_MAX);
    g.contrast = fmax(1.0 - (1.0 - g.contrast) * strength, CONTRAST_MIN);
    return g;
}

static bool within(double value, double min, double max) { return value >= min && value <= max; }

static cm_err judge(const struct fault *f, double dpi) {
    if (!within(dpi, DPI_MIN, DPI_MAX)) return CM_E_RANGE;
    const double um = dpi / INCH_UM; /* dots of a micrometre */
    const bool ok = within(f->gain_um, -LENGTH_MAX, LENGTH_MAX) && within(f->lost_row, 0, 1) &&
                    within(f->lost_column, 0, 1) && within(f->pitch_um, 1, LENGTH_MAX) &&
                    within(f->jitter_um, 0, LENGTH_MAX) && within(f->skew_deg, 0, ANGLE_MAX) &&
                    within(f->slant_deg, 0, ANGLE_MAX) && within(f->blur_um, 0, LENGTH_MAX) &&
                    within(f->contrast, CONTRAST_MIN, 1) && within(f->noise, 0, 1) &&
                    fabs(f->gain_um) * um <= REACH_MAX && f->blur_um * um <= REACH_MAX;
    return ok ? CM_OK : CM_E_RANGE;
}

/* Ink of a row or column. */
static double sum_across(const struct plate *p, size_t at, bool row) {
    double sum = 0;
    const size_t n = row ? p->width : p->height;
    for (size_t i = 0; i < n; i++)
        sum += (double)(row ? p->ink[at * p->width + i] : p->ink[i * p->width + at]);
    return sum;
}

static size_t most_ink_near(const struct plate *p, size_t near, size_t reach, bool row) {
    const size_t n = row ? p->height : p->width;
    size_t best = near;
    for (size_t i = near > reach ? near - reach : 0; i <= near + reach && i < n; i++)
        if (sum_across(p, i, row) > sum_across(p, best, row)) best = i;
    return best;
}

static void clear_across(struct plate *p, size_t at, bool row) {
    for (size_t k = 0; k < (row ? p->width : p->height); k++)
        p->ink[row ? at * p->width + k : k * p->width + at] = 0;
}

/* A row (or column) of dots goes: one that has ink, around the place of most ink near a chance one,
 * which is the middle of a row of drops where there are such. */
static void lose(struct plate *p, double chance, double pitch, bool row, struct fault_random *r) {
    const double u = fault_share(r), place = fault_share(r);
    const size_t n = row ? p->height : p->width;
    size_t first = n, last = 0;
    if (!(u < chance)) return;
    for (size_t i = 0; i < n; i++) {
        if (sum_across(p, i, row) <= 0) continue;
        if (first == n) first = i;
        last = i;
    }
    if (first == n) return;
    const size_t near = first + (size_t)(place * (double)(last - first + 1u));
    const size_t best = most_ink_near(p, near, (size_t)(pitch / 2.0), row);
    const size_t half = pitch < 2.0 ? 0 : (size_t)lround(pitch / 2.0 - 0.5);
    for (size_t i = best > half ? best - half : 0; i <= best + half && i < n; i++)
        clear_across(p, i, row);
}

/* Chance displacements at the corners of cells, dots. */
struct wobble {
    double cell;
    size_t columns;
    float *dx, *dy;
};

static void wobble_free(struct wobble *w) {
    free(w->dx);
    free(w->dy);
}

static cm_err wobble_new(const struct plate *p, double cell, double deviation,
                         struct fault_random *r, struct wobble *out) {
    struct wobble w = {.cell = fmax(cell, 1.0)};
    w.columns = (size_t)((double)p->width / w.cell) + 2u;
    const size_t n = w.columns * ((size_t)((double)p->height / w.cell) + 2u);
    w.dx = calloc(n, sizeof *w.dx);
    w.dy = calloc(n, sizeof *w.dy);
    *out = w;
    if (w.dx == NULL || w.dy == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        w.dx[i] = (float)(deviation * fault_normal(r));
        w.dy[i] = (float)(deviation * fault_normal(r));
    }
    return CM_OK;
}

static double wobble_at(const struct wobble *w, const float *field, double x, double y) {
    const double u = x / w->cell, v = y / w->cell;
    const size_t i = (size_t)u, k = (size_t)v;
    const double a = u - (double)i, b = v - (double)k;
    const float *const f = field + k * w->columns + i;
    return (1 - b) * ((1 - a) * (double)f[0] + a * (double)f[1]) +
           b * ((1 - a) * (double)f[w->columns] + a * (double)f[w->columns + 1u]);
}

static float between(const struct plate *p, double x, double y) {
    const double fx = floor(x), fy = floor(y), a = x - fx, b = y - fy;
    const ptrdiff_t i = (ptrdiff_t)fx, k = (ptrdiff_t)fy;
    return (
        float)((1 - b) * ((1 - a) * (double)ink_at(p, i, k) + a * (double)ink_at(p, i + 1, k)) +
               b * ((1 - a) * (double)ink_at(p, i, k + 1) + a * (double)ink_at(p, i + 1, k + 1)));
}

/* Drops beside their place, the line turned around its middle and sheared. */
static cm_err displace(struct plate *p, const struct fault *f, double um, struct fault_random *r) {
    const double skew = f->skew_deg * (2.0 * fault_share(r) - 1.0);
    const double slant = f->slant_deg * (2.0 * fault_share(r) - 1.0);
    if (f->jitter_um * um < LEAST && fabs(skew) < LEAST && fabs(slant) < LEAST) return CM_OK;
    CM_CLEANUP(wobble_free) struct wobble w = {0};
    TRY(wobble_new(p, f->pitch_um * um, f->jitter_um * um, r, &w));
    const double c = cos(skew * DEGREE), s = sin(skew * DEGREE), t = tan(slant * DEGREE);
    const double mx = (double)p->width / 2.0, my = (double)p->height / 2.0;
    for (size_t y = 0; y < p->height; y++) {
        for (size_t x = 0; x < p->width; x++) {
            const double h = (double)x - mx, v = (double)y - my;
            const double sx = mx + c * h + s * v + t * v, sy = my - s * h + c * v;
            p->spare[y * p->width + x] = between(p, sx + wobble_at(&w, w.dx, (double)x, (double)y),
                                                 sy + wobble_at(&w, w.dy, (double)x, (double)y));
        }
    }
    swap(p);
    return CM_OK;
}

/* What reaches a dot from one near it. */
struct reach {
    int8_t h, v;
    float share;
};

static size_t reach_make(double radius, struct reach out[static REACH_N]) {
    const int far = (int)ceil(radius);
    size_t n = 0;
    for (int v = -far; v <= far; v++) {
        for (int h = -far; h <= far; h++) {
            const double share = radius + 1.0 - sqrt((double)(h * h + v * v));
            if (share <= 0) continue;
            out[n++] = (struct reach){(int8_t)h, (int8_t)v, (float)fmin(share, 1.0)};
        }
    }
    return n;
}

/* Every edge moves out by `gain` dots, or in. */
static void spread(struct plate *p, double gain) {
    struct reach near[REACH_N];
    const bool thin = gain < 0;
    if (fabs(gain) < LEAST) return;
    const size_t n = reach_make(fabs(gain), near);
    for (size_t i = 0; i < p->width * p->height; i++) {
        const ptrdiff_t x = (ptrdiff_t)(i % p->width), y = (ptrdiff_t)(i / p->width);
        float best = 0;
        for (size_t k = 0; k < n; k++) {
            const float ink = ink_at(p, x + near[k].h, y + near[k].v);
            const float got = near[k].share * (thin ? 1.0F - ink : ink);
            if (got > best) best = got;
        }
        p->spare[i] = thin ? 1.0F - best : best;
    }
    swap(p);
}

static void blur_one_way(struct plate *p, const float *weight, ptrdiff_t reach, bool across) {
    for (size_t y = 0; y < p->height; y++) {
        for (size_t x = 0; x < p->width; x++) {
            float sum = 0;
            for (ptrdiff_t o = -reach; o <= reach; o++)
                sum += weight[o + reach] * (across ? ink_at(p, (ptrdiff_t)x + o, (ptrdiff_t)y)
                                                   : ink_at(p, (ptrdiff_t)x, (ptrdiff_t)y + o));
            p->spare[y * p->width + x] = sum;
        }
    }
    swap(p);
}

static void blur(struct plate *p, double deviation) {
    float weight[6 * (size_t)REACH_MAX + 1u] = {0};
    double sum = 0;
    if (deviation < LEAST) return;
    const ptrdiff_t reach = (ptrdiff_t)ceil(3.0 * deviation);
    for (ptrdiff_t o = -reach; o <= reach; o++)
        sum += exp(-(double)(o * o) / (2.0 * deviation * deviation));
    for (ptrdiff_t o = -reach; o <= reach; o++)
        weight[o + reach] = (float)(exp(-(double)(o * o) / (2.0 * deviation * deviation)) / sum);
    blur_one_way(p, weight, reach, true);
    blur_one_way(p, weight, reach, false);
}

static void develop(const struct plate *p, const struct fault *f, struct fault_random *r,
                    struct dots *sheet) {
    for (size_t i = 0; i < p->width * p->height; i++) {
        double grey = 1.0 - f->contrast * (double)p->ink[i];
        if (f->noise > 0) grey += f->noise * fault_normal(r);
        sheet->grey[i] = (uint8_t)lround(fmin(fmax(grey, 0.0), 1.0) * DOTS_WHITE);
    }
}

cm_err fault_apply(struct dots *sheet, double dpi, const struct fault *f, uint64_t seed) {
    TRY(judge(f, dpi));
    const size_t n = sheet->width * sheet->height;
    const double um = dpi / INCH_UM;
    struct fault_random r = {.state = seed};
    CM_CLEANUP(plate_free)
    struct plate p = {sheet->width, sheet->height, malloc(n * sizeof(float)),
                      malloc(n * sizeof(float))};
    if (p.ink == NULL || p.spare == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        p.ink[i] = (float)(DOTS_WHITE - sheet->grey[i]) / (float)DOTS_WHITE;
    lose(&p, f->lost_row, f->pitch_um * um, true, &r);
    lose(&p, f->lost_column, f->pitch_um * um, false, &r);
    TRY(displace(&p, f, um, &r));
    spread(&p, f->gain_um * um);
    blur(&p, f->blur_um * um);
    develop(&p, f, &r, sheet);
    return CM_OK;
}

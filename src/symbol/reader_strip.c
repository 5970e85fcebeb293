/* Where a line lies: its skew from how sharply its rows stand apart, its paper and ink from the
 * shades that are there, its rows from the alphabet's. Nothing here knows of symbols. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "symbol/reader_inside.h"

#define DEGREE      (3.14159265358979323846 / 180.0)
#define EDGE        2u   /* columns of white before and behind the slack */
#define INK_SHARE   0.03 /* of the strip is surely ink: its shade is that of the darkest 3 % */
#define FLAT        4.0  /* shades between paper and ink below which there is nothing to see */
#define SHADES      256u
#define SKEW_STEP   0.5 /* a line's end moves by this many dots from one trial to the next */
#define SKEW_TRIALS 200u

struct cut {
    const struct dots *sheet;
    double cx, cy, scale, angle; /* middle of the line on the sheet; radians */
};

static double shade(const struct dots *d, double x, double y) {
    const double mx = fmin(fmax(x - 0.5, 0), (double)d->width - 1.0);
    const double my = fmin(fmax(y - 0.5, 0), (double)d->height - 1.0);
    const size_t i = (size_t)mx, k = (size_t)my;
    const size_t i1 = i + 1u < d->width ? i + 1u : i, k1 = k + 1u < d->height ? k + 1u : k;
    const double a = mx - (double)i, b = my - (double)k;
    return (1 - b) * ((1 - a) * *dots_at(d, i, k) + a * *dots_at(d, i1, k)) +
           b * ((1 - a) * *dots_at(d, i, k1) + a * *dots_at(d, i1, k1));
}

/* The mean shade below one dot of the strip, whose middle lies (h, v) dots from the line's. */
static double sample(const struct cut *c, double h, double v) {
    const size_t fine = (size_t)ceil(c->scale);
    const double co = cos(c->angle), si = sin(c->angle);
    double sum = 0;
    for (size_t i = 0; i < fine * fine; i++) {
        const size_t column = i % fine, row = i / fine;
        const double u = (h + ((double)column + 0.5) / (double)fine - 0.5) * c->scale;
        const double w = (v + ((double)row + 0.5) / (double)fine - 0.5) * c->scale;
        sum += shade(c->sheet, c->cx + u * co - w * si, c->cy + u * si + w * co);
    }
    return sum / (double)(fine * fine);
}

static void fill(const struct cut *c, struct strip *s) {
    for (size_t y = 0; y < s->height; y++)
        for (size_t x = 0; x < s->width; x++)
            s->ink[y * s->stride + x] = (float)sample(c, (double)x + 0.5 - (double)s->width / 2.0,
                                                      (double)y + 0.5 - (double)s->height / 2.0);
}

static cm_err strip_new(size_t width, size_t height, struct strip *s) {
    s->width = width;
    s->height = height;
    s->stride = width + 16 * (size_t)READER_LANE;
    s->ink = calloc(s->stride * height, sizeof *s->ink);
    s->squares = calloc((width + 1u) * (height + 1u), sizeof *s->squares);
    return s->ink != NULL && s->squares != NULL ? CM_OK : CM_E_NO_MEMORY;
}

void strip_free(struct strip *s) {
    free(s->ink);
    free(s->squares);
    *s = (struct strip){0};
}

static void sum_squares(struct strip *s) {
    for (size_t y = 0; y < s->height; y++) {
        double row = 0;
        for (size_t x = 0; x < s->width; x++) {
            const double ink = (double)s->ink[y * s->stride + x];
            row += ink * ink;
            s->squares[(y + 1u) * (s->width + 1u) + x + 1u] =
                s->squares[y * (s->width + 1u) + x + 1u] + row;
        }
    }
}

void strip_adjust(struct strip *s, double shift, double scale) {
    for (size_t y = 0; y < s->height; y++)
        for (size_t x = 0; x < s->width; x++)
            s->ink[y * s->stride + x] =
                (float)(((double)s->ink[y * s->stride + x] - shift) / scale);
    sum_squares(s);
}

double strip_energy(const struct strip *s, const struct reader *r, size_t from, size_t to) {
    if (to > s->width) to = s->width;
    if (from >= to) return 0;
    const double *const above = s->squares + s->top * (s->width + 1u);
    const double *const below = above + r->height * (s->width + 1u);
    return below[to] - below[from] - above[to] + above[from];
}

/* Shades become ink: paper is the middle shade, as most of a line is paper. */
static void develop(struct strip *s) {
    size_t count[SHADES] = {0}, seen = 0, paper = 0, ink = 0;
    const size_t n = s->width * s->height;
    for (size_t y = 0; y < s->height; y++)
        for (size_t x = 0; x < s->width; x++)
            count[(size_t)lround((double)s->ink[y * s->stride + x])]++;
    for (size_t i = 0; i < SHADES; i++) {
        if ((double)seen < INK_SHARE * (double)n) ink = i;
        if (2u * seen < n) paper = i;
        seen += count[i];
    }
    const double range = fmax((double)paper - (double)ink, FLAT);
    strip_adjust(s, (double)paper, -range);
}

/* How far rows stand apart when the strip is turned by `slope`: sum of squared row sums. */
static double sharpness(const struct strip *s, double slope, double *rows) {
    double sum = 0;
    memset(rows, 0, s->height * sizeof *rows);
    for (size_t x = 0; x < s->width; x++) {
        const ptrdiff_t down = lround(slope * ((double)x - (double)s->width / 2.0));
        for (size_t y = 0; y < s->height; y++) {
            const ptrdiff_t at = (ptrdiff_t)y - down;
            if (at >= 0 && at < (ptrdiff_t)s->height) rows[at] += (double)s->ink[y * s->stride + x];
        }
    }
    for (size_t y = 0; y < s->height; y++)
        sum += rows[y] * rows[y];
    return sum;
}

/* The angle at which rows stand apart most; its sign as in `cut`. */
static cm_err find_skew(const struct strip *s, double limit, double *angle) {
    const double most = tan(limit),
                 step = fmax(SKEW_STEP / ((double)s->width / 2.0), most / (double)SKEW_TRIALS);
    double *const rows = calloc(s->height, sizeof *rows);
    if (rows == NULL) return CM_E_NO_MEMORY;
    double best = sharpness(s, 0, rows), slope = 0;
    for (size_t i = 1; (double)i * step <= most; i++) {
        const double at = (double)i * step;
        const double right = sharpness(s, at, rows), left = sharpness(s, -at, rows);
        if (right > best) slope = at;
        best = fmax(best, right);
        if (left > best) slope = -at;
        best = fmax(best, left);
    }
    free(rows);
    *angle = atan(slope);
    return CM_OK;
}

/* How like the rows of the alphabet the strip's are from `top` on. */
static double likeness(const struct reader *r, const struct strip *s, size_t top) {
    double sum = 0;
    for (size_t y = 0; y < r->height; y++) {
        double row = 0;
        for (size_t x = 0; x < s->width; x++)
            row += (double)s->ink[(top + y) * s->stride + x];
        sum += row * r->profile[y];
    }
    return sum;
}

/* Among the best, in their order. */
static void keep_top(struct strip *s, double *kept, size_t top, double like) {
    size_t at = s->top_n < READER_TOPS ? s->top_n++ : READER_TOPS;
    for (; at > 0 && kept[at - 1u] < like; at--) {
        if (at == READER_TOPS) continue;
        kept[at] = kept[at - 1u];
        s->tops[at] = s->tops[at - 1u];
    }
    if (at == READER_TOPS) return;
    kept[at] = like;
    s->tops[at] = top;
}

/* Where the line may lie: likeness alone cannot say, because a lost row of dots makes it as like
 * one row further. The best first. */
static void find_rows(const struct reader *r, struct strip *s) {
    double kept[READER_TOPS] = {0};
    for (size_t top = 0; top + r->height <= s->height; top++) {
        const double like = likeness(r, s, top);
        const bool peak = (top == 0 || like >= likeness(r, s, top - 1u)) &&
                          (top + r->height == s->height || like > likeness(r, s, top + 1u));
        if (peak) keep_top(s, kept, top, like);
    }
    if (s->top_n == 0) s->tops[s->top_n++] = s->slack;
    s->top = s->tops[0];
}

static double line_length(const struct reader *r, const struct reader_line *line) {
    double length = (double)line->n * r->advance;
    for (size_t k = 0; k < line->n && line->spaces != NULL; k++)
        length += line->spaces[k] * r->space;
    return length;
}

static cm_err judge(const struct reader *r, const struct dots *sheet,
                    const struct reader_line *line) {
    const double right = (double)sheet->width + line->slack;
    const double bottom = (double)sheet->height + line->slack;
    const bool ok = line->n >= 1 && line->n <= READER_SYMBOLS_MAX && line->slack >= 0 &&
                    line->slack <= 4.0 * r->capital * r->scale && line->skew_deg >= 0 &&
                    line->skew_deg <= 20.0 && line->x >= -line->slack && line->x < right &&
                    line->foot > 0 && line->foot <= bottom;
    return ok ? CM_OK : CM_E_RANGE;
}

cm_err strip_cut(const struct reader *r, const struct dots *sheet, const struct reader_line *line,
                 struct strip *out) {
    TRY(judge(r, sheet, line));
    CM_CLEANUP(strip_free) struct strip s = {.slack = (size_t)ceil(line->slack / r->scale)};
    const double length = line_length(r, line), limit = line->skew_deg * DEGREE;
    const size_t width = (size_t)ceil(length) + 2u * (s.slack + EDGE);
    const size_t height = r->height + 2u * s.slack;
    struct cut c = {.sheet = sheet, .scale = r->scale, .angle = 0};
    c.cx = line->x + length * r->scale / 2.0;
    c.cy = line->foot + ((double)r->height / 2.0 - r->foot) * r->scale;
    if (limit > 0) {
        CM_CLEANUP(strip_free) struct strip wide = {0};
        TRY(strip_new(width, height + 2u * (size_t)ceil((double)width / 2.0 * tan(limit)), &wide));
        fill(&c, &wide);
        develop(&wide);
        TRY(find_skew(&wide, limit, &c.angle));
    }
    TRY(strip_new(width, height, &s));
    s.x = s.slack + EDGE;
    fill(&c, &s);
    develop(&s);
    find_rows(r, &s);
    *out = s;
    s = (struct strip){0};
    return CM_OK;
}

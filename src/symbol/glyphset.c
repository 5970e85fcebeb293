/* Glyphs of dot-matrix fonts as bitmaps, a dot a dot or as round drops, and a line of them.
 * Every cell is as wide as the advance, its glyph in the middle, so that drops which spill over
 * their place stay in it. References as in glyphset.h. */
#include "symbol/glyphset_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define PITCH_MAX    64.0
#define DIAMETER_MAX 2.0
#define SUB          4u /* samples of a grid dot each way: 16 shades of a drop's edge */
#define GRAPHIC_LAST 0x7Eu
#define INK_FULL     255u

void glyphset_free(struct glyphset *set) {
    free(set->ink);
    *set = (struct glyphset)GLYPHSET_INIT;
}

size_t glyphset_find(const struct glyphset *set, char symbol) {
    size_t i = 0;
    while (i < set->n && set->symbols[i] != symbol)
        i++;
    return i;
}

cm_err glyphset_begin(struct glyphset *set, struct cm_slice symbols, struct cm_diag *diag) {
    if (symbols.len == 0 || symbols.len > GLYPHSET_N_MAX)
        return diag_fail(diag, CM_E_RANGE, "alphabet", NULL, "give 1 to 95 symbols",
                         "it has %zu symbols", symbols.len);
    for (size_t i = 0; i < symbols.len; i++) {
        const uint8_t c = symbols.p[i];
        if (c <= BITFONT_FIRST || c > GRAPHIC_LAST)
            return diag_fail(diag, CM_E_FORMAT, "alphabet", NULL, "use graphic ASCII",
                             "byte 0x%02X at place %zu leaves no ink", c, i + 1);
        if (glyphset_find(set, (char)c) < set->n)
            return diag_fail(diag, CM_E_FORMAT, "alphabet", NULL, "take one of the two out",
                             "symbol '%c' stands there twice", c);
        set->symbols[set->n++] = (char)c;
    }
    return CM_OK;
}

cm_err glyphset_room(struct glyphset *set) {
    const size_t dots = set->width * set->height;
    if (dots == 0 || dots > DOTS_MAX / GLYPHSET_N_MAX) return CM_E_RANGE;
    set->ink = calloc(set->n, dots);
    return set->ink != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err from_bitfont(const struct bitfont *font, struct cm_slice symbols,
                           struct glyphset *set, struct cm_diag *diag) {
    TRY(glyphset_begin(set, symbols, diag));
    TRY(bitfont_covers(font, symbols, diag));
    set->fixed = true;
    return CM_OK;
}

static void copy_dots(struct glyphset *set, const struct bitfont *font, size_t i) {
    for (unsigned y = 0; y < font->height; y++)
        for (unsigned x = 0; x < font->width; x++)
            glyphset_row(set, i, y)[x] = bitfont_dot(font, set->symbols[i], x, y) ? INK_FULL : 0;
}

cm_err glyphset_dots(const struct bitfont *font, struct cm_slice symbols, struct glyphset *out,
                     struct cm_diag *diag) {
    CM_CLEANUP(glyphset_free) struct glyphset set = GLYPHSET_INIT;
    TRY(from_bitfont(font, symbols, &set, diag));
    set.width = font->width;
    set.height = font->height;
    set.foot = font->foot;
    set.capital = font->foot;
    TRY(glyphset_room(&set));
    for (size_t i = 0; i < set.n; i++) {
        set.advance[i] = font->advance;
        copy_dots(&set, font, i);
    }
    *out = set;
    set = (struct glyphset)GLYPHSET_INIT;
    return CM_OK;
}

/* Where the drops of a cell lie, in grid dots. */
struct grid {
    double left, top; /* of the box of dots within the cell */
    double pitch, radius;
};

/* Which of a grid dot's samples lie in the drop around (cx, cy). */
static uint16_t samples(double x, double y, double cx, double cy, double radius) {
    uint16_t hit = 0;
    for (unsigned i = 0; i < SUB * SUB; i++) {
        const unsigned across = i % SUB, down = i / SUB;
        const double dx = x + (across + 0.5) / SUB - cx, dy = y + (down + 0.5) / SUB - cy;
        if (dx * dx + dy * dy <= radius * radius) hit = (uint16_t)(hit | 1u << i);
    }
    return hit;
}
_Static_assert(SUB *SUB <= 16, "the samples of a grid dot are bits of one number");

static size_t clamp(double at, size_t max) {
    return at <= 0 ? 0 : at >= (double)max ? max : (size_t)at;
}

static void drop(const struct glyphset *set, const struct grid *g, unsigned column, unsigned row,
                 uint16_t *hits) {
    const double cx = g->left + (column + 0.5) * g->pitch, cy = g->top + (row + 0.5) * g->pitch;
    const size_t x1 = clamp(ceil(cx + g->radius), set->width);
    const size_t y1 = clamp(ceil(cy + g->radius), set->height);
    for (size_t y = clamp(floor(cy - g->radius), set->height); y < y1; y++)
        for (size_t x = clamp(floor(cx - g->radius), set->width); x < x1; x++)
            hits[y * set->width + x] |= samples((double)x, (double)y, cx, cy, g->radius);
}

static void glyph_of_drops(struct glyphset *set, const struct bitfont *font, const struct grid *g,
                           size_t i, uint16_t *hits) {
    const size_t dots = set->width * set->height;
    memset(hits, 0, dots * sizeof *hits);
    for (unsigned y = 0; y < font->height; y++)
        for (unsigned x = 0; x < font->width; x++)
            if (bitfont_dot(font, set->symbols[i], x, y)) drop(set, g, x, y, hits);
    uint8_t *const ink = glyphset_row(set, i, 0);
    for (size_t k = 0; k < dots; k++)
        ink[k] = (uint8_t)((unsigned)__builtin_popcount(hits[k]) * INK_FULL / (SUB * SUB));
}

cm_err glyphset_drops(const struct bitfont *font, struct cm_slice symbols, double pitch,
                      double diameter, struct glyphset *out, struct cm_diag *diag) {
    if (!(pitch >= 1.0 && pitch <= PITCH_MAX && diameter >= 0.1 && diameter <= DIAMETER_MAX))
        return CM_E_RANGE;
    CM_CLEANUP(glyphset_free) struct glyphset set = GLYPHSET_INIT;
    TRY(from_bitfont(font, symbols, &set, diag));
    const double gap = font->advance - font->width, spill = fmax(0.5, diameter / 2.0);
    const struct grid g = {.left = gap / 2.0 * pitch,
                           .top = ceil(spill * pitch),
                           .pitch = pitch,
                           .radius = diameter * pitch / 2.0};
    set.width = (size_t)ceil(font->advance * pitch);
    set.height = (size_t)ceil(font->height * pitch + 2.0 * g.top);
    set.capital = font->foot * pitch;
    set.foot = g.top + set.capital;
    TRY(glyphset_room(&set));
    uint16_t *const hits = malloc(set.width * set.height * sizeof *hits);
    if (hits == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < set.n; i++) {
        set.advance[i] = font->advance * pitch;
        glyph_of_drops(&set, font, &g, i, hits);
    }
    free(hits);
    *out = set;
    set = (struct glyphset)GLYPHSET_INIT;
    return CM_OK;
}

static double mean_advance(const struct glyphset *set) {
    double sum = 0;
    for (size_t i = 0; i < set->n; i++)
        sum += set->advance[i];
    return sum / (double)set->n;
}

static void stamp(const struct glyphset *set, size_t i, struct dots *sheet, size_t x, size_t y) {
    for (size_t v = 0; v < set->height; v++) {
        const uint8_t *const ink = glyphset_bitmap(set, i) + v * set->width;
        for (size_t h = 0; h < set->width && x + h < sheet->width; h++) {
            uint8_t *const dot = dots_at(sheet, x + h, y + v);
            const uint8_t grey = (uint8_t)(DOTS_WHITE - ink[h]);
            if (grey < *dot) *dot = grey;
        }
    }
}

cm_err glyphset_line(const struct glyphset *set, struct cm_slice text, size_t margin,
                     struct dots *out) {
    const double space = mean_advance(set);
    double width = 0;
    for (size_t k = 0; k < text.len; k++) {
        const size_t i = glyphset_find(set, (char)text.p[k]);
        if (i == set->n && text.p[k] != ' ') return CM_E_NOT_FOUND;
        width += i == set->n ? space : set->advance[i];
    }
    struct dots sheet = DOTS_INIT;
    TRY(dots_new((size_t)ceil(width) + set->width + 2u * margin, set->height + 2u * margin,
                 &sheet));
    double x = 0;
    for (size_t k = 0; k < text.len; k++) {
        const size_t i = glyphset_find(set, (char)text.p[k]);
        if (i < set->n) stamp(set, i, &sheet, margin + (size_t)lround(x), margin);
        x += i == set->n ? space : set->advance[i];
    }
    *out = sheet;
    return CM_OK;
}

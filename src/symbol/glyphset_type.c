/* Glyphs of an outline font as a machine of dots sets them: black or white, without hints, because
 * a machine that knows a font's hints would draw another font. References as in glyphset.h. */
#include <ft2build.h>
#include <math.h>
#include FT_FREETYPE_H

#include "base/macros.h"
#include "symbol/glyphset_inside.h"
#include "symbol/typeface.h"

#define CAPITAL_MIN  4.0  /* dots: below that no letter can be told */
#define FINE         64.0 /* FreeType counts in 64ths of a dot */
#define MARGIN_SHARE 14.0 /* white above and below: this part of a capital's height */

/* The box that holds every glyph, dots around the origin. */
struct extent {
    int left, right, top, bottom;
};

static cm_err load(const struct typeface *t, struct typeface_glyph *g, char symbol,
                   FT_GlyphSlot *out, struct cm_diag *diag) {
    struct cm_slice one = slice_of(&symbol, 1);
    *g = (struct typeface_glyph){0};
    TRY(typeface_next(t, &one, g, diag));
    FT_Face face = typeface_face(t);
    if (FT_Load_Glyph(face, g->index, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
        FT_Render_Glyph(face->glyph, FT_RENDER_MODE_MONO) != 0)
        return CM_E_NO_MEMORY;
    *out = face->glyph;
    return CM_OK;
}

static cm_err measure(const struct typeface *t, struct glyphset *set, struct extent *e,
                      struct cm_diag *diag) {
    for (size_t i = 0; i < set->n; i++) {
        struct typeface_glyph g;
        FT_GlyphSlot slot = NULL;
        TRY(load(t, &g, set->symbols[i], &slot, diag));
        set->advance[i] = g.advance * set->capital;
        const int right = slot->bitmap_left + (int)slot->bitmap.width;
        const int bottom = slot->bitmap_top - (int)slot->bitmap.rows;
        const int reach = (int)ceil(set->advance[i]);
        if (slot->bitmap_left < e->left) e->left = slot->bitmap_left;
        if (right > e->right) e->right = right;
        if (reach > e->right) e->right = reach;
        if (slot->bitmap_top > e->top) e->top = slot->bitmap_top;
        if (bottom < e->bottom) e->bottom = bottom;
        if (fabs(set->advance[i] - set->advance[0]) > 0.01) set->fixed = false;
    }
    return CM_OK;
}

static void copy(struct glyphset *set, size_t i, FT_GlyphSlot slot, size_t x, size_t y) {
    for (size_t v = 0; v < slot->bitmap.rows; v++) {
        const unsigned char *const bits =
            slot->bitmap.buffer + (ptrdiff_t)v * (ptrdiff_t)slot->bitmap.pitch;
        for (size_t h = 0; h < slot->bitmap.width; h++)
            if (((unsigned)bits[h / 8u] >> (7u - h % 8u) & 1u) != 0)
                glyphset_row(set, i, y + v)[x + h] = UINT8_MAX;
    }
}

static cm_err fill(const struct typeface *t, struct glyphset *set, const struct extent *e,
                   size_t margin, struct cm_diag *diag) {
    for (size_t i = 0; i < set->n; i++) {
        struct typeface_glyph g;
        FT_GlyphSlot slot = NULL;
        TRY(load(t, &g, set->symbols[i], &slot, diag));
        copy(set, i, slot, (size_t)(slot->bitmap_left - e->left),
             margin + (size_t)(e->top - slot->bitmap_top));
    }
    return CM_OK;
}

cm_err glyphset_type(const char *pattern, struct cm_slice symbols, double capital,
                     struct glyphset *out, struct cm_diag *diag) {
    if (!(capital >= CAPITAL_MIN && capital <= GLYPHSET_HEIGHT_MAX))
        return diag_fail(diag, CM_E_RANGE, "height", NULL, "take a height of 4 to 400 dots",
                         "capitals %.4g dots high cannot be judged", capital);
    CM_CLEANUP(glyphset_free) struct glyphset set = GLYPHSET_INIT;
    CM_CLEANUP(typeface_freep) struct typeface *t = NULL;
    TRY(glyphset_begin(&set, symbols, diag));
    TRY(typeface_open(pattern, &t, diag));
    const double size = capital / typeface_capital(t);
    if (FT_Set_Char_Size(typeface_face(t), 0, (FT_F26Dot6)lround(size * FINE), 0, 0) != 0)
        return diag_fail(diag, CM_E_RANGE, pattern, NULL, "take an outline font",
                         "the font has no size of %.4g dots", size);
    struct extent e = {0};
    const size_t margin = (size_t)ceil(capital / MARGIN_SHARE);
    set.capital = capital;
    set.fixed = true;
    TRY(measure(t, &set, &e, diag));
    set.width = (size_t)(e.right - e.left);
    set.height = (size_t)(e.top - e.bottom) + 2u * margin;
    set.foot = (double)margin + e.top;
    TRY(glyphset_room(&set));
    TRY(fill(t, &set, &e, margin, diag));
    *out = set;
    set = (struct glyphset)GLYPHSET_INIT;
    return CM_OK;
}

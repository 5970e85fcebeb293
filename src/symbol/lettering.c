/* Outlines through FreeType's decomposer; dots through its monochrome rasteriser.
 * References as in lettering.h. */
#include "symbol/lettering.h"

#include <ft2build.h>
#include <math.h>
#include <stdlib.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include "base/macros.h"
#include "symbol/lettering_bits.h"
#include "symbol/typeface.h"

#define FINE          64.0    /* FreeType's 26.6 fixed point */
#define SIZE_MAX_DOTS 20000.0 /* of an em: within 26.6 and FreeType's rasteriser */

struct lettering {
    struct typeface *typeface;
    struct bitfont *bits; /* an own font instead */
};

static cm_err open_bits(struct lettering *l, const char *font, struct cm_diag *diag) {
    l->bits = malloc(sizeof *l->bits);
    return l->bits == NULL ? CM_E_NO_MEMORY : bitfont_by_name(l->bits, font, diag);
}

cm_err lettering_open(const char *font, struct lettering **out, struct cm_diag *diag) {
    CM_CLEANUP(lettering_freep) struct lettering *l = calloc(1, sizeof *l);
    if (l == NULL) return CM_E_NO_MEMORY;
    if (font != NULL && bitfont_is_shipped(font))
        TRY(open_bits(l, font, diag));
    else
        TRY(typeface_open(font, &l->typeface, diag));
    *out = take(&l);
    return CM_OK;
}

void lettering_free(struct lettering *l) {
    if (l == NULL) return;
    typeface_free(l->typeface);
    free(l->bits);
    free(l);
}

void lettering_freep(struct lettering **l) { lettering_free(*l); }

cm_err lettering_width(struct lettering *l, struct cm_slice text, double *out,
                       struct cm_diag *diag) {
    if (l->bits != NULL) {
        TRY(bitfont_covers(l->bits, text, diag));
        *out = lettering_bits_width(l->bits, text);
        return CM_OK;
    }
    struct typeface_glyph g = {.index = 0};
    while (text.len > 0)
        TRY(typeface_next(l->typeface, &text, &g, diag));
    *out = g.x + g.advance;
    return CM_OK;
}

/* A glyph being traced: font units become the caller's, y turns downwards. */
struct trace {
    const struct lettering_pen *pen;
    double x, foot, scale;
    FT_Vector at; /* where the curve is, for conics */
    bool open;
};

static double to_x(const struct trace *t, double x) { return t->x + x * t->scale; }
static double to_y(const struct trace *t, double y) { return t->foot - y * t->scale; }

static int trace_move(const FT_Vector *to, void *ctx) {
    struct trace *const t = ctx;
    if (t->open) t->pen->close(t->pen->ctx);
    t->open = true;
    t->at = *to;
    t->pen->move(t->pen->ctx, to_x(t, (double)to->x), to_y(t, (double)to->y));
    return 0;
}

static int trace_line(const FT_Vector *to, void *ctx) {
    struct trace *const t = ctx;
    t->at = *to;
    t->pen->line(t->pen->ctx, to_x(t, (double)to->x), to_y(t, (double)to->y));
    return 0;
}

static int trace_cubic(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *ctx) {
    struct trace *const t = ctx;
    const double xy[6] = {to_x(t, (double)a->x), to_y(t, (double)a->y),  to_x(t, (double)b->x),
                          to_y(t, (double)b->y), to_x(t, (double)to->x), to_y(t, (double)to->y)};
    t->at = *to;
    t->pen->curve(t->pen->ctx, xy);
    return 0;
}

/* A conic is the cubic whose control points lie two thirds on the way to its own. */
static int trace_conic(const FT_Vector *c, const FT_Vector *to, void *ctx) {
    struct trace *const t = ctx;
    const double cx = (double)c->x, cy = (double)c->y;
    const double x0 = (double)t->at.x, y0 = (double)t->at.y;
    const double x1 = (double)to->x, y1 = (double)to->y;
    const double xy[6] = {to_x(t, (x0 + 2 * cx) / 3),
                          to_y(t, (y0 + 2 * cy) / 3),
                          to_x(t, (x1 + 2 * cx) / 3),
                          to_y(t, (y1 + 2 * cy) / 3),
                          to_x(t, x1),
                          to_y(t, y1)};
    t->at = *to;
    t->pen->curve(t->pen->ctx, xy);
    return 0;
}

static cm_err lettering_err_from_freetype(FT_Error err) {
    if (err == FT_Err_Ok) return CM_OK;
    return err == FT_Err_Out_Of_Memory ? CM_E_NO_MEMORY : CM_E_NOT_FOUND;
}

cm_err lettering_trace(struct lettering *l, struct cm_slice text, const struct lettering_place *at,
                       const struct lettering_pen *pen, struct cm_diag *diag) {
    static const FT_Outline_Funcs FUNCS = {trace_move, trace_line, trace_conic, trace_cubic, 0, 0};
    if (l->bits != NULL) {
        TRY(bitfont_covers(l->bits, text, diag));
        lettering_bits_trace(l->bits, text, at, pen);
        return CM_OK;
    }
    FT_Face face = typeface_face(l->typeface);
    const double unit = at->capital / (typeface_capital(l->typeface) * face->units_per_EM);
    struct typeface_glyph g = {.index = 0};
    while (text.len > 0) {
        TRY(typeface_next(l->typeface, &text, &g, diag));
        TRY(lettering_err_from_freetype(FT_Load_Glyph(face, g.index, FT_LOAD_NO_SCALE)));
        struct trace t = {pen, at->x + g.x * at->capital, at->foot, unit, {0, 0}, false};
        TRY(lettering_err_from_freetype(FT_Outline_Decompose(&face->glyph->outline, &FUNCS, &t)));
        if (t.open) pen->close(pen->ctx);
    }
    return CM_OK;
}

/* Whole dots for each glyph's left end: stems then are alike. */
static cm_err stamp_glyph(FT_Face face, FT_Bitmap *bitmap, uint32_t index, double x, double foot) {
    TRY(lettering_err_from_freetype(FT_Load_Glyph(face, index, FT_LOAD_TARGET_MONO)));
    FT_Outline *const outline = &face->glyph->outline;
    if (outline->n_points == 0) return CM_OK; /* a space */
    FT_Outline_Translate(outline, lround(x) * (FT_Pos)FINE,
                         ((FT_Pos)bitmap->rows - lround(foot)) * (FT_Pos)FINE);
    return lettering_err_from_freetype(
        FT_Outline_Get_Bitmap(face->glyph->library, outline, bitmap));
}

cm_err lettering_stamp(struct lettering *l, struct cm_slice text, const struct lettering_place *at,
                       struct bitmap *b, struct cm_diag *diag) {
    if (l->bits != NULL) {
        TRY(bitfont_covers(l->bits, text, diag));
        return lettering_bits_stamp(l->bits, text, at, b, diag);
    }
    FT_Face face = typeface_face(l->typeface);
    const double size = at->capital / typeface_capital(l->typeface);
    if (!(size > 0 && size <= SIZE_MAX_DOTS))
        return diag_fail(diag, CM_E_RANGE, "text", NULL, "choose another height of letters",
                         "letters %.4g dots high cannot be drawn", at->capital);
    FT_Bitmap bitmap = {.rows = (unsigned)b->height,
                        .width = (unsigned)b->width,
                        .pitch = (int)b->stride,
                        .buffer = b->bits,
                        .pixel_mode = FT_PIXEL_MODE_MONO};
    TRY(lettering_err_from_freetype(FT_Set_Char_Size(face, 0, lround(size * FINE), 72, 72)));
    struct typeface_glyph g = {.index = 0};
    while (text.len > 0) {
        TRY(typeface_next(l->typeface, &text, &g, diag));
        TRY(stamp_glyph(face, &bitmap, g.index, at->x + g.x * at->capital, at->foot));
    }
    return CM_OK;
}

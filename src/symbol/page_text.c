/* Lines of text on a page: glyphs of an embedded font, so that a PDF's text can be searched and
 * copied; own bitmap fonts as round dots. References as in page.h. */
#include <cairo/cairo-ft.h>
#include <math.h>
#include <stdlib.h>

#include "base/macros.h"
#include "symbol/page_inside.h"

#define GLYPHS_MAX 128u /* at a time */
#define DEFAULT    "sans-serif"

static const cairo_user_data_key_t TYPEFACE_KEY;

static void free_typeface(void *typeface) { typeface_free(typeface); }

void page_fonts_free(struct pages *p) {
    for (size_t i = 0; i < p->font_n; i++) {
        if (p->fonts[i].face != NULL) cairo_font_face_destroy(p->fonts[i].face);
        free(p->fonts[i].bits);
        free(p->fonts[i].name);
    }
    lettering_free(p->lettering);
}

/* cairo keeps scaled fonts for later, so the typeface is freed with the last of them. */
static cm_err load_typeface(struct page_font *f, struct cm_diag *diag) {
    CM_CLEANUP(typeface_freep) struct typeface *t = NULL;
    TRY(typeface_open(f->name, &t, diag));
    f->face = cairo_ft_font_face_create_for_ft_face(typeface_face(t), FT_LOAD_NO_HINTING);
    if (cairo_font_face_status(f->face) != CAIRO_STATUS_SUCCESS) return CM_E_NO_MEMORY;
    if (cairo_font_face_set_user_data(f->face, &TYPEFACE_KEY, t, free_typeface) !=
        CAIRO_STATUS_SUCCESS)
        return CM_E_NO_MEMORY;
    f->typeface = take(&t);
    return CM_OK;
}

static cm_err load_bits(struct page_font *f, struct cm_diag *diag) {
    struct bitfont *const bits = malloc(sizeof *bits);
    if (bits == NULL) return CM_E_NO_MEMORY;
    f->bits = bits;
    return bitfont_by_name(bits, f->name, diag);
}

static cm_err font_of(struct pages *p, const char *name, const struct page_font **out,
                      struct cm_diag *diag) {
    if (name == NULL) name = DEFAULT;
    for (size_t i = 0; i < p->font_n; i++)
        if (strcmp(p->fonts[i].name, name) == 0) {
            *out = &p->fonts[i];
            return CM_OK;
        }
    if (p->font_n == PAGE_FONTS_MAX)
        return diag_fail(diag, CM_E_LIMIT, "font", NULL, "use fewer fonts",
                         "a document holds %u fonts", PAGE_FONTS_MAX);
    struct page_font *const f = &p->fonts[p->font_n];
    *f = (struct page_font){.name = strdup(name)};
    if (f->name == NULL) return CM_E_NO_MEMORY;
    const cm_err err = bitfont_is_shipped(name) ? load_bits(f, diag) : load_typeface(f, diag);
    if (err != CM_OK) {
        if (f->face != NULL) cairo_font_face_destroy(f->face);
        free(f->bits);
        free(f->name);
        return err;
    }
    p->font_n++;
    *out = f;
    return CM_OK;
}

/* Height of a dot's cell, when capitals are so high. */
static double pitch_of(const struct bitfont *bits, double capital) {
    return capital / (bits->foot > 0 ? bits->foot : bits->height);
}

/* As wide as it is, in mm. */
static cm_err natural_width(const struct page_font *f, const struct page_text *t, double *out,
                            struct cm_diag *diag) {
    struct cm_slice rest = t->text;
    struct typeface_glyph g = {.index = 0};
    if (f->bits != NULL) {
        TRY(bitfont_covers(f->bits, t->text, diag));
        const double pitch = pitch_of(f->bits, t->capital);
        const double gap = (double)f->bits->advance - f->bits->width; /* not behind the last */
        *out = t->text.len == 0 ? 0 : ((double)t->text.len * f->bits->advance - gap) * pitch;
        return CM_OK;
    }
    while (rest.len > 0)
        TRY(typeface_next(f->typeface, &rest, &g, diag));
    *out = (g.x + g.advance) * t->capital;
    return CM_OK;
}

cm_err page_text_width(struct pages *p, const struct page_text *t, double *out,
                       struct cm_diag *diag) {
    const struct page_font *f = NULL;
    double width = 0;
    TRY(font_of(p, t->font, &f, diag));
    TRY(natural_width(f, t, &width, diag));
    *out = t->width > 0 ? fmin(width, t->width) : width;
    return CM_OK;
}

/* A glyph whose left end is `left`, in dots. */
static void put_drops(cairo_t *pen, const struct bitfont *bits, char c, double left,
                      double radius) {
    for (unsigned y = 0; y < bits->height; y++)
        for (unsigned x = 0; x < bits->width; x++) {
            if (!bitfont_dot(bits, c, x, y)) continue;
            cairo_new_sub_path(pen);
            cairo_arc(pen, left + x + 0.5, (double)y - bits->foot + 0.5, radius, 0, 2 * M_PI);
        }
}

static void put_dots(cairo_t *pen, const struct bitfont *bits, const struct page_text *t) {
    const double radius = t->drop > 0 ? t->drop / 2 : 0.5;
    for (size_t i = 0; i < t->text.len; i++)
        put_drops(pen, bits, (char)t->text.p[i], (double)i * bits->advance, radius);
    cairo_fill(pen);
}

/* x, foot: where the line begins; squeeze: of its width. */
static cm_err put_glyphs(struct pages *p, const struct page_font *f, const struct page_text *t,
                         double x, double squeeze, struct cm_diag *diag) {
    cairo_glyph_t glyphs[GLYPHS_MAX];
    struct cm_slice rest = t->text;
    struct typeface_glyph g = {.index = 0};
    const double size = t->capital / typeface_capital(f->typeface);
    cairo_matrix_t matrix;
    cairo_matrix_init_scale(&matrix, size * squeeze, size);
    cairo_set_font_face(p->pen, f->face);
    cairo_set_font_matrix(p->pen, &matrix);
    while (rest.len > 0) {
        int n = 0;
        for (; rest.len > 0 && (size_t)n < CM_ARRAY_N(glyphs); n++) {
            TRY(typeface_next(f->typeface, &rest, &g, diag));
            glyphs[n] = (cairo_glyph_t){g.index, x + g.x * t->capital * squeeze, t->foot};
        }
        cairo_show_glyphs(p->pen, glyphs, n);
    }
    return CM_OK;
}

cm_err page_write(struct pages *p, const struct page_text *t, struct cm_diag *diag) {
    const struct page_font *f = NULL;
    double natural = 0;
    if (p->pen == NULL) return CM_E_STATE;
    if (!(t->capital > 0)) return CM_E_RANGE;
    TRY(font_of(p, t->font, &f, diag));
    TRY(natural_width(f, t, &natural, diag));
    const double width = t->width > 0 ? fmin(natural, t->width) : natural;
    const double squeeze = natural > 0 ? width / natural : 1;
    const double share = t->align == PAGE_LEFT ? 0 : t->align == PAGE_RIGHT ? 1 : 0.5;
    const double x = t->x - width * share;
    page_ink(p, t->grey);
    if (f->bits == NULL) {
        TRY(put_glyphs(p, f, t, x, squeeze, diag));
    } else {
        const double pitch = pitch_of(f->bits, t->capital);
        cairo_save(p->pen);
        cairo_translate(p->pen, x, t->foot);
        cairo_scale(p->pen, pitch * squeeze, pitch);
        put_dots(p->pen, f->bits, t);
        cairo_restore(p->pen);
    }
    return page_err_from_cairo(p, cairo_status(p->pen));
}

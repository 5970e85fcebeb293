/* Sizes are settled here, before a format draws. References as in picture.h. */
#include "symbol/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/macros.h"
#include "symbol/picture_inside.h"

#define PNG_DPI  300.0
#define ZPL_DPI  203.2 /* 8 dots a mm, which the trade calls 203 dpi */
#define DPI_MAX  9600.0
#define SIDE_MAX 5000.0 /* mm: what page.h holds, too */
#define DOTS_MAX 1000u  /* a module */

static const char *const NAMES[PICTURE_FORMAT_N] = {"svg", "png", "pdf", "eps", "zpl"};

const char *picture_format_name(enum picture_format format) { return NAMES[format]; }

cm_err picture_format_parse(const char *name, enum picture_format *out, struct cm_diag *diag) {
    for (unsigned i = 0; i < PICTURE_FORMAT_N; i++)
        if (strcasecmp(name, NAMES[i]) == 0) {
            *out = (enum picture_format)i;
            return CM_OK;
        }
    return diag_fail(diag, CM_E_ARGUMENT, "picture", "format", "use svg, png, pdf, eps or zpl",
                     "'%s' is no format of pictures", name);
}

static bool has_dots(const struct picture_look *look) {
    return look->format == PICTURE_PNG || look->format == PICTURE_ZPL;
}

static double dpi_of(const struct picture_look *look) {
    if (look->dpi > 0) return look->dpi;
    return look->format == PICTURE_ZPL ? ZPL_DPI : PNG_DPI;
}

static bool within(double v, double max) { return v >= 0 && v <= max; } /* not NaN, either */

static cm_err judge_look(const struct picture_look *look, struct cm_diag *diag) {
    if ((unsigned)look->format >= PICTURE_FORMAT_N) return CM_E_ARGUMENT;
    if (!within(look->module_mm, PICTURE_MODULE_MAX_MM) ||
        (look->module_mm > 0 && look->module_mm < PICTURE_MODULE_MIN_MM))
        return diag_fail(diag, CM_E_RANGE, "picture", "module size", "give 0.05 to 100 mm",
                         "%g mm is no size of a module", look->module_mm);
    if (!within(look->dpi, DPI_MAX))
        return diag_fail(diag, CM_E_RANGE, "picture", "resolution", "give 1 to 9600 dpi",
                         "%g dpi is no resolution", look->dpi);
    if (look->dots > DOTS_MAX)
        return diag_fail(diag, CM_E_RANGE, "picture", "module size", "give 1 to 1000 dots",
                         "%u dots are no size of a module", (unsigned)look->dots);
    if (!within(look->bar_mm, SIDE_MAX) || !within(look->text_mm, SIDE_MAX))
        return diag_fail(diag, CM_E_RANGE, "picture", "bars and text", "give 0.1 to 5000 mm",
                         "a height is out of range");
    return CM_OK;
}

static bool wants_text(const struct picture_look *look) {
    return look->font == NULL || look->font[0] != '\0';
}

cm_err picture_maker_new(const struct picture_look *look, struct picture_maker **out,
                         struct cm_diag *diag) {
    TRY(judge_look(look, diag));
    CM_CLEANUP(picture_maker_freep) struct picture_maker *m = calloc(1, sizeof *m);
    if (m == NULL) return CM_E_NO_MEMORY;
    m->look = *look;
    m->look.font = NULL; /* the caller's */
    if (look->font != NULL) {
        m->look.font = strdup(look->font);
        if (m->look.font == NULL) return CM_E_NO_MEMORY;
    }
    /* A font that is asked for must be here; the usual one is opened when a text comes. */
    if (look->font != NULL && wants_text(look))
        TRY(lettering_open(look->font, &m->lettering, diag));
    if (look->format == PICTURE_PNG) TRY(png_writer_new(&m->png));
    *out = take(&m);
    return CM_OK;
}

void picture_maker_free(struct picture_maker *m) {
    if (m == NULL) return;
    lettering_free(m->lettering);
    png_writer_free(m->png);
    bitmap_free(&m->bitmap);
    free((void *)(uintptr_t)m->look.font); /* ours since picture_maker_new */
    free(m);
}

void picture_maker_freep(struct picture_maker **m) { picture_maker_free(*m); }

/* The size of a module: as wished, and where there are dots, a whole number of them. */
static cm_err settle_module(struct picture_job *job) {
    const struct picture_look *const look = &job->maker->look;
    const double dot_mm = PICTURE_MM_PER_INCH / dpi_of(look);
    const double usual = layout_module_mm(job->symbol->kind);
    const double wanted = look->module_mm > 0 ? look->module_mm : usual;
    if (!has_dots(look)) {
        job->module_mm = look->dots > 0 && look->module_mm <= 0 ? look->dots * dot_mm : wanted;
        return CM_OK;
    }
    const double dots = look->dots > 0 ? look->dots : round(wanted / dot_mm);
    if (dots < 1)
        return diag_fail(job->diag, CM_E_RANGE, "picture", "module size",
                         "choose larger modules or a higher resolution",
                         "a module of %g mm is less than a dot of %.4g mm (%g dpi)", wanted, dot_mm,
                         dpi_of(look));
    if (dots > DOTS_MAX)
        return diag_fail(job->diag, CM_E_RANGE, "picture", "module size",
                         "choose smaller modules or a lower resolution",
                         "a module of %g mm would be %g dots at %g dpi; at most 1000 work", wanted,
                         dots, dpi_of(look));
    job->dots = (uint16_t)dots;
    job->module_mm = dots * dot_mm;
    return CM_OK;
}

static cm_err text_spread(const struct picture_job *job, double *out) {
    struct picture_maker *const m = job->maker;
    if (job->symbol->text_n > 0 && m->lettering == NULL && wants_text(&m->look))
        TRY(lettering_open(NULL, &m->lettering, job->diag));
    return layout_text_spread(job->symbol, m->lettering, out, job->diag);
}

static cm_err settle(struct picture_job *job) {
    double spread = 0;
    TRY(settle_module(job));
    TRY(text_spread(job, &spread));
    const struct picture_look *const look = &job->maker->look;
    const struct layout_wish wish = {.module_mm = job->module_mm,
                                     .bar_mm = look->bar_mm,
                                     .text_mm = look->text_mm,
                                     .text_spread = spread,
                                     .dots = job->dots};
    job->layout = layout_of(job->symbol, &wish);
    const double side = fmax(job->layout.width, job->layout.height) * job->module_mm;
    if (side > SIDE_MAX)
        return diag_fail(job->diag, CM_E_LIMIT, "picture", NULL, "choose smaller modules",
                         "it would be %.0f mm long; a picture holds %.0f mm", side, SIDE_MAX);
    return CM_OK;
}

cm_err picture_make(struct picture_maker *m, const struct symbol *s, struct buffer *out,
                    struct cm_diag *diag) {
    static cm_err (*const DRAW[PICTURE_FORMAT_N])(const struct picture_job *, struct buffer *) = {
        [PICTURE_SVG] = picture_svg, [PICTURE_PNG] = picture_png, [PICTURE_PDF] = picture_pdf,
        [PICTURE_EPS] = picture_eps, [PICTURE_ZPL] = picture_zpl,
    };
    struct picture_job job = {.maker = m, .symbol = s, .diag = diag};
    const size_t before = out->len;
    TRY(settle(&job));
    cm_err err = DRAW[m->look.format](&job, out);
    if (err == CM_OK) err = buffer_err(out);
    if (err != CM_OK) out->len = before;
    return err;
}

cm_err picture_measure(struct picture_maker *m, const struct symbol *s, struct picture_size *out,
                       struct cm_diag *diag) {
    struct picture_job job = {.maker = m, .symbol = s, .diag = diag};
    TRY(settle(&job));
    *out = (struct picture_size){.width_mm = job.layout.width * job.module_mm,
                                 .height_mm = job.layout.height * job.module_mm,
                                 .module_mm = job.module_mm,
                                 .dots = job.dots};
    return CM_OK;
}

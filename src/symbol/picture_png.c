/* A symbol as dots, and these as a PNG. Every edge of the layout lies on a whole dot, so the
 * roundings below meet whole numbers. */
#include <math.h>

#include "base/macros.h"
#include "symbol/picture_inside.h"

static size_t whole(double modules, uint16_t dots) {
    return (size_t)lround(fmax(modules, 0) * dots);
}

static void stamp_strip(const struct picture_job *job, const struct layout_strip *strip) {
    struct bitmap *const b = &job->maker->bitmap;
    const size_t d = job->dots, left = whole(job->layout.left, job->dots);
    const size_t y = whole(strip->y, job->dots), height = whole(strip->height, job->dots);
    size_t at = 0, from = 0, n;
    if (height == 0) return;
    /* guard bars are drawn beside the other bars, whose rows are there already */
    const bool alone = strip->guard == NULL;
    while ((n = layout_run(strip, &at, &from)) > 0) {
        if (alone)
            bitmap_run(b, left + from * d, y, n * d);
        else
            bitmap_box(b, left + from * d, y, n * d, height);
    }
    if (alone) bitmap_repeat(b, y, height - 1);
}

static void stamp_bearer(const struct picture_job *job) {
    struct bitmap *const b = &job->maker->bitmap;
    const size_t thick = whole(job->layout.bearer, job->dots);
    const size_t left = whole(job->layout.frame, job->dots);
    const size_t right = whole(job->layout.frame_right, job->dots);
    const size_t foot = whole(job->layout.frame_foot, job->dots);
    if (thick == 0) return;
    bitmap_box(b, left, left, right - left, thick);
    bitmap_box(b, left, foot - thick, right - left, thick);
    bitmap_box(b, left, left, thick, foot - left);
    bitmap_box(b, right - thick, left, thick, foot - left);
}

cm_err picture_rasterise(const struct picture_job *job) {
    struct bitmap *const b = &job->maker->bitmap;
    const uint16_t d = job->dots;
    const cm_err err = bitmap_begin(b, whole(job->layout.width, d), whole(job->layout.height, d));
    if (err == CM_E_LIMIT)
        return diag_fail(
            job->diag, err, "picture", NULL, "choose smaller modules or a lower resolution",
            "%.0f x %.0f dots are too many", job->layout.width * d, job->layout.height * d);
    TRY(err);
    struct layout_walk walk = layout_walk_over(job->symbol, &job->layout);
    struct layout_strip strip;
    while (layout_strip(&walk, &strip))
        stamp_strip(job, &strip);
    stamp_bearer(job);
    for (size_t i = 0; i < job->symbol->text_n && job->layout.capital > 0; i++) {
        struct lettering_place at;
        TRY(layout_text_place(job->symbol, i, &job->layout, job->maker->lettering, &at, job->diag));
        at = (struct lettering_place){at.x * d, at.foot * d, at.capital * d};
        TRY(lettering_stamp(job->maker->lettering, slice_text(job->symbol->texts[i].text), &at, b,
                            job->diag));
    }
    return CM_OK;
}

cm_err picture_png(const struct picture_job *job, struct buffer *out) {
    TRY(picture_rasterise(job));
    const struct bitmap *const b = &job->maker->bitmap;
    const struct png_dots dots = {
        .rows = b->bits,
        .width = b->width,
        .height = b->height,
        .stride = b->stride,
        .dpi = job->dots * PICTURE_MM_PER_INCH / job->module_mm,
    };
    return png_write(job->maker->png, &dots, out);
}

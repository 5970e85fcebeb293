/* The table of machines. Where a figure comes from, and which are our assumptions:
 * docs/design/fonts.md, "The machines". */
#include "symbol/press.h"

#include <math.h>
#include <string.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "base/text.h"

#define INCH_MM      25.4
#define UM_MM        1000.0
#define FILLED       1.128 /* diameter of a circle as large as a square of 1: 2 / sqrt(pi) */
#define PITCH_MM_MAX 2.0   /* from drop to drop: further apart they make no letter */

static const struct press presses[] = {
    {.name = "cij5x7",
     .technology = "inkjet",
     .remark = "continuous inkjet, one line of 7 drops",
     .font = "5x7",
     .look_dpi = 300,
     .drop_um = 280,
     .drops = 7,
     .height_mm = 3.0,
     .height_least_mm = 1.5,
     .fault = {.lost_row = 0.05,
               .pitch_um = 430,
               .jitter_um = 35,
               .skew_deg = 1.0,
               .slant_deg = 2.0,
               .blur_um = 40,
               .contrast = 0.7,
               .noise = 0.04}},
    {.name = "cij7x9",
     .technology = "inkjet",
     .remark = "continuous inkjet, one line of 9 drops",
     .font = "7x9",
     .look_dpi = 300,
     .drop_um = 280,
     .drops = 9,
     .height_mm = 3.5,
     .height_least_mm = 2.0,
     .fault = {.lost_row = 0.05,
               .pitch_um = 390,
               .jitter_um = 35,
               .skew_deg = 1.0,
               .slant_deg = 2.0,
               .blur_um = 40,
               .contrast = 0.7,
               .noise = 0.04}},
    {.name = "cij16x10",
     .technology = "inkjet",
     .remark = "continuous inkjet, one line of 16 drops",
     .font = "16x10",
     .look_dpi = 300,
     .drop_um = 280,
     .drops = 16,
     .height_mm = 5.0,
     .height_least_mm = 3.0,
     .fault = {.lost_row = 0.05,
               .pitch_um = 310,
               .jitter_um = 35,
               .skew_deg = 1.0,
               .slant_deg = 2.0,
               .blur_um = 40,
               .contrast = 0.7,
               .noise = 0.04}},
    {.name = "thermal203",
     .technology = "label",
     .remark = "thermal transfer or direct thermal, 8 dots a millimetre",
     .font = "DejaVu Sans Mono:bold",
     .dpi = 203.2,
     .look_dpi = 203.2,
     .height_mm = 2.5,
     .height_least_mm = 0.9,
     .fault = {.gain_um = 15,
               .lost_column = 0.05,
               .pitch_um = 125,
               .jitter_um = 10,
               .skew_deg = 0.5,
               .blur_um = 30,
               .contrast = 0.85,
               .noise = 0.03}},
    {.name = "thermal300",
     .technology = "label",
     .remark = "thermal transfer, 12 dots a millimetre",
     .font = "DejaVu Sans Mono:bold",
     .dpi = 300,
     .look_dpi = 300,
     .height_mm = 2.0,
     .height_least_mm = 0.7,
     .fault = {.gain_um = 12,
               .lost_column = 0.05,
               .pitch_um = 85,
               .jitter_um = 8,
               .skew_deg = 0.5,
               .blur_um = 30,
               .contrast = 0.85,
               .noise = 0.03}},
    {.name = "laser",
     .technology = "laser",
     .remark = "laser, toner or ablation, 600 dots an inch",
     .font = "DejaVu Sans Mono",
     .dpi = 600,
     .look_dpi = 600,
     .height_mm = 2.0,
     .height_least_mm = 0.5,
     .fault = {.gain_um = 10,
               .lost_column = 0.01,
               .pitch_um = 42,
               .jitter_um = 6,
               .skew_deg = 0.5,
               .blur_um = 25,
               .contrast = 0.8,
               .noise = 0.04}},
    {.name = "offset",
     .technology = "offset",
     .remark = "offset or digital press, 1,200 dots an inch",
     .font = "DejaVu Sans Mono",
     .dpi = 1200,
     .look_dpi = 1200,
     .height_mm = 2.0,
     .height_least_mm = 0.4,
     .fault = {.gain_um = 11,
               .pitch_um = 21,
               .jitter_um = 2,
               .skew_deg = 0.3,
               .blur_um = 25,
               .contrast = 0.9,
               .noise = 0.02}},
};

const struct press *press_at(size_t i) { return i < CM_ARRAY_N(presses) ? &presses[i] : NULL; }

cm_err press_by_name(const char *name, const struct press **out, struct cm_diag *diag) {
    const char *names[CM_ARRAY_N(presses)];
    char known[DIAG_PART_CAP] = "";
    for (size_t i = 0; i < CM_ARRAY_N(presses); i++) {
        names[i] = presses[i].name;
        text_append(known, sizeof known, "%s%s", i > 0 ? ", " : "", names[i]);
        if (strcmp(name, names[i]) != 0) continue;
        *out = &presses[i];
        return CM_OK;
    }
    const char *const near = nearest_word(name, names, CM_ARRAY_N(presses));
    char remedy[DIAG_PART_CAP] = "";
    text_append(remedy, sizeof remedy, "%s%s%sknown are: %s", near != NULL ? "did you mean " : "",
                near != NULL ? near : "", near != NULL ? "? " : "", known);
    return diag_fail(diag, CM_E_NOT_FOUND, "technology", NULL, remedy,
                     "no printing technology '%.40s'", name);
}

static double height_of(const struct press *press, double height_mm) {
    return height_mm > 0 ? height_mm : press->height_mm;
}

static cm_err judge(const struct press *press, const char *font, double height_mm,
                    struct cm_diag *diag) {
    const double mm = height_of(press, height_mm);
    struct bitfont bits;
    char remedy[DIAG_PART_CAP] = "";
    if (press->dpi <= 0 && !bitfont_is_shipped(font))
        return diag_fail(diag, CM_E_ARGUMENT, press->name, NULL, "take 5x7, 7x9 or 16x10",
                         "it prints drops: '%.60s' is no dot-matrix font", font);
    if (!(mm >= press->height_least_mm)) {
        text_append(remedy, sizeof remedy, "take %.4g mm or more", press->height_least_mm);
        return diag_fail(diag, CM_E_RANGE, press->name, NULL, remedy,
                         "capitals of %.4g mm are lower than it prints readably", mm);
    }
    double most = GLYPHSET_HEIGHT_MAX / press->look_dpi * INCH_MM;
    if (press->dpi <= 0) {
        TRY(bitfont_by_name(&bits, font, diag));
        if (press->drops > 0 && bits.foot > press->drops)
            return diag_fail(diag, CM_E_ARGUMENT, press->name, NULL,
                             "take the font that is its own",
                             "the font %.20s is %u drops high, and this head has %u", font,
                             (unsigned)bits.foot, press->drops);
        most = fmin(most, PITCH_MM_MAX * bits.foot);
    }
    if (mm <= most) return CM_OK;
    text_append(remedy, sizeof remedy, "take %.4g mm or less", floor(most * 10.0) / 10.0);
    return diag_fail(diag, CM_E_RANGE, press->name, NULL, remedy,
                     "capitals of %.4g mm are higher than can be judged", mm);
}

static const char *font_of(const struct press *press, const char *font) {
    return font != NULL ? font : press->font;
}

cm_err press_glyphs(const struct press *press, const char *font, double height_mm,
                    struct cm_slice symbols, struct glyphset *out, struct cm_diag *diag) {
    struct bitfont bits;
    const char *const name = font_of(press, font);
    TRY(judge(press, name, height_mm, diag));
    const double capital = height_of(press, height_mm) / INCH_MM * press->look_dpi;
    if (!bitfont_is_shipped(name)) return glyphset_type(name, symbols, capital, out, diag);
    TRY(bitfont_by_name(&bits, name, diag));
    const double pitch = capital / bits.foot;
    const double drop = press->drop_um / UM_MM / INCH_MM * press->look_dpi / pitch;
    return glyphset_drops(&bits, symbols, pitch, press->drop_um > 0 ? drop : FILLED, out, diag);
}

cm_err press_dots(const struct press *press, const char *font, double height_mm,
                  struct cm_slice symbols, struct glyphset *out, struct cm_diag *diag) {
    struct bitfont bits;
    const char *const name = font_of(press, font);
    TRY(judge(press, name, height_mm, diag));
    if (!bitfont_is_shipped(name))
        return glyphset_type(name, symbols, height_of(press, height_mm) / INCH_MM * press->dpi, out,
                             diag);
    TRY(bitfont_by_name(&bits, name, diag));
    return glyphset_dots(&bits, symbols, out, diag);
}

struct fault press_fault(const struct press *press, const char *font, double height_mm) {
    struct fault f = press->fault;
    struct bitfont bits;
    if (press->dpi <= 0 && bitfont_by_name(&bits, font_of(press, font), NULL) == CM_OK)
        f.pitch_um = height_of(press, height_mm) * UM_MM / bits.foot;
    return f;
}

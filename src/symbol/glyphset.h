/* The glyphs of an alphabet as bitmaps of one size, from a dot-matrix font or from a TrueType font
 * at a size: what a planner compares and a reader compares with. Two glyphs are too close when the
 * Hamming distance of their bitmaps, over the best shift by at most one dot, is under 15 % of the
 * ink of the lighter (the plan of the house, section 3; codes/glyph.h does the same for 5x7).
 *
 * It refuses symbols that the font lacks, and fonts that this machine lacks (naming the nearest).
 * References: FreeType 2, fontconfig. Design: docs/design/fonts.md. */
#ifndef CM_SYMBOL_GLYPHSET_H
#define CM_SYMBOL_GLYPHSET_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "symbol/bitfont.h"
#include "symbol/dots.h"

#define GLYPHSET_N_MAX      95u
#define GLYPHSET_HEIGHT_MAX 400.0 /* dots of a capital */

struct glyphset {
    size_t n;
    char symbols[GLYPHSET_N_MAX + 1];
    size_t width, height;           /* dots of every bitmap */
    double foot;                    /* from a bitmap's top to the line on which capitals stand */
    double capital;                 /* height of capitals, dots */
    double advance[GLYPHSET_N_MAX]; /* dots to the next glyph's bitmap; all alike in bitmap fonts */
    bool fixed;                     /* all advances are alike */
    uint8_t *ink;                   /* n bitmaps, rows of width bytes: 0 none .. 255 full */
};
#define GLYPHSET_INIT                                                                              \
    { .n = 0 }

/** The glyphs of a dot-matrix font, one dot a dot: for the rule of close pairs.
 * @param[in]  symbols  1..95 graphic ASCII characters, each once
 * @param[out] out      glyphset_free it; untouched on error
 * @retval CM_E_NOT_FOUND  the font lacks one (diag names it)   @retval CM_E_FORMAT  one twice
 * @retval CM_E_RANGE  too many symbols or none                 @retval CM_E_NO_MEMORY
 * Any thread. Example: tests/unit/symbol/test_glyphset.c */
CM_MUST_CHECK cm_err glyphset_dots(const struct bitfont *font, struct cm_slice symbols,
                                   struct glyphset *out, struct cm_diag *diag);
/** The same as round drops on a finer grid: as they are looked at.
 * @param[in] pitch     grid dots from one drop to the next, 1..64
 * @param[in] diameter  of a drop, in pitches (1.0: neighbours touch), 0.1..2
 * @retval as glyphset_dots, CM_E_RANGE  pitch or diameter */
CM_MUST_CHECK cm_err glyphset_drops(const struct bitfont *font, struct cm_slice symbols,
                                    double pitch, double diameter, struct glyphset *out,
                                    struct cm_diag *diag);
/** A TrueType font's glyphs, black or white, as a machine of dots sets them.
 * @param[in] pattern  as fontconfig takes it: "sans-serif", "DejaVu Sans Mono:bold"
 * @param[in] capital  height of its capitals, 4..GLYPHSET_HEIGHT_MAX dots
 * @retval CM_E_NOT_FOUND  no such font (diag names the nearest), or a symbol that it lacks
 * @retval as glyphset_dots, CM_E_RANGE  capital */
CM_MUST_CHECK cm_err glyphset_type(const char *pattern, struct cm_slice symbols, double capital,
                                   struct glyphset *out, struct cm_diag *diag);
void glyphset_free(struct glyphset *set);

static inline const uint8_t *glyphset_bitmap(const struct glyphset *set, size_t i) {
    return set->ink + i * set->width * set->height;
}
/* The place of a symbol, or set->n. */
size_t glyphset_find(const struct glyphset *set, char symbol);

struct glyphset_pair {
    char a, b;
    uint32_t distance, ink; /* dots; ink of the lighter */
};
/* Distance of the i-th and k-th glyph over the best shift by at most one dot (half ink counts). */
struct glyphset_pair glyphset_compare(const struct glyphset *set, size_t i, size_t k);
bool glyphset_too_close(const struct glyphset_pair *pair);
/* The pairs closer than `percent` of the ink of the lighter (15: the rule), closest first, the
 * first cap of them in out; returns how many there are. */
size_t glyphset_close_pairs(const struct glyphset *set, unsigned percent, struct glyphset_pair *out,
                            size_t cap);

/** Draw one line of the set's symbols (and spaces) in black on a sheet of just its size and a
 * margin. A space is as wide as the mean advance.
 * @retval CM_E_NOT_FOUND  a symbol outside the set             @retval as dots_new */
CM_MUST_CHECK cm_err glyphset_line(const struct glyphset *set, struct cm_slice text, size_t margin,
                                   struct dots *out);

#endif

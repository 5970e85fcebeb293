/* An outline font of this machine: found by fontconfig, read by FreeType. What is asked for must be
 * here: where fontconfig would quietly put another font in its place, this refuses and names that
 * one, or the nearest name. Sizes go by the height of capitals, as it is measured in the font.
 * References: fontconfig 2.14, FreeType 2. Design: docs/design/symbols.md, "Letters". */
#ifndef CM_SYMBOL_TYPEFACE_H
#define CM_SYMBOL_TYPEFACE_H

#include "base/bytes.h"
#include "base/diag.h"

struct typeface;
struct FT_FaceRec_; /* FreeType's, for those who draw */

/** @param[in] font  a fontconfig pattern ("sans-serif", "DejaVu Sans Mono:bold"), or the path of a
 *                  font file: what has a '/'; NULL: "sans-serif"
 * @param[out] out  typeface_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such font, diag names the nearest; or a file that is none
 * @retval CM_E_FORMAT     no pattern of fontconfig    @retval CM_E_NO_MEMORY
 * One thread at a time. */
CM_MUST_CHECK cm_err typeface_open(const char *font, struct typeface **out, struct cm_diag *diag);
void typeface_free(struct typeface *t);
void typeface_freep(struct typeface **t);

struct FT_FaceRec_ *typeface_face(const struct typeface *t);
/* Height of capitals as a share of the font's size (its em). */
double typeface_capital(const struct typeface *t);

/* A glyph of a line: its index, and its left end in heights of capitals. */
struct typeface_glyph {
    uint32_t index;
    double x, advance;
};
/** The glyph that `rest` begins with; rest and x move behind it. Begin with a glyph of zeros.
 * @retval CM_E_NOT_FOUND  the font lacks the character: diag says which    @retval CM_E_FORMAT  no
 * UTF-8 */
CM_MUST_CHECK cm_err typeface_next(const struct typeface *t, struct cm_slice *rest,
                                   struct typeface_glyph *glyph, struct cm_diag *diag);

#endif

/* Our own fonts by name, and what a font lacks. */
#include "symbol/bitfont_shipped.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "symbol/bitfont.h"

#define SHIPPED_N 3u

/* Smallest first; the table of files has the order of its making. */
static const char *const names[SHIPPED_N] = {"5x7", "7x9", "16x10"};

const char *bitfont_name_at(size_t i) { return i < SHIPPED_N ? names[i] : NULL; }

bool bitfont_is_shipped(const char *name) {
    for (size_t i = 0; i < SHIPPED_N; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

cm_err bitfont_by_name(struct bitfont *out, const char *name, struct cm_diag *diag) {
    for (const struct shipped_file *f = shipped_fonts; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return bitfont_parse(out, slice_of(f->p, f->len), name, diag);
    return diag_fail(diag, CM_E_NOT_FOUND, "font", NULL,
                     "take 5x7 (5 dots wide, 7 high), 7x9 or 16x10 (16 high, 10 wide)",
                     "there is no dot-matrix font '%.40s'", name);
}

cm_err bitfont_covers(const struct bitfont *f, struct cm_slice text, struct cm_diag *diag) {
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.p[i];
        if (bitfont_has(f, (char)c)) continue;
        char what[DIAG_PART_CAP] = "";
        text_append(what, sizeof what, c > 0x20 && c < 0x7F ? "'%c'" : "byte 0x%02X", c);
        return diag_fail(diag, CM_E_NOT_FOUND, f->name, NULL,
                         "take a character that it has (0-9, A-Z, space, #$%()*+,-./:=), or a "
                         "TrueType font",
                         "the font has no glyph of %s at place %zu", what, i + 1);
    }
    return CM_OK;
}

/* A dot-matrix font: glyphs of ASCII on a grid of dots, as continuous inkjet and coding printers
 * have them. Read from BDF; three of our own come with the program (fonts/README.md):
 * "5x7" (5 wide, 7 high), "7x9" (7 wide, 9 high) and "16x10" (16 high, 10 wide, as coders name it).
 *
 * It refuses files that are not BDF 2.x, cells over 32 dots, glyphs that do not lie in the font's
 * box, and a character twice. Glyphs beyond ASCII are passed over.
 * Reference: Adobe Glyph Bitmap Distribution Format 2.1/2.2. Design: docs/design/fonts.md. */
#ifndef CM_SYMBOL_BITFONT_H
#define CM_SYMBOL_BITFONT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define BITFONT_SIDE_MAX 32u
#define BITFONT_FIRST    0x20u /* space */
#define BITFONT_N        95u   /* to '~' */
#define BITFONT_NAME_CAP 32u
#define BITFONT_FILE_MAX (1u << 20) /* bytes of a BDF */

/* Plain data without pointers. */
struct bitfont {
    char name[BITFONT_NAME_CAP]; /* of the file's FAMILY_NAME, or as shipped */
    uint8_t width, height;       /* dots of the box that holds every glyph */
    uint8_t foot;                /* rows from the box's top to the line on which capitals stand */
    uint8_t advance;             /* dots from one glyph's left edge to the next one's */
    bool has[BITFONT_N];         /* by character - BITFONT_FIRST */
    uint32_t rows[BITFONT_N][BITFONT_SIDE_MAX]; /* bit x: the dot x from the left, 1: ink */
};

/** Read a BDF.
 * @param[out] out  untouched on error        @param[in] input  names it in errors
 * @retval CM_E_FORMAT  not BDF: diag names line and reason
 * @retval CM_E_LIMIT   a cell over BITFONT_SIDE_MAX, a file over BITFONT_FILE_MAX
 * Any thread. Example: tests/unit/symbol/test_bitfont.c */
CM_MUST_CHECK cm_err bitfont_parse(struct bitfont *out, struct cm_slice bdf, const char *input,
                                   struct cm_diag *diag);
/** One that is shipped. @retval CM_E_NOT_FOUND  no such name: diag lists them */
CM_MUST_CHECK cm_err bitfont_by_name(struct bitfont *out, const char *name, struct cm_diag *diag);
/* The i-th shipped name, NULL after the last. Static text. */
const char *bitfont_name_at(size_t i);
bool bitfont_is_shipped(const char *name);

static inline bool bitfont_has(const struct bitfont *f, char c) {
    const unsigned at = (unsigned char)c - BITFONT_FIRST;
    return at < BITFONT_N && f->has[at];
}
/* Ink at dot x, y of c's box? c must be there, x < width, y < height. */
static inline bool bitfont_dot(const struct bitfont *f, char c, unsigned x, unsigned y) {
    return (f->rows[(unsigned char)c - BITFONT_FIRST][y] >> x & 1u) != 0;
}
/** The first character of text that the font lacks, as an error that names it and its place.
 * @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err bitfont_covers(const struct bitfont *f, struct cm_slice text,
                                    struct cm_diag *diag);

#endif

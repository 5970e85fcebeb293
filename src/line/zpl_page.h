/* One label as ZPL lays it out: what is to be drawn where, read from the bytes for a printer. It
 * knows what label templates are made of, also formats stored and recalled; every other command is
 * named in the notes and left out, never guessed. It draws nothing: preview.h.
 * References: ZPL II Programming Guide (^FO, ^FT, ^A, ^BX, ^BQ, ^BC, ^GB, ^FH, ^FN, ^DF, ^XF). */
#ifndef CM_LINE_ZPL_PAGE_H
#define CM_LINE_ZPL_PAGE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/diag.h"

#define ZPL_MARKS_MAX 128u
#define ZPL_BYTES_MAX 131072u /* of a stored format and its recall */
#define ZPL_DOT_MAX   32000u  /* of any place or size: the guide's own limit */

enum zpl_mark_kind {
    ZPL_TEXT,
    ZPL_BOX,
    ZPL_DATAMATRIX,
    ZPL_QR,
    ZPL_CODE128, /* set B, or C where it begins so */
    ZPL_CODE128_C,
    ZPL_NOTHING /* a field without a shape */
};

struct zpl_mark {
    enum zpl_mark_kind kind;
    uint32_t x, y;
    bool typeset;           /* ^FT: y is the foot of a text, the low edge of a symbol */
    uint32_t height, width; /* letters, 0: as high as wide; bars; box */
    uint32_t lowered;       /* QR: ^BY's height, by which printers lower it */
    uint32_t thick;         /* of a box's lines */
    bool white;             /* a box */
    uint32_t module;        /* dots */
    bool printed, above;    /* Code 128: its text under or over it */
    bool fnc1;              /* DataMatrix: GS1 */
    char level;             /* QR */
    uint32_t number;        /* ^FN, 0: none */
    size_t at, len;         /* of its text in zpl_page.texts */
};

struct zpl_page {
    uint32_t width, height; /* ^PW, ^LL; 0: not said */
    struct zpl_mark marks[ZPL_MARKS_MAX];
    size_t n;
    struct buffer texts;
    struct buffer notes; /* lines */
};

/** Read up to the end of the first label that prints. What stands outside of ^XA .. ^XZ is skipped.
 * @retval CM_E_FORMAT  no label prints    @retval CM_E_LIMIT  too long, or too many fields
 * @retval CM_E_NO_MEMORY   On error the page is empty. */
CM_MUST_CHECK cm_err zpl_page_read(struct cm_slice zpl, struct zpl_page *out, struct cm_diag *diag);
void zpl_page_wipe(struct zpl_page *page);
static inline struct cm_slice zpl_page_text(const struct zpl_page *page, const struct zpl_mark *m) {
    return m->len == 0 ? slice_of("", 0) : slice_of(page->texts.p + m->at, m->len);
}

#endif

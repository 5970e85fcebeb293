/* The judge of a proof: reads one line of grey dots by comparing it with the bitmaps of an
 * alphabet, without knowing what should stand there. It finds place and skew itself within the
 * slack it is given, takes paper and ink as they come, and says how sure it is of each symbol.
 * It refuses lines that do not lie on the sheet. Design: docs/design/fonts.md, "The judge". */
#ifndef CM_SYMBOL_READER_H
#define CM_SYMBOL_READER_H

#include "symbol/glyphset.h"

#define READER_SYMBOLS_MAX 64u /* of one line */

struct reader;

/** @param[in] set  copied: as the machine prints it, at the sheet's resolution
 * @param[out] out  reader_free it; untouched on error
 * @retval CM_E_RANGE  an empty set         @retval CM_E_NO_MEMORY
 * One thread at a time. Example: tests/unit/symbol/test_reader.c */
CM_MUST_CHECK cm_err reader_new(const struct glyphset *set, struct reader **out);
void reader_free(struct reader *r);
void reader_freep(struct reader **r);

/* Where a line is expected, dots of the sheet. */
struct reader_line {
    double x, foot;        /* left edge of the first glyph's bitmap; line on which capitals stand */
    double slack;          /* it may lie this far off, each way */
    double skew_deg;       /* and be turned by up to this, either way */
    size_t n;              /* symbols, 1..READER_SYMBOLS_MAX; spaces are not counted */
    const uint8_t *spaces; /* n numbers: how many spaces stand before each symbol; NULL: none */
};
struct reader_mark {
    char symbol, second;     /* the best, and the next best */
    double distance, margin; /* 0 alike .. 1 nothing alike; second's distance less the best's */
};

/** Read a line.
 * @param[out] marks  line->n of them; untouched on error
 * @retval CM_E_RANGE  n, or a line that cannot lie on the sheet    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err reader_read(struct reader *r, const struct dots *sheet,
                                 const struct reader_line *line, struct reader_mark *marks);

#endif

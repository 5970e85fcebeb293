/* QR codes up to 61 modules a side (versions 1 to 11): a row of modules is one machine word, so the
 * eight masks are weighed with a handful of operations a row. Own work beside libqrencode, which
 * looks at one module after the other and costs four times as much; larger symbols are its still.
 * Modules are the same as its: the test compares every size and level.
 * It refuses nothing: room is asked for first. Reference: ISO/IEC 18004:2015, its tables and
 * annexes named where they are used. Design: docs/design/symbols.md, "Encoding". */
#ifndef CM_SYMBOL_QR_SMALL_H
#define CM_SYMBOL_QR_SMALL_H

#include "symbol/qr_plan.h"

#define QR_SMALL_N        11u
#define QR_SMALL_SIDE_MAX (17u + 4 * QR_SMALL_N)
#define QR_SMALL_ALL_MAX  404u /* codewords of version 11 */

enum qr_level { QR_LEVEL_L, QR_LEVEL_M, QR_LEVEL_Q, QR_LEVEL_H };

struct qr_small {
    unsigned version; /* 1..QR_SMALL_N */
    enum qr_level level;
    uint64_t rows[QR_SMALL_SIDE_MAX]; /* bit x is column x, 1 is dark */
};
static inline unsigned qr_small_side(unsigned version) { return 17 + 4 * version; }

/* Data codewords of a version. */
size_t qr_small_room(unsigned version, enum qr_level level);

/* A text in modes of qr_plan, which say it in at most 8 * qr_small_room bits. `codewords` gets data
 * and correction, interleaved, and says how many. */
size_t qr_small_words(unsigned version, enum qr_level level, struct cm_slice text,
                      const uint8_t *modes, const struct qr_header *header,
                      uint8_t codewords[static QR_SMALL_ALL_MAX]);

/* Version and level are given; the rows are made, in the mask that weighs least. */
void qr_small_draw(struct qr_small *qr, const uint8_t *codewords, size_t n);

/* ---- Between the files of it ------------------------------------------------------------------
 */

/* Modules that are the same in every symbol of a size, and those of its codewords, unmasked. The
 * columns are the rows of its mirror image; which modules are fixed is the same in both. */
struct qr_grid {
    unsigned side;
    uint64_t rows[QR_SMALL_SIDE_MAX], columns[QR_SMALL_SIDE_MAX], fixed[QR_SMALL_SIDE_MAX];
};
void qr_grid_make(unsigned version, const uint8_t *codewords, size_t n, struct qr_grid *g);
/* The rows under the mask that weighs least, its number and the level written into them. */
void qr_mask_best(const struct qr_grid *g, enum qr_level level, uint64_t *rows);

#endif

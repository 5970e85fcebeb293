/* A barcode as modules, dark or light, without a quiet zone: DataMatrix (ECC 200), GS1 DataMatrix,
 * QR, Code 128 (as short as it goes, or without its set C). It refuses what the symbol cannot hold;
 * how large a module is, is the canvas's affair. References: ISO/IEC 16022, 18004 and 15417,
 * through libzint; GS1 General Specifications.
 */
#ifndef CM_SYMBOL_MATRIX_H
#define CM_SYMBOL_MATRIX_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define MATRIX_TEXT_MAX 2048u /* bytes; a label's symbol holds far less */

enum matrix_kind {
    MATRIX_DATAMATRIX,
    MATRIX_GS1_DATAMATRIX,
    MATRIX_QR,
    MATRIX_CODE128,
    MATRIX_CODE128_B
};

struct matrix_wish {
    enum matrix_kind kind;
    struct cm_slice text; /* GS1: without the FNC1 at its start; GS is FNC1 further on */
    char level;           /* QR: L, M, Q or H; 0: M */
};

struct matrix {
    size_t width, height; /* modules; Code 128 has a height of 1 */
    uint8_t *modules;     /* rows of width bytes, 1: dark */
};

/** @param[out] out  release with matrix_free; untouched on error
 * @retval CM_E_FORMAT  a text that this symbol cannot say  @retval CM_E_LIMIT  longer than it holds
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err matrix_make(const struct matrix_wish *wish, struct matrix *out,
                                 struct cm_diag *diag);
void matrix_free(struct matrix *m);
static inline bool matrix_is_dark(const struct matrix *m, size_t x, size_t y) {
    return m->modules[y * m->width + x] != 0;
}

#endif

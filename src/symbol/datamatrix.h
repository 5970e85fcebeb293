/* DataMatrix ECC 200, square: a text in the fewest codewords that its six encodations allow, then
 * error correction and places of modules. Own work beside libzint, whose choice of encodations
 * takes a larger symbol now and then, and cannot be told another.
 * It refuses what 144 x 144 modules do not hold. Reference: ISO/IEC 16022:2006. */
#ifndef CM_SYMBOL_DATAMATRIX_H
#define CM_SYMBOL_DATAMATRIX_H

#include "base/buffer.h"

/* One size of square symbol (table 7). */
struct datamatrix_size {
    uint16_t side;      /* modules, with the finder patterns */
    uint16_t data, ecc; /* codewords of all blocks */
    uint8_t blocks;     /* interleaved */
    uint8_t regions;    /* along a side */
};
#define DATAMATRIX_SIZE_N      24u
#define DATAMATRIX_WORDS_MAX   1558u /* data codewords of the largest */
#define DATAMATRIX_MODULES_MAX (144u * 144u)
const struct datamatrix_size *datamatrix_sizes(void);

struct datamatrix_text {
    struct cm_slice text;
    bool gs1;  /* begins with FNC1, and GS is FNC1 */
    bool utf8; /* announced as such (ECI 26) */
};

/** The data codewords of the smallest symbol that holds the text, its pads with them.
 * @param[out] words  appended to: as many as (*size)->data
 * @retval CM_E_LIMIT  no size holds it    @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err datamatrix_words(const struct datamatrix_text *text, struct buffer *words,
                                      const struct datamatrix_size **size);

/* Modules of data codewords: side * side bytes, 1 is dark. */
void datamatrix_modules(const struct datamatrix_size *size, const uint8_t *words, uint8_t *modules);

#endif

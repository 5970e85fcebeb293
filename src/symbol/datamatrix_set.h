/* The six encodations of DataMatrix: which values a character has in each.
 * Reference: ISO/IEC 16022, 5.2.3 to 5.2.9, tables 2 to 5, annex C. */
#ifndef CM_SYMBOL_DATAMATRIX_SET_H
#define CM_SYMBOL_DATAMATRIX_SET_H

#include "symbol/datamatrix.h"

enum datamatrix_mode { DM_ASCII, DM_C40, DM_TEXT, DM_X12, DM_EDIFACT, DM_BASE256 };

#define DM_LENGTH_ONE 249u /* bytes of a base 256 run whose length takes one codeword */
#define DM_VALUES_MAX 4u

/* Values of a character in C40, Text (each with its shifts), X12 or EDIFACT; 0: it cannot say it.
 */
size_t datamatrix_values(enum datamatrix_mode mode, uint8_t c, bool gs1,
                         uint8_t values[static DM_VALUES_MAX]);
/* Codewords of one character in ASCII: 1, or 2 beyond 127. */
static inline size_t datamatrix_ascii_len(uint8_t c) { return c < 0x80 ? 1 : 2; }
static inline bool datamatrix_is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

/* The mode of each character in the shortest way, when the symbol holds `cap` codewords: the end
 * of a symbol saves some. *len is how many are needed, more than cap if it does not fit.
 * modes: text.len bytes. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err datamatrix_plan(const struct datamatrix_text *text, size_t cap, uint8_t *modes,
                                     size_t *len);

#endif

/* The five character sets of Aztec Code: codes, latches and shifts.
 * Reference: ISO/IEC 24778, table 2. */
#ifndef CM_SYMBOL_AZTEC_SET_H
#define CM_SYMBOL_AZTEC_SET_H

#include "base/bytes.h"

/* Bytes stand within the first three only. */
enum aztec_set { AZTEC_UPPER, AZTEC_LOWER, AZTEC_MIXED, AZTEC_DIGIT, AZTEC_PUNCT };
#define AZTEC_SET_N       5u
#define AZTEC_CODE_BITS   5u
#define AZTEC_DIGIT_BITS  4u
#define AZTEC_BYTES_CODE  31u /* B/S */
#define AZTEC_BYTES_HEAD  10u /* B/S and a count of 5 bits */
#define AZTEC_LONG_BITS   11u /* a longer count, after one of 0 */
#define AZTEC_BYTE_BITS   8u
#define AZTEC_PUNCT_SHIFT 0u
#define AZTEC_FLG         0u /* among punctuation */

struct aztec_code {
    uint8_t value, bits; /* bits of 0: there is none */
};

/* Of one character, or of the pairs CR LF, ". ", ", ", ": ". */
struct aztec_code aztec_code(enum aztec_set set, struct cm_slice text);
/* The direct latch to another set, the shift to it for one code. */
struct aztec_code aztec_latch(enum aztec_set from, enum aztec_set to);
struct aztec_code aztec_shift(enum aztec_set from, enum aztec_set to);

#endif

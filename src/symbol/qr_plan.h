/* Which stretch of a text a QR code says in which mode, so that it takes the fewest bits: digits
 * (10 bits for three), capitals (11 bits for two) or bytes, each stretch after a header.
 * Reference: ISO/IEC 18004, 7.4 (modes, character counts); annex J leaves the choice open. */
#ifndef CM_SYMBOL_QR_PLAN_H
#define CM_SYMBOL_QR_PLAN_H

#include "symbol/symbol.h"

enum qr_mode { QR_DIGITS, QR_CAPITALS, QR_BYTES };
#define QR_MODE_N 3u

struct qr_header {
    uint8_t mode_bits;
    uint8_t count_bits[QR_MODE_N]; /* 0: this size of symbol lacks the mode */
};

/* The mode of each character, and the bits of all; 0: a character that no mode can say.
 * text.len is at most SYMBOL_PAYLOAD_MAX. */
size_t qr_plan(struct cm_slice text, const struct qr_header *header, uint8_t *modes);

#endif

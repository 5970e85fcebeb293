/* Rows to columns: interleaving sixteen rows with the eighth after each, four times over, is the
 * transposition. */
#include "cards/digit_block.h"

#include <stdbool.h>
#include <string.h>

#define ROUNDS 4u   /* log2(DIGIT_LANES) */
#define NOUGHT 0x30 /* the digit 0 */

static void interleave(const digit_lanes *from, digit_lanes *to) {
    const size_t half = DIGIT_LANES / 2u;
    for (size_t i = 0; i < half; i++) {
        to[2 * i] = __builtin_shufflevector(from[i], from[i + half], 0, 16, 1, 17, 2, 18, 3, 19, 4,
                                            20, 5, 21, 6, 22, 7, 23);
        to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + half], 8, 24, 9, 25, 10, 26, 11,
                                                27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
}

_Static_assert(ROUNDS % 2u == 0 && 1u << ROUNDS == DIGIT_LANES, "the result ends up in place");

void digit_block_load(struct digit_block *block, const char *rows, size_t stride, size_t digit_n,
                      size_t n) {
    const size_t near_n = digit_n < DIGIT_LANES ? digit_n : DIGIT_LANES;
    const bool whole = digit_n >= DIGIT_LANES; /* a copy of fixed length stays inside the row */
    digit_lanes other[DIGIT_LANES] = {0};
    for (size_t i = 0; i < DIGIT_LANES; i++) {
        if (!whole || i >= n) memset(&block->digit[i], NOUGHT, DIGIT_LANES);
        if (whole && i < n) memcpy(&block->digit[i], rows + i * stride, DIGIT_LANES);
        if (!whole && i < n) memcpy(&block->digit[i], rows + i * stride, near_n);
    }
    for (unsigned round = 0; round < ROUNDS; round += 2) {
        interleave(block->digit, other);
        interleave(other, block->digit);
    }
    for (size_t k = near_n; k < digit_n; k++) {
        memset(&block->digit[k], NOUGHT, DIGIT_LANES);
        for (size_t i = 0; i < n; i++)
            block->digit[k][i] = (uint8_t)rows[i * stride + k];
    }
}

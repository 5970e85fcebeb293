/* Damm's check digit. It refuses nothing: hostile digits stay inside the padded table. */
#include "codes/damm.h"

#define PADDED_N     16u /* a power of two, so that a mask keeps a digit inside its row */
#define ROWS_AT_ONCE 4u

/* Row: interim digit, column: next digit; the rows beyond 9 are never reached by sound numerals. */
static const uint8_t next[PADDED_N][PADDED_N] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6}, {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7}, {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

static inline unsigned step(unsigned interim, uint8_t digit) {
    return next[interim][digit & (PADDED_N - 1u)];
}

/* The diagonal of the quasigroup is 0, so the digit that ends the chain at 0 is the interim one.
 * Four rows at once: each step of a row waits for memory, the others use that time. */
static void four_rows(const uint8_t *rows, size_t stride, size_t length, uint8_t *check_out,
                      size_t out_stride) {
    unsigned s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (const uint8_t *x = rows; x < rows + length; x++) {
        s0 = step(s0, x[0]);
        s1 = step(s1, x[stride]);
        s2 = step(s2, x[2 * stride]);
        s3 = step(s3, x[3 * stride]);
    }
    check_out[0] = (uint8_t)s0;
    check_out[out_stride] = (uint8_t)s1;
    check_out[2 * out_stride] = (uint8_t)s2;
    check_out[3 * out_stride] = (uint8_t)s3;
}

void damm_rows(const uint8_t *rows, size_t n, size_t stride, size_t length, uint8_t *check_out,
               size_t out_stride) {
    size_t i = 0;
    for (; i + ROWS_AT_ONCE <= n; i += ROWS_AT_ONCE)
        four_rows(rows + i * stride, stride, length, check_out + i * out_stride, out_stride);
    for (; i < n; i++) {
        unsigned s = 0;
        for (size_t j = 0; j < length; j++)
            s = step(s, rows[i * stride + j]);
        check_out[i * out_stride] = (uint8_t)s;
    }
}

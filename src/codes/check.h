/* Check characters over arrays of numeral rows, by table lookup.
 * A row is L data numerals in printed order (x_L first, x_1 last), then, where there is one, the
 * check numeral x_0. Numerals should lie below the radix: others read no memory outside the table,
 * but what they yield means nothing. Reference: docs/design/construction.md section 7. */
#ifndef CM_CODES_CHECK_H
#define CM_CODES_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "countermark/alphabet.h"
#include "countermark/check.h"
#include "countermark/scheme.h"

#define CHECK_LANES_ROW_MAX 32u /* numerals of a row that a kernel takes */
#define CHECK_WEIGHTS_N     5u  /* bits of a numeral of the binary kinds */

struct check_lanes;

/* Built once per (kind, radix, length); plain data, read-only afterwards, shared by threads. */
struct check_table {
    enum cm_check kind;
    uint8_t radix, length;
    const struct check_lanes *lanes; /* faster ways of this processor (codes/kernels.h), or NULL */
    /* linear kinds: term[j][x] = -(a^(L-j) x), so that the check numeral is the plain sum */
    uint8_t term[CM_LENGTH_MAX][CM_ALPHABET_MAX];
    /* for the kernels, by place, the check numeral's included, which makes sound rows add up to 0:
     * weight[0] = term of 1 (prime), weight[b] = term of 2^b (binary); 0 beyond the row */
    uint8_t weight[CHECK_WEIGHTS_N][CHECK_LANES_ROW_MAX];
    uint64_t reciprocal; /* floor(2^32 / radix) + 1 */
};

/* Check characters of this kind: 0 or 1; what a scheme adds to L to get the printed length. */
static inline uint8_t check_n(enum cm_check kind) { return (uint8_t)(kind != CM_CHECK_NONE); }

/** @param[out] out  untouched on error
 * @retval CM_E_RANGE        length is 0 or above CM_LENGTH_MAX, radix outside 2..64
 * @retval CM_E_UNSUPPORTED  the kind does not belong to that radix; diag says which does */
CM_MUST_CHECK cm_err check_table_init(struct check_table *out, enum cm_check kind, uint8_t radix,
                                      uint8_t length, struct cm_diag *diag);

/* check_out[i] = check numeral of row i, for n rows that start `stride` bytes apart (stride >= L).
 * CM_CHECK_NONE writes nothing. */
void check_compute(const struct check_table *table, const uint8_t *numerals, size_t n,
                   size_t stride, uint8_t *check_out);

/* The same, written into its place behind the data: rows[i * stride + L] (stride > L). The numerals
 * lie below the radix. */
void check_append(const struct check_table *table, uint8_t *rows, size_t n, size_t stride);

/* wrong_out[i] = 1 if the check numeral of row i does not fit, else 0; always 0 without check
 * character. Work does not depend on the verdicts. */
void check_verify(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                  uint8_t *wrong_out);

/* Rows of any bytes, copied to rows at `out` (the same stride) that the cipher can work on: a
 * numeral outside the alphabet becomes 0. wrong_out[i] = 1 if row i held one, or its check numeral
 * does not fit, else 0. */
void check_take(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                uint8_t *out, uint8_t *wrong_out);

#endif

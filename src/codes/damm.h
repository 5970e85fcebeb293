/* The quasigroup of H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004: check digits of
 * size 10, over arrays of rows. Digits should lie below 10: others read no memory outside the
 * table, but what they yield means nothing. Reference: docs/design/construction.md section 7. */
#ifndef CM_CODES_DAMM_H
#define CM_CODES_DAMM_H

#include <stddef.h>
#include <stdint.h>

#define DAMM_RADIX 10u

/* check_out[i * out_stride] = check digit of the first `length` digits of row i. */
void damm_rows(const uint8_t *rows, size_t n, size_t stride, size_t length, uint8_t *check_out,
               size_t out_stride);

#endif

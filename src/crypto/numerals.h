/* Between numeral strings and the two integers of FF1: rows of bytes below the radix, most
 * significant first, the first u numerals into a and the other v into b.
 *
 * Kernels as for FF1 (crypto/kernels.h). In the portable one digits come from a table of r^k <=
 * 4,096 entries, k digits a step, and quotients from a reciprocal. Refuses nothing: numerals are
 * below the radix, halves below r^u and r^v. Source: NUM_radix and STR_radix of NIST SP 800-38G,
 * section 4.5. */
#ifndef CM_CRYPTO_NUMERALS_H
#define CM_CRYPTO_NUMERALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/divide.h"

#define NUMERALS_TABLE_CAP 4096u /* entries: 16 KiB, half of an L1 cache */
#define NUMERALS_STEP_MAX  4u    /* digits of one entry */

/* The loops of one instruction set, for the numerals that it takes. */
struct numerals;
struct numerals_kernel {
    const char *name;
    bool (*takes)(const struct numerals *numerals);
    void (*join)(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                 uint64_t *a, uint64_t *b);
    void (*split)(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                  uint8_t *rows, size_t stride);
    bool (*valid)(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n);
};
extern const struct numerals_kernel numerals_portable; /* takes everything */
extern const struct numerals_kernel numerals_avx2;     /* x86-64 with AVX2 and FMA */
extern const struct numerals_kernel numerals_avx512;   /* x86-64 with AVX-512 IFMA */

struct numerals {
    const struct numerals_kernel *kernel; /* takes these; tests change it */
    uint16_t radix;
    uint8_t u, v;
    uint8_t step;                                         /* k, digits of one table entry */
    struct barrett chunk;                                 /* r^k */
    uint8_t table[NUMERALS_TABLE_CAP][NUMERALS_STEP_MAX]; /* digits, most significant first */
};

/* Chooses the fastest kernel of this processor that takes them. */
void numerals_init(struct numerals *numerals, uint16_t radix, uint8_t n);
/* n rows, `stride` bytes from one to the next, into halves and back. */
void numerals_join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                   uint64_t *a, uint64_t *b);
void numerals_split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                    uint8_t *rows, size_t stride);
/* True if every numeral of every row is below the radix. */
bool numerals_valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n);

#endif

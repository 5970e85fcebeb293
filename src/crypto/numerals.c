/* Numeral strings to halves and back, in arrays. See numerals.h. */
#include "crypto/numerals.h"

#include "crypto/kernels.h"

#define FRACTION_BITS 51u

/* scaled = floor((2^(52 + k) - 1) / m) for 2^k <= m < 2^(k + 1): 52 bits, short of 2^(52 + k) / m
 * by at most one. */
static struct numerals_fraction fraction_of(uint64_t m) {
    const unsigned k = 63u - (unsigned)__builtin_clzll(m);
    const cm_u128 one = ((cm_u128)1 << (FRACTION_BITS + 1 + k)) - 1;
    return (struct numerals_fraction){.scaled = (uint64_t)(one / m), .up = FRACTION_BITS - k};
}

static void choose_lanes(struct numerals *numerals) {
    numerals->lanes = kernels_numerals(numerals);
    if (numerals->lanes == NULL) return;
    uint64_t m = 1;
    for (unsigned i = 0; i < numerals->u; i++)
        m *= numerals->radix;
    numerals->fraction[0] = fraction_of(m);
    numerals->fraction[1] = fraction_of(numerals->v > numerals->u ? m * numerals->radix : m);
}

void numerals_init(struct numerals *numerals, uint16_t radix, uint8_t n) {
    numerals->radix = radix;
    numerals->u = n / 2;
    numerals->v = (uint8_t)(n - n / 2);
    numerals->step = 1;
    uint32_t size = radix;
    while (numerals->step < NUMERALS_STEP_MAX && size * radix <= NUMERALS_TABLE_CAP) {
        size *= radix;
        numerals->step++;
    }
    numerals->chunk = barrett_make(size);
    for (uint32_t value = 0; value < size; value++) {
        uint32_t rest = value;
        for (unsigned k = numerals->step; k > 0; k--) {
            numerals->table[value][k - 1] = (uint8_t)(rest % radix);
            rest /= radix;
        }
    }
    choose_lanes(numerals);
}

static inline uint64_t join(const uint8_t *row, unsigned len, uint64_t radix) {
    uint64_t x = 0;
    for (unsigned i = 0; i < len; i++)
        x = x * radix + row[i];
    return x;
}

void numerals_join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                   uint64_t *a, uint64_t *b) {
    if (numerals->lanes != NULL) {
        numerals->lanes->join(numerals, rows, stride, n, a, b);
        return;
    }
    const unsigned u = numerals->u, v = numerals->v;
    for (size_t i = 0; i < n; i++, rows += stride) {
        a[i] = join(rows, u, numerals->radix);
        b[i] = join(rows + u, v, numerals->radix);
    }
}

/* Write the `len` digits of x, from the last one backwards; the first chunk may be short. */
static inline void split(const struct numerals *numerals, uint64_t x, unsigned len, uint8_t *row) {
    const unsigned step = numerals->step;
    unsigned at = len;
    while (at >= step) {
        uint64_t low = 0;
        x = barrett_divide(&numerals->chunk, x, &low);
        at -= step;
        for (unsigned k = 0; k < step; k++)
            row[at + k] = numerals->table[low][k];
    }
    const uint8_t *top = numerals->table[x] + (step - at);
    for (unsigned k = 0; k < at; k++)
        row[k] = top[k];
}

void numerals_split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                    uint8_t *rows, size_t stride) {
    if (numerals->lanes != NULL) {
        numerals->lanes->split(numerals, a, b, n, rows, stride);
        return;
    }
    const unsigned u = numerals->u, v = numerals->v;
    for (size_t i = 0; i < n; i++, rows += stride) {
        split(numerals, a[i], u, rows);
        split(numerals, b[i], v, rows + u);
    }
}

bool numerals_valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n) {
    if (numerals->lanes != NULL) return numerals->lanes->valid(numerals, rows, stride, n);
    const unsigned len = (unsigned)numerals->u + numerals->v;
    unsigned beyond = 0;
    for (size_t i = 0; i < n; i++, rows += stride) {
        for (unsigned k = 0; k < len; k++)
            beyond |= (unsigned)(rows[k] >= numerals->radix);
    }
    return beyond == 0;
}

/* Numeral strings to halves and back, in arrays. See numerals.h. */
#include "crypto/numerals.h"

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
}

static inline uint64_t join(const uint8_t *row, unsigned len, uint64_t radix) {
    uint64_t x = 0;
    for (unsigned i = 0; i < len; i++)
        x = x * radix + row[i];
    return x;
}

void numerals_join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                   uint64_t *a, uint64_t *b) {
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
    const unsigned u = numerals->u, v = numerals->v;
    for (size_t i = 0; i < n; i++, rows += stride) {
        split(numerals, a[i], u, rows);
        split(numerals, b[i], v, rows + u);
    }
}

bool numerals_valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n) {
    const unsigned len = (unsigned)numerals->u + numerals->v;
    unsigned beyond = 0;
    for (size_t i = 0; i < n; i++, rows += stride) {
        for (unsigned k = 0; k < len; k++)
            beyond |= (unsigned)(rows[k] >= numerals->radix);
    }
    return beyond == 0;
}

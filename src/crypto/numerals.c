/* Numeral strings to halves and back, in arrays. See numerals.h. */
#include "crypto/numerals.h"

#include "crypto/kernels.h"

/* The first kernel that takes them; the last one takes all. */
static void choose_kernel(struct numerals *numerals) {
    size_t n = 0;
    while (!kernels_numerals(n)->takes(numerals))
        n++;
    numerals->kernel = kernels_numerals(n);
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
    choose_kernel(numerals);
}

void numerals_join(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n,
                   uint64_t *a, uint64_t *b) {
    numerals->kernel->join(numerals, rows, stride, n, a, b);
}

void numerals_split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b, size_t n,
                    uint8_t *rows, size_t stride) {
    numerals->kernel->split(numerals, a, b, n, rows, stride);
}

bool numerals_valid(const struct numerals *numerals, const uint8_t *rows, size_t stride, size_t n) {
    return numerals->kernel->valid(numerals, rows, stride, n);
}

/* ---- The portable kernel --------------------------------------------------------------------- */

static bool table_takes(const struct numerals *numerals) {
    (void)numerals;
    return true;
}

static inline uint64_t half_of(const uint8_t *row, unsigned len, uint64_t radix) {
    uint64_t x = 0;
    for (unsigned i = 0; i < len; i++)
        x = x * radix + row[i];
    return x;
}

static void table_join(const struct numerals *numerals, const uint8_t *rows, size_t stride,
                       size_t n, uint64_t *a, uint64_t *b) {
    const unsigned u = numerals->u, v = numerals->v;
    for (size_t i = 0; i < n; i++, rows += stride) {
        a[i] = half_of(rows, u, numerals->radix);
        b[i] = half_of(rows + u, v, numerals->radix);
    }
}

/* Write the `len` digits of x, from the last one backwards; the first chunk may be short. */
static inline void put_digits(const struct numerals *numerals, uint64_t x, unsigned len,
                              uint8_t *row) {
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

static void table_split(const struct numerals *numerals, const uint64_t *a, const uint64_t *b,
                        size_t n, uint8_t *rows, size_t stride) {
    const unsigned u = numerals->u, v = numerals->v;
    for (size_t i = 0; i < n; i++, rows += stride) {
        put_digits(numerals, a[i], u, rows);
        put_digits(numerals, b[i], v, rows + u);
    }
}

static bool table_valid(const struct numerals *numerals, const uint8_t *rows, size_t stride,
                        size_t n) {
    const unsigned len = (unsigned)numerals->u + numerals->v;
    unsigned beyond = 0;
    for (size_t i = 0; i < n; i++, rows += stride) {
        for (unsigned k = 0; k < len; k++)
            beyond |= (unsigned)(rows[k] >= numerals->radix);
    }
    return beyond == 0;
}

const struct numerals_kernel numerals_portable = {.name = "portable",
                                                  .takes = table_takes,
                                                  .join = table_join,
                                                  .split = table_split,
                                                  .valid = table_valid};

/* Check characters: weighted sums over GF(p), GF(16) and GF(32), and Damm's quasigroup.
 * It refuses kinds that do not belong to an alphabet's size: none is ever approximated.
 * References: docs/design/construction.md section 7; H. M. Damm, Total anti-symmetrische
 * Quasigruppen, Marburg 2004 (the table). */
#include "codes/check.h"

#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "codes/damm.h"
#include "codes/kernels.h"

#define PRIME_MIN   5u    /* in GF(2) and GF(3) transpositions or twins pass unseen */
#define GF16_POLY   0x13u /* x^4 + x + 1 */
#define GF32_POLY   0x25u /* x^5 + x^2 + 1 */
#define DAMM_BLOCK  256u  /* rows whose verdicts wait on the stack */
#define SYMBOL_MASK (CM_ALPHABET_MAX - 1u) /* keeps a hostile numeral inside its table row */
_Static_assert((CM_ALPHABET_MAX & SYMBOL_MASK) == 0, "the mask wants a power of two");

static const struct {
    const char *name;
    enum cm_check kind;
} names[] = {
    {"none", CM_CHECK_NONE}, {"prime", CM_CHECK_PRIME}, {"gf16", CM_CHECK_GF16},
    {"gf32", CM_CHECK_GF32}, {"damm", CM_CHECK_DAMM},
};

static bool is_prime(unsigned n) {
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0) return false;
    return n >= 2;
}

cm_err cm_check_kind_for(uint8_t radix, enum cm_check *kind) {
    if (radix < CM_ALPHABET_MIN || radix > CM_ALPHABET_MAX) return CM_E_RANGE;
    if (radix == DAMM_RADIX) {
        *kind = CM_CHECK_DAMM;
    } else if (radix == 16u) {
        *kind = CM_CHECK_GF16;
    } else if (radix == 32u) {
        *kind = CM_CHECK_GF32;
    } else if (radix >= PRIME_MIN && is_prime(radix)) {
        *kind = CM_CHECK_PRIME;
    } else {
        return CM_E_UNSUPPORTED;
    }
    return CM_OK;
}

const char *cm_check_name(enum cm_check kind) {
    for (size_t i = 0; i < CM_ARRAY_N(names); i++)
        if (names[i].kind == kind) return names[i].name;
    return "unknown";
}

cm_err cm_check_by_name(struct cm_slice name, enum cm_check *kind) {
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        if (!slice_equal(name, slice_text(names[i].name))) continue;
        *kind = names[i].kind;
        return CM_OK;
    }
    return CM_E_NOT_FOUND;
}

/* The order of a in the multiplicative group of GF(p). */
static unsigned order_mod(unsigned a, unsigned p) {
    unsigned order = 1;
    for (unsigned power = a; power != 1; power = power * a % p)
        order++;
    return order;
}

static unsigned primitive_root(unsigned p) {
    unsigned a = 2;
    while (order_mod(a, p) != p - 1)
        a++;
    return a;
}

static void terms_prime(struct check_table *t) {
    const unsigned p = t->radix, a = primitive_root(p);
    unsigned weight = a;
    for (size_t j = t->length; j-- > 0; weight = weight * a % p)
        for (unsigned x = 0; x < p; x++)
            t->term[j][x] = (uint8_t)((p - weight * x % p) % p);
}

/* The field's characteristic is 2: minus is plus. */
static void terms_binary(struct check_table *t, unsigned poly) {
    for (unsigned x = 0; x < t->radix; x++) {
        unsigned product = x;
        for (size_t j = t->length; j-- > 0;) {
            product <<= 1;
            if (product >= t->radix) product ^= poly;
            t->term[j][x] = (uint8_t)product;
        }
    }
}

static cm_err kind_must_fit(enum cm_check kind, uint8_t radix, struct cm_diag *diag) {
    enum cm_check fits = CM_CHECK_NONE;
    if (cm_check_kind_for(radix, &fits) == CM_OK && fits == kind) return CM_OK;
    const char *remedy = fits == CM_CHECK_NONE
                             ? "use \"none\", or an alphabet of 10, 16, 32 or a prime number of "
                               "symbols from 5 on"
                             : "use \"none\" or the kind that belongs to this size";
    return diag_fail(diag, CM_E_UNSUPPORTED, "check", NULL, remedy,
                     "kind \"%s\" cannot serve an alphabet of %u symbols, whose kind is \"%s\"",
                     cm_check_name(kind), radix, cm_check_name(fits));
}

static void fill_weights(struct check_table *t) {
    const bool is_prime_kind = t->kind == CM_CHECK_PRIME;
    t->reciprocal = ((uint64_t)1 << 32) / t->radix + 1;
    for (unsigned b = 0; b < CHECK_WEIGHTS_N && 1u << b < t->radix; b++) {
        for (size_t j = 0; j < t->length; j++)
            t->weight[b][j] = t->term[j][1u << b];
        t->weight[b][t->length] = (uint8_t)(is_prime_kind ? t->radix - 1u : 1u << b);
    }
}

cm_err check_table_init(struct check_table *out, enum cm_check kind, uint8_t radix, uint8_t length,
                        struct cm_diag *diag) {
    if (length == 0 || length > CM_LENGTH_MAX || radix < CM_ALPHABET_MIN || radix > CM_ALPHABET_MAX)
        return diag_fail(diag, CM_E_RANGE, "check", NULL, NULL,
                         "%u characters of %u symbols are out of range", length, radix);
    if (kind != CM_CHECK_NONE) TRY(kind_must_fit(kind, radix, diag));
    struct check_table t = {.kind = kind, .radix = radix, .length = length};
    if (kind == CM_CHECK_PRIME) terms_prime(&t);
    if (kind == CM_CHECK_GF16) terms_binary(&t, GF16_POLY);
    if (kind == CM_CHECK_GF32) terms_binary(&t, GF32_POLY);
    t.lanes = kernels_check(&t);
    if (t.lanes != NULL) fill_weights(&t);
    *out = t;
    return CM_OK;
}

static uint8_t row_prime(const struct check_table *t, const uint8_t *row) {
    unsigned sum = 0;
    for (size_t j = 0; j < t->length; j++)
        sum += t->term[j][row[j] & SYMBOL_MASK];
    return (uint8_t)(sum % t->radix);
}

static uint8_t row_binary(const struct check_table *t, const uint8_t *row) {
    unsigned sum = 0;
    for (size_t j = 0; j < t->length; j++)
        sum ^= t->term[j][row[j] & SYMBOL_MASK];
    return (uint8_t)sum;
}

typedef uint8_t row_fn(const struct check_table *, const uint8_t *);

/* The check numerals of n rows, `out_stride` bytes apart; nothing where there is none. */
static void compute(const struct check_table *t, const uint8_t *rows, size_t n, size_t stride,
                    uint8_t *out, size_t out_stride) {
    if (t->kind == CM_CHECK_NONE) return;
    if (t->kind == CM_CHECK_DAMM) {
        damm_rows(rows, n, stride, t->length, out, out_stride);
        return;
    }
    row_fn *const of_row = t->kind == CM_CHECK_PRIME ? row_prime : row_binary;
    for (size_t i = 0; i < n; i++)
        out[i * out_stride] = of_row(t, rows + i * stride);
}

void check_compute(const struct check_table *table, const uint8_t *numerals, size_t n,
                   size_t stride, uint8_t *check_out) {
    compute(table, numerals, n, stride, check_out, 1);
}

void check_append(const struct check_table *table, uint8_t *rows, size_t n, size_t stride) {
    if (table->kind == CM_CHECK_NONE) return;
    if (table->lanes != NULL && table->kind != CM_CHECK_DAMM)
        table->lanes->append(table, rows, n, stride);
    else
        compute(table, rows, n, stride, rows + table->length, stride);
}

void check_verify(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                  uint8_t *wrong_out) {
    memset(wrong_out, 0, n);
    if (table->kind == CM_CHECK_NONE) return;
    compute(table, rows, n, stride, wrong_out, 1);
    for (size_t i = 0; i < n; i++)
        wrong_out[i] = wrong_out[i] != rows[i * stride + table->length];
}

static void take_portable(const struct check_table *table, const uint8_t *rows, size_t n,
                          size_t stride, uint8_t *out, uint8_t *wrong_out) {
    const size_t len = (size_t)table->length + check_n(table->kind);
    check_verify(table, rows, n, stride, wrong_out);
    for (size_t i = 0; i < n; i++) {
        unsigned beyond = 0;
        for (size_t k = i * stride; k < i * stride + len; k++) {
            const unsigned outside = rows[k] >= table->radix;
            beyond |= outside;
            out[k] = (uint8_t)(rows[k] & (outside - 1));
        }
        wrong_out[i] |= (uint8_t)beyond;
    }
}

/* Damm is a chain, which has no vectors: the kernel sees to foreign numerals alone. */
static void take_damm(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                      uint8_t *out, uint8_t *wrong_out) {
    uint8_t off[DAMM_BLOCK];
    for (size_t at = 0; at < n; at += DAMM_BLOCK) {
        const size_t part = n - at < DAMM_BLOCK ? n - at : DAMM_BLOCK;
        table->lanes->take_rows(table, rows + at * stride, part, stride, out + at * stride,
                                wrong_out + at);
        check_verify(table, out + at * stride, part, stride, off);
        for (size_t i = 0; i < part; i++)
            wrong_out[at + i] |= off[i];
    }
}

void check_take(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                uint8_t *out, uint8_t *wrong_out) {
    if (table->lanes == NULL)
        take_portable(table, rows, n, stride, out, wrong_out);
    else if (table->kind == CM_CHECK_DAMM)
        take_damm(table, rows, n, stride, out, wrong_out);
    else
        table->lanes->take_rows(table, rows, n, stride, out, wrong_out);
}

/* Check characters: weighted sums over GF(p), GF(16) and GF(32), and Damm's quasigroup.
 * It refuses kinds that do not belong to an alphabet's size: none is ever approximated.
 * References: docs/design/construction.md section 7; H. M. Damm, Total anti-symmetrische
 * Quasigruppen, Marburg 2004 (the table). */
#include "codes/check.h"

#include "base/bytes.h"
#include "base/macros.h"
#include "codes/kernels.h"

#define PRIME_MIN     5u    /* in GF(2) and GF(3) transpositions or twins pass unseen */
#define GF16_POLY     0x13u /* x^4 + x + 1 */
#define GF32_POLY     0x25u /* x^5 + x^2 + 1 */
#define DAMM_N        10u
#define SYMBOL_MASK   (CM_ALPHABET_MAX - 1u) /* keeps a hostile numeral inside its table row */
#define DAMM_PADDED_N 16u                    /* a power of two, for the same reason */
_Static_assert((CM_ALPHABET_MAX & SYMBOL_MASK) == 0, "the mask wants a power of two");

static const struct {
    const char *name;
    enum cm_check kind;
} names[] = {
    {"none", CM_CHECK_NONE}, {"prime", CM_CHECK_PRIME}, {"gf16", CM_CHECK_GF16},
    {"gf32", CM_CHECK_GF32}, {"damm", CM_CHECK_DAMM},
};

/* Row: interim digit, column: next digit; the rows beyond 9 are never reached by sound numerals. */
static const uint8_t damm[DAMM_PADDED_N][DAMM_PADDED_N] = {
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6}, {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7}, {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
};

static bool is_prime(unsigned n) {
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0) return false;
    return n >= 2;
}

cm_err cm_check_kind_for(uint8_t radix, enum cm_check *kind) {
    if (radix < CM_ALPHABET_MIN || radix > CM_ALPHABET_MAX) return CM_E_RANGE;
    if (radix == DAMM_N) {
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

/* The diagonal of the quasigroup is 0, so the digit that ends the chain at 0 is the interim one. */
static uint8_t row_damm(const struct check_table *t, const uint8_t *row) {
    uint8_t interim = 0;
    for (size_t j = 0; j < t->length; j++)
        interim = damm[interim][row[j] & (DAMM_PADDED_N - 1u)];
    return interim;
}

typedef uint8_t row_fn(const struct check_table *, const uint8_t *);

/* NULL for codes without check character. */
static row_fn *row_fn_of(enum cm_check kind) {
    switch (kind) {
    case CM_CHECK_PRIME: return row_prime;
    case CM_CHECK_GF16:
    case CM_CHECK_GF32: return row_binary;
    case CM_CHECK_DAMM: return row_damm;
    case CM_CHECK_NONE:
    default: return NULL;
    }
}

void check_compute(const struct check_table *table, const uint8_t *numerals, size_t n,
                   size_t stride, uint8_t *check_out) {
    row_fn *const compute = row_fn_of(table->kind);
    if (compute == NULL) return;
    for (size_t i = 0; i < n; i++)
        check_out[i] = compute(table, numerals + i * stride);
}

void check_append(const struct check_table *table, uint8_t *rows, size_t n, size_t stride) {
    row_fn *const compute = row_fn_of(table->kind);
    if (compute == NULL) return;
    if (table->lanes != NULL) {
        table->lanes->append(table, rows, n, stride);
        return;
    }
    for (size_t i = 0; i < n; i++)
        rows[i * stride + table->length] = compute(table, rows + i * stride);
}

void check_verify(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                  uint8_t *wrong_out) {
    row_fn *const compute = row_fn_of(table->kind);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *const row = rows + i * stride;
        wrong_out[i] = compute != NULL && compute(table, row) != row[table->length];
    }
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

void check_take(const struct check_table *table, const uint8_t *rows, size_t n, size_t stride,
                uint8_t *out, uint8_t *wrong_out) {
    if (table->lanes != NULL)
        table->lanes->take_rows(table, rows, n, stride, out, wrong_out);
    else
        take_portable(table, rows, n, stride, out, wrong_out);
}

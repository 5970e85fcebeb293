/* FF1 in arrays. Step numbers are those of NIST SP 800-38G, algorithms 7 and 8. See ff1.h.
 *
 * P and every block of Q but the last are the same in all rounds and for all inputs, so their
 * CBC-MAC state is computed once: a round is one AES block, whatever the tweak's length. The last
 * block of Q holds the round number and NUM(B), as b + 1 <= 9 bytes.
 * A and B stay integers through all rounds; the loops over them are a kernel's (ff1_kernel.h).
 * Refuses what ff1.h says. */
#include "crypto/ff1.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "crypto/aes.h"
#include "crypto/kernels.h"
#include "crypto/numerals.h"

#define FF1_ROUNDS     10u
#define FF1_FLOOR      1000000u /* smallest domain of the product, SP 800-38G revision 1 */
#define FF1_SPACE_BITS 120u     /* domains below 2^120: halves fit 64 bits for radix <= 256 */
#define FF1_HALF_BYTES 8u       /* b at most */
#define FF1_RADIX_MAX  256u

struct ff1 {
    struct aes aes;
    bool long_y;                     /* d = 12 instead of 8 */
    struct ff1_half half[2];         /* r^u for even rounds, r^v for odd ones */
    uint64_t base[FF1_ROUNDS][2];    /* CBC-MAC state xor last block of Q without NUM(B) */
    const struct ff1_kernel *kernel; /* takes both halves */
    struct numerals numerals;
    uint64_t a[FF1_LANES], b[FF1_LANES]; /* scratch of the numeral entries */
    uint64_t block[2 * FF1_LANES];
};

static uint64_t power(uint64_t radix, unsigned exponent) {
    uint64_t x = 1;
    while (exponent-- > 0)
        x *= radix;
    return x;
}

static cm_err check(const struct ff1_params *p, uint64_t floor) {
    if (p->radix < 2 || p->radix > FF1_RADIX_MAX || p->n < 2) return CM_E_RANGE;
    if (p->tweak.len > FF1_TWEAK_MAX) return CM_E_RANGE;
    cm_u128 space = 1;
    for (unsigned i = 0; i < p->n; i++) {
        space *= p->radix; /* at most 2^120 * 2^8 before the test */
        if (space >> FF1_SPACE_BITS != 0) return CM_E_RANGE;
    }
    return space < floor ? CM_E_RANGE : CM_OK;
}

/* b, from integers only (step 3): bytes of r^v - 1. */
static unsigned bytes_of_half(uint64_t modulus) {
    unsigned b = 0;
    for (uint64_t x = modulus - 1; x > 0; x >>= 8)
        b++;
    return b;
}

/* CBC-MAC state after P and all of Q but its last block, then base[i] for every round. */
static cm_err make_bases(struct ff1 *ff1, const struct ff1_params *p, unsigned b) {
    const unsigned u = p->n / 2u, t = (unsigned)p->tweak.len;
    uint8_t state[AES_BLOCK_LEN] = {1, 2, 1, 0, 0, 0, FF1_ROUNDS, (uint8_t)u}; /* step 5 */
    state[4] = (uint8_t)(p->radix >> 8);
    state[5] = (uint8_t)p->radix;
    put_u32be(state + 8, p->n);
    put_u32be(state + 12, t);
    TRY(aes_blocks(&ff1->aes, state, 1));

    uint8_t q[FF1_TWEAK_MAX + 2 * AES_BLOCK_LEN] = {0}; /* step 6.i: T | zeros | [i] | NUM(B) */
    if (t > 0) memcpy(q, p->tweak.p, t);
    const size_t last = ((size_t)t + b) / AES_BLOCK_LEN * AES_BLOCK_LEN; /* of t + b + 1 bytes */
    for (size_t at = 0; at < last; at += AES_BLOCK_LEN) {
        for (size_t k = 0; k < AES_BLOCK_LEN; k++)
            state[k] ^= q[at + k];
        TRY(aes_blocks(&ff1->aes, state, 1));
    }
    for (size_t k = 0; k < AES_BLOCK_LEN; k++)
        state[k] ^= q[last + k];
    for (unsigned i = 0; i < FF1_ROUNDS; i++) {
        uint8_t base[AES_BLOCK_LEN];
        memcpy(base, state, sizeof base);
        base[AES_BLOCK_LEN - 1 - b] ^= (uint8_t)i;
        memcpy(ff1->base[i], base, sizeof base);
        wipe(base, sizeof base);
    }
    wipe(state, sizeof state);
    return CM_OK;
}

cm_err ff1_use_kernel(struct ff1 *ff1, const struct ff1_kernel *kernel) {
    if (kernel->modulus_max < ff1->half[1].m) return CM_E_RANGE; /* r^v is not below r^u */
    ff1->kernel = kernel;
    return CM_OK;
}

/* The first kernel that takes the halves; the last one takes all. */
static void choose_kernel(struct ff1 *ff1) {
    size_t n = 0;
    while (ff1_use_kernel(ff1, kernels_ff1(n)) != CM_OK)
        n++;
}

static cm_err make(struct ff1 **out, const struct ff1_params *p, uint64_t floor) {
    TRY(check(p, floor));
    CM_CLEANUP(ff1_freep) struct ff1 *ff1 = calloc(1, sizeof *ff1);
    if (ff1 == NULL) return CM_E_NO_MEMORY;
    TRY(aes_init(&ff1->aes, p->key));
    const unsigned u = p->n / 2u, v = p->n - u; /* step 1 */
    ff1->half[0] = ff1_half_make(power(p->radix, u));
    ff1->half[1] = ff1_half_make(power(p->radix, v));
    const unsigned b = bytes_of_half(ff1->half[1].m);
    if (b > FF1_HALF_BYTES) return CM_E_RANGE; /* cannot be below 2^120; keeps the reader calm */
    ff1->long_y = b > 4;                       /* step 4: d = 4 * ceil(b / 4) + 4 */
    TRY(make_bases(ff1, p, b));
    choose_kernel(ff1);
    numerals_init(&ff1->numerals, p->radix, p->n);
    *out = take(&ff1);
    return CM_OK;
}

cm_err ff1_new(struct ff1 **out, const struct ff1_params *params) {
    return make(out, params, FF1_FLOOR);
}

cm_err ff1_new_below_floor(struct ff1 **out, const struct ff1_params *params) {
    return make(out, params, 0);
}

void ff1_free(struct ff1 *ff1) {
    if (ff1 == NULL) return;
    aes_wipe(&ff1->aes);
    wipe(ff1, sizeof *ff1);
    free(ff1);
}

void ff1_freep(struct ff1 **ff1) { ff1_free(*ff1); }

uint64_t ff1_modulus_a(const struct ff1 *ff1) { return ff1->half[0].m; }
uint64_t ff1_modulus_b(const struct ff1 *ff1) { return ff1->half[1].m; }
const struct numerals *ff1_numerals(const struct ff1 *ff1) { return &ff1->numerals; }

static enum ff1_shape shape_of(const struct ff1 *ff1, const struct ff1_half *half) {
    if (!ff1->long_y) return FF1_SHAPE_8;
    return half->m <= FF1_NARROW_MAX ? FF1_SHAPE_12_NARROW : FF1_SHAPE_12_WIDE;
}

/* Steps 6.i to 6.vi ten times. The swap of A and B is left out: even rounds change a, odd ones b,
 * and ten rounds put both back in place. The walk that changes a half builds the next blocks from
 * it; the last one builds a block that nobody reads. */
static cm_err rounds(struct ff1 *ff1, bool decrypt, uint64_t *a, uint64_t *b, size_t n) {
    const struct ff1_kernel *kernel = ff1->kernel;
    const unsigned first = decrypt ? FF1_ROUNDS - 1 : 0;
    kernel->start(ff1->base[first], decrypt ? a : b, ff1->block, n);
    for (unsigned k = 0; k < FF1_ROUNDS; k++) {
        const unsigned i = decrypt ? first - k : k, after = decrypt ? i - 1 : i + 1;
        const struct ff1_half *half = &ff1->half[i & 1];
        const enum ff1_shape shape = shape_of(ff1, half);
        TRY(aes_blocks(&ff1->aes, ff1->block, n));
        ff1_turn_fn *turn = decrypt ? kernel->subtract[shape] : kernel->add[shape];
        turn(half, ff1->base[after % FF1_ROUNDS], ff1->block, i % 2 == 0 ? a : b, n);
    }
    return CM_OK;
}

static cm_err all_lanes(struct ff1 *ff1, bool decrypt, uint64_t *a, uint64_t *b, size_t n) {
    for (size_t done = 0; done < n; done += FF1_LANES) {
        const size_t part = n - done < FF1_LANES ? n - done : FF1_LANES;
        const cm_err err = rounds(ff1, decrypt, a + done, b + done, part);
        if (err != CM_OK) {
            wipe(a, n * sizeof *a);
            wipe(b, n * sizeof *b);
            return err;
        }
    }
    return CM_OK;
}

cm_err ff1_encrypt(struct ff1 *ff1, uint64_t *a, uint64_t *b, size_t n) {
    return all_lanes(ff1, false, a, b, n);
}

cm_err ff1_decrypt(struct ff1 *ff1, uint64_t *a, uint64_t *b, size_t n) {
    return all_lanes(ff1, true, a, b, n);
}

static cm_err all_rows(struct ff1 *ff1, bool decrypt, uint8_t *rows, size_t n, size_t stride) {
    if (!numerals_valid(&ff1->numerals, rows, stride, n)) return CM_E_RANGE;
    cm_err err = CM_OK;
    for (size_t done = 0; done < n && err == CM_OK; done += FF1_LANES) {
        const size_t part = n - done < FF1_LANES ? n - done : FF1_LANES;
        numerals_join(&ff1->numerals, rows + done * stride, stride, part, ff1->a, ff1->b);
        err = rounds(ff1, decrypt, ff1->a, ff1->b, part);
        if (err == CM_OK)
            numerals_split(&ff1->numerals, ff1->a, ff1->b, part, rows + done * stride, stride);
    }
    const size_t len = (size_t)ff1->numerals.u + ff1->numerals.v;
    for (size_t i = 0; err != CM_OK && i < n; i++)
        wipe(rows + i * stride, len);
    return err;
}

cm_err ff1_numerals_encrypt(struct ff1 *ff1, uint8_t *numerals, size_t rows, size_t stride) {
    return all_rows(ff1, false, numerals, rows, stride);
}

cm_err ff1_numerals_decrypt(struct ff1 *ff1, uint8_t *numerals, size_t rows, size_t stride) {
    return all_rows(ff1, true, numerals, rows, stride);
}

/* Division by a fixed number through a reciprocal made once: no hardware division on hot paths.
 *
 * Two shapes: `barrett` for a modulus up to 2^32 of a 64-bit value, `divisor` for a 128-bit value
 * by any 64-bit divisor. Refuses nothing: a divisor of 0 is the caller's mistake. Neither branches
 * on the value divided (selects only).
 * Sources: P. Barrett, CRYPTO '86; N. Moller, T. Granlund, "Improved division by invariant
 * integers", IEEE Trans. Computers 60 (2011), algorithm 4 and equation (2). */
#ifndef CM_CRYPTO_DIVIDE_H
#define CM_CRYPTO_DIVIDE_H

#include <stdint.h>

#include "base/macros.h"

/* Modulus 1 <= m <= 2^32 with floor((2^64 - 1) / m). */
struct barrett {
    uint64_t m, reciprocal;
};

static inline struct barrett barrett_make(uint64_t m) {
    return (struct barrett){.m = m, .reciprocal = UINT64_MAX / m};
}

/* floor(y / m), remainder to *r. The estimate is the quotient or one less: its error
 * y / m - y * reciprocal / 2^64 is below 1, as 2^64 / m - reciprocal <= 1. */
static inline uint64_t barrett_divide(const struct barrett *b, uint64_t y, uint64_t *r) {
    const uint64_t q = (uint64_t)(((cm_u128)y * b->reciprocal) >> 64);
    const uint64_t rest = y - q * b->m;
    const uint64_t more = (uint64_t)(rest >= b->m);
    *r = rest - (b->m & (0 - more));
    return q + more;
}

static inline uint64_t barrett_mod(const struct barrett *b, uint64_t y) {
    uint64_t r = 0;
    (void)barrett_divide(b, y, &r);
    return r;
}

/* (high * 2^32 + low) mod m: the 96-bit y of FF1, in two steps that both fit 64 bits. */
static inline uint64_t barrett_mod96(const struct barrett *b, uint64_t high, uint32_t low) {
    return barrett_mod(b, barrett_mod(b, high) << 32 | low);
}

/* d >= 1 normalised: d << shift has its top bit set; v = floor((2^128 - 1) / (d << shift)) - 2^64.
 */
struct divisor {
    uint64_t normal, v;
    unsigned shift;
};

static inline struct divisor divisor_make(uint64_t d) {
    struct divisor out = {.shift = (unsigned)__builtin_clzll(d)};
    out.normal = d << out.shift;
    out.v = (uint64_t)(~(cm_u128)0 / out.normal); /* the high word, 1, falls away */
    return out;
}

/* One step of algorithm 4: (u1, u0) / normal with u1 < normal. */
static inline uint64_t divisor_step(const struct divisor *d, uint64_t u1, uint64_t u0,
                                    uint64_t *r) {
    const cm_u128 q = (cm_u128)d->v * u1 + (((cm_u128)u1 << 64) | u0);
    const uint64_t q0 = (uint64_t)q;
    uint64_t q1 = (uint64_t)(q >> 64) + 1;
    uint64_t rest = u0 - q1 * d->normal;
    const uint64_t less = (uint64_t)(rest > q0);
    q1 -= less;
    rest += d->normal & (0 - less);
    const uint64_t more = (uint64_t)(rest >= d->normal);
    *r = rest - (d->normal & (0 - more));
    return q1 + more;
}

/* x << shift as two words: what a step divides. The shift may be 0, so the high word of the
 * 128-bit shift is taken, never x >> (64 - shift). */
static inline cm_u128 divisor_shift(const struct divisor *d, uint64_t x) {
    return (cm_u128)x << d->shift;
}

/* (hi, lo) / d with hi < d: quotient below 2^64. */
static inline uint64_t divisor_narrow(const struct divisor *d, uint64_t hi, uint64_t lo,
                                      uint64_t *r) {
    const cm_u128 low = divisor_shift(d, lo);
    uint64_t rest = 0;
    const uint64_t q =
        divisor_step(d, (hi << d->shift) | (uint64_t)(low >> 64), (uint64_t)low, &rest);
    *r = rest >> d->shift;
    return q;
}

/* (high * 2^32 + low) mod d for d > 2^32: the top 32 bits are below d, one step is enough. */
static inline uint64_t divisor_mod96(const struct divisor *d, uint64_t high, uint32_t low) {
    uint64_t r = 0;
    (void)divisor_narrow(d, high >> 32, high << 32 | low, &r);
    return r;
}

/* Any x / d: quotient of 128 bits, remainder to *r. */
static inline cm_u128 divisor_wide(const struct divisor *d, cm_u128 x, uint64_t *r) {
    uint64_t rest = 0;
    const uint64_t high = divisor_narrow(d, 0, (uint64_t)(x >> 64), &rest);
    const uint64_t low = divisor_narrow(d, rest, (uint64_t)x, &rest);
    *r = rest;
    return ((cm_u128)high << 64) | low;
}

#endif

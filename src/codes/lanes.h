/* What lies between the fields of a unit and the halves of FF1, for up to FF1_LANES codes at once:
 * messages to the tags, P * T + tag cut at r^v, and back.
 *
 * Two sets of loops. Narrow serves schemes whose texts number at most 2^64 with T and r^v up to
 * 2^32, which is what the planner advises: 64-bit words and one reciprocal a division. Wide serves
 * all others. Both yield the same numbers; neither branches on what it works on.
 * Source: docs/design/construction.md, section 6. */
#ifndef CM_CODES_LANES_H
#define CM_CODES_LANES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"
#include "countermark/error.h"
#include "crypto/divide.h"
#include "crypto/ff1.h"

/* A block of 128 bits is w2 * 2^96 + w1 * 2^48 + w0; c[i] = 2^(48 i) mod T, and scaled[i] =
 * floor(c[i] * 2^52 / T), for lanes_avx512.c. */
struct tag_fold {
    uint64_t t, c[3], scaled[3];
};

/* The sizes of a scheme with their reciprocals, made once. */
struct lane_sizes {
    bool narrow;
    cm_u128 payloads, t;          /* C and T */
    uint64_t half;                /* r^v, which cuts X into the halves of FF1 */
    struct barrett by_t, by_half; /* narrow */
    uint64_t carry;               /* narrow: 2^64 mod T */
    struct tag_fold fold;         /* narrow */
    /* narrow: tags of this processor (codes/kernels.h), or NULL */
    void (*tags)(const struct tag_fold *fold, const uint8_t *blocks, size_t n, uint64_t *tags);
    struct divisor wide_by_t, wide_by_half; /* wide; by_t means nothing where T = 2^64 */
};

/* Columns: p is 128 bits in two words (the high one stays 0 if narrow). */
struct lanes {
    uint64_t p_high[FF1_LANES], p_low[FF1_LANES];
    uint64_t a[FF1_LANES], b[FF1_LANES];
    uint64_t tag[FF1_LANES];  /* CMAC mod T */
    uint64_t left[FF1_LANES]; /* X mod T: what the tag should be */
    uint64_t differ[FF1_LANES];
};

/* Sizes that have passed cm_scheme_numbers_check: C * T <= S = space. */
void lane_sizes_init(struct lane_sizes *sizes, cm_u128 space, cm_u128 payloads, cm_u128 t,
                     uint64_t half);
/* The same, never narrow: for tests that hold the two against each other. */
void lane_sizes_init_wide(struct lane_sizes *sizes, cm_u128 payloads, cm_u128 t, uint64_t half);

/* p = first, first + 1, ... */
void lanes_count(struct lanes *lanes, cm_u128 first, size_t n);
static inline cm_u128 lanes_p(const struct lanes *lanes, size_t i) {
    return (cm_u128)lanes->p_high[i] << 64 | lanes->p_low[i];
}
static inline void lanes_set_p(struct lanes *lanes, size_t i, cm_u128 p) {
    lanes->p_high[i] = (uint64_t)(p >> 64);
    lanes->p_low[i] = (uint64_t)p;
}

/* M of every lane, 16 bytes each: scheme id(4) | key version(1) | P(11), `head` being the first
 * eight bytes as a number with zeros for P. A P that was deciphered from a text that is no code may
 * be longer: it is cut, and refused whatever its tag. */
void lanes_messages(const struct lanes *lanes, uint64_t head, uint8_t *blocks, size_t n);
/* tag = block mod T. */
void lanes_tags(const struct lane_sizes *sizes, struct lanes *lanes, const uint8_t *blocks,
                size_t n);
/* a and b of X = P * T + tag. */
void lanes_halves(const struct lane_sizes *sizes, struct lanes *lanes, size_t n);
/* p and left of X = a * r^v + b. */
void lanes_parts(const struct lane_sizes *sizes, struct lanes *lanes, size_t n);

#endif

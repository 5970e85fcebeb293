/* The arithmetic of codes in columns. See lanes.h. */
#include "codes/lanes.h"

#include <string.h>

#include "codes/kernels.h"
#include "codes/pack.h"

#define NARROW_BITS 64u
#define BLOCK_LEN   16u
_Static_assert(PACK_TAG_BITS == 64u, "T = 2^64 is the one that the wide loops single out");

void lane_sizes_init_wide(struct lane_sizes *sizes, cm_u128 payloads, cm_u128 t, uint64_t half) {
    *sizes = (struct lane_sizes){.payloads = payloads, .t = t, .half = half};
    if (t >> PACK_TAG_BITS == 0) sizes->wide_by_t = divisor_make((uint64_t)t);
    sizes->wide_by_half = divisor_make(half);
}

static struct tag_fold fold_of(uint64_t t) {
    struct tag_fold fold = {.t = t};
    for (unsigned i = 0; i < CM_ARRAY_N(fold.c); i++) {
        fold.c[i] = (uint64_t)(((cm_u128)1 << 48 * i) % t);
        fold.scaled[i] = (uint64_t)(((cm_u128)fold.c[i] << 52) / t);
    }
    return fold;
}

void lane_sizes_init(struct lane_sizes *sizes, cm_u128 space, cm_u128 payloads, cm_u128 t,
                     uint64_t half) {
    lane_sizes_init_wide(sizes, payloads, t, half);
    const uint64_t most = (uint64_t)1 << 32;
    if (space > (cm_u128)1 << NARROW_BITS || t > most || half > most || t < 2) return;
    sizes->narrow = true;
    sizes->by_t = barrett_make((uint64_t)t);
    sizes->by_half = barrett_make(half);
    sizes->carry = (uint64_t)(((cm_u128)1 << 64) % t);
    sizes->fold = fold_of((uint64_t)t);
    sizes->tags = kernels_tags();
}

void lanes_count(struct lanes *lanes, cm_u128 first, size_t n) {
    const uint64_t high = (uint64_t)(first >> 64), low = (uint64_t)first;
    for (size_t i = 0; i < n; i++) {
        lanes->p_low[i] = low + i;
        lanes->p_high[i] = high + (uint64_t)(low + i < low);
    }
}

static inline uint64_t load_be(const uint8_t *from) {
    uint64_t word = 0;
    memcpy(&word, from, sizeof word);
    return __builtin_bswap64(word);
}

static inline void store_be(uint8_t *to, uint64_t word) {
    word = __builtin_bswap64(word);
    memcpy(to, &word, sizeof word);
}

void lanes_messages(const struct lanes *lanes, uint64_t head, uint8_t *blocks, size_t n) {
    const uint64_t p_mask = ((uint64_t)1 << (PACK_PAYLOAD_BITS - 64)) - 1;
    for (size_t i = 0; i < n; i++) {
        store_be(blocks + i * BLOCK_LEN, head | (lanes->p_high[i] & p_mask));
        store_be(blocks + i * BLOCK_LEN + 8, lanes->p_low[i]);
    }
}

/* 128 bits modulo T <= 2^32: every sum and product below stays within 64. */
static void tags_narrow(const struct lane_sizes *sizes, struct lanes *lanes, const uint8_t *blocks,
                        size_t n) {
    const struct barrett by_t = sizes->by_t;
    const uint64_t carry = sizes->carry;
    const size_t whole_n = sizes->tags == NULL ? 0 : n - n % TAG_LANES_STEP;
    if (whole_n > 0) sizes->tags(&sizes->fold, blocks, whole_n, lanes->tag);
    for (size_t i = whole_n; i < n; i++) {
        const uint64_t high = barrett_mod(&by_t, load_be(blocks + i * BLOCK_LEN));
        const uint64_t low = barrett_mod(&by_t, load_be(blocks + i * BLOCK_LEN + 8));
        lanes->tag[i] = barrett_mod(&by_t, high * carry + low);
    }
}

static void tags_wide(const struct lane_sizes *sizes, struct lanes *lanes, const uint8_t *blocks,
                      size_t n) {
    const bool whole = sizes->t >> PACK_TAG_BITS != 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t tag = load_be(blocks + i * BLOCK_LEN + 8);
        if (!whole) {
            uint64_t high = 0;
            (void)divisor_narrow(&sizes->wide_by_t, 0, load_be(blocks + i * BLOCK_LEN), &high);
            (void)divisor_narrow(&sizes->wide_by_t, high, tag, &tag);
        }
        lanes->tag[i] = tag;
    }
}

void lanes_tags(const struct lane_sizes *sizes, struct lanes *lanes, const uint8_t *blocks,
                size_t n) {
    if (sizes->narrow)
        tags_narrow(sizes, lanes, blocks, n);
    else
        tags_wide(sizes, lanes, blocks, n);
}

static void halves_narrow(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    const struct barrett by_half = sizes->by_half;
    const uint64_t t = (uint64_t)sizes->t;
    for (size_t i = 0; i < n; i++)
        lanes->a[i] = barrett_divide(&by_half, lanes->p_low[i] * t + lanes->tag[i], &lanes->b[i]);
}

static void halves_wide(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const cm_u128 x = lanes_p(lanes, i) * sizes->t + lanes->tag[i];
        lanes->a[i] =
            divisor_narrow(&sizes->wide_by_half, (uint64_t)(x >> 64), (uint64_t)x, &lanes->b[i]);
    }
}

void lanes_halves(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    if (sizes->narrow)
        halves_narrow(sizes, lanes, n);
    else
        halves_wide(sizes, lanes, n);
}

static void parts_narrow(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    const struct barrett by_t = sizes->by_t;
    const uint64_t half = sizes->half;
    for (size_t i = 0; i < n; i++) {
        lanes->p_low[i] = barrett_divide(&by_t, lanes->a[i] * half + lanes->b[i], &lanes->left[i]);
        lanes->p_high[i] = 0;
    }
}

static void parts_wide(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    const bool whole = sizes->t >> PACK_TAG_BITS != 0;
    for (size_t i = 0; i < n; i++) {
        const cm_u128 x = (cm_u128)lanes->a[i] * sizes->half + lanes->b[i];
        cm_u128 p = x >> PACK_TAG_BITS;
        lanes->left[i] = (uint64_t)x;
        if (!whole) p = divisor_wide(&sizes->wide_by_t, x, &lanes->left[i]);
        lanes_set_p(lanes, i, p);
    }
}

void lanes_parts(const struct lane_sizes *sizes, struct lanes *lanes, size_t n) {
    if (sizes->narrow)
        parts_narrow(sizes, lanes, n);
    else
        parts_wide(sizes, lanes, n);
}

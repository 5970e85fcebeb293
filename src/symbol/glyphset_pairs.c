/* How alike two glyphs of a set are: the Hamming distance over the best shift by at most one dot
 * each way. References as in glyphset.h. */
#include <stdlib.h>

#include "symbol/glyphset.h"

#define HALF          128u
#define CLOSE_PERCENT 15u /* of the ink of the lighter; construction.md, "Alphabets" */

struct view {
    const uint8_t *ink;
    size_t width, height;
};

static bool inked(const struct view *v, size_t x, size_t y) { /* wraps below 0: outside */
    return x < v->width && y < v->height && v->ink[y * v->width + x] >= HALF;
}

static uint32_t ink_of(const struct view *v) {
    uint32_t n = 0;
    for (size_t i = 0; i < v->width * v->height; i++)
        n += v->ink[i] >= HALF ? 1u : 0u;
    return n;
}

/* b moved right and down by one less than `right` and `down`; the field is one dot wider around. */
static uint32_t distance(const struct view *a, const struct view *b, size_t right, size_t down) {
    uint32_t n = 0;
    for (size_t y = 0; y < a->height + 2u; y++)
        for (size_t x = 0; x < a->width + 2u; x++)
            n += inked(a, x - 1u, y - 1u) != inked(b, x - right, y - down) ? 1u : 0u;
    return n;
}

struct glyphset_pair glyphset_compare(const struct glyphset *set, size_t i, size_t k) {
    const struct view a = {glyphset_bitmap(set, i), set->width, set->height};
    const struct view b = {glyphset_bitmap(set, k), set->width, set->height};
    const uint32_t ink_a = ink_of(&a), ink_b = ink_of(&b);
    struct glyphset_pair pair = {.a = set->symbols[i],
                                 .b = set->symbols[k],
                                 .distance = UINT32_MAX,
                                 .ink = ink_a < ink_b ? ink_a : ink_b};
    for (size_t shift = 0; shift < 9; shift++) {
        const uint32_t d = distance(&a, &b, shift % 3u, shift / 3u);
        if (d < pair.distance) pair.distance = d;
    }
    return pair;
}

static bool closer_than(const struct glyphset_pair *pair, unsigned percent) {
    return 100u * (uint64_t)pair->distance < (uint64_t)percent * pair->ink;
}

bool glyphset_too_close(const struct glyphset_pair *pair) {
    return closer_than(pair, CLOSE_PERCENT);
}

/* By distance as a share of the ink; then as the symbols stand in the alphabet. */
static bool before(const struct glyphset_pair *a, const struct glyphset_pair *b) {
    return (uint64_t)a->distance * b->ink < (uint64_t)b->distance * a->ink;
}

static void insert(struct glyphset_pair *out, size_t n, size_t cap,
                   const struct glyphset_pair *pair) {
    size_t at = n < cap ? n : cap;
    while (at > 0 && before(pair, &out[at - 1])) {
        if (at < cap) out[at] = out[at - 1];
        at--;
    }
    if (at < cap) out[at] = *pair;
}

size_t glyphset_close_pairs(const struct glyphset *set, unsigned percent, struct glyphset_pair *out,
                            size_t cap) {
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++) {
        for (size_t k = i + 1; k < set->n; k++) {
            const struct glyphset_pair pair = glyphset_compare(set, i, k);
            if (closer_than(&pair, percent)) insert(out, n++, cap, &pair);
        }
    }
    return n;
}

/* Do bytes all ask for nothing? Eight at once, by the longest run of such bytes around the digits;
 * or columns of them sixteen at once, by the few printable characters that do ask for something.
 * Where a word may hold one the answer is "no", and the caller looks byte by byte: that costs time
 * and nothing else. It refuses to say which byte it was.
 * Source: S. E. Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte between m and n".
 */
#ifndef CM_ORDER_PLAIN_H
#define CM_ORDER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLAIN_N     8u  /* bytes of a word */
#define PLAIN_BUSY  4u  /* characters that ask for something, at most, to be looked for at once */
#define PLAIN_LANES 16u /* bytes */
#define PLAIN_ONES  UINT64_C(0x0101010101010101)
#define PLAIN_HIGHS UINT64_C(0x8080808080808080)

/* A run of ASCII bytes first..last, each eight times: 127 - last, and first. The printable
 * characters that ask for something; more than PLAIN_BUSY: they are not all there. */
struct plain {
    uint64_t above, below;
    uint8_t busy_n, busy[PLAIN_BUSY][PLAIN_LANES]; /* each sixteen times */
};

/* The run around '0' of bytes whose class is 0; none: no byte is in it. */
static inline struct plain plain_of(const uint8_t classes[static 256]) {
    struct plain p = {.above = 0x7Fu * PLAIN_ONES, .below = 0x7Fu * PLAIN_ONES};
    uint8_t first = '0', last = '0';
    for (unsigned c = ' '; c <= '~'; c++) {
        if (classes[c] == 0) continue;
        if (p.busy_n < PLAIN_BUSY) memset(p.busy[p.busy_n], (int)c, PLAIN_LANES);
        p.busy_n = (uint8_t)(p.busy_n + 1u);
    }
    if (classes['0'] != 0) return p;
    while (first > 0 && classes[first - 1u] == 0)
        first--;
    while (last < 0x7F && classes[last + 1u] == 0)
        last++;
    p.above = (0x7Fu - last) * PLAIN_ONES;
    p.below = first * PLAIN_ONES;
    return p;
}

/* Whether all bytes of a word lie in the run. No carry leaves a byte: those that could are high
 * already, and then the answer is no. */
static inline bool plain_word(const struct plain *p, uint64_t word) {
    const uint64_t high = word | (word + p->above);
    const uint64_t low = (word | PLAIN_HIGHS) - p->below;
    return ((high | ~low) & PLAIN_HIGHS) == 0;
}

typedef uint8_t plain_lanes __attribute__((vector_size(PLAIN_LANES)));

static inline plain_lanes plain_load(const uint8_t *bytes) {
    plain_lanes v;
    memcpy(&v, bytes, sizeof v);
    return v;
}

static inline plain_lanes plain_asking(const struct plain *p, const uint8_t *bytes) {
    const plain_lanes v = plain_load(bytes);
    plain_lanes asking = (plain_lanes)(v - (uint8_t)' ' > (uint8_t)('~' - ' '));
    for (size_t i = 0; i < p->busy_n; i++)
        asking |= (plain_lanes)(v == plain_load(p->busy[i]));
    return asking;
}

/* n at least PLAIN_N: all within the run. */
static inline bool plain_words(const struct plain *p, const uint8_t *bytes, size_t n) {
    uint64_t word;
    memcpy(&word, bytes + n - PLAIN_N, sizeof word);
    bool all = plain_word(p, word);
    for (size_t i = 0; i + PLAIN_N < n; i += PLAIN_N) {
        memcpy(&word, bytes + i, sizeof word);
        all &= plain_word(p, word);
    }
    return all;
}

/* Whether all of n bytes are ASCII that asks for nothing; "no" may be wrong. */
static inline bool plain_bytes(const struct plain *p, const uint8_t classes[static 256],
                               const uint8_t *bytes, size_t n) {
    if (n < PLAIN_LANES) {
        uint8_t one = 0;
        for (size_t i = 0; i < n; i++)
            one |= (uint8_t)(classes[bytes[i]] | bytes[i] >> 7);
        return one == 0;
    }
    if (p->busy_n > PLAIN_BUSY) return plain_words(p, bytes, n);
    plain_lanes any = plain_asking(p, bytes + n - PLAIN_LANES);
    for (size_t i = 0; i + PLAIN_LANES < n; i += PLAIN_LANES)
        any |= plain_asking(p, bytes + i);
    uint64_t halves[2];
    memcpy(halves, &any, sizeof halves);
    return (halves[0] | halves[1]) == 0;
}

#endif

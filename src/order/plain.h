/* Eight bytes at once: do they all ask for nothing? Of the bytes that a field copies as they are,
 * the longest run around the digits is kept; what lies outside it is looked at byte by byte, so
 * that an answer "no" costs time and nothing else. It refuses to say which byte it was.
 * Source: S. E. Anderson, "Bit Twiddling Hacks", "Determine if a word has a byte between m and n".
 */
#ifndef CM_ORDER_PLAIN_H
#define CM_ORDER_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PLAIN_N     8u /* bytes */
#define PLAIN_ONES  UINT64_C(0x0101010101010101)
#define PLAIN_HIGHS UINT64_C(0x8080808080808080)

/* A run of ASCII bytes first..last, each eight times: 127 - last, and first. */
struct plain {
    uint64_t above, below;
};

/* The run around '0' of bytes whose class is 0; none: no byte is in it. */
static inline struct plain plain_of(const uint8_t classes[static 256]) {
    uint8_t first = '0', last = '0';
    if (classes['0'] != 0) return (struct plain){0x7Fu * PLAIN_ONES, 0x7Fu * PLAIN_ONES};
    while (first > 0 && classes[first - 1u] == 0)
        first--;
    while (last < 0x7F && classes[last + 1u] == 0)
        last++;
    return (struct plain){(0x7Fu - last) * PLAIN_ONES, first * PLAIN_ONES};
}

/* Whether all bytes of a word lie in the run. No carry leaves a byte: those that could are high
 * already, and then the answer is no. */
static inline bool plain_word(const struct plain *p, uint64_t word) {
    const uint64_t high = word | (word + p->above);
    const uint64_t low = (word | PLAIN_HIGHS) - p->below;
    return ((high | ~low) & PLAIN_HIGHS) == 0;
}

#endif

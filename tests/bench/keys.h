/* Fresh keys for the stores beside us: texts as long as our codes, each once, in random order.
 * Splitmix is a permutation of the 64-bit numbers, and 13 characters of 5 bits hold one. */
#ifndef CM_TESTS_BENCH_KEYS_H
#define CM_TESTS_BENCH_KEYS_H

#include <stddef.h>

#include "support/splitmix.h"

#define KEY_TEXT_LEN 13u /* bytes, no NUL */

/* The next key; `state` starts as any number, stores that must not share keys far apart. */
static inline void key_next(uint64_t *state, char out[static KEY_TEXT_LEN]) {
    static const char symbols[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t v = splitmix_next(state);
    for (size_t i = 0; i < KEY_TEXT_LEN; i++, v >>= 5)
        out[i] = symbols[v % 32];
}

#endif

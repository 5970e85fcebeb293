/* References as in own_random.h. */
#include "soak/own_random.h"

#include <string.h>

#include "crypto/random.h"
#include "support/splitmix.h"

static uint64_t state; /* the program has one thread, and one chance */

void own_random_seed(uint64_t seed) { state = seed; }

void random_fill(void *out, size_t len) {
    for (size_t at = 0; at < len; at += sizeof(uint64_t)) {
        const uint64_t word = splitmix_next(&state);
        memcpy((uint8_t *)out + at, &word, len - at < sizeof word ? len - at : sizeof word);
    }
}

void random_key(struct cm_key *out) { random_fill(out->b, sizeof out->b); }

uint32_t random_below(uint32_t bound) {
    return bound < 2 ? 0 : (uint32_t)(splitmix_next(&state) % bound);
}

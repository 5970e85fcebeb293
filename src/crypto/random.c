/* Randomness: thin names over libsodium's getrandom(2) source. No seeding, no state of ours. */
#include "crypto/random.h"

#include <sodium.h>

void random_fill(void *out, size_t len) { randombytes_buf(out, len); }

void random_key(struct cm_key *out) { randombytes_buf(out->b, sizeof out->b); }

uint32_t random_below(uint32_t bound) { return randombytes_uniform(bound); }

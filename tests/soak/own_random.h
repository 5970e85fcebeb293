/* Chance that repeats: stands in for crypto/random.c under the same names, so that a seed makes the
 * same keys, the same codes and the same holes among them. Never for anything that is used. */
#ifndef CM_TESTS_SOAK_OWN_RANDOM_H
#define CM_TESTS_SOAK_OWN_RANDOM_H

#include <stdint.h>

void own_random_seed(uint64_t seed);

#endif

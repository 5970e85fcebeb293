/* Random numbers for pictures of faults: repeatable, quick, and of no use for anything secret
 * (splitmix64; Steele, Lea and Flood, 2014). */
#ifndef CM_SYMBOL_FAULT_RANDOM_H
#define CM_SYMBOL_FAULT_RANDOM_H

#include <stdint.h>

struct fault_random {
    uint64_t state;
};

static inline uint64_t fault_u64(struct fault_random *r) {
    uint64_t z = r->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* 0 <= x < 1 */
static inline double fault_share(struct fault_random *r) {
    return (double)(fault_u64(r) >> 11) * 0x1p-53;
}

/* About normal, standard deviation 1: four uniform numbers of 16 bits, whose sum has a standard
 * deviation of sqrt(4 / 12). */
static inline double fault_normal(struct fault_random *r) {
    const uint64_t z = fault_u64(r);
    const uint64_t sum = (z & 0xFFFFu) + (z >> 16 & 0xFFFFu) + (z >> 32 & 0xFFFFu) + (z >> 48);
    return ((double)sum / 65535.0 - 2.0) / 0.57735026918962576;
}

#endif

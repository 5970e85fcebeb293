/* The size of a proof: small in every test run, full under `./dev prove` (which sets CM_PROVE=1).
 * One program serves both, so the full proof cannot drift away from the tested one. */
#ifndef CM_TESTS_SUPPORT_PROVE_H
#define CM_TESTS_SUPPORT_PROVE_H

#include <stdint.h>
#include <stdlib.h>

static inline uint64_t prove_size(uint64_t usual, uint64_t full) {
    const char *asked = getenv("CM_PROVE");
    return asked != NULL && asked[0] == '1' ? full : usual;
}

#endif

/* What a fuzz target is: one function that takes any bytes and never fails on account of them.
 * Linked with libFuzzer in the preset `fuzz`, with replay_main.c everywhere else. */
#ifndef CM_FUZZ_FUZZ_H
#define CM_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Takes len bytes; always returns 0. A broken promise of the code under test ends in abort(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* State what must hold for every input. */
static inline void fuzz_require(int holds) {
    if (!holds) abort();
}

#endif

/* Randomness of the operating system through libsodium; the only source in the project.
 * It cannot fail quietly: libsodium ends the process when the system has none to give. */
#ifndef CM_CRYPTO_RANDOM_H
#define CM_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* Fill with uniform bytes; crypto_init must have been called. */
void random_fill(void *out, size_t len);
void random_key(struct cm_key *out);
/* Uniform in 0..bound-1 by rejection; 0 if bound is 0 or 1. */
uint32_t random_below(uint32_t bound);

#endif

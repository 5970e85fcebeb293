/* The first throttle: wrong answers per address and per API key, each by the generic cell rate
 * algorithm. A fixed table: every caller has a place in each of two rows, found by SipHash under a
 * key of this start, is charged in both and held up only when both say so. Callers that meet by
 * chance in both become stricter to each other; nobody ever gets more. No memory grows. */
#ifndef CM_EDGE_THROTTLE_H
#define CM_EDGE_THROTTLE_H

#include "base/gcra.h"
#include "crypto/siphash.h"

#define THROTTLE_ROWS   2u
#define THROTTLE_PLACES 131072u /* a row; both rows 2 MiB */

struct throttle {
    uint8_t key[THROTTLE_ROWS][SIPHASH_KEY_LEN];
    uint64_t (*due_us)[THROTTLE_PLACES];
};

/* crypto_init must have been called. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err throttle_init(struct throttle *t);
void throttle_wipe(struct throttle *t);
/* Microseconds until `who` may ask again; 0 = now. */
uint64_t throttle_wait_us(const struct throttle *t, struct gcra rate, struct cm_slice who,
                          uint64_t now_us);
void throttle_charge(struct throttle *t, struct gcra rate, struct cm_slice who, uint64_t now_us,
                     uint64_t units);

#endif

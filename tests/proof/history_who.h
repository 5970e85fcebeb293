/* Inside the judge: which redeemer of the history is which pseudonym of the journal. Not for
 * tests. The journal never names a redeemer, so the judge learns it: an answered change binds the
 * reference that asked to the pseudonym that was written, and from then on neither may meet
 * another. */
#ifndef CM_TESTS_PROOF_HISTORY_WHO_H
#define CM_TESTS_PROOF_HISTORY_WHO_H

#include "history.h"

struct who {
    uint32_t pseudonym_of[HISTORY_REDEEMERS + 1]; /* by reference; 0 = not learnt yet */
    uint32_t redeemer_of[HISTORY_REDEEMERS + 1];  /* by pseudonym */
};

/* May this redeemer have asked for this change, by all that is known? */
bool who_fits(const struct who *w, uint32_t use_max, const struct history_fact *fact,
              uint32_t redeemer);
/* The redeemer did ask for it, and it fits. */
void who_learn(struct who *w, uint32_t use_max, const struct history_fact *fact, uint32_t redeemer);

#endif

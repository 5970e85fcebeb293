/* Hands that share a work of three steps: next (one at a time), work (all beside each other), put
 * (one at a time, in the order in which was taken). So processors share what takes time, while what
 * is read and what is written keep their order, and the result is the one of a single hand.
 * The first failure stops all. mint_crew.h is the same for mint, which can compute ahead. */
#ifndef CM_CLI_CREW_H
#define CM_CLI_CREW_H

#include "base/diag.h"

#include <stdbool.h>

#define CREW_HANDS_MAX 8u

struct crew {
    /** One at a time. @param[out] more  false at the end: then there is nothing to work on */
    cm_err (*next)(void *hand, bool *more, struct cm_diag *diag);
    cm_err (*work)(void *hand, struct cm_diag *diag);
    cm_err (*put)(void *hand, struct cm_diag *diag); /* one at a time, as they were taken */
    void *const *hands; /* one a thread, each what its steps are given */
    unsigned n;         /* 1..CREW_HANDS_MAX; one: in this thread */
};

/* As many hands as there are processors, `most` at most. */
unsigned crew_size(unsigned most);
/** Until there is nothing left to take. @retval as the first step that failed */
CM_MUST_CHECK cm_err crew_run(const struct crew *crew, struct cm_diag *diag);

#endif

/* What a closed workspace holds in the end: every change of one batch's units, read from its
 * journal and archive, and the batch's counters as the engine counts them. */
#ifndef CM_TESTS_PROOF_FACTS_H
#define CM_TESTS_PROOF_FACTS_H

#include "history.h"
#include "support/world.h"

struct facts {
    struct history_fact *p;
    size_t n, cap;
    uint32_t set, unit_n;
    uint64_t segment; /* the last one */
    uint8_t pseudonyms[HISTORY_REDEEMERS][EVENT_HASH_LEN];
    uint32_t pseudonym_n;
};

/** Read the journal of a world whose engine is closed; free f->p in any case.
 * @retval as journal_reader_open and journal_reader_next; CM_E_CORRUPT also for unreadable events,
 *         for units beyond unit_n and for more pseudonyms than there are redeemers */
CM_MUST_CHECK cm_err facts_try(struct facts *f, const struct world *w, uint32_t set,
                               uint32_t unit_n, struct cm_diag *diag);
/* The same; fails the running test when it cannot. */
void facts_read(struct facts *f, const struct world *w, uint32_t set, uint32_t unit_n);
/* From an open engine. */
struct history_totals facts_totals(struct world *w, uint32_t set);

#endif

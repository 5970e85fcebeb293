/* What a run holds, as it stood at one moment, for who judges reads: units in the order of sending.
 * A copy; the ledger goes on. It knows no texts. */
#ifndef CM_VAULT_RUN_ROW_H
#define CM_VAULT_RUN_ROW_H

#include "engine/runs.h"

/* One batch of the run. */
struct row_batch {
    uint32_t set;
    size_t from, to; /* its spans */
    uint32_t *holes; /* offsets from its first serial; owned, read when first asked for */
    size_t hole_n;
    bool holes_known;
};

struct run_row {
    struct cm_engine *engine; /* borrowed */
    uint32_t run;
    struct span *spans; /* owned; batch after batch */
    size_t span_n, span_cap;
    struct row_batch *batches; /* owned; in the order of sending */
    size_t batch_n, batch_cap;
};
#define RUN_ROW_INIT                                                                               \
    { .spans = NULL }

/** @retval CM_E_NOT_FOUND  no such run     @retval CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err run_row_read(struct run_row *row, struct cm_engine *engine, uint32_t run);
void run_row_wipe(struct run_row *row);

/* A unit's place in the order of sending. */
struct row_place {
    size_t batch; /* index */
    uint64_t serial;
};
static inline bool row_before(struct row_place a, struct row_place b) {
    return a.batch < b.batch || (a.batch == b.batch && a.serial < b.serial);
}
/** Where a serial of a set stands, and in which span. @param[out] span  NULL: the run does not hold
 * it, or it is no unit
 * @retval CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err run_row_find(struct run_row *row, uint32_t set, uint64_t serial,
                                  struct row_place *place, const struct span **span);
/** The next serial behind a place that is a unit, whatever became of it; *span NULL at the end.
 * Spans for which `pass` says true are passed over whole. @retval as run_row_find */
typedef bool row_pass(const struct span *span);
CM_MUST_CHECK cm_err run_row_next(struct run_row *row, struct row_place *place, row_pass *pass,
                                  const struct span **span);

#endif

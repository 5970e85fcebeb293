/* The contents of a row of the table of what runs hold as bytes: docs/design/state.md, "Held".
 * Pure: no LMDB, no I/O. The reader refuses what no writer of ours makes, in size, order or value:
 * each row has one form. */
#ifndef CM_LEDGER_STATE_HELD_H
#define CM_LEDGER_STATE_HELD_H

#include "base/buffer.h"
#include "base/spans.h"
#include "ledger/state.h"

/* What a run holds of one set, and what became of it: one row of the table of what runs hold. */
struct held_row {
    uint32_t run, set;
    uint64_t since;     /* sequence of its first hold: the order of sending among a run's sets */
    uint64_t used;      /* units made void that had been redeemed before */
    struct spans spans; /* of this set alone */
    uint64_t *holes;    /* serials of them that are no units, ascending */
    size_t hole_n, hole_cap;
};
void held_row_wipe(struct held_row *row);

#define RECORD_HELD_LEN 20u /* since 8, used 8, spans 4; spans and holes follow */
#define RECORD_SPAN_MIN 4u  /* bytes of the shortest span */

void record_put_held(struct buffer *to, const struct held_row *row);
/** Fills spans, holes, since and used of a row whose run and set are told by its key.
 * @param[in,out] row  spans and holes empty; empty again on error
 * @retval CM_E_CORRUPT     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err record_read_held(struct cm_slice content, struct held_row *row);

#endif

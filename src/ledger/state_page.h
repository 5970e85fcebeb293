/* Writing pages of units and runs of details straight into their tables, under what a tail says of
 * the same units: for state_units.c, which ends the tail with it, and for tests of those tables.
 * Everybody else folds changes of units (state.h, fold_units). */
#ifndef CM_LEDGER_STATE_PAGE_H
#define CM_LEDGER_STATE_PAGE_H

#include "ledger/state.h"

CM_MUST_CHECK cm_err fold_page(struct state_fold *f, uint32_t set, uint64_t page,
                               const uint8_t bytes[static STATE_PAGE_LEN]);
/* The page as the table has it now; zeros if it has none. */
CM_MUST_CHECK cm_err fold_page_get(struct state_fold *f, uint32_t set, uint64_t page,
                                   uint8_t out[static STATE_PAGE_LEN]);
/* Details of one page's units, sorted by serial; stored as one packed run. */
struct detail_entry {
    uint64_t serial;
    struct unit_detail detail;
};
CM_MUST_CHECK cm_err fold_details(struct state_fold *f, uint32_t set, uint64_t page,
                                  const struct detail_entry *entries, size_t n);

#endif

/* The record that says whose image this is and how far it reaches; for the state's own files.
 * It is written in the same transaction as what it speaks of, never alone. */
#ifndef CM_LEDGER_STATE_IMAGE_H
#define CM_LEDGER_STATE_IMAGE_H

#include "ledger/state_table.h"

CM_MUST_CHECK cm_err image_put_meta(const struct state *s, MDB_txn *txn, uint64_t position);

#endif

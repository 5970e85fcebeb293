/* The runs that somebody is to drive, as JSON: what the vault pushes to line processes and what a
 * command line that drives a run itself reads. Shape: docs/design/acts.md, "Runs". It holds no
 * codes. */
#ifndef CM_VAULT_RUN_LIST_H
#define CM_VAULT_RUN_LIST_H

#include "base/buffer.h"
#include "engine/engine.h"
#include "vault/run_live.h"

/** Append {"workspace":TEXT,"runs":[...]}: every run of that holder that is not closed, with what
 * it holds.
 * @retval CM_E_NO_MEMORY, CM_E_DEAD */
CM_MUST_CHECK cm_err run_list_json(struct cm_engine *engine, enum run_holder holder,
                                   struct buffer *out);
/* The same without what the runs hold: when it differs, the other is worth pushing. */
CM_MUST_CHECK cm_err run_list_documents(struct cm_engine *engine, enum run_holder holder,
                                        struct buffer *out);

#endif

/* The operator's acts: one table {name, function}, JSON in, JSON out. The command line runs them in
 * process, or sends them to a running vault, which runs the same table: what can be done does not
 * depend on how. Arguments are read strictly; an act that fails has changed nothing, unless its
 * error says that the outcome is unknown (CM_E_DEAD).
 * Reference: docs/design/acts.md. */
#ifndef CM_VAULT_ACTS_H
#define CM_VAULT_ACTS_H

#include "base/buffer.h"
#include "base/diag.h"
#include "crypto/keystore.h"
#include "engine/engine.h"
#include "vault/import_job.h"
#include "vault/run_live.h"

#define ACT_ARGS_MAX (8u << 20) /* bytes of the arguments' JSON */

struct order_jobs; /* order_job.h */

/* One at a time: acts change keystore and registry, and no two may run at once. */
struct act_context {
    struct cm_engine *engine;
    struct keystore *keystore;
    const char *workspace;
    uint64_t now_ms;     /* 0 = the wall clock's */
    uint32_t actor;      /* who does it: registry number of an API key, 0 = the operator */
    struct cm_slice key; /* idempotency key of `issue`; empty = none */
    /* An API key asks, not the operator: what is of another brand (0 = any) or mode is as good as
     * absent. */
    bool keyed, test;
    uint32_t brand;
    uint32_t door; /* the only one that the key asks at; 0 = any of its brand */
    bool line; /* the caller drives printers: it may do line.* and nothing else; others not those */
    enum run_holder holder; /* who drives the printers of runs that are started or continued here */
    struct run_live *live;  /* borrowed: what lines told last; NULL: nobody keeps it */
    struct import_desk *imports; /* borrowed: the import under way; NULL: none can be */
    struct order_jobs *orders;   /* borrowed: files in the making; NULL: none are made here */
};

/** Run one act.
 * @param[in]     args    one JSON object
 * @param[in,out] result  one JSON object is appended; untouched on error
 * @retval CM_E_UNSUPPORTED  no act has that name
 * @retval others            the act's own; diag tells input, place, problem and remedy */
CM_MUST_CHECK cm_err act_run(struct act_context *ctx, struct cm_slice name, struct cm_slice args,
                             struct buffer *result, struct cm_diag *diag);

#endif

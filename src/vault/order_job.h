/* The making of one order's files: units are spent or taken again, rendered, handed to the sealing
 * thread, step by step; at the end the folders appear and the order is sealed, or released where no
 * approval is wanted. Nothing of a job outlives it but what the ledger has: after a crash or a stop
 * another job begins anew with the ranges that were spent.
 * Design: docs/design/orders.md, "The life of an order". */
#ifndef CM_VAULT_ORDER_JOB_H
#define CM_VAULT_ORDER_JOB_H

#include "vault/acts.h"
#include "vault/order.h"

struct order_job;
struct order_change; /* order_release.h */
struct return_desk;  /* return_desk.h */

struct order_progress {
    uint64_t done, total; /* units */
    bool ended;           /* all is sealed and journaled */
    enum order_state state;
};

/** Begin, for an order that is reserving or reserved.
 * @param[in] ctx  of the act: engine, keystore, workspace are borrowed until close
 * @retval CM_E_NOT_FOUND  no such order
 * @retval CM_E_STATE      it is sealed, released, withdrawn; or an earlier order of a recipient is
 *                         not released
 * @retval others          as template_read, order_units_open, order_output_open */
CM_MUST_CHECK cm_err order_job_open(struct order_job **out, const struct act_context *ctx,
                                    uint32_t order, struct cm_diag *diag);
/** Some more. After an error the job is of no use: close it; the order can be resumed.
 * @retval as order_units_next, engine_order_issue, render_records, order_output_put */
CM_MUST_CHECK cm_err order_job_step(struct order_job *job, struct order_progress *progress,
                                    struct cm_diag *diag);
uint32_t order_job_order(const struct order_job *job);
void order_job_close(struct order_job *job);
void order_job_closep(struct order_job **job);

/* At most one at a time in a process: kept between acts. */
struct order_jobs {
    struct order_job *job;
    uint64_t touched_ms;         /* monotone: when it was last stepped */
    struct return_desk *desk;    /* a return file being read */
    uint64_t desk_ms;            /* monotone: when it was last fed */
    struct order_change *change; /* files being addressed to others */
    uint64_t change_ms;          /* monotone: when it was last stepped */
};
void order_jobs_wipe(struct order_jobs *jobs);
/* The job alone. */
void order_jobs_drop(struct order_jobs *jobs);
/* The change alone. */
void order_jobs_drop_change(struct order_jobs *jobs);

#endif

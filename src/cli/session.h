/* The workspace as a command sees it: a running vault on its socket, or keystore and engine opened
 * here. What a command does is the same either way. */
#ifndef CM_CLI_SESSION_H
#define CM_CLI_SESSION_H

#include "base/buffer.h"
#include "cli/option.h"
#include "engine/engine.h"
#include "engine/workspace.h"
#include "vault/import_job.h"
#include "vault/order_job.h"
#include "vault/run_live.h"

struct session {
    const char *workspace; /* borrowed */
    struct workspace info;
    struct keystore *keystore;  /* NULL with a running vault */
    struct cm_engine *engine;   /* the vault's or our own */
    struct run_live live;       /* of runs that are driven here: run_live_came before the first */
    struct import_desk imports; /* the import that is under way here */
    struct order_jobs orders;   /* files that are made here */
    bool remote;
};

/** Open: through a running vault, else the workspace itself.
 * @retval CM_E_NOT_FOUND, CM_E_VERSION ... as workspace_read, keystore_open, engine_open */
CM_MUST_CHECK cm_err session_open(struct session *s, const char *workspace,
                                  const struct options *options, struct cm_diag *diag);
void session_close(struct session *s);
/** The daemon went away: connect to the next one. The workspace is never opened here.
 * @retval CM_E_NOT_FOUND  none listens yet      @retval others as remote_open */
CM_MUST_CHECK cm_err session_reconnect(struct session *s);

/** Run an act (vault/acts.h). @param[in,out] result  one JSON object is appended
 * @retval as act_run */
CM_MUST_CHECK cm_err session_act(struct session *s, const char *name, struct cm_slice args,
                                 struct buffer *result, struct cm_diag *diag);
/** Refuse when a daemon holds the workspace, for what needs the keys here.
 * @retval CM_E_BUSY */
CM_MUST_CHECK cm_err session_needs_keys(const struct session *s, struct cm_diag *diag);

#endif

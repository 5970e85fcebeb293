/* Opening and closing; the one place that knows whether a vault runs. */
#include "cli/session.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/unlock.h"
#include "crypto/secret.h"
#include "engine/remote.h"
#include "vault/acts.h"

static cm_err open_here(struct session *s, const struct workspace_paths *paths,
                        const struct options *options, struct cm_diag *diag) {
    UNLOCK_SCOPED struct unlock unlock = UNLOCK_INIT;
    TRY(secret_process_harden(diag));
    TRY(unlock_existing(options, s->workspace, &unlock, diag));
    TRY(keystore_open(paths->keystore, &unlock.way, &s->keystore, diag));
    const struct engine_options eo = {
        .workspace = s->workspace, .keystore = s->keystore, .clock = clock_wall()};
    return engine_open(&s->engine, &eo, diag);
}

/* CM_E_NOT_FOUND when no daemon runs. */
static cm_err open_remote(struct session *s, const struct workspace_paths *paths,
                          struct cm_diag *diag) {
    char path[WORKSPACE_PATH_CAP + sizeof "/" SOCKET_ADMIN];
    struct cm_diag why = DIAG_INIT;
    (void)snprintf(path, sizeof path, "%s/%s", paths->run, SOCKET_ADMIN);
    const cm_err err = remote_open(path, &s->engine, &why);
    s->remote = err == CM_OK;
    if (err == CM_E_NOT_FOUND || err == CM_E_RANGE) return CM_E_NOT_FOUND;
    if (err != CM_OK) *diag = why;
    return err;
}

cm_err session_open(struct session *s, const char *workspace, const struct options *options,
                    struct cm_diag *diag) {
    struct workspace_paths paths;
    *s = (struct session){.workspace = workspace};
    TRY(workspace_read(workspace, &s->info, diag));
    TRY(workspace_paths(workspace, &paths, diag));
    TRY(crypto_init());
    cm_err err = open_remote(s, &paths, diag);
    if (err == CM_E_NOT_FOUND) err = open_here(s, &paths, options, diag);
    if (err != CM_OK) session_close(s);
    return err;
}

cm_err session_reconnect(struct session *s) {
    struct workspace_paths paths;
    struct cm_diag why = DIAG_INIT;
    TRY(workspace_paths(s->workspace, &paths, &why));
    cm_engine_close(s->engine);
    s->engine = NULL;
    const cm_err err = open_remote(s, &paths, &why);
    s->remote = true; /* so it stays, however long it takes */
    return err;
}

void session_close(struct session *s) {
    import_desk_wipe(&s->imports); /* before the engine that it asks */
    order_jobs_wipe(&s->orders);
    cm_engine_close(s->engine);
    keystore_close(s->keystore);
    run_live_wipe(&s->live);
    s->engine = NULL;
    s->keystore = NULL;
}

cm_err session_act(struct session *s, const char *name, struct cm_slice args, struct buffer *result,
                   struct cm_diag *diag) {
    if (s->remote) return remote_act(s->engine, slice_text(name), args, result, diag);
    struct act_context ctx = {.engine = s->engine,
                              .keystore = s->keystore,
                              .workspace = s->workspace,
                              .line = strncmp(name, "line.", 5) == 0, /* we are the line, too */
                              .holder = HOLDER_HERE,
                              .live = &s->live,
                              .imports = &s->imports,
                              .orders = &s->orders};
    return act_run(&ctx, slice_text(name), args, result, diag);
}

cm_err session_needs_keys(const struct session *s, struct cm_diag *diag) {
    if (!s->remote) return CM_OK;
    return diag_fail(diag, CM_E_BUSY, s->workspace, NULL, "stop countermarkd first",
                     "this needs the keys here, and a daemon holds the workspace");
}

/* A line process counts as connected as long as the supply lives. */
#include "cli/supply_here.h"

#include <stdlib.h>

#include "base/log.h"
#include "line/lines.h"
#include "vault/run_list.h"

struct here {
    struct supply base;
    struct session *session;
    struct lines *host;
};

static struct here *of(struct supply *s) { return (struct here *)(void *)s; }

cm_err supply_here_renew(struct supply *supply) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    struct here *h = of(supply);
    TRY(run_list_json(h->session->engine, HOLDER_HERE, &runs));
    lines_runs(h->host, buffer_slice(&runs));
    return CM_OK;
}

static void join(struct supply *s, struct lines *host) {
    of(s)->host = host;
    const cm_err err = supply_here_renew(s);
    if (err != CM_OK) log_event(LOG_ERROR, "the runs cannot be read: %s", cm_err_name(err));
}

static cm_err ask(struct supply *s, const char *act, struct cm_slice args, uint32_t token) {
    CM_CLEANUP(buffer_wipe) struct buffer result = BUFFER_INIT;
    struct cm_diag diag = DIAG_INIT;
    struct here *h = of(s);
    const cm_err err = session_act(h->session, act, args, &result, &diag);
    lines_answer(h->host, token, err, buffer_slice(&result), &diag);
    return CM_OK;
}

static void close_here(struct supply *s) {
    run_live_went(&of(s)->session->live);
    free(s);
}

cm_err supply_here_new(struct session *session, struct supply **out) {
    static const struct supply_ops ops = {.join = join, .ask = ask, .close = close_here};
    struct here *h = calloc(1, sizeof *h);
    if (h == NULL) return CM_E_NO_MEMORY;
    h->session = session;
    h->base.ops = &ops;
    *out = &h->base;
    run_live_came(&session->live);
    return CM_OK;
}

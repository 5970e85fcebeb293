/* Which runs there are: made, told and ended as the vault's list says. References as in lines.h. */
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "line/lines_inside.h"

#define LIST_MAX ((size_t)64 << 20) /* bytes: some hundred runs with their templates */

/* ---- Events of a link ----------------------------------------------------------------------- */

static void link_up(void *ctx) {
    struct line *line = ctx;
    run_up(line->run, lines_now(line->host));
    lines_touch(line);
}

static void link_down(void *ctx, const char *words) {
    struct line *line = ctx;
    run_down(line->run, words, lines_now(line->host));
    lines_touch(line);
}

static void link_heard(void *ctx, struct cm_slice bytes) {
    struct line *line = ctx;
    run_heard(line->run, bytes, lines_now(line->host));
    lines_touch(line);
}

static void link_writable(void *ctx) { lines_touch(ctx); }

static const struct link_events events = {
    .up = link_up, .down = link_down, .heard = link_heard, .writable = link_writable};

/* ---- Making --------------------------------------------------------------------------------- */

static cm_err open_link(struct line *line, const struct printer_uri *uri, struct cm_diag *diag) {
    struct lines *l = line->host;
    const struct link_options o = {
        .resolver = l->resolver, .folder = l->o.files, .seed = l->o.seed + line->number};
    return link_new(l->o.loop, uri, &o, &events, line, &line->link, diag);
}

static cm_err make_run(struct line *line, const struct run_document *d, struct json_value v,
                       struct cm_diag *diag) {
    struct lines *l = line->host;
    struct printer_uri uri;
    struct driver_options driver;
    TRY(printer_uri_parse(slice_text(d->printer), &uri, diag));
    TRY(run_document_driver(d, uri.kind, &driver, diag));
    const struct run_options o = {.document = d, .driver = &driver, .journal = l->journal};
    TRY(run_new(&o, v, lines_now(l), &line->run, diag));
    struct run_view view;
    run_view(line->run, lines_now(l), &view);
    if (l->stopping) run_rest(line->run);
    /* A run that was stopped and has nothing in flight needs no printer to say so. */
    if (d->wish == RUN_WISH_STOP && view.settled) return CM_OK;
    return open_link(line, &uri, diag);
}

static struct line *add_line(struct lines *l, const struct run_document *d) {
    if (l->n == l->cap) {
        const size_t cap = l->cap * 2 + 8;
        struct line **all = realloc(l->all, cap * sizeof *all);
        if (all == NULL) return NULL;
        l->all = all;
        l->cap = cap;
    }
    struct line *line = calloc(1, sizeof *line);
    if (line == NULL) return NULL;
    line->host = l;
    line->number = d->number;
    memcpy(line->name, d->name, sizeof line->name);
    l->all[l->n++] = line;
    return line;
}

static void unmake(struct line *line) {
    link_free(line->link);
    run_free(line->run);
    line->link = NULL;
    line->run = NULL;
}

static void begin(struct line *line, const struct run_document *d, struct json_value v) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = make_run(line, d, v, &diag);
    line->told = false;
    line->error[0] = '\0';
    if (err != CM_OK) {
        unmake(line);
        (void)diag_text(&diag, err, line->error, sizeof line->error);
        log_event(LOG_ERROR, "run %s cannot start: %s", line->name, line->error);
        return;
    }
    lines_touch(line);
}

/* One that was begun to say that it is stopped has no link, and goes on after all. */
static void reopen(struct line *line, const struct run_document *d) {
    struct cm_diag diag = DIAG_INIT;
    struct printer_uri uri;
    if (line->link != NULL || d->wish != RUN_WISH_RUN) return;
    cm_err err = printer_uri_parse(slice_text(d->printer), &uri, &diag);
    if (err == CM_OK) err = open_link(line, &uri, &diag);
    if (err != CM_OK)
        log_event(LOG_ERROR, "run %s gets no link: %s: %s", line->name, cm_err_name(err),
                  diag.problem);
}

/* ---- Following the list --------------------------------------------------------------------- */

static void tell(struct line *line, const struct run_document *d, struct json_value v) {
    struct run_view view;
    line_view(line, &view);
    const bool busy = line->giving || line->report != 0;
    const bool anew = line->run == NULL || (view.done && d->wish == RUN_WISH_RUN);
    if (!anew) {
        run_told(line->run, d, lines_now(line->host));
        if (!view.done) reopen(line, d);
        lines_touch(line);
        return;
    }
    if (busy) return; /* the next list finds it at rest */
    unmake(line);
    begin(line, d, v);
}

static void follow(struct lines *l, struct json_value v, struct cm_diag *diag) {
    struct run_document d;
    const cm_err err = run_document_read(v, &d);
    if (err != CM_OK || d.number == 0) {
        log_event(LOG_ERROR, "line: a run of the list cannot be read: %s: %s", diag->place,
                  diag->problem);
        *diag = (struct cm_diag)DIAG_INIT;
        return;
    }
    struct line *line = lines_find(l, d.number);
    if (line == NULL && d.wish == RUN_WISH_CLOSED) return;
    if (line != NULL) {
        line->listed = d.wish != RUN_WISH_CLOSED;
        if (line->listed) tell(line, &d, v);
        return;
    }
    line = add_line(l, &d);
    if (line == NULL) return; /* no memory: the next list tries again */
    line->listed = true;
    begin(line, &d, v);
}

/* Closed, or another's from here on. What the journal still has of it stays, unless it is nothing.
 */
static void end_line(struct lines *l, size_t i) {
    struct line *line = l->all[i];
    const struct run_past *p = run_journal_past(l->journal, line->number);
    if (p != NULL && p->spans.n == 0) cm_ignore(run_journal_drop(l->journal, line->number));
    line_free(line);
    l->all[i] = l->all[--l->n];
}

/* Units of another workspace or epoch with the same numbers are none of ours. */
static cm_err bind_journal(struct lines *l, struct json_value v) {
    struct cm_slice identity = slice_of(NULL, 0);
    enum run_journal_found found = RUN_JOURNAL_WHOLE;
    if (json_kind_of(v) != JSON_KIND_TEXT) return CM_OK;
    TRY(json_text(v, 1, RUN_IDENTITY_MAX, &identity));
    const cm_err err = run_journal_bind(l->journal, identity, &found);
    if (err != CM_OK) log_event(LOG_ERROR, "line journal cannot be bound: %s", cm_err_name(err));
    return err;
}

void lines_runs(struct lines *l, struct cm_slice json) {
    static const struct json_limits limits = {.text_max = LIST_MAX, .depth_max = 16};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_diag diag = DIAG_INIT;
    size_t n = 0;
    cm_err err = json_doc_new(&doc, json, "the list of runs", &limits, &diag);
    if (err == CM_OK) err = json_items(json_get(json_root(doc), "runs"), 0, SIZE_MAX, &n);
    if (err != CM_OK) {
        log_event(LOG_ERROR, "line: the list of runs cannot be read: %s: %s", diag.place,
                  diag.problem);
        return;
    }
    if (l->n == 0 && bind_journal(l, json_get(json_root(doc), "workspace")) != CM_OK) return;
    for (size_t i = 0; i < l->n; i++)
        l->all[i]->listed = false;
    for (size_t i = 0; i < n; i++)
        follow(l, json_at(json_get(json_root(doc), "runs"), i), &diag);
    for (size_t i = l->n; i > 0; i--)
        if (!l->all[i - 1]->listed) end_line(l, i - 1);
}

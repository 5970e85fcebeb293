/* Reading and showing take turns with waiting. */
#include "cli/run_watch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/output.h"
#include "cli/run_table.h"
#include "cli/screen.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define ROUND_MS 1000u
#define WAITING  "waiting for the daemon"
#define LIST_MAX (1u << 26) /* bytes of the list of runs */

cm_err run_argument(const char *run, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", run);
    json_object_end(&w);
    return buffer_err(out);
}

cm_err run_records(struct cli *cli, const char *run, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    if (run == NULL)
        return session_act(&cli->session, "run.list", slice_text("{}"), out, cli->diag);
    TRY(run_argument(run, &args));
    TRY(session_act(&cli->session, "run.show", buffer_slice(&args), &result, cli->diag));
    buffer_text(out, "{\"runs\":[");
    buffer_put(out, result.p, result.len);
    buffer_text(out, "]}");
    return buffer_err(out);
}

/* ---- News in a pipe ---------------------------------------------------------------------------
 */

struct watch {
    struct cli *cli;
    const char *run;
    struct run_news *news; /* of every run seen */
    size_t news_n;
    bool over, waits; /* for a daemon */
};

static struct run_news *news_of(struct watch *w, uint64_t number) {
    for (size_t i = 0; i < w->news_n; i++)
        if (w->news[i].number == number) return &w->news[i];
    struct run_news *more = realloc(w->news, (w->news_n + 1) * sizeof *more);
    if (more == NULL) return NULL;
    w->news = more;
    more[w->news_n] = (struct run_news){.number = number};
    return &more[w->news_n++];
}

static cm_err tell(struct watch *w, struct json_value runs, struct buffer *out) {
    const uint64_t now_ms = clock_now_ms(clock_wall());
    size_t n = 0;
    TRY(json_items(runs, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value run = json_at(runs, i);
        struct run_news *news = news_of(w, run_record_count(run, "number"));
        if (news == NULL) return CM_E_NO_MEMORY;
        TRY(run_news_line(run, news, w->cli->json, now_ms, out));
        if (w->run != NULL && run_record_over(run)) w->over = true;
    }
    return output_bytes(buffer_slice(out), w->cli->diag);
}

/* ---- Rounds -----------------------------------------------------------------------------------
 */

static cm_err show(struct watch *w, const struct screen *s, struct cm_slice runs) {
    static const struct json_limits limits = {.text_max = LIST_MAX, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct run_window view = {.time_ms = clock_now_ms(clock_wall()), .open_only = w->run == NULL};
    if (s->shown) {
        screen_size(&view.columns, &view.rows);
        TRY(run_table(runs, &view, &out, w->cli->diag));
        return screen_draw(s, buffer_slice(&out), w->cli->diag);
    }
    TRY(json_doc_new(&doc, runs, "runs", &limits, w->cli->diag));
    return tell(w, json_get(json_root(doc), "runs"), &out);
}

/* A daemon that restarts is waited for: whoever watches a hall should not have to come back. */
static cm_err look(struct watch *w, const struct screen *s, struct buffer *runs) {
    struct session *session = &w->cli->session;
    const bool waited = w->waits;
    buffer_clear(runs);
    w->waits = waited && session_reconnect(session) != CM_OK;
    const cm_err err = w->waits ? CM_E_DEAD : run_records(w->cli, w->run, runs);
    if (err != CM_E_DEAD || !session->remote) return err;
    w->waits = true;
    *w->cli->diag = (struct cm_diag)DIAG_INIT;
    if (s->shown) return screen_draw(s, slice_text(WAITING "\n"), w->cli->diag);
    if (!waited) output_note(WAITING);
    return CM_OK;
}

static cm_err rounds(struct watch *w, const struct screen *s) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT;
    enum screen_event event = SCREEN_TICK;
    while (event != SCREEN_QUIT && !w->over) {
        if (event == SCREEN_TICK) TRY(look(w, s, &runs));
        if (!w->waits) TRY(show(w, s, buffer_slice(&runs)));
        if (!w->over) event = screen_wait(s, ROUND_MS);
    }
    return CM_OK;
}

cm_err run_watch(struct cli *cli, const char *run) {
    struct watch w = {.cli = cli, .run = run};
    CM_CLEANUP(screen_close) struct screen s = SCREEN_INIT;
    cm_err err = screen_open(&s, !cli->json, cli->diag);
    if (err == CM_OK) err = rounds(&w, &s);
    free(w.news);
    return err;
}

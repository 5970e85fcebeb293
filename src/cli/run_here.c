/* Loop, lines and vault in one thread: acts run inside the loop's turns. Records go to standard
 * output at the end, what people watch meanwhile to standard error. */
#include "cli/run_here.h"

#include "base/macros.h"
#include "cli/output.h"
#include "cli/run_table.h"
#include "cli/run_watch.h"
#include "cli/stream.h"
#include "cli/supply_here.h"

#define TELL_MS 3000u /* for a printer to say what became of units of an earlier command */

struct here {
    struct cli *cli;
    struct stream stream;
};

static cm_err stream(struct here *h) {
    struct workspace_paths paths;
    struct supply *supply = NULL;
    TRY(workspace_paths(h->cli->workspace, &paths, h->cli->diag));
    TRY(supply_here_new(&h->cli->session, &supply));
    TRY(stream_open(&h->stream, paths.line, supply, h->cli->json, h->cli->diag));
    return stream_run(&h->stream);
}

cm_err run_here_tell(struct cli *cli) {
    struct workspace_paths paths;
    struct supply *supply = NULL;
    CM_CLEANUP(stream_close) struct stream s = STREAM_INIT;
    TRY(workspace_paths(cli->workspace, &paths, cli->diag));
    TRY(supply_here_new(&cli->session, &supply));
    TRY(stream_open(&s, paths.line, supply, cli->json, cli->diag));
    lines_stop(s.lines, TELL_MS);
    return stream_run(&s);
}

/* ---- The end ----------------------------------------------------------------------------------
 */

/* Stopped by hand: it goes on when it is told to, not because somebody opens the workspace. */
static cm_err rest(struct here *h) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    if (h->stream.stops == 0) return CM_OK;
    h->cli->exit_code = EXIT_NEGATIVE;
    TRY(run_argument(h->stream.run, &args));
    struct cm_diag why = DIAG_INIT;
    const cm_err err =
        session_act(&h->cli->session, "run.pause", buffer_slice(&args), &result, &why);
    if (err == CM_E_STATE) return CM_OK; /* it had come to its end */
    if (err != CM_OK) *h->cli->diag = why;
    TRY(err);
    output_note("paused: countermark run resume %s goes on, run close %s ends it", h->stream.run,
                h->stream.run);
    return CM_OK;
}

static cm_err conclude(struct here *h) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    bool attention = false;
    TRY(rest(h));
    TRY(run_argument(h->stream.run, &args));
    TRY(session_act(&h->cli->session, "run.show", buffer_slice(&args), &result, h->cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "run.show", &JSON_LIMITS_DEFAULT, h->cli->diag));
    const struct json_value v = json_get(json_root(doc), "attention");
    if (json_kind_of(v) == JSON_KIND_BOOL) cm_ignore(json_bool(v, &attention)); /* it is one */
    if (attention || run_record_count(json_root(doc), "unknown") > 0)
        h->cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&result), h->cli->json, h->cli->diag);
}

cm_err run_here(struct cli *cli, struct cm_slice started) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    TRY(json_doc_new(&doc, started, "run", &JSON_LIMITS_DEFAULT, cli->diag));
    const struct cm_slice run = run_record_text(json_root(doc), "run");
    buffer_put(&name, run.p, run.len);
    struct here h = {.cli = cli, .stream = STREAM_INIT};
    h.stream.run = buffer_cstr(&name);
    TRY(buffer_err(&name));
    const cm_err err = stream(&h);
    const unsigned stops = h.stream.stops;
    stream_close(&h.stream);
    h.stream.stops = stops;
    h.stream.run = buffer_cstr(&name);
    if (err == CM_OK) return conclude(&h);
    output_note("run %s stands; 'countermark run resume %s' streams it", h.stream.run,
                h.stream.run);
    return err;
}

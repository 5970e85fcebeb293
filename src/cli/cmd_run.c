/* run resume, run stop, run close, run void: what an operator decides about a run. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/feed.h"
#include "cli/output.h"
#include "cli/run_here.h"
#include "cli/run_table.h"
#include "cli/run_watch.h"
#include "cli/screen.h"
#include "cli/typed.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define ROUND_MS 200u

const struct option_spec run_resume_options[] = {
    {"last-good", OPTION_TEXT, "CODE|-",
     "after a jam: the last good code; - reads it from a scanner", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec run_stop_options[] = {
    {"wait", OPTION_FLAG, NULL, "until what is in flight has settled", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec run_close_options[] = {
    {"rule", OPTION_TEXT, "RULE", "default, or only-good: what no camera read dies", "rule", false},
    {"confirm", OPTION_NUMBER, "N", "only-good: how many units it kills, as it said", "confirm",
     false},
    {"force", OPTION_FLAG, NULL, "no line process will come back: call in flight unknown", "force",
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct option_spec run_void_options[] = {
    {"stage", OPTION_TEXT, "STAGE", "which units: unknown (default) or printed", NULL, false},
    {"reason", OPTION_TEXT, "TEXT", "why; it is recorded", NULL, true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Resume -----------------------------------------------------------------------------------
 */

/* The code inside what was scanned or typed; `line` keeps the text that it borrows. */
static cm_err last_good(struct cli *cli, struct buffer *line, struct cm_slice *code) {
    const char *given = option_text(&cli->options, "last-good");
    if (given != NULL && strcmp(given, "-") == 0)
        TRY(typed_line("Scan or type the last good code: ", FEED_LINE_MAX, line, cli->diag));
    else if (given != NULL)
        buffer_text(line, given);
    TRY(buffer_err(line));
    *code = feed_code(buffer_slice(line));
    return CM_OK;
}

/* The record of a run that streams here comes at its end; what the last good code did, at once. */
static cm_err tell_settled(struct cli *cli, struct cm_slice result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    if (!option_given(&cli->options, "last-good")) return CM_OK;
    TRY(json_doc_new(&doc, result, "run.resume", &JSON_LIMITS_DEFAULT, cli->diag));
    output_note("settled from the last good code: %" PRIu64 " printed, %" PRIu64 " void",
                run_record_count(json_root(doc), "printed"),
                run_record_count(json_root(doc), "void"));
    return CM_OK;
}

cm_err cmd_run_resume(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer line = BUFFER_INIT, args = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    struct cm_slice code = slice_text("");
    TRY(last_good(cli, &line, &code));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", position(cli, 0));
    if (option_given(&cli->options, "last-good")) json_put_text(&w, "last_good", code);
    json_object_end(&w);
    TRY(buffer_err(&args));
    if (!cli->session.remote && code.len > 0) TRY(run_here_tell(cli));
    TRY(session_act(&cli->session, "run.resume", buffer_slice(&args), &result, cli->diag));
    if (!cli->session.remote) {
        TRY(tell_settled(cli, buffer_slice(&result)));
        return run_here(cli, buffer_slice(&result));
    }
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Stop -------------------------------------------------------------------------------------
 */

/* A run that ended with something left for a camera or an operator. */
static void judge(struct cli *cli, struct json_value run) {
    bool attention = false;
    const struct json_value v = json_get(run, "attention");
    if (json_kind_of(v) == JSON_KIND_BOOL) cm_ignore(json_bool(v, &attention)); /* it is one */
    if (attention || run_record_count(run, "unknown") > 0) cli->exit_code = EXIT_NEGATIVE;
}

static cm_err wait_over(struct cli *cli, const char *run, const struct screen *s,
                        struct buffer *result) {
    for (;;) {
        CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
        CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
        buffer_clear(result);
        TRY(run_argument(run, &args));
        TRY(session_act(&cli->session, "run.show", buffer_slice(&args), result, cli->diag));
        TRY(json_doc_new(&doc, buffer_slice(result), "run.show", &JSON_LIMITS_DEFAULT, cli->diag));
        if (run_record_over(json_root(doc))) {
            judge(cli, json_root(doc));
            return CM_OK;
        }
        if (screen_wait(s, ROUND_MS) == SCREEN_QUIT)
            return diag_fail(cli->diag, CM_E_CANCELLED, run, NULL,
                             "countermark run show tells when it has stopped",
                             "no longer waiting; it goes on stopping");
    }
}

cm_err cmd_run_stop(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(screen_close) struct screen s = SCREEN_INIT;
    TRY(run_argument(position(cli, 0), &args));
    TRY(session_act(&cli->session, "run.stop", buffer_slice(&args), &result, cli->diag));
    if (!option_given(&cli->options, "wait"))
        return output_record(buffer_slice(&result), cli->json, cli->diag);
    if (!cli->session.remote) return run_here(cli, buffer_slice(&result));
    TRY(screen_open(&s, false, cli->diag));
    TRY(wait_over(cli, position(cli, 0), &s, &result));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Close ------------------------------------------------------------------------------------
 */

cm_err cmd_run_close(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "run.close", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "run.close", &JSON_LIMITS_DEFAULT, cli->diag));
    judge(cli, json_root(doc));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Void -------------------------------------------------------------------------------------
 */

cm_err cmd_run_void(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    const char *stage = option_text(&cli->options, "stage");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", position(cli, 0));
    json_put_cstr(&w, "stage", stage != NULL ? stage : "unknown");
    json_put_cstr(&w, "reason", option_text(&cli->options, "reason"));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "run.void", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

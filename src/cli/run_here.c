/* Loop, lines and vault in one thread: acts run inside the loop's turns. Records go to standard
 * output at the end, what people watch meanwhile to standard error. */
#include "cli/run_here.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/output.h"
#include "cli/plain.h"
#include "cli/run_table.h"
#include "cli/run_watch.h"
#include "cli/screen.h"
#include "cli/supply_here.h"
#include "crypto/random.h"
#include "line/lines.h"

#define SETTLE_MS   10000u  /* for what is in flight, after Ctrl-C */
#define PROGRESS_US 500000u /* between two lines of progress at a terminal */
#define CLEAR_LINE  "\r\x1b[K"

struct here {
    struct cli *cli;
    const char *run;
    struct loop *loop;
    struct lines *lines;
    struct loop_watch *watch;
    struct loop_timer timer;
    int signals;
    unsigned stops; /* Ctrl-C so often */
    bool live;      /* progress at a terminal; else a line a change */
};

/* ---- What people see --------------------------------------------------------------------------
 */

static void put_view(const struct run_view *v, struct buffer *out) {
    buffer_printf(out, "%s: ", v->name);
    plain_put(out, slice_text(v->state));
    if (v->words[0] != '\0' && strcmp(v->words, v->state) != 0) {
        buffer_text(out, ", ");
        plain_put(out, slice_text(v->words));
    }
    if (v->error[0] != '\0') {
        buffer_text(out, "; ");
        plain_put(out, slice_text(v->error));
    }
    buffer_printf(out, "; printed %" PRIu64 ", in flight %" PRIu64 ", %" PRIu64 " a minute",
                  v->printed, v->in_flight, v->rate);
    if (v->unknown > 0) buffer_printf(out, ", unknown %" PRIu64, v->unknown);
}

static void say(const struct here *h, const struct run_view *v) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, line = BUFFER_INIT;
    size_t columns = 0, rows = 0;
    put_view(v, &text);
    screen_size(&columns, &rows);
    if (h->live) buffer_text(&line, CLEAR_LINE);
    if (h->live)
        plain_cut(&line, buffer_slice(&text), columns - 1);
    else
        buffer_put(&line, text.p, text.len);
    if (!h->live) buffer_text(&line, "\n");
    if (buffer_err(&line) == CM_OK) (void)fwrite(line.p, 1, line.len, stderr);
}

static void changed(void *ctx, const struct run_view *v) {
    const struct here *h = ctx;
    if (!h->live) say(h, v);
}

static void progress(void *ctx) {
    struct here *h = ctx;
    for (size_t i = 0; i < lines_n(h->lines); i++) {
        struct run_view v;
        lines_view(h->lines, i, &v);
        if (strcmp(v.name, h->run) == 0) say(h, &v);
    }
    loop_timer_at(h->loop, &h->timer, loop_now_us(h->loop) + PROGRESS_US, progress, h);
}

static void tell(const struct here *h, const char *text) {
    output_note("%s%s", h->live ? CLEAR_LINE : "", text);
}

/* ---- Streaming --------------------------------------------------------------------------------
 */

static void on_signal(void *ctx, unsigned events) {
    struct here *h = ctx;
    struct signalfd_siginfo info;
    (void)events;
    while (read(h->signals, &info, sizeof info) == (ssize_t)sizeof info)
        h->stops++;
    if (h->stops != 1) return;
    tell(h, "stopping: what is in flight settles; Ctrl-C once more ends at once");
    lines_stop(h->lines, SETTLE_MS);
}

static cm_err watch_signals(struct here *h) {
    sigset_t wanted;
    (void)sigemptyset(&wanted);
    (void)sigaddset(&wanted, SIGINT);
    (void)sigaddset(&wanted, SIGTERM);
    (void)sigaddset(&wanted, SIGHUP);
    h->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (h->signals < 0)
        return diag_fail(h->cli->diag, CM_E_IO, "signals", NULL, NULL, "%s",
                         file_errno_text(errno));
    return loop_watch(h->loop, h->signals, LOOP_READ, on_signal, h, &h->watch);
}

static cm_err open_lines(struct here *h) {
    struct workspace_paths paths;
    struct supply *supply = NULL;
    uint64_t seed = 0;
    TRY(workspace_paths(h->cli->workspace, &paths, h->cli->diag));
    if (mkdir(paths.line, S_IRWXU) != 0 && errno != EEXIST)
        return diag_fail(h->cli->diag, file_err_from_errno(errno), paths.line, NULL, NULL, "%s",
                         file_errno_text(errno));
    random_fill(&seed, sizeof seed);
    TRY(supply_here_new(&h->cli->session, &supply));
    const struct lines_options o = {.loop = h->loop,
                                    .folder = paths.line,
                                    .files = ".",
                                    .clock = clock_wall(),
                                    .supply = supply,
                                    .seed = seed,
                                    .changed = changed,
                                    .ctx = h};
    return lines_new(&o, &h->lines, h->cli->diag);
}

static cm_err stream(struct here *h) {
    TRY(loop_new(&h->loop));
    TRY(open_lines(h));
    TRY(watch_signals(h));
    if (h->live) progress(h);
    while (!lines_ended(h->lines) && !lines_done(h->lines) && h->stops < 2)
        TRY(loop_turn(h->loop, LOOP_FOREVER));
    if (h->live) (void)fputs(CLEAR_LINE, stderr);
    return CM_OK;
}

static void close_here(struct here *h) {
    loop_unwatch(h->watch);
    if (h->loop != NULL) loop_timer_cancel(h->loop, &h->timer);
    lines_free(h->lines);
    loop_free(h->loop);
    if (h->signals >= 0) (void)close(h->signals);
}

/* ---- The end ----------------------------------------------------------------------------------
 */

/* Stopped by hand: it goes on when it is told to, not because somebody opens the workspace. */
static cm_err rest(struct here *h) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    if (h->stops == 0) return CM_OK;
    h->cli->exit_code = EXIT_NEGATIVE;
    TRY(run_argument(h->run, &args));
    struct cm_diag why = DIAG_INIT;
    const cm_err err =
        session_act(&h->cli->session, "run.pause", buffer_slice(&args), &result, &why);
    if (err == CM_E_STATE) return CM_OK; /* it had come to its end */
    if (err != CM_OK) *h->cli->diag = why;
    TRY(err);
    output_note("paused: countermark run resume %s goes on, run close %s ends it", h->run, h->run);
    return CM_OK;
}

static cm_err conclude(struct here *h) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    bool attention = false;
    TRY(rest(h));
    TRY(run_argument(h->run, &args));
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
    struct here h = {.cli = cli,
                     .run = buffer_cstr(&name),
                     .signals = -1,
                     .live = !cli->json && isatty(STDERR_FILENO) == 1};
    TRY(buffer_err(&name));
    const cm_err err = stream(&h);
    close_here(&h);
    if (err == CM_OK) return conclude(&h);
    output_note("run %s stands; 'countermark run resume %s' streams it", h.run, h.run);
    return err;
}

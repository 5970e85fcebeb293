/* The loop turns here until its lines have nothing left to do. References as in stream.h. */
#include "cli/stream.h"

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
#include "cli/output.h"
#include "cli/plain.h"
#include "cli/screen.h"
#include "crypto/random.h"

#define SETTLE_MS   10000u  /* for what is in flight, after Ctrl-C */
#define PROGRESS_US 500000u /* between two lines of progress at a terminal */
#define CLEAR_LINE  "\r\x1b[K"

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

static void say(const struct stream *s, const struct run_view *v) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, line = BUFFER_INIT;
    size_t columns = 0, rows = 0;
    put_view(v, &text);
    screen_size(&columns, &rows);
    if (s->live) buffer_text(&line, CLEAR_LINE);
    if (s->live)
        plain_cut(&line, buffer_slice(&text), columns - 1);
    else
        buffer_put(&line, text.p, text.len);
    if (!s->live) buffer_text(&line, "\n");
    if (buffer_err(&line) == CM_OK) (void)fwrite(line.p, 1, line.len, stderr);
}

static void changed(void *ctx, const struct run_view *v) {
    const struct stream *s = ctx;
    if (!s->live) say(s, v);
}

static void progress(void *ctx) {
    struct stream *s = ctx;
    for (size_t i = 0; i < lines_n(s->lines); i++) {
        struct run_view v;
        lines_view(s->lines, i, &v);
        if (s->run == NULL || strcmp(v.name, s->run) == 0) say(s, &v);
    }
    loop_timer_at(s->loop, &s->timer, loop_now_us(s->loop) + PROGRESS_US, progress, s);
}

void stream_tell(const struct stream *s, const char *text) {
    output_note("%s%s", s->live ? CLEAR_LINE : "", text);
}

/* ---- Streaming --------------------------------------------------------------------------------
 */

static void on_signal(void *ctx, unsigned events) {
    struct stream *s = ctx;
    struct signalfd_siginfo info;
    (void)events;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info)
        s->stops++;
    if (s->stops != 1) return;
    stream_tell(s, "stopping: what is in flight settles; Ctrl-C once more ends at once");
    lines_stop(s->lines, SETTLE_MS);
}

static cm_err watch_signals(struct stream *s, struct cm_diag *diag) {
    sigset_t wanted;
    (void)sigemptyset(&wanted);
    (void)sigaddset(&wanted, SIGINT);
    (void)sigaddset(&wanted, SIGTERM);
    (void)sigaddset(&wanted, SIGHUP);
    s->signals = signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->signals < 0)
        return diag_fail(diag, CM_E_IO, "signals", NULL, NULL, "%s", file_errno_text(errno));
    return loop_watch(s->loop, s->signals, LOOP_READ, on_signal, s, &s->watch);
}

static cm_err open_lines(struct stream *s, const char *folder, struct supply *supply,
                         struct cm_diag *diag) {
    uint64_t seed = 0;
    random_fill(&seed, sizeof seed);
    const struct lines_options o = {.loop = s->loop,
                                    .folder = folder,
                                    .files = ".",
                                    .clock = clock_wall(),
                                    .supply = supply,
                                    .seed = seed,
                                    .changed = changed,
                                    .ctx = s};
    return lines_new(&o, &s->lines, diag);
}

static cm_err make_folder(const char *folder, struct cm_diag *diag) {
    if (mkdir(folder, S_IRWXU) == 0 || errno == EEXIST) return CM_OK;
    return diag_fail(diag, file_err_from_errno(errno), folder, NULL, NULL, "%s",
                     file_errno_text(errno));
}

cm_err stream_open(struct stream *s, const char *folder, struct supply *supply, bool quiet,
                   struct cm_diag *diag) {
    s->live = !quiet && isatty(STDERR_FILENO) == 1;
    cm_err err = make_folder(folder, diag);
    if (err == CM_OK) err = loop_new(&s->loop);
    if (err != CM_OK) {
        supply->ops->close(supply);
        return err;
    }
    TRY(open_lines(s, folder, supply, diag));
    return watch_signals(s, diag);
}

cm_err stream_run(struct stream *s) {
    if (s->live) progress(s);
    while (!lines_ended(s->lines) && !lines_done(s->lines) && s->stops < 2)
        TRY(loop_turn(s->loop, LOOP_FOREVER));
    if (s->live) (void)fputs(CLEAR_LINE, stderr);
    return CM_OK;
}

void stream_close(struct stream *s) {
    loop_unwatch(s->watch);
    if (s->loop != NULL) loop_timer_cancel(s->loop, &s->timer);
    lines_free(s->lines);
    loop_free(s->loop);
    if (s->signals >= 0) (void)close(s->signals);
    *s = (struct stream)STREAM_INIT;
}

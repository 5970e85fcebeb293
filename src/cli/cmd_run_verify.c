/* run verify: what a camera or a hand scanner read, to the vault in arrays: as many lines as
 * arrived within a moment. What the vault took is settled; an error says how many lines that is. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/feed.h"
#include "cli/intake.h"
#include "cli/output.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define READS_MAX   1000u /* of one call */
#define GATHER_MS   50    /* that the first read of an array waits for others */
#define VERDICT_CAP 32u
#define VERDICTS    16u /* different ones */
#define US_IN_MS    1000u

const struct option_spec run_verify_options[] = {
    {"feed", OPTION_TEXT, "FROM", "FILE, - (default), or tcp:PORT, tcp:HOST:PORT for one camera",
     NULL, false},
    {"skip", OPTION_NUMBER, "N", "leave out the first N reads: they were taken before", NULL,
     false},
    {"answer", OPTION_FLAG, NULL, "tell the camera the verdict on each line", NULL, false},
    {"no-read-rejects", OPTION_FLAG, NULL, "the line throws out what the camera cannot read", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct verify {
    struct cli *cli;
    struct intake in;
    struct feed feed;
    struct buffer lines; /* JSON array without its brackets; held codes: wiped */
    size_t n;
    uint64_t since_us; /* of the first of them */
    uint64_t taken, skip;
    bool answer;
    struct {
        char name[VERDICT_CAP];
        uint64_t n;
    } verdicts[VERDICTS];
};

/* ---- One array ------------------------------------------------------------------------------- */

static void count(struct verify *v, struct cm_slice name) {
    for (size_t i = 0; i < VERDICTS; i++) {
        if (v->verdicts[i].n == 0)
            text_append(v->verdicts[i].name, VERDICT_CAP, "%.*s", (int)name.len,
                        (const char *)name.p);
        if (!slice_equal(slice_text(v->verdicts[i].name), name)) continue;
        v->verdicts[i].n++;
        return;
    }
}

static cm_err read_verdicts(struct verify *v, struct cm_slice result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer answer = BUFFER_INIT;
    size_t n = 0;
    TRY(json_doc_new(&doc, result, "run.verify", &JSON_LIMITS_DEFAULT, v->cli->diag));
    const struct json_value verdicts = json_get(json_root(doc), "verdicts");
    TRY(json_items(verdicts, v->n, v->n, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice name;
        TRY(json_text(json_at(verdicts, i), 1, VERDICT_CAP - 1, &name));
        count(v, name);
        buffer_put(&answer, name.p, name.len);
        buffer_text(&answer, "\n");
    }
    TRY(buffer_err(&answer));
    if (v->answer) intake_answer(&v->in, buffer_slice(&answer));
    return CM_OK;
}

static cm_err put_args(struct verify *v, struct buffer *args) {
    struct json_writer w = json_writer_into(args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", position(v->cli, 0));
    if (option_given(&v->cli->options, "no-read-rejects"))
        json_put_bool(&w, "no_read_rejects", true);
    json_array_begin(&w, "lines");
    if (v->n > 0) json_put_raw(&w, NULL, buffer_slice(&v->lines));
    json_array_end(&w);
    json_object_end(&w);
    return buffer_err(args);
}

static cm_err settle(struct verify *v) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    if (v->n == 0) return CM_OK;
    TRY(put_args(v, &args));
    TRY(session_act(&v->cli->session, "run.verify", buffer_slice(&args), &result, v->cli->diag));
    v->taken += v->n;
    TRY(read_verdicts(v, buffer_slice(&result)));
    v->n = 0;
    buffer_recycle(&v->lines, v->lines.cap);
    return CM_OK;
}

static cm_err take_read(void *ctx, const struct feed_read *read) {
    struct verify *v = ctx;
    struct json_writer w = json_writer_into(&v->lines, false);
    if (v->skip > 0) {
        v->skip--;
        v->taken++;
        return CM_OK;
    }
    if (v->n == 0) v->since_us = clock_monotonic_us();
    if (v->n > 0) buffer_text(&v->lines, ",");
    json_object_begin(&w, NULL);
    if (read->kind == FEED_NO_READ)
        json_put_cstr(&w, "read", "no-read");
    else
        json_put_text(&w, "code", read->code);
    if (read->kind == FEED_BAD) json_put_cstr(&w, "result", "bad");
    json_object_end(&w);
    TRY(buffer_err(&v->lines));
    return ++v->n == READS_MAX ? settle(v) : CM_OK;
}

/* ---- The feed -------------------------------------------------------------------------------- */

/* How long to wait for more: -1 where nothing waits for others. */
static int patience(const struct verify *v) {
    if (v->n == 0) return -1;
    const uint64_t gone_ms = (clock_monotonic_us() - v->since_us) / US_IN_MS;
    return gone_ms >= GATHER_MS ? 0 : GATHER_MS - (int)gone_ms;
}

static cm_err follow(struct verify *v) {
    CM_CLEANUP(buffer_wipe) struct buffer piece = BUFFER_INIT;
    enum intake_event event = INTAKE_QUIET;
    while (event != INTAKE_END) {
        const int wait_ms = patience(v);
        TRY(intake_read(&v->in, wait_ms, &piece, &event, v->cli->diag));
        TRY(feed_put(&v->feed, buffer_slice(&piece), take_read, v));
        buffer_recycle(&piece, piece.cap);
        if (event == INTAKE_GONE || event == INTAKE_END) TRY(feed_end(&v->feed, take_read, v));
        if (event != INTAKE_BYTES || wait_ms == 0) TRY(settle(v));
    }
    return CM_OK;
}

static cm_err report(struct verify *v) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "run", position(v->cli, 0));
    json_put_u64(&w, "reads", v->taken);
    json_object_begin(&w, "verdicts");
    for (size_t i = 0; i < VERDICTS && v->verdicts[i].n > 0; i++) {
        json_put_u64(&w, v->verdicts[i].name, v->verdicts[i].n);
        if (strcmp(v->verdicts[i].name, "good") != 0) v->cli->exit_code = EXIT_NEGATIVE;
    }
    json_object_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), v->cli->json, v->cli->diag);
}

static cm_err run_feed(struct verify *v) {
    const char *from = option_text(&v->cli->options, "feed");
    unsigned port = 0;
    TRY(option_u64(&v->cli->options, "skip", 0, INT64_MAX, &v->skip, v->cli->diag));
    TRY(intake_open(from != NULL ? from : "-", &v->in, &port, v->cli->diag));
    if (port != 0) output_note("listening on port %u for one camera; Ctrl-C ends", port);
    const cm_err err = follow(v);
    if (err == CM_OK) return report(v);
    if (v->taken > 0)
        output_note("the first %" PRIu64 " reads are taken; go on with --skip %" PRIu64, v->taken,
                    v->taken);
    return err;
}

cm_err cmd_run_verify(struct cli *cli) {
    struct verify v = {.cli = cli,
                       .in = INTAKE_INIT,
                       .feed = FEED_INIT,
                       .lines = BUFFER_INIT,
                       .answer = option_given(&cli->options, "answer")};
    const cm_err err = run_feed(&v);
    intake_close(&v.in);
    feed_wipe(&v.feed);
    buffer_wipe(&v.lines);
    return err;
}

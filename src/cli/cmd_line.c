/* line agent: on a computer at the packaging line that has no link to the vault. It opens a lend
 * with its own private key, prints its codes, each once, and hands in what became of them: as a
 * file always, over HTTP when there is a link. It needs no workspace and holds no key of a scheme.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/private_key.h"
#include "cli/stream.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "line/lend_claim.h"
#include "line/post.h"
#include "line/supply_lend.h"

#define PATH_CAP       1024u
#define KEY_FILE_MAX   1024u
#define REPORT_EVERY_S 60u
#define REPORT_SOON_S  5u
#define LAST_WAIT_US   30000000u /* for the last report to be taken */
#define US_PER_S       1000000u

const struct option_spec line_agent_options[] = {
    {"private-key", OPTION_TEXT, "KEY.pem", "of the certificate that it was lent to", NULL, true},
    {"key-passphrase-fd", OPTION_NUMBER, "N", "the private key's passphrase", NULL, false},
    {"state", OPTION_TEXT, "DIR", "where it keeps its books (default: FILE.state)", NULL, false},
    {"printer", OPTION_TEXT, "URI", "another address than the lend names", NULL, false},
    {"report-to", OPTION_TEXT, "URL", "https://HOST:PORT/v1/runs/report", NULL, false},
    {"api-key-file", OPTION_TEXT, "FILE", "an API key of the role line, for --report-to", NULL,
     false},
    {"ca-file", OPTION_TEXT, "FILE", "certificates to trust instead of the system's", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct agent {
    struct cli *cli;
    struct lend lend;
    struct lend_book book;
    struct stream stream;
    struct supply *supply; /* the stream's */
    struct post *post;
    struct loop_timer timer;
    uint64_t told;       /* sequence that the vault has */
    uint64_t on_its_way; /* sequence of the report that was sent */
    char folder[PATH_CAP];
    bool recalled;
};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static void agent_close(struct agent *a) {
    if (a->stream.loop != NULL) loop_timer_cancel(a->stream.loop, &a->timer);
    post_free(a->post);
    stream_close(&a->stream);
    lend_book_wipe(&a->book);
    lend_wipe(&a->lend);
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

static cm_err open_lend(struct agent *a, const char *path) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = NULL;
    struct cm_diag *diag = a->cli->diag;
    TRY(private_key_read(&a->cli->options, &key, diag));
    CM_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL, "check the path",
                         "cannot open: %s", file_errno_text(errno));
    const cm_err err = lend_read(fd, key, &a->lend, diag);
    if (err != CM_OK) diag_locate(diag, path, NULL);
    return err;
}

static cm_err choose_folder(struct agent *a, const char *path) {
    const char *given = option_text(&a->cli->options, "state");
    const int n = given != NULL ? snprintf(a->folder, sizeof a->folder, "%s", given)
                                : snprintf(a->folder, sizeof a->folder, "%s.state", path);
    if (n < 0 || (size_t)n >= sizeof a->folder)
        return diag_fail(a->cli->diag, CM_E_RANGE, "--state", NULL, "use a shorter path",
                         "too long");
    if (mkdir(a->folder, S_IRWXU) != 0 && errno != EEXIST)
        return diag_fail(a->cli->diag, file_err_from_errno(errno), a->folder, NULL, NULL,
                         "cannot create: %s", file_errno_text(errno));
    return CM_OK;
}

/* ---- Reports ----------------------------------------------------------------------------------
 */

static void ended(void *ctx, int status, struct cm_slice answer, const char *words) {
    struct agent *a = ctx;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    char text[256];
    bool stop = false;
    if (status != 200) {
        (void)snprintf(text, sizeof text, "the report was not taken (%s); it is tried again",
                       status == 0 ? words : "the daemon refused it: key, role, or another lend");
        stream_tell(&a->stream, text);
        return;
    }
    a->told = a->on_its_way;
    if (json_doc_new(&doc, answer, "answer", &JSON_LIMITS_DEFAULT, NULL) != CM_OK) return;
    if (json_bool(json_get(json_root(doc), "stop"), &stop) != CM_OK || !stop || a->recalled) return;
    a->recalled = true;
    stream_tell(&a->stream, "the vault has ended this lend: nothing more is sent");
    supply_lend_stop(a->supply, "ended by the vault");
}

static void hand_in(struct agent *a) {
    if (a->post == NULL || post_is_busy(a->post) || a->told == a->book.sequence) return;
    a->on_its_way = a->book.sequence;
    cm_ignore(post_send(a->post, buffer_slice(&a->book.report))); /* else the next time */
}

static void report_due(void *ctx) {
    struct agent *a = ctx;
    hand_in(a);
    const uint64_t wait_s = a->told == 0 ? REPORT_SOON_S : REPORT_EVERY_S;
    loop_timer_at(a->stream.loop, &a->timer, loop_now_us(a->stream.loop) + wait_s * US_PER_S,
                  report_due, a);
}

static cm_err open_post(struct agent *a) {
    CM_CLEANUP(buffer_wipe) struct buffer key = BUFFER_INIT;
    const struct options *o = &a->cli->options;
    if (option_text(o, "report-to") == NULL) return CM_OK;
    if (option_text(o, "api-key-file") == NULL)
        return diag_fail(a->cli->diag, CM_E_ARGUMENT, "--report-to", NULL,
                         "name the file of a key: --api-key-file FILE", "needs an API key");
    TRY(file_read(option_text(o, "api-key-file"), KEY_FILE_MAX, &key, a->cli->diag));
    while (key.len > 0 && (key.p[key.len - 1] == '\n' || key.p[key.len - 1] == '\r'))
        key.len--;
    const struct post_options options = {.url = option_text(o, "report-to"),
                                         .bearer = buffer_slice(&key),
                                         .ca_file = option_text(o, "ca-file"),
                                         .ended = ended,
                                         .ctx = a};
    TRY(post_new(a->stream.loop, &options, &a->post, a->cli->diag));
    report_due(a);
    return CM_OK;
}

/* The last report goes out before we end, if the link is there. */
static cm_err hand_in_last(struct agent *a) {
    if (a->post == NULL) return CM_OK;
    const uint64_t end_us = loop_now_us(a->stream.loop) + LAST_WAIT_US;
    bool tried = false;
    while (loop_now_us(a->stream.loop) < end_us && a->stream.stops < 2) {
        if (!post_is_busy(a->post) && (tried || a->told == a->book.sequence)) break;
        if (!post_is_busy(a->post)) {
            hand_in(a);
            tried = true;
        }
        TRY(loop_turn(a->stream.loop, US_PER_S));
    }
    return CM_OK;
}

/* ---- Streaming --------------------------------------------------------------------------------
 */

/* A lend goes on where it was begun, with its book: anything else would print codes again. */
static cm_err open_book(struct agent *a) {
    CM_CLEANUP(lend_claim_close) struct lend_claim claim = LEND_CLAIM_INIT;
    struct cm_diag *diag = a->cli->diag;
    const char *key = option_text(&a->cli->options, "private-key");
    TRY(lend_claim_open(&claim, key, &a->lend, a->folder, diag));
    TRY(lend_book_open(&a->book, &a->lend, a->folder, clock_now_ms(clock_wall()), diag));
    return lend_claim_note(&claim, diag);
}

static cm_err stream(struct agent *a, const char *path) {
    struct cli *cli = a->cli;
    TRY(open_lend(a, path));
    TRY(choose_folder(a, path));
    TRY(open_book(a));
    TRY(supply_lend_new(&a->lend, &a->book, clock_wall(), option_text(&cli->options, "printer"),
                        &a->supply, cli->diag));
    TRY(stream_open(&a->stream, a->folder, a->supply, cli->json, cli->diag));
    TRY(open_post(a));
    TRY(stream_run(&a->stream));
    return hand_in_last(a);
}

static cm_err conclude(struct agent *a) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    const uint64_t unknown = lend_book_count(&a->book, CM_STAGE_UNKNOWN);
    const uint64_t sent = lend_book_count(&a->book, CM_STAGE_SENT);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "run", a->lend.number);
    json_put_u64(&w, "units", a->lend.units);
    json_put_u64(&w, "printed", lend_book_count(&a->book, CM_STAGE_PRINTED));
    json_put_u64(&w, "unknown", unknown);
    json_put_u64(&w, "void", lend_book_count(&a->book, CM_STAGE_VOID));
    json_put_u64(&w, "in_flight", sent);
    json_put_u64(&w, "duplicates", a->book.duplicates);
    json_put_cstr(&w, "report", a->book.path);
    json_put_bool(&w, "handed_in", a->post != NULL && a->told == a->book.sequence);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (unknown > 0 || sent > 0 || a->stream.stops > 0 || a->recalled)
        a->cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), a->cli->json, a->cli->diag);
}

cm_err cmd_line_agent(struct cli *cli) {
    CM_CLEANUP(agent_close) struct agent a = {.cli = cli, .stream = STREAM_INIT};
    TRY(stream(&a, position(cli, 0)));
    return conclude(&a);
}

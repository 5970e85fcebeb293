/* check, redeem, reserve, confirm, release, reverse, void: codes as arguments, from standard input
 * (-), from a file, or from a watched folder. Exit code 1 when not every answer is yes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "cli/answers.h"
#include "cli/ask.h"
#include "cli/ask_file.h"
#include "cli/command.h"
#include "cli/inbox.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "codes/mask.h"
#include "doc/json_write.h"

#define MS_PER_S     1000u
#define HOLD_DEFAULT 900u /* seconds */

const struct option_spec ask_options[] = {
    {"door", OPTION_TEXT, "NAME", "where the codes are asked for (default: default)", NULL, false},
    {"key", OPTION_TEXT, "KEY", "idempotency key: asked again, answered the same", NULL, false},
    {"redeemer", OPTION_TEXT, "REF", "who redeems; kept as a pseudonym", NULL, false},
    {"hold", OPTION_NUMBER, "SECONDS", "reserve: for so long (default 900)", NULL, false},
    {"file", OPTION_TEXT, "IN", "codes from a file, one a line, or a CSV with a column 'code'",
     NULL, false},
    {"out", OPTION_TEXT, "VERDICTS", "with --file: a verdict a line", NULL, false},
    {"inbox", OPTION_TEXT, "DIR", "watch a folder for files; they end in done/ or failed/", NULL,
     false},
    {"once", OPTION_FLAG, NULL, "with --inbox: take what is there and end", NULL, false},
    {"settle", OPTION_NUMBER, "SECONDS", "with --inbox: a file still for so long is complete (2)",
     NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static enum cm_operation operation_of(const struct cli *cli) {
    static const char *const names[CM_CODE_OPERATION_N] = {
        "check", "redeem", "reserve", "confirm", "release", "reverse", "void"};
    for (unsigned i = 0; i < CM_CODE_OPERATION_N; i++)
        if (strcmp(cli->command->name, names[i]) == 0) return (enum cm_operation)i;
    return CM_OP_CHECK;
}

/* ---- Answers for people ---------------------------------------------------------------------- */

static void put_answer(const struct asker *a, size_t i, struct json_writer *w) {
    const struct cm_answer *answer = &a->answers[i];
    char masked[MASK_CAP];
    code_mask(a->requests[i].code, masked);
    json_object_begin(w, NULL);
    json_put_cstr(w, "code", masked);
    json_put_cstr(w, "verdict", cm_verdict_name(answer->verdict));
    if (answer->set != 0) {
        json_put_cstr(w, "batch", asker_set_name(a, answer->set));
        json_put_u64(w, "serial", answer->serial);
    }
    if (answer->time_ms > 0) json_put_u64(w, "time_ms", answer->time_ms);
    if (answer->until_ms > 0) json_put_u64(w, "until_ms", answer->until_ms);
    if (answer->use > 0) json_put_u64(w, "use", answer->use);
    if (answer->prize > 0) json_put_u64(w, "prize", answer->prize);
    if (answer->replayed) json_put_bool(w, "replayed", true);
    json_object_end(w);
}

/* ---- Ways to ask ----------------------------------------------------------------------------- */

static cm_err ask_positions(struct cli *cli, struct asker *a) {
    const char *key = option_text(&cli->options, "key");
    const char *redeemer = option_text(&cli->options, "redeemer");
    const size_t n = cli->options.position_n;
    if (n > CM_REQUESTS_MAX)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "use --file", "too many codes");
    for (size_t i = 0; i < n; i++) {
        a->requests[i].code = slice_text(position(cli, i));
        a->requests[i].redeemer = slice_text(redeemer != NULL ? redeemer : "");
    }
    TRY(asker_run(a, n, key != NULL ? key : "", cli->diag));
    return answers_show(cli, a, n, put_answer);
}

static cm_err read_input(struct buffer *text, struct cm_diag *diag) {
    while (text->len <= ASK_FILE_MAX) {
        uint8_t *to = buffer_reserve(text, BUFSIZ);
        if (to == NULL) return CM_E_NO_MEMORY;
        TRY(interrupt_wait(STDIN_FILENO, "standard input", diag));
        const ssize_t got = read(STDIN_FILENO, to, BUFSIZ);
        if (got < 0) return diag_fail(diag, CM_E_IO, "standard input", NULL, NULL, "unreadable");
        if (got == 0) return CM_OK;
        text->len += (size_t)got;
    }
    return CM_OK;
}

/* Standard input, as a file would be; answered like arguments when it is short enough. */
static cm_err ask_input(struct cli *cli, struct asker *a) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    size_t n = 0;
    TRY(read_input(&text, cli->diag));
    for (size_t at = 0; at < text.len;) {
        const uint8_t *end = memchr(text.p + at, '\n', text.len - at);
        const size_t len = (end != NULL ? (size_t)(end - text.p) : text.len) - at;
        if (n == CM_REQUESTS_MAX)
            return diag_fail(cli->diag, CM_E_LIMIT, "standard input", NULL,
                             "use --file for more; nothing was asked", "more than %u codes",
                             CM_REQUESTS_MAX);
        if (len > 0) a->requests[n++].code = slice_of(text.p + at, len);
        at += len + 1;
    }
    const char *key = option_text(&cli->options, "key");
    TRY(asker_run(a, n, key != NULL ? key : "", cli->diag));
    return answers_show(cli, a, n, put_answer);
}

static cm_err ask_whole_file(struct cli *cli, struct asker *a) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const char *in = option_text(&cli->options, "file"), *path = option_text(&cli->options, "out");
    struct ask_report report;
    TRY(ask_file(a, in, path, &report, cli->diag));
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", in);
    json_put_cstr(&w, "verdicts_in", path);
    json_put_u64(&w, "lines", report.lines);
    json_object_begin(&w, "verdicts");
    for (unsigned v = 0; v < CM_VERDICT_N; v++)
        if (report.verdicts[v] > 0)
            json_put_u64(&w, cm_verdict_name((enum cm_verdict)v), report.verdicts[v]);
    json_object_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (report.accepted < report.lines) cli->exit_code = EXIT_NEGATIVE;
    if (strcmp(path, "-") == 0) return CM_OK; /* the verdicts themselves stand there */
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

static cm_err ask_somehow(struct cli *cli, struct asker *a) {
    const struct options *o = &cli->options;
    uint64_t settle = 2;
    if (option_given(o, "file")) return ask_whole_file(cli, a);
    TRY(option_u64(o, "settle", 0, 3600, &settle, cli->diag));
    if (option_given(o, "inbox"))
        return inbox_watch(a, option_text(o, "inbox"), option_given(o, "once"), settle * MS_PER_S,
                           cli->diag);
    if (o->position_n == 1 && strcmp(position(cli, 0), "-") == 0) return ask_input(cli, a);
    return ask_positions(cli, a);
}

static cm_err check_ways(const struct cli *cli) {
    const struct options *o = &cli->options;
    const int ways = option_given(o, "file") + option_given(o, "inbox") + (o->position_n > 0);
    if (ways != 1)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                         "give codes, or '-', or --file IN --out VERDICTS, or --inbox DIR",
                         ways == 0 ? "there is nothing to ask about" : "too many ways at once");
    if (option_given(o, "file") && !option_given(o, "out"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL,
                         "--file needs --out: where the verdicts go");
    return CM_OK;
}

cm_err cmd_ask(struct cli *cli) {
    CM_CLEANUP(asker_close) struct asker a = {.requests = NULL};
    const char *door = option_text(&cli->options, "door");
    uint64_t hold = HOLD_DEFAULT;
    TRY(option_u64(&cli->options, "hold", 1, CM_HOLD_MS_MAX / MS_PER_S, &hold, cli->diag));
    TRY(check_ways(cli));
    TRY(command_open(cli));
    TRY(asker_open(&a, &cli->session, operation_of(cli), door != NULL ? door : "default",
                   cli->diag));
    a.hold_ms = hold * MS_PER_S;
    TRY(ask_somehow(cli, &a));
    return asker_doubts(&a, cli->diag);
}

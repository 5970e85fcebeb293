/* card VERB: cards by number, as arguments or from a file. Every change of a card is one verb; the
 * verbs differ in what they are told. Exit code 1 when not every answer is yes. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "cli/answers.h"
#include "cli/ask.h"
#include "cli/card_file.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "doc/json_write.h"

#define MS_PER_S     1000u
#define HOLD_DEFAULT 900u /* seconds */
#define FD_MAX       1023u

/* A PIN is typed or comes on a descriptor: never an argument, which every process may read. */
static cm_err read_pin(const struct cli *cli, struct secret *pin) {
    uint64_t fd = 0;
    if (option_given(&cli->options, "pin-fd")) {
        TRY(option_u64(&cli->options, "pin-fd", 0, FD_MAX, &fd, cli->diag));
        return descriptor_secret((int)fd, CM_PIN_TEXT_MAX, pin, cli->diag);
    }
    if (!option_given(&cli->options, "ask-pin")) return CM_OK;
    return terminal_secret("PIN: ", CM_PIN_TEXT_MAX, pin, cli->diag);
}

static cm_err ask_positions(struct cli *cli, struct asker *a, const struct cm_card_ask *ask) {
    SECRET_SCOPED struct secret pin = SECRET_INIT;
    const char *key = option_text(&cli->options, "key");
    const size_t n = cli->options.position_n;
    TRY(read_pin(cli, &pin));
    for (size_t i = 0; i < n; i++) {
        a->requests[i].code = slice_text(position(cli, i));
        a->requests[i].pin = slice_of(pin.p, pin.len);
        a->asks[i] = *ask;
    }
    TRY(asker_run(a, n, key != NULL ? key : "", cli->diag));
    return answers_show(cli, a, n, card_answer_put);
}

static cm_err ask_whole_file(struct cli *cli, struct asker *a, const struct card_verb *verb,
                             const struct cm_card_ask *ask) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    const char *key = option_text(&cli->options, "key");
    const struct card_file file = {.in = option_text(&cli->options, "file"),
                                   .out = option_text(&cli->options, "out"),
                                   .verb = verb,
                                   .usual = *ask,
                                   .round = key != NULL ? key : ""};
    struct ask_report report;
    if (strlen(file.round) > CARD_ROUND_MAX)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--key", NULL, NULL,
                         "with --file it has at most %u bytes", CARD_ROUND_MAX);
    TRY(card_file_ask(a, &file, &report, cli->diag));
    if (report.accepted < report.lines) cli->exit_code = EXIT_NEGATIVE;
    if (strcmp(file.out, "-") == 0) return CM_OK; /* the verdicts themselves stand there */
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", file.in);
    json_put_cstr(&w, "verdicts_in", file.out);
    json_put_u64(&w, "lines", report.lines);
    json_object_begin(&w, "verdicts");
    for (unsigned v = 0; v < CM_VERDICT_N; v++)
        if (report.verdicts[v] > 0)
            json_put_u64(&w, cm_verdict_name((enum cm_verdict)v), report.verdicts[v]);
    json_object_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

static cm_err check_ways(const struct cli *cli, const struct card_verb *verb) {
    const struct options *o = &cli->options;
    const bool file = option_given(o, "file");
    if (file == (o->position_n > 0))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                         "give numbers, or --file IN --out VERDICTS",
                         file ? "two ways at once" : "there is no card to ask about");
    if (file != option_given(o, "out"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL,
                         "--file and --out go together: cards, and what became of them");
    if (!(verb->takes & CARD_TAKES_NEW) || file) return CM_OK;
    if (o->position_n == 1 && option_given(o, "with")) return CM_OK;
    return diag_fail(cli->diag, CM_E_ARGUMENT, "--with", NULL, "card replace OLD --with NEW",
                     "one card takes the place of one card");
}

cm_err cmd_card(struct cli *cli) {
    CM_CLEANUP(asker_close) struct asker a = {.requests = NULL};
    const struct card_verb *verb = card_verb_of(cli->command->name);
    const char *door = option_text(&cli->options, "door");
    struct cm_card_ask ask;
    uint64_t hold = HOLD_DEFAULT;
    if (verb == NULL) return CM_E_ARGUMENT;
    TRY(option_u64(&cli->options, "hold", 1, CM_HOLD_MS_MAX / MS_PER_S, &hold, cli->diag));
    TRY(check_ways(cli, verb));
    TRY(card_ask_options(verb, &cli->options, &ask, cli->diag));
    TRY(command_open(cli));
    TRY(asker_open(&a, &cli->session, verb->operation, door != NULL ? door : "default", cli->diag));
    TRY(asker_cards(&a));
    a.hold_ms = hold * MS_PER_S;
    if (option_given(&cli->options, "file"))
        TRY(ask_whole_file(cli, &a, verb, &ask));
    else
        TRY(ask_positions(cli, &a, &ask));
    return asker_doubts(&a, cli->diag);
}

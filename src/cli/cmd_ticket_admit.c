/* ticket admit: the device at the door, without a network. Each ticket is checked by trust files
 * and revocation lists; one that is good and was not admitted here before is written into the
 * device's file, and only then let in. One ticket, or one a line from a scanner.
 * Exit 0: all were let in; 1: one was not. Reference: docs/design/tickets.md, "Spends" */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/operator_key.h"
#include "cli/output.h"
#include "cli/ticket_text.h"
#include "cli/ticket_trusted.h"
#include "crypto/secret.h"
#include "doc/json_write.h"
#include "pass/spends.h"
#include "pass/ticket_json.h"

#define MS_PER_S 1000u
#define LINE_CAP (TICKET_TEXT_MAX + 16) /* bytes: longer is no ticket */

const struct option_spec ticket_admit_options[] = {
    {"file", OPTION_TEXT, "FILE|-", "tickets, one a line, as a scanner types them", NULL, false},
    {"spends", OPTION_TEXT, "FILE", "what this device admitted: made if it is absent", NULL, true},
    {"device", OPTION_TEXT, "KEY.pem", "the device's private key", NULL, true},
    {"test", OPTION_FLAG, NULL, "TEST tickets are asked for", NULL, false},
    TRUSTED_OPTIONS,
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct admitting {
    struct cli *cli;
    struct trusted trusted;
    const struct trust *files[TICKET_TRUSTS_MAX];
    struct ticket_checker checker;
    struct spends *spends;
    struct buffer out;
    bool many; /* a line each */
};

static void admitting_wipe(struct admitting *a) {
    trusted_wipe(&a->trusted);
    spends_close(a->spends);
    buffer_wipe(&a->out);
}

/* ---- Before the first ticket ------------------------------------------------------------------
 */

/* A list is used once the device has written down that it has it. */
static cm_err note_lists(struct admitting *a, uint64_t now_ms) {
    for (size_t i = 0; i < a->trusted.list_n; i++) {
        const struct revocation_list *list = &a->trusted.lists[i].list;
        TRY(spends_list(a->spends, list->iss, list->sequence, now_ms, a->cli->diag));
    }
    return CM_OK;
}

static cm_err prepare(struct admitting *a) {
    CM_KEY_SCOPED struct cm_key seed = {{0}};
    const struct options *o = &a->cli->options;
    const uint64_t now_ms = clock_now_ms(clock_wall());
    TRY(crypto_init());
    TRY(trusted_read(a->cli, now_ms / MS_PER_S, &a->trusted));
    trusted_put(&a->trusted, a->files, &a->checker);
    a->checker.test = option_given(o, "test");
    TRY(operator_key_read(option_text(o, "device"), &seed, a->cli->diag));
    TRY(spends_open(option_text(o, "spends"), &seed, now_ms, &a->spends, a->cli->diag));
    if (spends_healed(a->spends) > 0)
        output_note("%s: an unfinished entry of %zu bytes was cut off; nobody was let in by it",
                    option_text(o, "spends"), spends_healed(a->spends));
    return note_lists(a, now_ms);
}

/* ---- One ticket --------------------------------------------------------------------------------
 */

static cm_err spend(struct admitting *a, struct ticket_judged *judged, uint64_t now_ms,
                    struct spends_told *told) {
    const struct spends_ticket t = {
        .iss = judged->claims.iss, .cti = judged->claims.cti, .iat = judged->claims.iat_unix_s};
    const bool again = (judged->claims.flags & TICKET_SINGLE) == 0;
    TRY(spends_admit(a->spends, &t, again, now_ms, told, a->cli->diag));
    if (!told->admitted) judged->verdict = TICKET_SPENT;
    return CM_OK;
}

static void put_record(struct buffer *out, const struct ticket_judged *judged,
                       const struct spends_told *told) {
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_bool(&w, "admitted", told->admitted);
    ticket_json_judged(&w, judged);
    if (told->n > 0) json_put_u64(&w, "entry", told->n);
    if (told->n > 0) json_put_u64(&w, "admitted_ms", told->time_ms);
    json_object_end(&w);
}

/* For a person who looks at one line a ticket. */
static cm_err show_line(struct admitting *a, const struct ticket_judged *judged,
                        const struct spends_told *told) {
    char when[TIME_TEXT_CAP] = "";
    if (judged->verdict == TICKET_SPENT) time_format(told->time_ms, when);
    buffer_clear(&a->out);
    if (a->cli->json) {
        put_record(&a->out, judged, told);
        buffer_text(&a->out, "\n");
    } else if (told->admitted) {
        buffer_printf(&a->out, "ADMITTED  %s\n", judged->claims.seat);
    } else {
        buffer_printf(&a->out, "REFUSED   %s%s%s\n", ticket_verdict_text(judged->verdict),
                      when[0] != '\0' ? ": " : "", when);
    }
    TRY(buffer_err(&a->out));
    return output_bytes(buffer_slice(&a->out), a->cli->diag);
}

static cm_err admit(struct admitting *a, struct cm_slice text) {
    struct ticket_judged judged;
    struct spends_told told = {.admitted = false};
    const uint64_t now_ms = clock_now_ms(clock_wall());
    a->checker.now_unix_s = now_ms / MS_PER_S;
    TRY(ticket_check(&a->checker, text, &judged, a->cli->diag));
    if (judged.verdict == TICKET_VALID) TRY(spend(a, &judged, now_ms, &told));
    if (!told.admitted) a->cli->exit_code = EXIT_NEGATIVE;
    if (a->many) return show_line(a, &judged, &told);
    put_record(&a->out, &judged, &told);
    TRY(buffer_err(&a->out));
    return output_record(buffer_slice(&a->out), a->cli->json, a->cli->diag);
}

/* ---- A scanner ---------------------------------------------------------------------------------
 */

static void file_closep(FILE **f) {
    if (*f != NULL && *f != stdin) (void)fclose(*f);
}

static cm_err admit_lines(struct admitting *a, const char *path) {
    CM_CLEANUP(file_closep) FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char line[LINE_CAP];
    if (f == NULL)
        return diag_fail(a->cli->diag, CM_E_NOT_FOUND, path, NULL, "name a file, or '-'",
                         "cannot be read");
    cm_err err = CM_OK;
    for (bool first = true; err == CM_OK && fgets(line, sizeof line, f) != NULL; first = false) {
        const size_t len = strcspn(line, "\r\n");
        const bool cut = len == sizeof line - 1;
        const size_t mark = first ? text_mark_len(slice_of(line, len)) : 0;
        if (len > mark) err = admit(a, slice_of(line + mark, len - mark));
        for (int c = 0; cut && c != EOF && c != '\n';)
            c = fgetc(f); /* the rest of what is no ticket */
    }
    wipe(line, sizeof line);
    if (err == CM_OK && ferror(f) != 0)
        return diag_fail(a->cli->diag, CM_E_IO, path, NULL,
                         "those before are in the device's file; give the rest again",
                         "reading it failed: not all tickets were looked at");
    return err;
}

cm_err cmd_ticket_admit(struct cli *cli) {
    CM_CLEANUP(admitting_wipe) struct admitting a = {.cli = cli, .out = BUFFER_INIT};
    const char *path = option_text(&cli->options, "file"), *text = position(cli, 0);
    if ((path != NULL) == (text != NULL))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "ticket", NULL,
                         "give a ticket's text, or --file FILE ('-' is standard input)",
                         path == NULL ? "there is no ticket" : "both are given");
    a.many = path != NULL;
    TRY(prepare(&a));
    return path != NULL ? admit_lines(&a, path) : admit(&a, slice_text(text));
}

/* ticket verify: one ticket, online through the workspace or offline by trust files alone. Exit 0
 * when it is valid, 1 when it is not; it is not used up by this. TEST tickets are valid with --test
 * alone. Reference: docs/design/tickets.md, "Checking offline" */
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/ticket_text.h"
#include "cli/ticket_trusted.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "pass/ticket_json.h"

#define MS_PER_S 1000u

const struct option_spec ticket_verify_options[] = {
    TICKET_TEXT_OPTION,
    {"offline", OPTION_FLAG, NULL, "by trust files alone: no workspace, no network", NULL, false},
    {"test", OPTION_FLAG, NULL, "TEST tickets are asked for", NULL, false},
    TRUSTED_OPTIONS,
    {"at", OPTION_TEXT, "TIME", "judge as of that time (with --offline)", NULL, false},
    {"door", OPTION_TEXT, "DOOR", "which door is asked (default: one that reads the batch)", NULL,
     false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Offline --------------------------------------------------------------------------------- */

static cm_err read_time(struct cli *cli, uint64_t *now_unix_s) {
    const char *at = option_text(&cli->options, "at");
    uint64_t ms = clock_now_ms(clock_wall());
    if (at != NULL && time_parse(slice_text(at), &ms) != CM_OK)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--at", NULL, "write 2027-01-31T19:30:00+01:00",
                         "not a time");
    *now_unix_s = ms / MS_PER_S;
    return CM_OK;
}

static cm_err show(struct cli *cli, const struct ticket_judged *judged) {
    CM_CLEANUP(buffer_wipe) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    const bool valid = judged->verdict == TICKET_VALID;
    json_object_begin(&w, NULL);
    json_put_bool(&w, "valid", valid);
    ticket_json_judged(&w, judged);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (!valid) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

static cm_err verify_offline(struct cli *cli, struct cm_slice text) {
    CM_CLEANUP(trusted_wipe) struct trusted trusted = {.n = 0};
    struct ticket_checker checker = {.test = option_given(&cli->options, "test")};
    struct ticket_judged judged;
    const struct trust *files[TICKET_TRUSTS_MAX];
    TRY(read_time(cli, &checker.now_unix_s));
    TRY(trusted_read(cli, checker.now_unix_s, &trusted));
    trusted_put(&trusted, files, &checker);
    TRY(ticket_check(&checker, text, &judged, cli->diag));
    return show(cli, &judged);
}

/* ---- Online ---------------------------------------------------------------------------------- */

static cm_err verify_online(struct cli *cli, struct cm_slice text) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const char *door = option_text(&cli->options, "door");
    bool valid = false;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "ticket", text);
    json_put_bool(&w, "test", option_given(&cli->options, "test"));
    if (door != NULL) json_put_cstr(&w, "door", door);
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(command_open(cli));
    TRY(session_act(&cli->session, "ticket.verify", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "ticket.verify", &JSON_LIMITS_DEFAULT,
                     cli->diag));
    TRY(json_bool(json_get(json_root(doc), "valid"), &valid));
    if (!valid) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

static cm_err check_options(const struct cli *cli, bool offline) {
    static const char *const away[] = {"trust", "at", "revocations", "strict"};
    for (size_t i = 0; i < CM_ARRAY_N(away) && !offline; i++)
        if (option_given(&cli->options, away[i]))
            return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "add --offline",
                             "--%s is for checks without a workspace", away[i]);
    if (offline && option_given(&cli->options, "door"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--door", NULL, "leave --offline away",
                         "no door is asked offline");
    return CM_OK;
}

cm_err cmd_ticket_verify(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const bool offline = option_given(&cli->options, "offline");
    TRY(check_options(cli, offline));
    TRY(ticket_text_read(cli, &text));
    return (offline ? verify_offline : verify_online)(cli, buffer_slice(&text));
}

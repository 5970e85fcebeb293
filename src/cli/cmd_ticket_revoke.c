/* ticket revoke: tickets that count no more; ticket revocations: the signed list of them, for
 * devices. Texts of tickets go to the vault and nowhere else. */
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "wire/cose.h"

#define LIST_MODE 0644       /* public */
#define FILE_MAX  (8u << 20) /* bytes: what one act takes */

const struct option_spec ticket_revoke_options[] = {
    {"file", OPTION_TEXT, "FILE|-", "tickets, one a line", NULL, false},
    {"unit", OPTION_LIST, "BATCH:SERIAL", "a unit, whatever its ticket was", NULL, false},
    {"why", OPTION_TEXT, "TEXT", "kept in the ledger", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "judge them, change nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec ticket_revocations_options[] = {
    {"out", OPTION_TEXT, "FILE", "the list, for devices", NULL, true},
    {"hours", OPTION_NUMBER, "N", "until the next one comes (default: 168)", "hours", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static struct cm_slice line_of(struct cm_slice *rest) {
    const uint8_t *end = memchr(rest->p, '\n', rest->len);
    struct cm_slice line = slice_of(rest->p, end != NULL ? (size_t)(end - rest->p) : rest->len);
    const size_t used = end != NULL ? line.len + 1 : line.len;
    *rest = slice_of(rest->p + used, rest->len - used);
    if (line.len > 0 && line.p[line.len - 1] == '\r') line.len--;
    return line;
}

static cm_err put_tickets(struct cli *cli, struct json_writer *w) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *path = option_text(&cli->options, "file");
    json_array_begin(w, "tickets");
    for (size_t i = 0; position(cli, i) != NULL; i++)
        json_put_cstr(w, NULL, position(cli, i));
    if (path != NULL && strcmp(path, "-") == 0) path = "/dev/stdin";
    if (path != NULL) TRY(file_read(path, FILE_MAX, &text, cli->diag));
    struct cm_slice rest = buffer_slice(&text);
    rest = slice_of(rest.p + text_mark_len(rest), rest.len - text_mark_len(rest));
    while (rest.p != NULL && rest.len > 0) {
        const struct cm_slice line = line_of(&rest);
        if (line.len > 0) json_put_text(w, NULL, line);
    }
    json_array_end(w);
    return CM_OK;
}

cm_err cmd_ticket_revoke(struct cli *cli) {
    CM_CLEANUP(buffer_wipe) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    const char *why = option_text(&cli->options, "why");
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    TRY(put_tickets(cli, &w));
    json_array_begin(&w, "units");
    for (size_t i = 0; option_item(&cli->options, "unit", i) != NULL; i++)
        json_put_cstr(&w, NULL, option_item(&cli->options, "unit", i));
    json_array_end(&w);
    if (why != NULL) json_put_cstr(&w, "why", why);
    json_put_bool(&w, "dry_run", option_given(&cli->options, "dry-run"));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "ticket.revoke", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* All but the list itself, which is in the file. */
static cm_err show(struct cli *cli, struct json_value root) {
    static const char *const members[] = {"issuer", "sequence",  "tickets",
                                          "over",   "issued_ms", "next_update_ms"};
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    for (size_t i = 0; i < CM_ARRAY_N(members); i++) {
        CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
        TRY(json_copy_value(json_get(root, members[i]), &value));
        json_put_raw(&w, members[i], buffer_slice(&value));
    }
    json_put_cstr(&w, "file", option_text(&cli->options, "out"));
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_ticket_revocations(struct cli *cli) {
    static const struct json_limits limits = {.text_max = 8u << 20, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer list = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice text;
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "ticket.revocations", buffer_slice(&args), &result, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&result), "ticket.revocations", &limits, cli->diag));
    const struct json_value root = json_root(doc);
    TRY(json_text(json_get(root, "list"), 1, SIZE_MAX, &text));
    TRY(base64_get(text, &list));
    TRY(file_replace(option_text(&cli->options, "out"), buffer_slice(&list), LIST_MODE, cli->diag));
    return show(cli, root);
}

/* ticket sync: a device's file into the ledger, a portion at a time, each entry in exactly one row
 * of the report; ticket conflicts: what was admitted and is no redemption. The file is checked as a
 * whole before the first portion is sent. Stopped or killed at any moment, the same command goes
 * on: what was taken in is told as "already". Reference: docs/design/tickets.md, "Sync" */
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/sync_report.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "engine/spends.h"
#include "pass/spends.h"
#include "pass/spends_scan.h"

#define ROOM_KEEP (4u << 20)

const struct option_spec ticket_sync_options[] = {
    {"door", OPTION_TEXT, "DOOR", "which door it stood at", NULL, true},
    {"report", OPTION_TEXT, "OUT.csv", "a row for each entry", NULL, false},
    {"salvage", OPTION_FLAG, NULL, "of a damaged file, take every entry that is signed", NULL,
     false},
    {"dry-run", OPTION_FLAG, NULL, "check, and tell what is new; redeem nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec ticket_conflicts_options[] = {
    {"device", OPTION_TEXT, "NAME", "of this device alone", "device", false},
    {"from", OPTION_NUMBER, "N", "pass over the first N", "from", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct sync {
    struct cli *cli;
    struct spends_scan scan;
    struct buffer portion, anchor, args, result;
    size_t entries; /* of the portion */
    uint64_t pieces;
    struct sync_report report;
};

static void sync_wipe(struct sync *s) {
    buffer_free(&s->portion);
    buffer_free(&s->anchor);
    buffer_free(&s->args);
    buffer_free(&s->result);
    sync_report_wipe(&s->report);
}

static const char *path_of(const struct sync *s) { return position(s->cli, 0); }

/* ---- Whose file -------------------------------------------------------------------------------
 */

static cm_err no_file(const struct sync *s) {
    return diag_fail(s->cli->diag, CM_E_FORMAT, path_of(s), "byte 0",
                     "name the file that 'countermark ticket admit --spends' wrote",
                     "no entry of a device");
}

static cm_err find_device(struct sync *s) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice rest = s->scan.file, hex;
    struct spend_read first;
    char kid[2 * COSE_KID_LEN + 1];
    if (rest.len == 0 || spend_take(&rest, &first) != CM_OK) return no_file(s);
    hex_format(first.cose.kid, COSE_KID_LEN, kid);
    struct json_writer w = json_writer_into(&s->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "kid", kid);
    json_object_end(&w);
    TRY(buffer_err(&s->args));
    TRY(session_act(&s->cli->session, "ticket.device.find", buffer_slice(&s->args), &s->result,
                    s->cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&s->result), "device", &JSON_LIMITS_DEFAULT, s->cli->diag));
    TRY(json_text(json_get(json_root(doc), "public_key"), 1, SIZE_MAX, &hex));
    return hex_parse(hex, s->scan.device.b, sizeof s->scan.device.b);
}

/* ---- Portions ---------------------------------------------------------------------------------
 */

static void put_base64(struct json_writer *w, const char *key, struct cm_slice bytes) {
    struct buffer text = BUFFER_INIT;
    base64_put(&text, bytes);
    json_put_text(w, key, buffer_slice(&text));
    if (text.failed) w->out->failed = true;
    buffer_free(&text);
}

static cm_err put_args(struct sync *s) {
    const struct options *o = &s->cli->options;
    buffer_recycle(&s->args, ROOM_KEEP);
    struct json_writer w = json_writer_into(&s->args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "door", option_text(o, "door"));
    put_base64(&w, "entries", buffer_slice(&s->portion));
    put_base64(&w, "after", buffer_slice(&s->anchor));
    json_put_bool(&w, "salvage", s->scan.salvage);
    json_put_bool(&w, "dry_run", option_given(o, "dry-run"));
    json_object_end(&w);
    return buffer_err(&s->args);
}

static cm_err still_wanted(const struct sync *s) {
    if (!interrupt_came()) return CM_OK;
    return diag_fail(s->cli->diag, CM_E_CANCELLED, path_of(s), NULL, "run the same command again",
                     "stopped; what was taken in so far stays");
}

static cm_err send(struct sync *s) {
    if (s->entries == 0) return CM_OK;
    TRY(still_wanted(s));
    TRY(put_args(s));
    buffer_recycle(&s->result, ROOM_KEEP);
    TRY(session_act(&s->cli->session, "ticket.sync", buffer_slice(&s->args), &s->result,
                    s->cli->diag));
    TRY(sync_report_rows(&s->report, buffer_slice(&s->result), s->cli->diag));
    buffer_clear(&s->portion);
    s->entries = 0;
    return CM_OK;
}

static cm_err take_piece(struct sync *s, const struct spends_piece *piece) {
    if (piece->kind == PIECE_DAMAGED || piece->kind == PIECE_UNFINISHED)
        return sync_report_passed_over(&s->report, piece, s->cli->diag);
    buffer_put(&s->portion, piece->bytes.p, piece->bytes.len);
    if (++s->entries < SPENDS_ROWS_MAX) return buffer_err(&s->portion);
    TRY(buffer_err(&s->portion));
    TRY(send(s));
    buffer_clear(&s->anchor); /* the next portion follows this entry */
    buffer_put(&s->anchor, piece->bytes.p, piece->bytes.len);
    return buffer_err(&s->anchor);
}

static cm_err send_all(struct sync *s) {
    struct spends_piece piece = {.kind = PIECE_ENTRY};
    while (piece.kind != PIECE_END) {
        TRY(spends_scan_next(&s->scan, &piece, s->cli->diag));
        if (piece.kind != PIECE_END) TRY(take_piece(s, &piece));
    }
    return send(s);
}

static cm_err run(struct sync *s) {
    TRY(find_device(s));
    TRY(spends_scan_whole(&s->scan, &s->pieces, s->cli->diag)); /* or it is refused whole */
    TRY(sync_report_begin(&s->report, option_text(&s->cli->options, "report"), s->cli->diag));
    TRY(send_all(s));
    TRY(sync_report_end(&s->report, s->pieces, &s->result, s->cli->diag));
    if (sync_report_conflicts(&s->report) > 0) s->cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&s->result), s->cli->json, s->cli->diag);
}

cm_err cmd_ticket_sync(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    CM_CLEANUP(sync_wipe) struct sync s = {.cli = cli, .report = SYNC_REPORT_INIT};
    TRY(file_read(position(cli, 0), SPENDS_FILE_MAX, &file, cli->diag));
    s.scan = (struct spends_scan){.name = position(cli, 0),
                                  .file = buffer_slice(&file),
                                  .salvage = option_given(&cli->options, "salvage")};
    return run(&s);
}

/* prize: draw prizes among the units of a batch, and tell who won when it is over. The file of
 * winners appears whole or not at all. References: docs/design/prizes.md. */
#include <inttypes.h>
#include <stdio.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "doc/csv_write.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "engine/registry.h"

#define TIERS_FILE_MAX (1u << 20) /* bytes */
#define WINNERS_MODE   0600

const struct option_spec prize_draw_options[] = {
    {"tiers", OPTION_TEXT, "FILE.json", "the tiers: {\"tiers\":[{\"name\":\"car\",\"count\":1}]}",
     NULL, true},
    {"dry-run", OPTION_FLAG, NULL, "check, and draw nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec prize_reveal_options[] = {
    {"out", OPTION_TEXT, "FILE.csv", "where the winners go: candidate, serial, tier, given", NULL,
     true},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_prize_draw(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, args = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    const char *path = option_text(&cli->options, "tiers");
    struct json_writer w = json_writer_into(&args, false);
    TRY(file_read(path, TIERS_FILE_MAX, &text, cli->diag));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", position(cli, 0));
    json_put_text(&w, "document", buffer_slice(&text));
    json_put_text(&w, "input", file_short_name(path, REGISTRY_NAME_CAP - 1));
    json_put_bool(&w, "dry_run", option_given(&cli->options, "dry-run"));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "prize.draw", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- The winners ----------------------------------------------------------------------------- */

struct winners {
    struct cli *cli;
    struct outfile file;
    struct buffer args, result, lines;
    uint64_t n;
};

static void winners_wipe(struct winners *w) {
    outfile_close(&w->file);
    buffer_free(&w->args);
    buffer_free(&w->result);
    buffer_free(&w->lines);
}

static cm_err ask_rows(struct winners *w, struct json_doc **doc) {
    static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};
    buffer_clear(&w->args);
    buffer_clear(&w->result);
    struct json_writer args = json_writer_into(&w->args, false);
    json_object_begin(&args, NULL);
    json_put_cstr(&args, "batch", position(w->cli, 0));
    json_put_u64(&args, "from", w->n);
    json_object_end(&args);
    TRY(buffer_err(&w->args));
    TRY(session_act(&w->cli->session, "prize.rows", buffer_slice(&w->args), &w->result,
                    w->cli->diag));
    return json_doc_new(doc, buffer_slice(&w->result), "prize.rows", &limits, w->cli->diag);
}

static cm_err put_row(struct winners *w, struct csv_writer *csv, struct json_value root, size_t i) {
    static const char *const columns[] = {"candidates", "serials", "tiers", "given"};
    for (size_t c = 0; c < CM_ARRAY_N(columns); c++) {
        uint64_t number = 0;
        char text[24];
        TRY(json_u64(json_at(json_get(root, columns[c]), i), 0, INT64_MAX, &number));
        (void)snprintf(text, sizeof text, "%" PRIu64, number);
        csv_put_cstr(csv, text);
    }
    csv_end_row(csv);
    return buffer_err(&w->lines);
}

static cm_err write_rows(struct winners *w, size_t *n) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct csv_writer csv = {.out = &w->lines, .dialect = *csv_dialect_named(slice_text("plain"))};
    TRY(ask_rows(w, &doc));
    buffer_clear(&w->lines);
    if (w->n == 0) buffer_text(&w->lines, "candidate,serial,tier,given\n");
    TRY(json_items(json_get(json_root(doc), "serials"), 0, SIZE_MAX, n));
    for (size_t i = 0; i < *n; i++)
        TRY(put_row(w, &csv, json_root(doc), i));
    w->n += *n;
    return outfile_write(&w->file, buffer_slice(&w->lines), w->cli->diag);
}

cm_err cmd_prize_reveal(struct cli *cli) {
    CM_CLEANUP(winners_wipe) struct winners w = {.cli = cli, .file = OUTFILE_INIT};
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct hash256 hash;
    size_t n = 1;
    TRY(outfile_open(&w.file, option_text(&cli->options, "out"), WINNERS_MODE, cli->diag));
    struct json_writer json = json_writer_into(&args, false);
    json_object_begin(&json, NULL);
    json_put_cstr(&json, "batch", position(cli, 0));
    json_object_end(&json);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "prize.reveal", buffer_slice(&args), &result, cli->diag));
    while (n > 0) {
        if (interrupt_came())
            return diag_fail(cli->diag, CM_E_CANCELLED, position(cli, 0), NULL,
                             "ask again: the seed stays revealed", "stopped; no file was left");
        TRY(write_rows(&w, &n));
    }
    TRY(outfile_commit(&w.file, &hash, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

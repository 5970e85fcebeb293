/* run lend, run report: codes for a line computer without a link, and what became of them. The
 * sealed file is made by the vault; here it is moved to where it was asked for. */
#include <stdio.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/run_order.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define PATH_CAP      2048u
#define HOURS_MAX     744u
#define HOURS_DEFAULT 12u
#define CERT_MAX      65536u
#define REPORT_MAX    8388608u
#define FILE_MODE     0600

const struct option_spec run_lend_options[] = {
    {"printer", OPTION_TEXT, "URI", "the printer, as the line computer reaches it", NULL, true},
    {"template", OPTION_TEXT, "FILE", "the label: a file, or plain, qr, gs1-datamatrix", NULL,
     false},
    {"protocol", OPTION_TEXT, "FILE", "raw printers: a file, or codenet, ngpcl", NULL, false},
    {"count", OPTION_NUMBER, "N", "how many codes", NULL, true},
    {"hours", OPTION_NUMBER, "N", "how long they may be printed (default 12, at most 744)", NULL,
     false},
    {"to", OPTION_TEXT, "CERT.pem", "the line computer's certificate", NULL, true},
    {"out", OPTION_TEXT, "FILE", "move it there (default: WORKSPACE/lends)", NULL, false},
    {"rate", OPTION_TEXT, "N/min", "no faster than this; also N/s, N/h", NULL, false},
    {"window", OPTION_NUMBER, "N", "units in the printer at once, at most", NULL, false},
    {"name", OPTION_TEXT, "NAME", "the run's name (default: BATCH-run-N)", NULL, false},
    {"line", OPTION_TEXT, "LINE", "the packaging line's name", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static cm_err lend_arguments(struct cli *cli, struct buffer *out) {
    CM_CLEANUP(buffer_free) struct buffer certificate = BUFFER_INIT;
    struct json_writer w = json_writer_into(out, false);
    uint64_t hours = HOURS_DEFAULT;
    if (option_given(&cli->options, "hours"))
        TRY(option_u64(&cli->options, "hours", 1, HOURS_MAX, &hours, cli->diag));
    TRY(file_read(option_text(&cli->options, "to"), CERT_MAX, &certificate, cli->diag));
    json_object_begin(&w, NULL);
    TRY(run_order_members(cli, &w));
    json_put_u64(&w, "hours", hours);
    json_put_text(&w, "certificate", buffer_slice(&certificate));
    json_object_end(&w);
    return buffer_err(out);
}

/* The result again, with the place where the file is now. */
static cm_err moved(struct cli *cli, struct buffer *result) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer told = BUFFER_INIT;
    const char *to = option_text(&cli->options, "out"), *key = NULL;
    char from[PATH_CAP];
    if (to == NULL) return CM_OK;
    TRY(json_doc_new(&doc, buffer_slice(result), "run.lend", &JSON_LIMITS_DEFAULT, NULL));
    const struct json_value root = json_root(doc);
    TRY(json_copy_text(json_get(root, "file"), 1, from, sizeof from));
    TRY(outfile_move(from, to, FILE_MODE, cli->diag));
    struct json_writer w = json_writer_into(&told, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", to);
    for (size_t i = 0; json_present(json_member(root, i, &key)); i++) {
        CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
        TRY(json_copy_value(json_get(root, key), &value));
        if (!slice_equal(slice_text(key), slice_text("file")))
            json_put_raw(&w, key, buffer_slice(&value));
    }
    json_object_end(&w);
    TRY(buffer_err(&told));
    buffer_clear(result);
    buffer_put(result, told.p, told.len);
    return buffer_err(result);
}

cm_err cmd_run_lend(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    TRY(lend_arguments(cli, &args));
    TRY(session_act(&cli->session, "run.lend", buffer_slice(&args), &result, cli->diag));
    TRY(moved(cli, &result));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* The agent's book is the act's arguments as it stands. */
cm_err cmd_run_report(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer report = BUFFER_INIT, result = BUFFER_INIT;
    TRY(file_read(position(cli, 0), REPORT_MAX, &report, cli->diag));
    TRY(session_act(&cli->session, "run.report", buffer_slice(&report), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

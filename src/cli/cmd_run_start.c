/* run start: through the daemon the run begins there and goes on by itself; without one it streams
 * here until it is done or Ctrl-C. */
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_dry.h"
#include "cli/run_here.h"
#include "cli/run_order.h"

const struct option_spec run_start_options[] = {
    {"printer", OPTION_TEXT, "URI", "zpl+tcp://HOST:PORT, ztc+tcp://, sppl+tcp://, wsi+tcp://, ...",
     NULL, true},
    {"template", OPTION_TEXT, "FILE", "the label: a file, or plain, qr, gs1-datamatrix", NULL,
     false},
    {"protocol", OPTION_TEXT, "FILE", "raw printers: a file, or codenet, ngpcl", NULL, false},
    {"paced-by-camera", OPTION_FLAG, NULL,
     "a coder that tells of no print: each product waits for run verify", NULL, false},
    {"count", OPTION_NUMBER, "N", "stop after so many (default: the whole batch)", NULL, false},
    {"rate", OPTION_TEXT, "N/min", "no faster than this; also N/s, N/h", NULL, false},
    {"window", OPTION_NUMBER, "N", "units in the printer at once, at most", NULL, false},
    {"name", OPTION_TEXT, "NAME", "the run's name (default: BATCH-run-N)", NULL, false},
    {"line", OPTION_TEXT, "LINE", "the packaging line's name", NULL, false},
    {"sku", OPTION_TEXT, "X", "open and roll batches of this product", NULL, false},
    {"scheme", OPTION_TEXT, "NAME", "open and roll batches of this scheme", NULL, false},
    {"attribute", OPTION_LIST, "NAME=VALUE", "a field of the scheme", NULL, false},
    {"product", OPTION_TEXT, "TEXT", "its name in answers", NULL, false},
    {"gtin", OPTION_TEXT, "GTIN", "its trade item number", NULL, false},
    {"date", OPTION_TEXT, "DATE", "today (default), or one fixed date", NULL, false},
    {"roll-at", OPTION_TEXT, "HH:MM", "a new batch each day at this time (00:00)", NULL, false},
    {"zone", OPTION_TEXT, "ZONE", "the plant's time zone (default: this machine's)", NULL, false},
    {"batch-name", OPTION_TEXT, "PATTERN", "names of the batches: {sku}-{date}-L{line}", NULL,
     false},
    {"quantity", OPTION_NUMBER, "N", "how many codes each batch begins with (10000)", NULL, false},
    {"open", OPTION_FLAG, NULL, "open each batch: its codes redeem from the first label on", NULL,
     false},
    {"dry-run", OPTION_FLAG, NULL, "show the bytes and a picture of label 1; spends no code", NULL,
     false},
    {"picture", OPTION_TEXT, "FILE.png", "with --dry-run: the picture, as a file", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_run_start(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    if (option_given(&cli->options, "picture") && !option_given(&cli->options, "dry-run"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--picture", NULL, "add --dry-run",
                         "only a dry run draws");
    TRY(command_open(cli));
    TRY(run_order(cli, &args));
    if (option_given(&cli->options, "dry-run")) return run_dry(cli, buffer_slice(&args));
    TRY(session_act(&cli->session, "run.start", buffer_slice(&args), &result, cli->diag));
    if (!cli->session.remote) return run_here(cli, buffer_slice(&result));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* run list, run show: what the runs do. */
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run_table.h"
#include "cli/run_watch.h"
#include "cli/screen.h"

const struct option_spec run_show_options[] = {
    {"watch", OPTION_FLAG, NULL, "go on showing, until q or Ctrl-C; in a pipe a line a change",
     NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

cm_err cmd_run_list(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer runs = BUFFER_INIT, out = BUFFER_INIT;
    struct run_window view = {.columns = RUN_TABLE_COLUMNS};
    size_t rows = 0;
    TRY(run_records(cli, NULL, &runs));
    if (cli->json) return output_record(buffer_slice(&runs), true, cli->diag);
    if (screen_there()) screen_size(&view.columns, &rows);
    TRY(run_table(buffer_slice(&runs), &view, &out, cli->diag));
    return output_bytes(buffer_slice(&out), cli->diag);
}

cm_err cmd_run_show(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    const char *run = position(cli, 0);
    if (option_given(&cli->options, "watch")) return run_watch(cli, run);
    if (run == NULL)
        return diag_fail(
            cli->diag, CM_E_ARGUMENT, NULL, NULL,
            "name a run, or give --watch to see all; 'countermark run list' names them",
            "which run?");
    TRY(run_argument(run, &args));
    TRY(session_act(&cli->session, "run.show", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

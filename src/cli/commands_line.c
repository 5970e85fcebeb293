/* The table of commands for packaging lines: runs and printers. What the acts do is said in
 * src/vault/acts_run*.c; here stands how people ask for it. */
#include "cli/command.h"

static const char *const run_position[] = {"run", NULL};

const struct command run_commands[] = {
    {"run start", cmd_run_start, "stream a batch to a printer, each code once",
     NEEDS_LATER | NEEDS_CALM,
     "BATCH --printer URI --template FILE [--count N] [--rate N/min]\n"
     "       countermark run start --sku X --line L --date today --roll-at 00:00 --printer URI "
     "--template FILE",
     0, 1, run_start_options,
     "  countermark run start monday --printer zpl+tcp://10.0.0.5:9100 --template plain\n"
     "  countermark run start monday --printer file:codes.txt --count 100\n"
     "  countermark run start monday --printer zpl+tcp://10.0.0.5 --template label.zpl \\\n"
     "      --dry-run --picture label.png\n"
     "  countermark run start --sku CM-COLA-330 --line 3 --date today --roll-at 00:00 \\\n"
     "      --printer ztc+tcp://10.0.0.7 --template JOB1 --rate 250/min\n",
     NULL, NULL},
    {"run list", cmd_run_list, "list the runs and what each has done", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark run list --json\n", NULL, NULL},
    {"run show", cmd_run_show, "show a run, or watch all of them live", NEEDS_ENGINE | NEEDS_CALM,
     "RUN | [RUN] --watch", 0, 1, run_show_options,
     "  countermark run show monday-run-1\n"
     "  countermark run show --watch\n",
     NULL, NULL},
    {"run pause", command_act, "give the printer no more; what is in flight settles", NEEDS_ENGINE,
     "RUN", 1, 1, NULL, "  countermark run pause monday-run-1\n", "run.pause", run_position},
    {"run resume", cmd_run_resume, "go on, after a jam from the last good code",
     NEEDS_ENGINE | NEEDS_CALM, "RUN [--last-good CODE|-]", 1, 1, run_resume_options,
     "  countermark run resume monday-run-1\n"
     "  countermark run resume monday-run-1 --last-good -   # then scan it\n",
     NULL, NULL},
    {"run stop", cmd_run_stop, "stop, and settle what is in flight", NEEDS_ENGINE | NEEDS_CALM,
     "RUN [--wait]", 1, 1, run_stop_options, "  countermark run stop monday-run-1 --wait\n", NULL,
     run_position},
    {"run close", cmd_run_close, "close a stopped run and report its sums", NEEDS_ENGINE,
     "RUN [--rule only-good --confirm N]", 1, 1, run_close_options,
     "  countermark run close monday-run-1\n"
     "  countermark run close monday-run-1 --rule only-good --confirm 12\n",
     "run.close", run_position},
    {"run verify", cmd_run_verify, "take in what a camera or scanner read",
     NEEDS_ENGINE | NEEDS_CALM, "RUN [--feed FILE|-|tcp:HOST:PORT]", 1, 1, run_verify_options,
     "  countermark run verify monday-run-1 --feed reads.txt\n"
     "  countermark run verify monday-run-1 --feed tcp:0.0.0.0:9400 --answer\n",
     NULL, NULL},
    {"run void", cmd_run_void, "make a run's unsettled units worthless for good", NEEDS_ENGINE,
     "RUN --reason TEXT [--stage unknown]", 1, 1, run_void_options,
     "  countermark run void monday-run-1 --reason \"pallet 7 shredded\"\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

const struct command printer_commands[] = {
    {"printer probe", cmd_printer_probe, "ask what answers at an address; prints nothing",
     NEEDS_NOTHING, "URI | tcp://HOST:PORT", 1, 1, NULL,
     "  countermark printer probe zpl+tcp://10.0.0.5:9100\n"
     "  countermark printer probe tcp://10.0.0.7:3001      # tries every language\n",
     NULL, NULL},
    {"printer test", cmd_printer_test, "print one TEST label and watch for it", NEEDS_NOTHING,
     "URI --template FILE [--wait SECONDS]", 1, 1, printer_test_options,
     "  countermark printer test zpl+tcp://10.0.0.5:9100 --template plain\n", NULL, NULL},
    {"printer lint", cmd_printer_lint, "judge a label template or a line protocol", NEEDS_NOTHING,
     "FILE", 1, 1, NULL,
     "  countermark printer lint label.zpl\n"
     "  countermark printer lint coder.protocol --json\n",
     NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

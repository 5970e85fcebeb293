/* The table of commands for line computers that work without a link. What the acts do is said in
 * src/vault/acts_lend.c; here stands how people ask for it. */
#include "cli/command.h"

static const char *const run_position[] = {"run", NULL};

const struct command lend_commands[] = {
    {"run lend", cmd_run_lend, "seal ready codes for a line computer, for some hours", NEEDS_ENGINE,
     "BATCH --count N --hours N --to CERT.pem --printer URI --template FILE [--out FILE]", 1, 1,
     run_lend_options,
     "  countermark run lend monday --count 20000 --hours 10 --to line3.pem \\\n"
     "      --printer zpl+tcp://10.0.0.5 --template plain --out line3.lend\n",
     NULL, NULL},
    {"line agent", cmd_line_agent, "on a line computer: print a lend, and report", NEEDS_CALM,
     "FILE --private-key KEY.pem [--printer URI] [--report-to URL --api-key-file FILE]", 1, 1,
     line_agent_options,
     "  countermark line agent line3.lend --private-key line3.key\n"
     "  countermark line agent line3.lend --private-key line3.key \\\n"
     "      --report-to https://codes.example:8480/v1/runs/report --api-key-file line3.api\n",
     NULL, NULL},
    {"run report", cmd_run_report, "take in what a line computer printed", NEEDS_ENGINE, "FILE", 1,
     1, NULL, "  countermark run report lend-7.report\n", NULL, NULL},
    {"run recall", command_act, "make a line computer's codes worthless", NEEDS_ENGINE, "RUN", 1, 1,
     NULL, "  countermark run recall monday-run-2\n", "run.recall", run_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

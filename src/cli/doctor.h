/* What the parts of doctor share: the check-up under way and how a finding is told. doctor_ledger.c
 * asks the ledger, through a daemon or by opening it to be read; it refuses to write anything. */
#ifndef CM_CLI_DOCTOR_H
#define CM_CLI_DOCTOR_H

#include "cli/command.h"
#include "doc/json_write.h"

#define DOCTOR_DETAIL_CAP 1024u

struct checkup {
    struct cli *cli;
    struct workspace_paths paths;
    struct workspace info;
    struct json_writer *out;
    bool running; /* a daemon has it */
};

enum finding { FINE, WORTH_KNOWING, WRONG };

/* One line of the report; with WRONG the exit code is 1. */
void doctor_report(struct checkup *c, const char *what, enum finding finding, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));
/* What a running daemon's ledger knows of the files beside it. */
void doctor_ask(struct checkup *c, struct cm_engine *remote);
/* Without a daemon: open the ledger to be read, and ask it the same. */
void doctor_open(struct checkup *c, struct keystore *ks);

#endif

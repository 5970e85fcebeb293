/* The command line of printer_emulator. */
#ifndef CM_TESTS_PRINTERS_OPTIONS_H
#define CM_TESTS_PRINTERS_OPTIONS_H

#include "support/printers/printer.h"
#include "support/printers/protocol.h"

#define EMULATOR_ADDRESSES 16u

struct emulator_options {
    struct printer_options printer;
    struct protocol *protocol;
    struct buffer faults, protocol_text;
    const char *record; /* a path; the second printer's ends in ".2" */
    const char *address;
    uint64_t count;
    bool control; /* lines of control.h come from standard input */
    bool help;
};

extern const char emulator_help[];

/** Read the command line and the files it names. @retval CM_E_ARGUMENT, CM_E_FORMAT, CM_E_IO */
CM_MUST_CHECK cm_err emulator_options_read(int argc, char **argv, struct emulator_options *out,
                                           struct cm_diag *diag);
void emulator_options_free(struct emulator_options *o);

#endif

/* Options of printer_emulator, by the product's own option parser. References as in options.h. */
#include "support/printers/options.h"

#include <stdio.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/option.h"
#include "support/printers/grammars.h"

#define FILE_MOST   1048576u    /* bytes of a script or of rules */
#define COUNT_MOST  256u        /* printers of one process */
#define NUMBER_MOST 4000000000u /* of anything else */

const char emulator_help[] =
    "usage: printer_emulator --grammar NAME [OPTIONS]\n"
    "\n"
    "Emulates coding and label printers for tests. Prints a line \"ready NAME ADDRESS\" a printer\n"
    "and runs until SIGTERM or SIGINT. Listens on the loopback alone.\n"
    "\n"
    "  --grammar NAME    zpl, ztc, sppl, wsi, or raw\n"
    "  --protocol FILE   the protocol of grammar raw (tests/support/printers/protocols/)\n"
    "  --port WHERE      PORT (0: any free one, the default), unix:PATH, or pty\n"
    "  --count N         so many printers, on the ports from PORT on; default 1\n"
    "  --record FILE     append what happens to every item; the second printer's is FILE.2\n"
    "  --faults FILE     script of faults (tests/support/printers/fault.h)\n"
    "  --seed N          of the faults that come at random\n"
    "  --depth N         items the printer holds; default: the grammar's own\n"
    "  --rate N          items a minute; 0, the default: at once\n"
    "  --fields A,B      the label's fields; default code\n"
    "  --quirks A,B      zpl: brother; ztc: crlf; sppl: spaced, mislabels;\n"
    "                    wsi: short-digits, 1710\n"
    "  --total N         items it printed before\n"
    "  --boot-ms N       time it needs to start\n"
    "  --manual          prints only the products that --control lets pass\n"
    "  --control         obey lines on standard input (tests/support/printers/control.h)\n"
    "  --sink            as fast as it can; only counts what it prints, --record is refused\n"
    "\n"
    "examples:\n"
    "  printer_emulator --grammar zpl --port 9100 --record zebra.log --rate 250\n"
    "  printer_emulator --grammar raw --protocol codenet.rules --faults night.faults --seed 7\n"
    "  printer_emulator --grammar zpl --count 64 --sink\n";

static const struct option_spec specs[] = {
    {.name = "grammar", .kind = OPTION_TEXT, .value = "NAME"},
    {.name = "protocol", .kind = OPTION_FILE, .value = "FILE"},
    {.name = "port", .kind = OPTION_TEXT, .value = "WHERE"},
    {.name = "count", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "record", .kind = OPTION_TEXT, .value = "FILE"},
    {.name = "faults", .kind = OPTION_FILE, .value = "FILE"},
    {.name = "seed", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "depth", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "rate", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "fields", .kind = OPTION_TEXT, .value = "A,B"},
    {.name = "quirks", .kind = OPTION_TEXT, .value = "A,B"},
    {.name = "total", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "boot-ms", .kind = OPTION_NUMBER, .value = "N"},
    {.name = "manual", .kind = OPTION_FLAG},
    {.name = "control", .kind = OPTION_FLAG},
    {.name = "sink", .kind = OPTION_FLAG},
    {.name = "help", .kind = OPTION_FLAG},
    {.name = NULL},
};

static cm_err read_numbers(const struct options *given, struct emulator_options *o,
                           struct cm_diag *diag) {
    uint64_t depth = 0;
    TRY(option_u64(given, "count", 1, COUNT_MOST, &o->count, diag));
    TRY(option_u64(given, "seed", 0, NUMBER_MOST, &o->printer.seed, diag));
    TRY(option_u64(given, "depth", 1, NUMBER_MOST, &depth, diag));
    TRY(option_u64(given, "rate", 0, NUMBER_MOST, &o->printer.rate_per_minute, diag));
    TRY(option_u64(given, "total", 0, NUMBER_MOST, &o->printer.total, diag));
    TRY(option_u64(given, "boot-ms", 0, NUMBER_MOST, &o->printer.boot_ms, diag));
    o->printer.depth = (size_t)depth;
    return CM_OK;
}

static cm_err read_files(const struct options *given, struct emulator_options *o,
                         struct cm_diag *diag) {
    const char *faults = option_text(given, "faults"), *protocol = option_text(given, "protocol");
    if (faults != NULL) TRY(file_read(faults, FILE_MOST, &o->faults, diag));
    o->printer.faults = buffer_slice(&o->faults);
    o->printer.faults_name = faults;
    if (protocol == NULL) return CM_OK;
    TRY(file_read(protocol, FILE_MOST, &o->protocol_text, diag));
    TRY(protocol_parse(buffer_slice(&o->protocol_text), protocol, &o->protocol, diag));
    o->printer.grammar_data = o->protocol;
    return CM_OK;
}

static cm_err read_given(const struct options *given, struct emulator_options *o,
                         struct cm_diag *diag) {
    const char *grammar = option_text(given, "grammar"), *port = option_text(given, "port");
    o->help = option_given(given, "help");
    if (o->help) return CM_OK;
    o->printer.grammar = grammar == NULL ? NULL : grammar_named(grammar);
    if (o->printer.grammar == NULL)
        return diag_fail(diag, CM_E_ARGUMENT, "--grammar", grammar, "see --help",
                         "zpl, ztc, sppl, wsi or raw");
    o->record = option_text(given, "record");
    o->address = port == NULL ? "0" : port;
    o->control = option_given(given, "control");
    o->printer.manual = option_given(given, "manual");
    o->printer.fields = option_text(given, "fields");
    o->printer.quirks = option_text(given, "quirks");
    TRY(read_numbers(given, o, diag));
    if (option_given(given, "sink") && (o->record != NULL || o->printer.rate_per_minute > 0))
        return diag_fail(diag, CM_E_ARGUMENT, "--sink", NULL, "leave out --record and --rate",
                         "a sink only counts");
    return read_files(given, o, diag);
}

cm_err emulator_options_read(int argc, char **argv, struct emulator_options *out,
                             struct cm_diag *diag) {
    struct options given = {.tables = {specs, NULL}};
    *out = (struct emulator_options){.count = 1};
    cm_err err = options_parse(&given, argc, argv, diag);
    if (err == CM_OK && given.position_n > 0)
        err =
            diag_fail(diag, CM_E_ARGUMENT, given.positions[0], NULL, "see --help", "not an option");
    if (err == CM_OK) err = read_given(&given, out, diag);
    options_free(&given);
    return err;
}

void emulator_options_free(struct emulator_options *o) {
    protocol_free(o->protocol);
    buffer_free(&o->faults);
    buffer_free(&o->protocol_text);
}

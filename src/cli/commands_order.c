/* The table of commands for orders: what leaves for bureaus and print houses, and what comes back.
 */
#include "cli/command.h"

const struct command order_commands[] = {
    {"order formats", cmd_order_formats, "list the record formats that are shipped", NEEDS_NOTHING,
     "", 0, 0, NULL, "  countermark order formats\n", NULL, NULL},
    {"order lint", cmd_order_lint, "judge a record format, or show what it writes", NEEDS_NOTHING,
     "FILE|NAME [--sample | --companion | --legend]", 1, 1, order_lint_options,
     "  countermark order lint my-bureau.json\n"
     "  countermark order lint csv-pipe-bureau --sample\n"
     "  countermark order lint fixed-width --legend\n",
     NULL, NULL},
    {"order verify", cmd_order_verify, "is this folder what was sent? (at the bureau, offline)",
     NEEDS_NOTHING, "FOLDER [--key FILE] [--previous FILE] [--for CERT.pem] [--live]", 1, 1,
     order_verify_options,
     "  countermark order verify ORDER-000012 --key sender.pem --live\n"
     "  countermark order verify ORDER-000013 --key sender.pem --previous ORDER-000012\n",
     NULL, NULL},
    {"order signer", cmd_order_signer, "what others need to check orders: certificate and key",
     NEEDS_ENGINE, "[--out CERT.pem] [--manifest-key FILE]", 0, 0, order_signer_options,
     "  countermark order signer --out signer.pem --manifest-key sender.pem\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* The table of commands for wallet passes. */
#include "cli/cmd_pass.h"

const struct command pass_commands[] = {
    {"pass apple", cmd_pass_apple, "sign Apple Wallet passes: of a batch, or of rows",
     NEEDS_LATER | NEEDS_CALM,
     "FOLDER [BATCH] --cert CERT.pem --key KEY.pem --chain WWDR.pem --out", 1, 2,
     pass_apple_options,
     "  countermark pass apple tickets/ --from guests.csv --cert pass.pem --key pass.key \\\n"
     "      --chain wwdr.pem --out passes.zip\n"
     "  countermark pass apple giftcard/ summer-2026 --cert pass.pem --key pass.key \\\n"
     "      --chain wwdr.pem --out passes/\n",
     NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

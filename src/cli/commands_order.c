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
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

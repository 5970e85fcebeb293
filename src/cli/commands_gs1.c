/* The table of commands for GS1 texts. What they do is said in cmd_gs1.c; here stands how people
 * ask for it. */
#include "cli/command.h"

const struct command gs1_commands[] = {
    {"gs1 parse", cmd_gs1_parse, "explain an element string, a scan or a Digital Link",
     NEEDS_NOTHING, "TEXT", 1, 1, NULL,
     "  countermark gs1 parse '(01)09506000134352(17)271231(21)7NQ4K2'\n"
     "  countermark gs1 parse ']d20109506000134352217NQ4K2'\n"
     "  countermark gs1 parse https://id.gs1.org/01/09506000134352/21/7NQ4K2 --json\n",
     NULL, NULL},
    {"gs1 lint", cmd_gs1_lint, "judge many GS1 texts: which are wrong, where and why",
     NEEDS_NOTHING, "TEXT... | --file FILE", 0, 100000, gs1_lint_options,
     "  countermark gs1 lint '(01)09506000134352(21)7NQ4K2' '(21)7NQ4K2'\n"
     "  countermark gs1 lint --file labels.txt --json\n",
     NULL, NULL},
    {"gs1 link", cmd_gs1_link, "make a GS1 Digital Link", NEEDS_NOTHING,
     "TEXT [--host URL] [--upper]", 1, 1, gs1_link_options,
     "  countermark gs1 link '(01)09506000134352(21)7NQ4K2' --host https://id.example.com\n", NULL,
     NULL},
    {"gs1 coupon", cmd_gs1_coupon, "make the number of a euro coupon", NEEDS_NOTHING,
     "--issuer N --reference N --cents N", 0, 0, gs1_coupon_options,
     "  countermark gs1 coupon --issuer 8508 --reference 1 --cents 10\n", NULL, NULL},
    {"gs1 list", cmd_gs1_list, "list the GS1 identifiers, or show one", NEEDS_NOTHING, "[AI]", 0, 1,
     NULL, "  countermark gs1 list 3103\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

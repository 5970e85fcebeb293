/* The table of commands that take lists of other makers in. What the acts do is said in
 * src/vault/acts_import.c; here stands how people ask for it. */
#include "cli/command.h"

static const char *const door_positions[] = {"door", "list", NULL};

static const struct option_spec door_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "judge it, and change nothing", "dry_run", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct command import_commands[] = {
    {"import codes", cmd_import, "take another maker's live codes in", NEEDS_ENGINE | NEEDS_CALM,
     "FILE [--columns LIST] [--commit]", 1, 1, import_options,
     "  countermark import codes old-codes.csv --name cola-2025\n"
     "  countermark import codes old-codes.csv --name cola-2025 --commit\n",
     NULL, NULL},
    {"import cards", cmd_import, "take an old card base in", NEEDS_ENGINE | NEEDS_CALM,
     "FILE [--columns LIST] [--currency CODE] [--commit]", 1, 1, import_options,
     "  countermark import cards base.csv --check luhn --currency EUR --decimals 2 \\\n"
     "      --columns number=CardNo,balance=Saldo,state=St --states A=active,S=blocked\n"
     "  countermark import cards members.xml --record member --columns number=id,other=phone\n",
     NULL, NULL},
    {"import aliases", cmd_import, "give cards of a pool other names", NEEDS_ENGINE | NEEDS_CALM,
     "FILE --pool POOL [--columns LIST] [--commit]", 1, 1, import_options,
     "  countermark import aliases phones.csv --pool gift-2026 --columns number,other --commit\n",
     NULL, NULL},
    {"import list", command_act, "list what was imported", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark import list\n", "import.list", NULL},
    {"door import", command_act, "put an imported list behind a door", NEEDS_ENGINE,
     "DOOR LIST [--dry-run]", 2, 2, door_options, "  countermark door import web cola-2025\n",
     "door.import", door_positions},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

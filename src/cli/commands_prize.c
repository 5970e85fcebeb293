/* The table of commands for instant win. What the acts do is said in src/vault/acts_prize.c; here
 * stands how people ask for it. */
#include "cli/command.h"

static const char *const batch_position[] = {"batch", NULL};

const struct command prize_commands[] = {
    {"prize draw", cmd_prize_draw, "draw prizes among a batch's units, before its first code",
     NEEDS_ENGINE, "BATCH --tiers FILE.json [--dry-run]", 1, 1, prize_draw_options,
     "  countermark prize draw summer --tiers tiers.json\n", NULL, NULL},
    {"prize show", command_act, "what can be won in a batch, and what was", NEEDS_ENGINE, "BATCH",
     1, 1, NULL, "  countermark prize show summer\n", "prize.show", batch_position},
    {"prize reveal", cmd_prize_reveal, "of a closed batch: publish the seed and the winners",
     NEEDS_ENGINE | NEEDS_CALM, "BATCH --out FILE.csv", 1, 1, prize_reveal_options,
     "  countermark prize reveal summer --out winners.csv\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

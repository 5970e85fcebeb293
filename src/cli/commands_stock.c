/* The table of commands for cards on their way: agents, stock, other names, tokens. What the acts
 * do is said in src/vault/acts_agent.c, acts_stock.c and acts_alias.c; here stands how people ask.
 */
#include "cli/command.h"

#define DRY                                                                                        \
    { "dry-run", OPTION_FLAG, NULL, "judge it, and change nothing", "dry_run", false }
#define END                                                                                        \
    { NULL, OPTION_FLAG, NULL, NULL, NULL, false }

static const char *const name_position[] = {"name", NULL};
static const char *const agent_position[] = {"agent", NULL};
static const char *const pool_position[] = {"pool", NULL};
static const struct option_spec agent_add_options[] = {
    {"under", OPTION_TEXT, "AGENT", "whose agent it is", "under", false},
    {"brand", OPTION_TEXT, "NAME", "whose cards it sells", "brand", false},
    END};
static const struct option_spec agent_change_options[] = {
    {"name", OPTION_TEXT, "NAME", "another name", "name", false},
    {"under", OPTION_TEXT, "AGENT", "whose agent it is now; empty: nobody's", "under", false},
    END};
static const struct option_spec report_options[] = {
    {"agent", OPTION_TEXT, "AGENT", "this one and whoever is under it", "agent", false}, END};
static const struct option_spec move_options[] = {
    {"first", OPTION_NUMBER, "INDEX", "from this card on", "first", true},
    {"last", OPTION_NUMBER, "INDEX", "up to this card", "last", true},
    {"state", OPTION_TEXT, "STATE", "made, shipped or in_stock (default)", "state", false},
    {"agent", OPTION_TEXT, "AGENT", "whose they are now; empty: nobody's (default: as before)",
     "agent", false},
    {"order", OPTION_NUMBER, "N", "the order that they were made with", "order", false},
    DRY,
    END};
static const struct option_spec alias_add_options[] = {
    {"card", OPTION_TEXT, "NUMBER", "the card, by its number or index", "card", false},
    {"alias", OPTION_TEXT, "TEXT", "its further name, letter for letter", "alias", false},
    {"file", OPTION_FILE, "FILE", "rows of card,alias", "rows", false},
    {"kind", OPTION_TEXT, "KIND", "id (default), uid, token, tag or other", "kind", false},
    {"hours", OPTION_NUMBER, "N", "when the name ends (default: never)", "hours", false},
    DRY,
    END};
static const struct option_spec alias_remove_options[] = {
    {"alias", OPTION_TEXT, "TEXT", "the name, letter for letter", "alias", true}, DRY, END};
static const struct option_spec token_options[] = {
    {"first", OPTION_NUMBER, "INDEX", "from this card on", "first", true},
    {"count", OPTION_NUMBER, "N", "one token for each of so many cards, at most 1000", "count",
     true},
    {"hours", OPTION_NUMBER, "N", "how long they are good", "hours", true},
    DRY,
    END};

const struct command stock_commands[] = {
    {"agent add", command_act, "add an agent or a shop that sells cards", NEEDS_ENGINE,
     "NAME [--under AGENT]", 1, 1, agent_add_options,
     "  countermark agent add north\n"
     "  countermark agent add shop-12 --under north\n",
     "agent.add", name_position},
    {"agent change", command_act, "give an agent another name or place", NEEDS_ENGINE,
     "AGENT [--name NAME] [--under AGENT]", 1, 1, agent_change_options,
     "  countermark agent change shop-12 --under south\n", "agent.change", agent_position},
    {"agent list", command_act, "list the agents", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark agent list\n", "agent.list", NULL},
    {"agent report", command_act, "count what agents did with cards", NEEDS_ENGINE,
     "[--agent AGENT]", 0, 0, report_options, "  countermark agent report --agent north --json\n",
     "agent.report", NULL},
    {"stock move", command_act, "say where a range of cards lies, and whose it is", NEEDS_ENGINE,
     "POOL --first INDEX --last INDEX [--state STATE] [--agent AGENT] [--dry-run]", 1, 1,
     move_options,
     "  countermark stock move gift-2026 --first 0 --last 4999 --state shipped\n"
     "  countermark stock move gift-2026 --first 0 --last 499 --agent shop-12\n",
     "stock.move", pool_position},
    {"stock show", command_act, "show where the cards of a pool lie", NEEDS_ENGINE, "POOL", 1, 1,
     NULL, "  countermark stock show gift-2026\n", "stock.show", pool_position},
    {"alias add", command_act, "give cards further names: only keyed hashes are kept", NEEDS_ENGINE,
     "POOL --card NUMBER --alias TEXT | POOL --file FILE.csv [--dry-run]", 1, 1, alias_add_options,
     "  countermark alias add gift-2026 --card 17 --alias member-4711\n"
     "  countermark alias add gift-2026 --file members.csv\n",
     "alias.add", pool_position},
    {"alias remove", command_act, "take a name away", NEEDS_ENGINE, "POOL --alias TEXT [--dry-run]",
     1, 1, alias_remove_options, "  countermark alias remove gift-2026 --alias member-4711\n",
     "alias.remove", pool_position},
    {"alias list-count", command_act, "count the names that stand, by kind", NEEDS_ENGINE, "", 0, 0,
     NULL, "  countermark alias list-count\n", "alias.count", NULL},
    {"token make", command_act, "make texts that activate a card once; shown this once",
     NEEDS_ENGINE, "POOL --first INDEX --count N --hours N [--dry-run]", 1, 1, token_options,
     "  countermark token make gift-2026 --first 0 --count 10 --hours 72 --json\n", "token.make",
     pool_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

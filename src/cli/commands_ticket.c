/* The table of commands for tickets: who signs them, issuing, and checking with and without a
 * network. What the acts do is said in src/vault/acts_ticket*.c. */
#include "cli/command.h"

static const char *const issuer_position[] = {"issuer", NULL};

static const struct option_spec issuer_add_options[] = {
    {"brand", OPTION_TEXT, "BRAND", "whose tickets it signs", "brand", false},
    {"not-before", OPTION_TEXT, "DATE|TIME", "its key is valid from (default: now)", "not_before",
     false},
    {"not-after", OPTION_TEXT, "DATE|TIME", "its key is valid until (default: two years)",
     "not_after", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
static const struct option_spec issuer_rotate_options[] = {
    {"not-after", OPTION_TEXT, "DATE|TIME", "the new key is valid until (default: two years)",
     "not_after", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
static const struct option_spec issuer_retire_options[] = {
    {"version", OPTION_NUMBER, "N", "which key", "version", true},
    {"not-after", OPTION_TEXT, "DATE|TIME", "end its tickets earlier, too", "not_after", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct command ticket_commands[] = {
    {"ticket issue", cmd_ticket_issue, "units of a batch as signed tickets",
     NEEDS_ENGINE | NEEDS_CALM, "BATCH --out FILE.csv --count N | --from FILE.csv", 1, 1,
     ticket_issue_options,
     "  countermark ticket issue gala --count 500 --out tickets.csv --exp 2027-01-31\n"
     "  countermark ticket issue gala --from seats.csv --seat-from chair --out tickets.csv\n",
     NULL, NULL},
    {"ticket inspect", cmd_ticket_inspect, "what a ticket says, without believing it",
     NEEDS_NOTHING, "TEXT | --file FILE", 0, 1, ticket_inspect_options,
     "  countermark ticket inspect --file ticket.txt\n", NULL, NULL},
    {"ticket verify", cmd_ticket_verify, "is this ticket genuine, in its time, unused?",
     NEEDS_LATER, "TEXT | --file FILE [--offline --trust FILE]", 0, 1, ticket_verify_options,
     "  countermark ticket verify --file ticket.txt\n"
     "  countermark ticket verify --file ticket.txt --offline --trust acme.trust\n",
     NULL, NULL},
    {"ticket trust", cmd_ticket_trust, "look at a trust file; may it follow the one in use?",
     NEEDS_NOTHING, "FILE [--previous FILE]", 1, 1, ticket_trust_options,
     "  countermark ticket trust new.trust --previous acme.trust\n", NULL, NULL},
    {"ticket issuer add", command_act, "give a brand an issuer of tickets, with its first key",
     NEEDS_ENGINE, "NAME [--brand BRAND] [--not-after DATE]", 1, 1, issuer_add_options,
     "  countermark ticket issuer add ACME --not-after 2027-12-31\n", "ticket.issuer.add",
     issuer_position},
    {"ticket issuer rotate", command_act, "a new key signs from now on; older tickets stay valid",
     NEEDS_ENGINE, "[NAME] [--not-after DATE]", 0, 1, issuer_rotate_options,
     "  countermark ticket issuer rotate ACME\n", "ticket.issuer.rotate", issuer_position},
    {"ticket issuer retire", command_act, "a key signs nothing more, or ends earlier", NEEDS_ENGINE,
     "[NAME] --version N [--not-after DATE]", 0, 1, issuer_retire_options,
     "  countermark ticket issuer retire ACME --version 1 --not-after 2026-12-31\n",
     "ticket.issuer.retire", issuer_position},
    {"ticket issuer list", command_act, "list issuers and their keys", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark ticket issuer list\n", "ticket.issuer.list", NULL},
    {"ticket issuer export", cmd_ticket_export, "what devices need to check its tickets offline",
     NEEDS_ENGINE, "[NAME] --out FILE.trust [--jwk FILE.json]", 0, 1, ticket_export_options,
     "  countermark ticket issuer export ACME --out acme.trust\n", NULL, issuer_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

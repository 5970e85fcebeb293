/* The table of commands for cards with a life. What each does to a card is said in
 * docs/design/card-life.md; here stands how people ask for it. */
#include "cli/command.h"

#define END                                                                                        \
    { NULL, OPTION_FLAG, NULL, NULL, NULL, false }
#define DOOR                                                                                       \
    { "door", OPTION_TEXT, "NAME", "where the cards are asked for (default: default)", NULL, false }
#define KEY                                                                                        \
    { "key", OPTION_TEXT, "KEY", "idempotency key: asked again, answered the same", NULL, false }
#define FILES                                                                                      \
    {"file", OPTION_TEXT, "IN", "cards from a CSV: number, and amount, transaction, new_number",   \
     NULL,   false},                                                                               \
    {                                                                                              \
        "out", OPTION_TEXT, "VERDICTS", "with --file: a verdict a line", NULL, false               \
    }
#define PIN                                                                                        \
    {"ask-pin", OPTION_FLAG, NULL, "ask for the card's PIN", NULL, false}, {                       \
        "pin-fd", OPTION_NUMBER, "FD", "read the PIN from this descriptor", NULL, false            \
    }
#define MONEY                                                                                      \
    {                                                                                              \
        "amount", OPTION_TEXT, "AMOUNT", "12.50 with a currency, or 1250 in minor units",          \
        NULL,     false},                                                                          \
    {                                                                                              \
        "currency", OPTION_TEXT, "EUR", "of the amount (default: the pool's)", NULL, false         \
    }
#define CHECKED                                                                                    \
    {                                                                                              \
        "checked", OPTION_FLAG, NULL, "a second check was made: the card is named by an alias",    \
            NULL, false                                                                            \
    }
#define TRANSACTION                                                                                \
    {                                                                                              \
        "transaction", OPTION_TEXT, "N", "which one: as an answer or the history gave it", NULL,   \
            false                                                                                  \
    }
#define REASON                                                                                     \
    { "reason", OPTION_TEXT, "WORD", "stolen, lost, damaged, fraud, customer ...", NULL, false }

static const struct option_spec check_options[] = {DOOR, PIN, FILES, END};
static const struct option_spec plain_options[] = {DOOR, KEY, FILES, END};
static const struct option_spec money_options[] = {DOOR, KEY, MONEY, FILES, END};
static const struct option_spec spend_options[] = {DOOR, KEY, PIN, MONEY, CHECKED, FILES, END};
static const struct option_spec hold_options[] = {
    DOOR,  KEY,     PIN,
    MONEY, CHECKED, {"hold", OPTION_NUMBER, "SECONDS", "for so long (default 900)", NULL, false},
    FILES, END};
static const struct option_spec confirm_options[] = {DOOR,    KEY,   TRANSACTION, MONEY,
                                                     CHECKED, FILES, END};
static const struct option_spec release_options[] = {DOOR, KEY, TRANSACTION, FILES, END};
static const struct option_spec refund_options[] = {DOOR, KEY, TRANSACTION, MONEY, FILES, END};
static const struct option_spec reason_options[] = {DOOR, KEY, REASON, FILES, END};
static const struct option_spec replace_options[] = {
    DOOR,   KEY,
    REASON, {"with", OPTION_TEXT, "NEW", "number of the card that takes its place", NULL, false},
    FILES,  END};
static const struct option_spec block_options[] = {
    DOOR,
    KEY,
    {"reason", OPTION_TEXT, "WORD", "stolen, lost, damaged, fraud, customer ...", NULL, true},
    FILES,
    END};

#define BY_INDEX                                                                                   \
    {"door", OPTION_TEXT, "NAME", "where its number is known (default: default)", "door", false},  \
        {"pool", OPTION_TEXT, "POOL", "name it by pool and index instead", "pool", false}, {       \
        "index", OPTION_NUMBER, "N", "its index in the pool", "index", false                       \
    }
static const struct option_spec show_options[] = {BY_INDEX, END};
static const struct option_spec history_options[] = {
    BY_INDEX,
    {"most", OPTION_NUMBER, "N", "so many lines, newest first (default 20)", "most", false},
    {"before", OPTION_TEXT, "N", "those before this transaction", "before", false},
    END};
static const char *const code_position[] = {"code", NULL};

#define NUMBERS "NUMBER... | --file IN --out VERDICTS"
#define ASKS    (NEEDS_LATER | NEEDS_CALM)

const struct command life_commands[] = {
    {"card show", command_act, "show a card; the look is recorded", NEEDS_ENGINE,
     "NUMBER | --pool POOL --index N", 0, 1, show_options,
     "  countermark card show 9528123412341234\n"
     "  countermark card show --pool gift-2026 --index 17\n",
     "card.show", code_position},
    {"card history", command_act, "show what happened to a card; the look is recorded",
     NEEDS_ENGINE, "NUMBER | --pool POOL --index N", 0, 1, history_options,
     "  countermark card history 9528123412341234 --most 50\n", "card.history", code_position},
    {"card report", command_act, "count cards and what lies on them, by pool", NEEDS_ENGINE, "", 0,
     0, NULL, "  countermark card report --json\n", "card.report", NULL},
    {"card check", cmd_card, "state and balance of cards, nothing changed", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, check_options, "  countermark card check 9528123412341234\n", NULL, NULL},
    {"card activate", cmd_card, "put cards into use, loaded if so asked", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, money_options,
     "  countermark card activate 9528123412341234 --amount 25.00 --currency EUR --key sale-17\n",
     NULL, NULL},
    {"card deactivate", cmd_card, "take an activation back while nothing was spent", ASKS, NUMBERS,
     0, CM_REQUESTS_MAX, plain_options, "  countermark card deactivate 9528123412341234\n", NULL,
     NULL},
    {"card load", cmd_card, "add to the balance", ASKS, NUMBERS, 0, CM_REQUESTS_MAX, money_options,
     "  countermark card load 9528123412341234 --amount 10.00 --currency EUR --key top-up-4\n"
     "  countermark card load --file bonus.csv --out loaded.csv --key june\n",
     NULL, NULL},
    {"card spend", cmd_card, "take from the balance", ASKS, NUMBERS, 0, CM_REQUESTS_MAX,
     spend_options,
     "  countermark card spend 9528123412341234 --amount 7.30 --currency EUR --key bill-9\n", NULL,
     NULL},
    {"card hold", cmd_card, "set an amount aside until a deadline", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, hold_options,
     "  countermark card hold 9528123412341234 --amount 7.30 --currency EUR --hold 600\n", NULL,
     NULL},
    {"card confirm", cmd_card, "spend what was set aside, or less of it", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, confirm_options,
     "  countermark card confirm 9528123412341234 --transaction 4711\n", NULL, NULL},
    {"card release", cmd_card, "give back what was set aside", ASKS, NUMBERS, 0, CM_REQUESTS_MAX,
     release_options, "  countermark card release 9528123412341234 --transaction 4711\n", NULL,
     NULL},
    {"card refund", cmd_card, "give back what was spent, or less of it", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, refund_options,
     "  countermark card refund 9528123412341234 --transaction 4712 --amount 2.00 --currency EUR\n",
     NULL, NULL},
    {"card block", cmd_card, "refuse cards until they are unblocked", ASKS, NUMBERS, 0,
     CM_REQUESTS_MAX, block_options, "  countermark card block 9528123412341234 --reason fraud\n",
     NULL, NULL},
    {"card unblock", cmd_card, "let blocked or lost cards be used again, PINs unlocked", ASKS,
     NUMBERS, 0, CM_REQUESTS_MAX, plain_options, "  countermark card unblock 9528123412341234\n",
     NULL, NULL},
    {"card lose", cmd_card, "record that cards are lost", ASKS, NUMBERS, 0, CM_REQUESTS_MAX,
     reason_options, "  countermark card lose 9528123412341234\n", NULL, NULL},
    {"card replace", cmd_card, "let another card take balance and place", ASKS,
     "OLD --with NEW | --file IN --out VERDICTS", 0, 1, replace_options,
     "  countermark card replace 9528123412341234 --with 9528567856785678 --reason damaged\n", NULL,
     NULL},
    {"card renew-pin", cmd_card, "let the next PIN count; it is printed elsewhere", ASKS, NUMBERS,
     0, CM_REQUESTS_MAX, plain_options, "  countermark card renew-pin 9528123412341234\n", NULL,
     NULL},
    {"card void", cmd_card, "make cards worthless for good", ASKS, NUMBERS, 0, CM_REQUESTS_MAX,
     reason_options, "  countermark card void --file spoiled.csv --out verdicts.csv\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* The table of commands for orders: what leaves for bureaus and print houses, and what comes back.
 */
#include "cli/command.h"

static const struct option_spec order_close_options[] = {
    {"without-remake", OPTION_FLAG, NULL, "what was spoiled is not made again", "without_remake",
     false},
    {"dry-run", OPTION_FLAG, NULL, "judge it, and change nothing", "dry_run", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
static const struct option_spec order_withdraw_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "judge it, and change nothing", "dry_run", false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
static const char *const order_position[] = {"order", NULL};

const struct command order_commands[] = {
    {"order make", cmd_order_make, "spend units and seal the files of an order",
     NEEDS_ENGINE | NEEDS_CALM,
     "POOL|BATCH --template T --to CERT.pem [--count N] [--pin-template T --pin-to CERT.pem]", 1, 1,
     order_make_options,
     "  countermark order make gift-2026 --template csv-comma --to bureau.pem --count 10000 \\\n"
     "      --pin-template pin-letter --pin-to letters.pem --by alice --operator-key alice.pem\n",
     NULL, NULL},
    {"order resume", cmd_order_resume, "go on with an order that was stopped",
     NEEDS_ENGINE | NEEDS_CALM, "ORDER", 1, 1, NULL, "  countermark order resume 12\n", NULL, NULL},
    {"order list", command_act, "list the orders", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark order list\n", "order.list", NULL},
    {"order show", command_act, "show an order: files, approvals, what came back", NEEDS_ENGINE,
     "ORDER", 1, 1, NULL, "  countermark order show 12\n", "order.show", order_position},
    {"order approve", cmd_order_approve, "approve an order as its second person", NEEDS_ENGINE,
     "ORDER --by NAME --operator-key KEY.pem [--dry-run] | --show", 1, 1, order_approve_options,
     "  countermark order approve 12 --show\n"
     "  countermark order approve 12 --by bob --operator-key bob.pem\n",
     NULL, NULL},
    {"order release", cmd_order_release, "let the recipient open its files",
     NEEDS_ENGINE | NEEDS_CALM, "ORDER [--out DIR] [--dry-run]", 1, 1, order_release_options,
     "  countermark order release 12 --out outbox\n", NULL, NULL},
    {"order resend", cmd_order_resend, "the same bytes again, or sealed for a new certificate",
     NEEDS_ENGINE | NEEDS_CALM, "ORDER --out DIR [--to CERT.pem]", 1, 1, order_resend_options,
     "  countermark order resend 12 --out outbox\n"
     "  countermark order resend 12 --out outbox --to new-bureau.pem\n",
     NULL, NULL},
    {"order receive", cmd_order_receive, "take in what the bureau says became of an order",
     NEEDS_ENGINE | NEEDS_CALM, "ORDER FILE.csv [--dry-run] [--by NAME --operator-key KEY.pem]", 2,
     2, order_receive_options,
     "  countermark order receive 12 return.csv --dry-run\n"
     "  countermark order receive 12 return.csv --by bob --operator-key bob.pem\n",
     NULL, NULL},
    {"order close", command_act, "every record is accounted for: the order is over", NEEDS_ENGINE,
     "ORDER [--without-remake] [--dry-run]", 1, 1, order_close_options,
     "  countermark order close 12\n", "order.close", order_position},
    {"order withdraw", command_act, "take an order back: its units are worthless", NEEDS_ENGINE,
     "ORDER [--dry-run]", 1, 1, order_withdraw_options, "  countermark order withdraw 12\n",
     "order.withdraw", order_position},
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

const struct command operator_commands[] = {
    {"operator key", cmd_operator_key, "make a private key for a person who approves",
     NEEDS_NOTHING, "--out KEY.pem", 0, 0, operator_key_options,
     "  countermark operator key --out alice.pem\n", NULL, NULL},
    {"operator add", cmd_operator_add, "add a person who approves", NEEDS_ENGINE,
     "NAME --public-key FILE|HEX [--by NAME --operator-key KEY.pem]", 1, 1, operator_add_options,
     "  countermark operator add bob --public-key bob.pub --by alice --operator-key alice.pem\n",
     NULL, NULL},
    {"operator revoke", cmd_operator_revoke, "a person approves no more", NEEDS_ENGINE,
     "NAME --by NAME --operator-key KEY.pem", 1, 1, operator_revoke_options,
     "  countermark operator revoke bob --by alice --operator-key alice.pem\n", NULL, NULL},
    {"operator confirm", cmd_operator_confirm, "do what another operator proposed of a person",
     NEEDS_ENGINE, "NAME --by NAME --operator-key KEY.pem", 1, 1, operator_revoke_options,
     "  countermark operator confirm carol --by bob --operator-key bob.pem\n", NULL, NULL},
    {"operator object", cmd_operator_object, "refuse what another operator proposed of a person",
     NEEDS_ENGINE, "NAME --by NAME --operator-key KEY.pem", 1, 1, operator_revoke_options,
     "  countermark operator object carol --by bob --operator-key bob.pem\n", NULL, NULL},
    {"operator list", command_act, "list the people who approve", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark operator list\n", "operator.list", NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* The table of commands for wallet passes. */
#include "cli/cmd_pass.h"

const struct command pass_commands[] = {
    {"pass template", cmd_pass_template, "list the shipped templates, or write one to start from",
     NEEDS_NOTHING, "[NAME] [--out DIR|FILE.json]", 0, 1, pass_template_options,
     "  countermark pass template\n"
     "  countermark pass template apple-store-card --out giftcard\n"
     "  countermark pass template google-gift-card --out giftcard.json\n",
     NULL, NULL},
    {"pass lint", cmd_pass_lint, "judge a template: fields, barcodes, colours, dates, pictures",
     NEEDS_NOTHING, "FOLDER|FILE.json", 1, 1, NULL,
     "  countermark pass lint giftcard\n"
     "  countermark pass lint giftcard/pass.json    # the whole folder, too\n"
     "  countermark pass lint giftcard.json\n",
     NULL, NULL},
    {"pass apple", cmd_pass_apple, "sign Apple Wallet passes: of a batch, or of rows",
     NEEDS_LATER | NEEDS_CALM,
     "FOLDER [BATCH | --from FILE.csv] --cert CERT.pem --key KEY.pem --chain WWDR.pem --out ...", 1,
     2, pass_apple_options,
     "  countermark pass apple tickets --from guests.csv --cert pass.pem --key pass.key \\\n"
     "      --chain wwdr.pem --out passes.zip --name '{seat}' --index email\n"
     "  countermark pass apple members --from cards.csv --image 'strip=images/{tier}.png' \\\n"
     "      --cert pass.pem --key pass.key --chain wwdr.pem --out passes/\n"
     "  countermark pass apple giftcard summer-2026 --cert pass.pem --key pass.key \\\n"
     "      --chain wwdr.pem --out passes/\n",
     NULL, NULL},
    {"pass google", cmd_pass_google, "sign links that save a card to Google Wallet",
     NEEDS_LATER | NEEDS_CALM,
     "FILE.json [BATCH | --from FILE.csv] --issuer-key KEY.json --out FILE.csv", 1, 2,
     pass_google_options,
     "  countermark pass google giftcard.json --from cards.csv --issuer-key account.json \\\n"
     "      --out links.csv\n",
     NULL, NULL},
    {"pass verify", cmd_pass_verify, "is this pass whole, and whose is it?", NEEDS_NOTHING,
     "FILE.pkpass [--ca CERT.pem]", 1, 1, pass_verify_options,
     "  countermark pass verify 17.pkpass --ca apple-root.pem\n", NULL, NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

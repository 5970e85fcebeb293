/* The tables of commands whose work is one act: brands, doors, keys, terms, batches. What each does
 * is said in src/vault/acts_*.c; here stands how people ask for it. */
#include "cli/command.h"

#define ASK_ARGUMENTS "CODE...|- [--door NAME]  |  --file IN --out VERDICTS  |  --inbox DIR"
#define END                                                                                        \
    { NULL, OPTION_FLAG, NULL, NULL, NULL, false }

/* ---- Schemes and terms ----------------------------------------------------------------------- */

static const struct option_spec dry_options[] = {
    {"dry-run", OPTION_FLAG, NULL, "judge it, and change nothing", "dry_run", false}, END};
static const struct option_spec append_options[] = {
    {"attribute", OPTION_TEXT, "NAME", "whose list grows", "attribute", true}, END};
static const char *const scheme_position[] = {"scheme", NULL};
static const char *const append_positions[] = {"scheme", "values...", NULL};
static const struct option_spec terms_options[] = {
    {"scheme", OPTION_TEXT, "NAME", "of this scheme", "scheme", false},
    {"batch", OPTION_TEXT, "NAME", "of this batch alone", "batch", false},
    END};
static const char *const terms_position[] = {"@document", NULL};

static const struct command scheme_commands[] = {
    {"scheme add", cmd_scheme_add, "add a scheme file: it gets its id and its keys", NEEDS_ENGINE,
     "FILE.json [--door NAME] [--test-key-from-file FILE]", 1, 1, scheme_add_options,
     "  countermark scheme add cola.json\n"
     "  countermark scheme add dense.json --test-key-from-file key.hex\n",
     NULL, NULL},
    {"scheme list", command_act, "list the schemes", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark scheme list --json\n", "scheme.list", NULL},
    {"scheme show", command_act, "print a scheme's file", NEEDS_ENGINE, "SCHEME", 1, 1, NULL,
     "  countermark scheme show cola > cola.json\n", "scheme.show", scheme_position},
    {"scheme append", command_act, "append values to an attribute's list", NEEDS_ENGINE,
     "SCHEME --attribute NAME VALUE...", 2, 1000, append_options,
     "  countermark scheme append cola --attribute flavour \"lemon\"\n", "scheme.append",
     append_positions},
    {"terms set", command_act, "set the terms of a scheme or batch from a file", NEEDS_ENGINE,
     "FILE.json --scheme NAME | --batch NAME", 1, 1, terms_options,
     "  countermark terms set summer.json --scheme cola\n", "terms.set", terms_position},
    {"terms show", command_act, "print the terms in force", NEEDS_ENGINE,
     "--scheme NAME | --batch NAME", 0, 0, terms_options,
     "  countermark terms show --batch CM-COLA-330-2026-11-23\n", "terms.show", NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* ---- Batches --------------------------------------------------------------------------------- */

static const char *const batch_position[] = {"batch", NULL};
static const struct option_spec recall_options[] = {
    {"first", OPTION_NUMBER, "SERIAL", "from this serial on", "first", false},
    {"last", OPTION_NUMBER, "SERIAL", "up to this serial", "last", false},
    END};
static const struct option_spec correct_options[] = {
    {"product", OPTION_TEXT, "TEXT", "what it really is", "product", false},
    {"gtin", OPTION_TEXT, "GTIN", "its trade item number", "gtin", false},
    {"line", OPTION_TEXT, "LINE", "where it was made", "line", false},
    {"date", OPTION_TEXT, "DATE", "when it was made", "date", false},
    {"reason", OPTION_TEXT, "TEXT", "why", "reason", true},
    END};

static const struct option_spec issue_options[] = {
    {"count", OPTION_NUMBER, "N", "how many (default 1)", "count", false}, END};

static const struct command batch_commands[] = {
    {"batch add", cmd_batch_add, "add one batch, or a whole production plan", NEEDS_ENGINE,
     "NAME --scheme S --quantity N [--date D] [--attribute NAME=VALUE]... |\n"
     "                             --scheme S --from-plan PLAN.csv",
     0, 1, batch_add_options,
     "  countermark batch add --scheme cola --from-plan plan.csv\n"
     "  countermark batch add monday --scheme cola --quantity 5000 --date 2026-11-23 \\\n"
     "      --attribute sku=CM-COLA-330 --attribute flavour=cola --attribute line=L1\n",
     NULL, NULL},
    {"mint", cmd_mint, "write the codes of batches to files", NEEDS_LATER | NEEDS_CALM,
     "BATCH --out FILE|-  |  BATCH...|--all --out-dir DIR", 0, 100000, mint_options,
     "  countermark mint monday --out monday.csv --columns code,gtin,date --group\n"
     "  countermark mint --all --out-dir codes\n"
     "  countermark mint monday --out - --format jsonl | head\n",
     NULL, NULL},
    {"check", cmd_ask, "ask about codes without using them", NEEDS_LATER | NEEDS_CALM,
     ASK_ARGUMENTS, 0, CM_REQUESTS_MAX, ask_options, "  countermark check HWQ7-2K9P-XM4T6\n", NULL,
     NULL},
    {"redeem", cmd_ask, "redeem codes, each exactly once", NEEDS_LATER | NEEDS_CALM, ASK_ARGUMENTS,
     0, CM_REQUESTS_MAX, ask_options,
     "  countermark redeem --file scans.txt --out verdicts.csv\n"
     "  countermark redeem HWQ7-2K9P-XM4T6 --key order-4711\n"
     "  countermark redeem --inbox /srv/scans --door web\n",
     NULL, NULL},
    {"reserve", cmd_ask, "hold codes until a deadline", NEEDS_LATER | NEEDS_CALM, ASK_ARGUMENTS, 0,
     CM_REQUESTS_MAX, ask_options, "  countermark reserve HWQ7-2K9P-XM4T6 --hold 600\n", NULL,
     NULL},
    {"confirm", cmd_ask, "turn a reservation into a redemption", NEEDS_LATER | NEEDS_CALM,
     ASK_ARGUMENTS, 0, CM_REQUESTS_MAX, ask_options, "  countermark confirm HWQ7-2K9P-XM4T6\n",
     NULL, NULL},
    {"release", cmd_ask, "give a reservation back", NEEDS_LATER | NEEDS_CALM, ASK_ARGUMENTS, 0,
     CM_REQUESTS_MAX, ask_options, "  countermark release HWQ7-2K9P-XM4T6\n", NULL, NULL},
    {"reverse", cmd_ask, "take a redemption back", NEEDS_LATER | NEEDS_CALM, ASK_ARGUMENTS, 0,
     CM_REQUESTS_MAX, ask_options, "  countermark reverse HWQ7-2K9P-XM4T6\n", NULL, NULL},
    {"void", cmd_ask, "make codes worthless for good", NEEDS_LATER | NEEDS_CALM, ASK_ARGUMENTS, 0,
     CM_REQUESTS_MAX, ask_options, "  countermark void --file spoiled.txt --out verdicts.csv\n",
     NULL, NULL},
    {"issue", command_act, "make further codes of a batch and print them", NEEDS_ENGINE,
     "BATCH [--count N]", 1, 1, issue_options, "  countermark issue monday --count 3 --json\n",
     "issue", batch_position},
    {"batch list", command_act, "list the batches and their counts", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark batch list\n", "batch.list", NULL},
    {"batch show", command_act, "show a batch", NEEDS_ENGINE, "BATCH", 1, 1, NULL,
     "  countermark batch show monday\n", "batch.show", batch_position},
    {"batch open", command_act, "let its codes be redeemed", NEEDS_ENGINE, "BATCH", 1, 1, NULL,
     "  countermark batch open monday\n", "batch.open", batch_position},
    {"batch close", command_act, "stop redemptions; it can be opened again", NEEDS_ENGINE, "BATCH",
     1, 1, NULL, "  countermark batch close monday\n", "batch.close", batch_position},
    {"batch ship", command_act, "record that its file left: never written again", NEEDS_ENGINE,
     "BATCH", 1, 1, NULL, "  countermark batch ship monday\n", "batch.ship", batch_position},
    {"batch recall", command_act, "refuse a batch, or a range of its serials, for good",
     NEEDS_ENGINE, "BATCH [--first N] [--last N]", 1, 1, recall_options,
     "  countermark batch recall monday --first 0 --last 999\n", "batch.recall", batch_position},
    {"batch correct", command_act, "lay a correction over what was printed", NEEDS_ENGINE,
     "BATCH --reason TEXT [--product TEXT] ...", 1, 1, correct_options,
     "  countermark batch correct monday --product \"Cola zero\" --reason \"wrong label\"\n",
     "batch.correct", batch_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* ---- Cards ----------------------------------------------------------------------------------- */

static const struct command card_commands[] = {
    {"cards plan", cmd_cards_plan, "plan the digits and PIN of a pool", NEEDS_NOTHING,
     "--volume N --odds G", 0, 0, cards_plan_options,
     "  countermark cards plan --volume 1000000 --odds 100000000000 --digits 16\n", NULL, NULL},
    {"cards pool add", cmd_pool_add, "add a pool file: it gets its number and its keys",
     NEEDS_ENGINE, "FILE.json [--dry-run]", 1, 1, pool_add_options,
     "  countermark cards pool add docs/examples/pool.json\n", NULL, NULL},
    {"cards pool list", command_act, "list the pools", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark cards pool list\n", "pool.list", NULL},
    {"cards make", cmd_cards_make, "make card numbers, the PINs apart", NEEDS_ENGINE | NEEDS_CALM,
     "POOL --count N --out FILE [--pins FILE]", 1, 1, cards_make_options,
     "  countermark cards make gift-2026 --count 10000 --out numbers.csv --pins pins.csv\n", NULL,
     NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* ---- Brands, doors, keys --------------------------------------------------------------------- */

static const char *const name_position[] = {"name", NULL};
static const struct option_spec door_add_options[] = {
    {"mode", OPTION_TEXT, "MODE", "LIVE or TEST, for life", "mode", true},
    {"brand", OPTION_TEXT, "NAME", "whose door it is", "brand", false},
    END};
static const char *const door_pool_positions[] = {"door", "pool", NULL};
static const char *const attach_positions[] = {"door", "scheme", NULL};
static const struct option_spec api_options[] = {
    {"door", OPTION_TEXT, "NAME", "the door it opens", "door", true},
    {"agent", OPTION_TEXT, "AGENT", "whose till it is", "agent", false},
    {"role", OPTION_TEXT, "ROLE", "verify, redeem, till, desk, issue, admin or line", "role", true},
    END};
static const struct option_spec version_options[] = {
    {"version", OPTION_NUMBER, "N", "the key version", "version", true}, END};
static const struct option_spec destroy_options[] = {
    {"version", OPTION_NUMBER, "N", "the key version", "version", true},
    {"confirm", OPTION_TEXT, "SCHEME", "the scheme's name once more", "confirm", true},
    END};

static const struct command access_commands[] = {
    {"brand add", command_act, "add a brand", NEEDS_ENGINE, "NAME", 1, 1, NULL,
     "  countermark brand add fizz\n", "brand.add", name_position},
    {"brand list", command_act, "list the brands", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark brand list\n", "brand.list", NULL},
    {"door add", command_act, "add a door: where codes are asked for", NEEDS_ENGINE,
     "NAME --mode LIVE|TEST", 1, 1, door_add_options, "  countermark door add web --mode LIVE\n",
     "door.add", name_position},
    {"door attach", command_act, "put a scheme behind a door", NEEDS_ENGINE,
     "DOOR SCHEME [--dry-run]", 2, 2, dry_options, "  countermark door attach web cola\n",
     "door.attach", attach_positions},
    {"door pool", command_act, "put a pool of cards behind a door", NEEDS_ENGINE,
     "DOOR POOL [--dry-run]", 2, 2, dry_options, "  countermark door pool web gift-2026\n",
     "door.pool", door_pool_positions},
    {"door list", command_act, "list the doors and their schemes", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark door list\n", "door.list", NULL},
    {"key list", command_act, "list the keys: what for, version, state", NEEDS_ENGINE, "", 0, 0,
     NULL, "  countermark key list\n", "key.list", NULL},
    {"key rotate", command_act, "make a new key version for a scheme's next batches", NEEDS_ENGINE,
     "SCHEME", 1, 1, NULL, "  countermark key rotate cola\n", "key.rotate", scheme_position},
    {"key retire", command_act, "let a key version verify only", NEEDS_ENGINE, "SCHEME --version N",
     1, 1, version_options, "  countermark key retire cola --version 1\n", "key.retire",
     scheme_position},
    {"key destroy", command_act, "erase a key version: its codes die", NEEDS_ENGINE,
     "SCHEME --version N --confirm SCHEME", 1, 1, destroy_options,
     "  countermark key destroy cola --version 1 --confirm cola\n", "key.destroy", scheme_position},
    {"key export", cmd_key_export, "seal the key and document of a scheme or pool to a certificate",
     NEEDS_ENGINE, "SCHEME --recipient CERT.pem --out FILE", 1, 1, key_export_options,
     "  countermark key export cola --recipient escrow.pem --out cola.cms\n", NULL,
     scheme_position},
    {"key import", cmd_key_import, "take a sealed key and its scheme or pool in", NEEDS_ENGINE,
     "FILE --private-key KEY.pem", 1, 1, key_import_options,
     "  countermark key import cola.cms --private-key escrow.key\n", NULL, NULL},
    {"key api add", command_act, "make an API key; it is shown once", NEEDS_ENGINE,
     "NAME --door DOOR --role verify|redeem|till|desk|issue|admin|line [--agent AGENT]", 1, 1,
     api_options,
     "  countermark key api add web --door default --role redeem\n"
     "  countermark key api add till-7 --door default --role till --agent shop-12\n",
     "api.add", name_position},
    {"key api list", command_act, "list the API keys", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark key api list\n", "api.list", NULL},
    {"key api revoke", command_act, "end an API key", NEEDS_ENGINE, "NAME", 1, 1, NULL,
     "  countermark key api revoke till\n", "api.revoke", name_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

/* ---- Everything else ------------------------------------------------------------------------- */

static const char *const unit_positions[] = {"batch", NULL};
static const struct option_spec unit_options[] = {
    {"serial", OPTION_NUMBER, "N", "which unit", "serial", true}, END};

static const struct option_spec accept_options[] = {
    {"skip", OPTION_LIST, "BATCH=N", "serials that may have left after the backup", "skips", false},
    END};

static const struct command house_commands[] = {
    {"init", cmd_init, "make a workspace: keystore, ledger, first brand and doors", NEEDS_NOTHING,
     "[--sandbox] [--recovery-words-file OUT]", 0, 0, init_options,
     "  countermark init\n"
     "  countermark init --sandbox --workspace trial\n"
     "  countermark init --key-file house.key --recovery-words-file words.txt\n",
     NULL, NULL},
    {"plan", cmd_plan, "plan a scheme from a production plan or from figures", NEEDS_NOTHING,
     "[PLAN.csv] [--volume N] [--odds G] [--technology NAME] [--out FILE --name NAME]", 0, 1,
     plan_options,
     "  countermark plan docs/examples/plan.csv --technology inkjet --out cola.json --name cola\n"
     "  countermark plan --volume 4000000 --odds 1000000000 --technology cap --json\n"
     "  countermark plan plan.csv --inline sku --inline date --choose strictest\n",
     NULL, NULL},
    {"decode", cmd_decode, "read a code with the key alone, without the ledger", NEEDS_NOTHING,
     "CODE [--scheme FILE]...", 1, 1, decode_options,
     "  countermark decode HWQ7-2K9P-XM4T6\n"
     "  countermark decode HWQ72K9PXM4T6 --scheme dense.json --test-key-from-file key.hex\n",
     NULL, NULL},
    {"stats", command_act, "count what was made and redeemed", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark stats --json\n", "stats", NULL},
    {"unit show", command_act, "look one unit up; the look is recorded", NEEDS_ENGINE,
     "BATCH --serial N", 1, 1, unit_options, "  countermark unit show monday --serial 17\n",
     "unit.show", unit_positions},
    {"doctor", cmd_doctor, "look whether the workspace is well", NEEDS_NOTHING, "", 0, 0, NULL,
     "  countermark doctor\n", NULL, NULL},
    {"fsck", cmd_fsck, "check the ledger, or rebuild its image", NEEDS_NOTHING, "[--rebuild]", 0, 0,
     fsck_options, "  countermark fsck\n", NULL, NULL},
    {"backup", cmd_backup, "write a sealed backup beside the running ledger", NEEDS_ENGINE,
     "--recipient CERT.pem [--out FILE] [--history]", 0, 0, backup_options,
     "  countermark backup --recipient escrow.pem --out /mnt/safe/monday.backup\n", NULL, NULL},
    {"restore", cmd_restore, "unpack a backup into a new workspace", NEEDS_NOTHING,
     "FILE --private-key KEY.pem --workspace NEW", 1, 1, restore_options,
     "  countermark restore monday.backup --private-key escrow.key --workspace again\n", NULL,
     NULL},
    {"restore accept", command_act, "accept what a restored workspace may miss", NEEDS_ENGINE,
     "[--skip BATCH=SERIALS]...", 0, 0, accept_options,
     "  countermark restore accept --skip monday=2000\n", "restore.accept", NULL},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

const struct command *const command_tables[] = {
    house_commands,   scheme_commands,   batch_commands,
    prize_commands,   run_commands,      lend_commands,
    printer_commands, order_commands,    card_commands,
    life_commands,    stock_commands,    import_commands,
    symbol_commands,  proof_commands,    gs1_commands,
    ticket_commands,  pass_commands,     ticket_sync_commands,
    access_commands,  operator_commands, NULL};

/* The table of commands for tickets where there is no network: devices, what they admit, what was
 * taken back, and how it all comes together in the ledger. */
#include "cli/command.h"

static const char *const device_position[] = {"device", NULL};
static const char *const issuer_position[] = {"issuer", NULL};

const struct command ticket_sync_commands[] = {
    {"ticket admit", cmd_ticket_admit, "at a door without a network: check, write down, let in",
     NEEDS_NOTHING,
     "TEXT | --file FILE|- --trust FILE --spends FILE --device KEY.pem [--revocations FILE]", 0, 1,
     ticket_admit_options,
     "  countermark ticket admit --file - --trust acme.trust --revocations acme.revoked \\\n"
     "      --spends north.spends --device north.pem\n",
     NULL, NULL},
    {"ticket print", cmd_ticket_print, "tickets and vouchers as a PDF, a page each",
     NEEDS_NOTHING | NEEDS_CALM, "FILE.csv --out FILE.pdf [--page a4|a6|80mm] [--logo FILE.png]", 1,
     1, ticket_print_options,
     "  countermark ticket print tickets.csv --out tickets.pdf\n"
     "  countermark ticket print tickets.csv --out receipts.pdf --page 80mm --zone Europe/Paris\n",
     NULL, NULL},
    {"ticket sync", cmd_ticket_sync, "take in what a device admitted offline",
     NEEDS_ENGINE | NEEDS_CALM, "FILE.spends --door DOOR [--report OUT.csv] [--salvage]", 1, 1,
     ticket_sync_options,
     "  countermark ticket sync north.spends --door north --dry-run\n"
     "  countermark ticket sync north.spends --door north --report north.csv\n",
     NULL, NULL},
    {"ticket conflicts", command_act, "what was admitted offline and is no redemption",
     NEEDS_ENGINE, "[--device NAME]", 0, 0, ticket_conflicts_options,
     "  countermark ticket conflicts --device north\n", "ticket.conflicts", NULL},
    {"ticket revoke", cmd_ticket_revoke, "tickets that count no more", NEEDS_ENGINE,
     "TEXT... | --file FILE|- | --unit BATCH:SERIAL [--why TEXT]", 0, 1000, ticket_revoke_options,
     "  countermark ticket revoke --unit gala:17 --why \"lost\"\n", NULL, NULL},
    {"ticket revocations", cmd_ticket_revocations, "the signed list of them, for devices",
     NEEDS_ENGINE, "[ISSUER] --out FILE [--hours N]", 0, 1, ticket_revocations_options,
     "  countermark ticket revocations --out acme.revoked --hours 24\n", NULL, issuer_position},
    {"ticket device key", cmd_ticket_device_key, "make a private key, on the device", NEEDS_NOTHING,
     "--out KEY.pem", 0, 0, ticket_device_key_options,
     "  countermark ticket device key --out north.pem\n", NULL, NULL},
    {"ticket device add", cmd_ticket_device_add, "let a device's file be synced", NEEDS_ENGINE,
     "NAME --public-key FILE|HEX [--brand BRAND]", 1, 1, ticket_device_add_options,
     "  countermark ticket device add north --public-key north.pub\n", NULL, NULL},
    {"ticket device list", command_act, "list the devices", NEEDS_ENGINE, "", 0, 0, NULL,
     "  countermark ticket device list\n", "ticket.device.list", NULL},
    {"ticket device revoke", command_act, "nothing of this device is taken any more", NEEDS_ENGINE,
     "DEVICE", 1, 1, NULL, "  countermark ticket device revoke north\n", "ticket.device.revoke",
     device_position},
    {NULL, NULL, NULL, 0, NULL, 0, 0, NULL, NULL, NULL, NULL}};

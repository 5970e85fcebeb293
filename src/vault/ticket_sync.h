/* One portion of a device's file, on its way into the ledger: taken apart, checked, sorted into
 * what is known already and what is new, redeemed, and told row by row. Each entry that is given
 * ends in exactly one row.
 *
 * It refuses a portion with an entry that is not the device's, or that does not follow the one
 * before, before anything is done; unless it is to save what can be saved, entry by entry.
 * Design: docs/design/tickets.md, "Sync" */
#ifndef CM_VAULT_TICKET_SYNC_H
#define CM_VAULT_TICKET_SYNC_H

#include "engine/spends_index.h"
#include "vault/ticket_devices.h"
#include "vault/ticket_signer.h"

#define ISSUER_NONE UINT32_MAX

struct sync_entry {
    struct spend_read read; /* borrows the portion's bytes */
    struct spend_row row;   /* as it will be told */
    uint32_t unit;          /* place among the units, with asked */
    uint32_t issuer;        /* place among the issuers; ISSUER_NONE: whose tickets are not taken */
    bool asked;             /* the ledger is asked to redeem its unit */
    bool known;             /* it came before; row is what was told then */
    bool twice;             /* the same entry stands before it in this portion */
};

struct ticket_sync {
    struct act *a;
    struct device_entry device;
    struct door door;
    struct issuer_entry *issuers; /* of the portion's tickets */
    size_t issuer_n;
    struct buffer bytes, anchor;
    struct sync_entry *entries;
    struct spend_unit *units;
    size_t n, unit_n;
    bool salvage, dry_run;
};
void ticket_sync_wipe(struct ticket_sync *s);

/** Read the arguments, take the portion apart, check every signature and the chain.
 * @retval CM_E_FORMAT    no entry where one should be          @retval CM_E_AUTH  not the device's
 * @retval CM_E_CONFLICT  it does not follow; diag names the entry
 * @retval CM_E_NOT_FOUND, CM_E_DENIED  the device             @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err ticket_sync_read(struct ticket_sync *s);
/** Which are known, and the units of those that are not. @retval as ticket_sync_find */
CM_MUST_CHECK cm_err ticket_sync_sort(struct ticket_sync *s);
/** The units behind the tickets of all entries that have an issuer; they are asked then. One turn
 * of the owner for each key version, however many entries there are.
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY, CM_E_IO, CM_E_CORRUPT */
CM_MUST_CHECK cm_err ticket_sync_find(struct ticket_sync *s);
/** Redeem, and lay down what became of it. @retval as engine_spend */
CM_MUST_CHECK cm_err ticket_sync_decide(struct ticket_sync *s);
/* "rows", an array, as the registry has them now, and "counts" by outcome. */
CM_MUST_CHECK cm_err ticket_sync_tell(struct ticket_sync *s);

/* One row as members of the object that is open: entry, ticket, unit, outcome, who was first. */
void ticket_sync_row(struct json_writer *w, const struct registry *r, struct spends_at at,
                     const char *outcome);

#endif

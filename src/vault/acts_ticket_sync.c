/* ticket.sync: what a device admitted offline, into the ledger, a portion at a time; and
 * ticket.conflicts: everything that was admitted and is no redemption. Nothing that a device signed
 * is dropped: what cannot be redeemed is kept, with the reason. Design: docs/design/tickets.md */
#include "base/macros.h"
#include "vault/ticket_sync.h"

static cm_err ticket_sync(struct act *a) {
    CM_CLEANUP(ticket_sync_wipe)
    struct ticket_sync s = {.a = a, .bytes = BUFFER_INIT, .anchor = BUFFER_INIT};
    TRY(ticket_sync_read(&s));
    TRY(ticket_sync_sort(&s));
    TRY(ticket_sync_decide(&s));
    return ticket_sync_tell(&s);
}

/* ---- Conflicts --------------------------------------------------------------------------------
 */

#define CONFLICTS_MAX 1000u /* of one answer */

struct listing {
    struct act *a;
    struct cm_slice device;
    uint64_t from, seen, told;
};

static bool is_told(enum spend_fate fate) { return fate != FATE_REDEEMED && fate != FATE_NOTED; }

static void list_part(struct listing *l, const struct registry *r, const struct spends_part *p) {
    for (size_t i = 0; i < p->row_n; i++) {
        const struct spends_at at = {.part = p, .row = &p->rows[i]};
        if (!is_told((enum spend_fate)at.row->fate) || !spends_index_stands(r->spends, at.row))
            continue;
        if (l->seen++ < l->from || l->told == CONFLICTS_MAX) continue;
        l->told++;
        json_object_begin(l->a->out, NULL);
        ticket_sync_row(l->a->out, r, at, spend_fate_name((enum spend_fate)at.row->fate));
        json_object_end(l->a->out);
    }
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct listing *l = ctx;
    const struct device_entry *device = registry_device_named(r, l->device);
    if (l->device.len > 0 && device == NULL)
        return diag_fail(l->a->diag, CM_E_NOT_FOUND, "--device", NULL,
                         "'countermark ticket device list' shows them", "no device is named '%.*s'",
                         (int)l->device.len, (const char *)l->device.p);
    json_array_begin(l->a->out, "conflicts");
    for (size_t i = 0; i < spends_index_n(r->spends); i++) {
        const struct spends_part *p = spends_index_part(r->spends, i);
        if (device == NULL || p->device == device->id) list_part(l, r, p);
    }
    json_array_end(l->a->out);
    json_put_u64(l->a->out, "total", l->seen);
    return CM_OK;
}

static cm_err ticket_conflicts(struct act *a) {
    struct listing l = {.a = a};
    if (json_present(json_get(a->args, "from")))
        TRY(json_u64(json_get(a->args, "from"), 0, UINT64_MAX >> 1, &l.from));
    if (json_present(json_get(a->args, "device")))
        TRY(json_text(json_get(a->args, "device"), 1, REGISTRY_NAME_CAP, &l.device));
    return engine_read(a->ctx->engine, list_read, &l);
}

const struct act_entry acts_ticket_sync[] = {
    {"ticket.sync", ticket_sync, {"door", "entries", "after", "salvage", "dry_run"}},
    {"ticket.conflicts", ticket_conflicts, {"device", "from"}},
    {NULL, NULL, {NULL}},
};

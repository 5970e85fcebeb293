/* The units behind a portion's tickets: ids are opened here, under each version of the issuer's key
 * in turn, and the owner is asked once a version which of these units there are. An id that opens
 * to no unit of its brand, mode and door is nobody's ticket: its entry is not asked for. Design:
 * docs/design/tickets.md, "Sync" */
#include <stdlib.h>

#include "base/macros.h"
#include "vault/ticket_sync.h"

/* One version of every issuer's key. */
struct finding {
    struct ticket_sync *s;
    size_t version;             /* place in an issuer's keys */
    struct ticket_ids **ids;    /* of each issuer; NULL: not made yet, or no such key */
    struct spend_sought *units; /* room for SPENDS_ROWS_MAX */
    uint32_t *entries;          /* whose each unit is */
    size_t n;
};

static void forget_ids(struct finding *f) {
    for (size_t i = 0; i < f->s->issuer_n; i++)
        ticket_ids_free(take(&f->ids[i]));
}

static void finding_wipe(struct finding *f) {
    if (f->ids != NULL) forget_ids(f);
    free(f->ids);
    free(f->units);
    free(f->entries);
}

static cm_err make_room(struct finding *f) {
    f->ids = calloc(f->s->issuer_n + 1, sizeof *f->ids);
    f->units = calloc(SPENDS_ROWS_MAX + 1, sizeof *f->units);
    f->entries = calloc(SPENDS_ROWS_MAX + 1, sizeof *f->entries);
    return f->ids != NULL && f->units != NULL && f->entries != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err make_ids(const struct finding *f) {
    const struct act *a = f->s->a;
    for (size_t i = 0; i < f->s->issuer_n; i++) {
        const struct issuer_entry *issuer = &f->s->issuers[i];
        const struct cm_key *root = NULL;
        if (f->version >= issuer->key_n) continue;
        const uint8_t version = issuer->keys[f->version].version;
        if (keystore_find(a->ctx->keystore, KEY_TICKET, issuer->brand, version, &root) != CM_OK)
            continue; /* destroyed: opens nothing */
        TRY(ticket_ids_new(&f->ids[i], root, issuer->brand, version));
    }
    return CM_OK;
}

static cm_err open_ids(struct finding *f) {
    f->n = 0;
    for (size_t i = 0; i < f->s->n; i++) {
        const struct sync_entry *e = &f->s->entries[i];
        struct spend_sought *u = &f->units[f->n];
        if (e->issuer == ISSUER_NONE || e->asked || f->ids[e->issuer] == NULL) continue;
        u->brand = f->s->issuers[e->issuer].brand;
        TRY(ticket_id_open(f->ids[e->issuer], e->read.entry.cti, &u->set, &u->serial));
        f->entries[f->n++] = (uint32_t)i;
    }
    return CM_OK;
}

static bool door_reads(const struct door *d, const struct spend_sought *u) {
    for (uint32_t i = 0; i < d->scheme_n; i++)
        if (d->schemes[i] == u->scheme) return d->test == u->test;
    return false;
}

/* The first version that opens to a unit counts, as at a door. */
static void take_units(const struct finding *f) {
    struct ticket_sync *s = f->s;
    for (size_t i = 0; i < f->n; i++) {
        struct sync_entry *e = &s->entries[f->entries[i]];
        const struct spend_sought *u = &f->units[i];
        if (!u->there) continue;
        e->issuer = ISSUER_NONE; /* found: no other version is tried */
        if (!door_reads(&s->door, u)) continue;
        struct spend_unit unit = {.set = u->set, .serial = u->serial};
        memcpy(unit.cti, e->read.entry.cti, sizeof unit.cti);
        e->row.set = u->set;
        e->row.serial = u->serial;
        e->asked = true;
        e->unit = (uint32_t)s->unit_n;
        s->units[s->unit_n++] = unit;
    }
}

cm_err ticket_sync_find(struct ticket_sync *s) {
    CM_CLEANUP(finding_wipe) struct finding f = {.s = s, .n = 1};
    size_t versions = 0;
    for (size_t i = 0; i < s->issuer_n; i++)
        if (s->issuers[i].key_n > versions) versions = s->issuers[i].key_n;
    TRY(make_room(&f));
    for (f.version = 0; f.version < versions && f.n > 0; f.version++) {
        TRY(make_ids(&f));
        TRY(open_ids(&f));
        TRY(engine_seek(s->a->ctx->engine, f.units, f.n));
        take_units(&f);
        forget_ids(&f);
    }
    return CM_OK;
}

/* Tickets at a door. What begins as a ticket, and is no text of an imported list, is judged as one
 * and as nothing else: its signature by the issuers whose keys the registry has, its time, and the
 * unit its id opens to, which must be of a batch of that brand, of that mode, and of a scheme of
 * this door. From there on it is the unit whose code is printed elsewhere: the ledger redeems it
 * once, whichever comes first. A genuine ticket out of its time says so; all else is not a code.
 * Source: docs/design/tickets.md */
#include "engine/opener_inside.h"

#include <string.h>

#include "wire/ticket_judge.h"

void opener_forget_ticketers(struct opener *o) {
    for (size_t i = 0; i < o->ticketer_n; i++)
        ticket_ids_free(o->ticketers[i].ids);
    o->ticketer_n = 0;
}

static cm_err ids_for(struct opener *o, uint32_t brand, uint8_t version, struct ticket_ids **out) {
    for (size_t i = 0; i < o->ticketer_n; i++) {
        if (o->ticketers[i].brand != brand || o->ticketers[i].version != version) continue;
        *out = o->ticketers[i].ids;
        return CM_OK;
    }
    if (o->ticketer_n == TICKETERS_MAX) opener_forget_ticketers(o);
    const struct cm_key *root = NULL;
    struct ticket_ids *ids = NULL;
    TRY(keystore_find(o->keystore, KEY_TICKET, brand, version, &root));
    TRY(ticket_ids_new(&ids, root, brand, version));
    o->ticketers[o->ticketer_n++] =
        (struct cached_ids){.brand = brand, .version = version, .ids = ids};
    *out = ids;
    return CM_OK;
}

/* Who signed it, of those whose tickets this door may take. */
static cm_err judge(const struct opener *o, const struct door *door, const struct ticket_message *m,
                    struct ticket_judged *out, const struct issuer_entry **issuer) {
    const uint64_t now_unix_s = clock_now_ms(o->clock) / 1000;
    *out = (struct ticket_judged){.verdict = TICKET_UNKNOWN_KEY};
    for (size_t i = 0; i < o->registry->issuer_n && out->key == NULL; i++) {
        *issuer = o->registry->issuers[i];
        if (door->brand != 0 && door->brand != (*issuer)->brand) continue;
        TRY(ticket_judge(m, (*issuer)->keys, (*issuer)->key_n, now_unix_s, out));
    }
    return CM_OK;
}

static bool door_reads(const struct door *door, uint32_t scheme) {
    for (uint32_t i = 0; i < door->scheme_n; i++)
        if (door->schemes[i] == scheme) return true;
    return false;
}

/* A batch whose codes died with their key admits nobody by ticket either. */
static bool lives(const struct opener *o, const struct set *set) {
    const struct cm_key *root = NULL;
    return keystore_find(o->keystore, KEY_SCHEME, set->of, set->key_version, &root) == CM_OK;
}

/* The unit of a genuine ticket; NULL when it is none of this door's. */
static cm_err unit_of(struct opener *o, const struct door *door, uint32_t brand,
                      const struct ticket_judged *t, struct set **set, uint64_t *serial) {
    struct ticket_ids *ids = NULL;
    uint32_t number = 0;
    *set = NULL;
    const cm_err err = ids_for(o, brand, t->key->version, &ids);
    if (err == CM_E_STATE || err == CM_E_NOT_FOUND) return CM_OK; /* destroyed */
    TRY(err);
    TRY(ticket_id_open(ids, t->claims.cti, &number, serial));
    struct set_entry *e = registry_set(o->registry, number);
    if (e == NULL || e->set.kind != SET_BATCH || e->set.brand != brand) return CM_OK;
    const bool test = (t->claims.flags & TICKET_TEST) != 0;
    if (e->set.test == test && door_reads(door, e->set.of) && lives(o, &e->set)) *set = &e->set;
    return CM_OK;
}

/* Time bars what uses a ticket up; what was begun in time may be ended or taken back later. */
static enum cm_verdict in_time(enum ticket_verdict verdict, enum cm_operation operation) {
    const bool uses =
        operation == CM_OP_CHECK || operation == CM_OP_REDEEM || operation == CM_OP_RESERVE;
    if (verdict == TICKET_NOT_YET && uses) return CM_V_NOT_OPEN_YET;
    if (verdict == TICKET_EXPIRED && uses) return CM_V_ENDED;
    return verdict == TICKET_VALID || verdict == TICKET_NOT_YET || verdict == TICKET_EXPIRED
               ? CM_V_ACCEPTED
               : CM_V_NOT_A_CODE;
}

cm_err opener_read_ticket(struct opener *o, const struct door *door, const struct cm_request *q,
                          struct resolved *r) {
    struct ticket_message message;
    struct ticket_judged t;
    const struct issuer_entry *issuer = NULL;
    struct set *set = NULL;
    uint64_t serial = 0;
    if (ticket_open(q->code, &message) != CM_OK) return CM_OK; /* cut or misread: as it was read */
    *r = (struct resolved){.verdict = CM_V_NOT_A_CODE};
    TRY(judge(o, door, &message, &t, &issuer));
    if (!t.has_claims) return CM_OK;
    const enum cm_verdict verdict = in_time(t.verdict, q->operation);
    if (verdict == CM_V_NOT_A_CODE) return CM_OK;
    TRY(unit_of(o, door, issuer->brand, &t, &set, &serial));
    if (set == NULL) return CM_OK;
    r->is_ticket = true;
    memcpy(r->cti, t.claims.cti, sizeof r->cti);
    if (verdict == CM_V_ACCEPTED)
        resolved_find(r, set, serial, TICKET_READER);
    else
        r->verdict = verdict;
    return CM_OK;
}

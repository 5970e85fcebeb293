/* A portion of a device's file: see ticket_sync.h. */
#include "vault/ticket_sync.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/macros.h"

#define PLACE_CAP 48u

void ticket_sync_wipe(struct ticket_sync *s) {
    free(s->entries);
    free(s->units);
    free(s->issuers);
    buffer_free(&s->bytes);
    buffer_free(&s->anchor);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static cm_err read_bytes(struct act *a, const char *key, struct buffer *out) {
    struct cm_slice text;
    if (!json_present(json_get(a->args, key))) return CM_OK;
    TRY(json_text(json_get(a->args, key), 0, SIZE_MAX, &text));
    const cm_err err = base64_get(text, out);
    return err == CM_E_FORMAT ? json_fail(json_get(a->args, key), err, NULL, "not base64") : err;
}

static cm_err read_flag(struct act *a, const char *key, bool *out) {
    return json_present(json_get(a->args, key)) ? json_bool(json_get(a->args, key), out) : CM_OK;
}

static cm_err refuse(const struct ticket_sync *s, uint64_t n, cm_err err, const char *problem) {
    char place[PLACE_CAP];
    (void)snprintf(place, sizeof place, "entry %llu", (unsigned long long)n);
    return diag_fail(s->a->diag, err, s->device.name[0] != '\0' ? s->device.name : "spends", place,
                     "give the whole file; --salvage takes what is signed, entry by entry", "%s",
                     problem);
}

static cm_err check_one(const struct ticket_sync *s, const struct spend_read *r) {
    const cm_err err = spend_check(r, &s->device.key);
    return err == CM_E_AUTH ? refuse(s, r->entry.n, err, "changed, or not signed by this device")
                            : err;
}

/* Where the portion goes on: behind the entry that the file has before it. */
static cm_err begin_chain(const struct ticket_sync *s, struct spend_chain *chain) {
    struct cm_slice rest = buffer_slice(&s->anchor);
    struct spend_read r;
    if (rest.len == 0) return CM_OK;
    if (spend_take(&rest, &r) != CM_OK || rest.len > 0)
        return refuse(s, 0, CM_E_FORMAT, "no entry of a device");
    TRY(check_one(s, &r));
    chain->n = r.entry.n;
    spend_hash(&r, chain->hash);
    return CM_OK;
}

/* Each entry names the hash of the one before, so that the last signature vouches for a portion
 * that follows from end to end; where each is to stand for itself, each is checked. */
static cm_err read_entries(struct ticket_sync *s, bool each) {
    struct cm_slice rest = buffer_slice(&s->bytes);
    struct spend_chain chain = {.n = 0};
    uint64_t before_ms = 0;
    TRY(begin_chain(s, &chain));
    for (s->n = 0; rest.len > 0; s->n++) {
        struct sync_entry *e = &s->entries[s->n];
        if (s->n == SPENDS_ROWS_MAX)
            return diag_fail(s->a->diag, CM_E_LIMIT, "entries", NULL, NULL, "more than %u",
                             SPENDS_ROWS_MAX);
        if (spend_take(&rest, &e->read) != CM_OK)
            return refuse(s, chain.n + 1, CM_E_FORMAT, "no entry of a device");
        if (each || rest.len == 0) TRY(check_one(s, &e->read));
        if (!s->salvage && spend_follow(&chain, &e->read) != CM_OK)
            return refuse(s, e->read.entry.n, CM_E_CONFLICT,
                          "it does not follow the entry before: cut, or put in another place");
        e->row.flags = e->read.entry.time_ms < before_ms ? SPEND_BACKWARDS : 0;
        before_ms = e->read.entry.time_ms;
    }
    return CM_OK;
}

/* What does not hold together is read again, signature by signature: the first one that is wrong is
 * to be named. */
static cm_err read_portion(struct ticket_sync *s) {
    struct cm_diag quiet = DIAG_INIT, *const diag = s->a->diag;
    s->a->diag = &quiet;
    const cm_err err = s->salvage ? CM_E_AUTH : read_entries(s, false);
    s->a->diag = diag;
    return err == CM_OK ? CM_OK : read_entries(s, true);
}

cm_err ticket_sync_read(struct ticket_sync *s) {
    TRY(read_flag(s->a, "salvage", &s->salvage));
    TRY(read_flag(s->a, "dry_run", &s->dry_run));
    TRY(act_door(s->a, "door", &s->door));
    TRY(read_bytes(s->a, "entries", &s->bytes));
    TRY(read_bytes(s->a, "after", &s->anchor));
    s->entries = calloc(SPENDS_ROWS_MAX + 1, sizeof *s->entries);
    s->units = calloc(SPENDS_ROWS_MAX + 1, sizeof *s->units);
    if (s->entries == NULL || s->units == NULL) return CM_E_NO_MEMORY;
    struct cm_slice rest = buffer_slice(&s->bytes);
    struct spend_read first;
    if (spend_take(&rest, &first) != CM_OK)
        return refuse(s, 1, CM_E_FORMAT, "no entry of a device");
    TRY(ticket_device_of(s->a, first.cose.kid, &s->device));
    return read_portion(s);
}

/* ---- Sorting ----------------------------------------------------------------------------------
 */

static uint8_t flags_of(const struct ticket_sync *s, const struct spend_entry *e) {
    uint8_t flags = 0;
    if (e->time_ms > s->a->now_unix_ms + SPEND_SKEW_MS) flags |= SPEND_FUTURE;
    if (e->kind == SPEND_ADMIT && e->time_ms + SPEND_SKEW_MS < e->iat * 1000)
        flags |= SPEND_TOO_EARLY;
    return flags;
}

static void begin_row(const struct ticket_sync *s, struct sync_entry *e) {
    const struct spend_entry *from = &e->read.entry;
    uint8_t hash[SPEND_HASH_LEN];
    spend_hash(&e->read, hash);
    e->row.n = (uint32_t)from->n;
    memcpy(e->row.hash, hash, sizeof e->row.hash);
    memcpy(e->row.previous, from->previous, sizeof e->row.previous);
    e->row.time_ms = from->time_ms;
    memcpy(e->row.cti, from->cti, sizeof e->row.cti);
    e->row.fate = from->kind == SPEND_ADMIT ? FATE_UNKNOWN : FATE_NOTED;
    e->row.flags |= flags_of(s, from);
}

static bool same_entry(const struct spend_row *a, const struct spend_row *b) {
    return memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

/* In what is to be saved, an entry may stand several times, and two branches of one chain may stand
 * side by side. */
static void look_back(const struct ticket_sync *s, size_t i, bool *twice, bool *forked) {
    const struct spend_row *row = &s->entries[i].row;
    *twice = *forked = false;
    for (size_t k = 0; s->salvage && k < i && !*twice; k++) {
        const struct spend_row *other = &s->entries[k].row;
        *twice = same_entry(other, row);
        const bool beside = memcmp(other->previous, row->previous, sizeof row->previous) == 0;
        if (beside && !*twice && row->n > 1) *forked = true;
    }
}

/* Whose ticket it is; each issuer of the portion is copied once. */
static cm_err take_issuer(struct ticket_sync *s, const struct registry *r, struct sync_entry *e) {
    const struct issuer_entry *i = registry_issuer_named(r, slice_text(e->read.entry.iss));
    if (i == NULL || (s->device.brand != 0 && i->brand != s->device.brand)) return CM_OK;
    for (size_t k = 0; k < s->issuer_n && e->issuer == ISSUER_NONE; k++)
        if (s->issuers[k].brand == i->brand) e->issuer = (uint32_t)k;
    if (e->issuer != ISSUER_NONE) return CM_OK;
    struct issuer_entry *more = realloc(s->issuers, (s->issuer_n + 1) * sizeof *more);
    if (more == NULL) return CM_E_NO_MEMORY;
    s->issuers = more;
    s->issuers[s->issuer_n] = *i;
    e->issuer = (uint32_t)s->issuer_n++;
    return CM_OK;
}

static bool is_to_be_asked(const struct sync_entry *e) {
    const bool settled = e->known && !spend_fate_is_open((enum spend_fate)e->row.fate);
    return !settled && !e->twice && e->read.entry.kind == SPEND_ADMIT;
}

static cm_err recognise(void *ctx, const struct registry *r) {
    struct ticket_sync *s = ctx;
    for (size_t i = 0; i < s->n; i++) {
        struct sync_entry *e = &s->entries[i];
        const struct spends_at before = spends_index_entry(r->spends, e->row.hash);
        const struct spends_at other = spends_index_after(r->spends, e->row.previous);
        e->known = before.row != NULL;
        if (e->known) e->row = *before.row;
        bool beside = false;
        look_back(s, i, &e->twice, &beside);
        if (!e->known && e->row.n > 1 && (other.row != NULL || beside))
            e->row.flags |= SPEND_FORKED;
        e->issuer = ISSUER_NONE;
        if (is_to_be_asked(e)) TRY(take_issuer(s, r, e));
    }
    return CM_OK;
}

cm_err ticket_sync_sort(struct ticket_sync *s) {
    for (size_t i = 0; i < s->n; i++)
        begin_row(s, &s->entries[i]);
    TRY(engine_read(s->a->ctx->engine, recognise, s));
    return ticket_sync_find(s);
}

/* ---- Deciding ---------------------------------------------------------------------------------
 */

static enum spend_fate fate_of(enum cm_verdict verdict, bool revoked) {
    switch ((int)verdict) {
    case CM_V_ACCEPTED: return FATE_REDEEMED;
    case CM_V_ALREADY_REDEEMED: return FATE_CONFLICT;
    case CM_V_VOID: return revoked ? FATE_REVOKED : FATE_VOID;
    case CM_V_RECALLED: return FATE_VOID;
    case CM_V_ENDED: return FATE_EXPIRED;
    case CM_V_NOT_A_CODE: return FATE_UNKNOWN;
    default: return FATE_NOT_OPEN;
    }
}

struct telling {
    struct ticket_sync *s;
    struct spends_part part;
};

/* Who used the unit: an entry of this document, an entry of an earlier one, or somebody online. */
static struct spend_first first_of(const struct telling *t, const struct registry *r,
                                   const struct spend_row *row, const struct spend_answer *answer) {
    struct spend_first f = {.way = WAY_ONLINE, .who = answer->actor, .ledger_ms = answer->time_ms};
    const struct spend_row *first = NULL;
    uint32_t device = t->part.device;
    const struct spends_at at = spends_index_unit(r->spends, row->set, row->serial);
    if (at.row != NULL && at.part->at_ms == answer->time_ms) {
        first = at.row;
        device = at.part->device;
    }
    for (size_t i = 0; first == NULL && i < t->part.row_n; i++) {
        const struct spend_row *k = &t->part.rows[i];
        if (k->fate == FATE_REDEEMED && k->set == row->set && k->serial == row->serial) first = k;
    }
    if (first == NULL) return f;
    f.way = WAY_DEVICE;
    f.who = device;
    f.n = first->n;
    f.device_ms = first->time_ms;
    return f;
}

static void settle(struct telling *t, const struct registry *r, struct sync_entry *e,
                   const struct spend_answer *answer) {
    const struct set_entry *set = registry_set(r, e->row.set);
    const bool revoked =
        set != NULL && revocations_find(&r->revocations, set->set.brand, e->row.cti) != NULL;
    e->row.fate = (uint8_t)fate_of(answer->verdict, revoked);
    if (e->row.fate != FATE_CONFLICT && e->row.fate != FATE_REVOKED && e->row.fate != FATE_VOID)
        return;
    struct spend_first f = first_of(t, r, &e->row, answer);
    f.row = (uint32_t)t->part.row_n;
    t->part.firsts[t->part.first_n++] = f;
}

static cm_err write_part(void *ctx, const struct registry *r, const struct spend_answer *answers,
                         uint64_t now_ms, struct buffer *document) {
    struct telling *t = ctx;
    struct ticket_sync *s = t->s;
    t->part.at_ms = now_ms;
    for (size_t i = 0; i < s->n; i++) {
        struct sync_entry *e = &s->entries[i];
        const uint8_t before = e->row.fate;
        if (e->asked) settle(t, r, e, &answers[e->unit]);
        if (e->twice || (e->known && e->row.fate == before)) continue;
        t->part.rows[t->part.row_n++] = e->row;
    }
    if (t->part.row_n > 0) spends_part_write(&t->part, document);
    return CM_OK;
}

cm_err ticket_sync_decide(struct ticket_sync *s) {
    struct telling t = {.s = s, .part = {.device = s->device.id, .door = s->door.id}};
    bool news = s->unit_n > 0;
    for (size_t i = 0; i < s->n && !news; i++)
        news = !s->entries[i].known;
    if (!news || s->dry_run) return CM_OK;
    t.part.rows = calloc(s->n + 1, sizeof *t.part.rows);
    t.part.firsts = calloc(s->n + 1, sizeof *t.part.firsts);
    cm_err err = t.part.rows == NULL || t.part.firsts == NULL ? CM_E_NO_MEMORY : CM_OK;
    if (err == CM_OK)
        err = engine_spend(s->a->ctx->engine, s->units, s->unit_n, s->a->ctx->actor, write_part, &t,
                           s->a->diag);
    free(t.part.rows);
    free(t.part.firsts);
    return err;
}

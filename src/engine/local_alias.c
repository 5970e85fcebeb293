/* Aliases by the owner: whether a text that no reader of a door opened is another name of one of
 * its cards, and acts that give and take names. What it refuses, alias.h says. Source:
 * docs/design/stock.md, "Aliases". */
#include "engine/alias.h"

#include <stdio.h>
#include <string.h>

#include "crypto/random.h"
#include "engine/local.h"

#define ALIAS_HOPS_MAX 8u /* replacements that a name follows; our choice */

/* ---- Events -----------------------------------------------------------------------------------
 */

cm_err alias_event_touch(struct local *l, const struct alias_event *e) {
    if (registry_set(&l->registry, e->set) == NULL) return CM_E_CORRUPT;
    return book_touch_alias(&l->book, e->hash);
}

void alias_event_apply(struct local *l, const struct alias_event *e) {
    book_apply_alias(&l->book, e);
    if (l->registry.aliases) return;
    /* The first one of all: openers hash what they cannot read from now on. */
    (void)pthread_rwlock_wrlock(&l->registry_lock);
    l->registry.aliases = true;
    l->registry.generation++;
    (void)pthread_rwlock_unlock(&l->registry_lock);
}

/* ---- At a door --------------------------------------------------------------------------------
 */

static bool behind(const struct door *door, uint32_t set) {
    for (uint32_t i = 0; i < door->pool_n; i++)
        if (door->pools[i] == set) return true;
    for (uint32_t i = 0; i < door->legacy_n; i++)
        if (door->legacy[i] == set) return true;
    return false;
}

/* A person's name goes with the person, to the card that took the lost one's place; a chip or an
 * item stays what it is. */
static cm_err follow(struct local *l, const struct door *door, struct alias_record *a,
                     struct set_entry **s) {
    for (size_t hop = 0; hop < ALIAS_HOPS_MAX && (*s)->set.life != NULL; hop++) {
        TRY(book_touch_card(&l->book, &(*s)->set, a->serial));
        const struct card_record *card = book_card(&l->book, a->set, a->serial);
        if (a->kind != ALIAS_ID || card->state != CM_CARD_REPLACED) return CM_OK;
        struct set_entry *next = registry_set(&l->registry, card->replaced_by_set);
        if (next == NULL || !behind(door, next->set.number)) return CM_OK;
        a->set = card->replaced_by_set;
        a->serial = card->replaced_by_serial;
        *s = next;
    }
    return CM_OK;
}

static cm_err find(struct local *l, const struct door *door, const struct cm_request *q,
                   struct resolved *r, bool *found) {
    TRY(book_touch_alias(&l->book, r->alias));
    const struct alias_record *there = book_alias(&l->book, r->alias);
    if (there == NULL || door == NULL || !behind(door, there->set)) return CM_OK;
    struct alias_record a = *there;
    if (a.until_ms != 0 && a.until_ms <= local_now_ms(l)) return CM_OK;
    /* A token is for one thing; to everything else it is a text like any other. */
    if (a.kind == ALIAS_TOKEN && q->operation != CM_OP_ACTIVATE) return CM_OK;
    struct set_entry *s = registry_set(&l->registry, a.set);
    if (s == NULL || a.serial >= s->set.counters.next_serial) return CM_OK;
    TRY(follow(l, door, &a, &s));
    if (s->set.life == NULL)
        TRY(book_touch(&l->book, a.set, a.serial, decide_needs_detail(q->operation), NULL));
    if (book_bits(&l->book, a.set, a.serial) == UNIT_ABSENT) return CM_OK;
    r->set = &s->set;
    r->serial = a.serial;
    r->by_alias = a.kind;
    *found = true;
    return CM_OK;
}

/* A name is no PIN: who knows a phone number must still know the card's. Of cards with a life the
 * decider judges it. */
static cm_err check_pin(struct local *l, const struct cm_request *q, struct resolved *r) {
    r->verdict = CM_V_ACCEPTED;
    if (r->set->life != NULL) return CM_OK;
    TRY(opener_pin(l->own->opener, registry_set(&l->registry, r->set->number), q, r));
    if (r->pin != PIN_NOT_ASKED && (r->pin_right & 1u) == 0) r->verdict = CM_V_NOT_A_CODE;
    return CM_OK;
}

cm_err alias_settle(struct local *l, const struct door *door, const struct cm_request *q,
                    struct resolved *r) {
    bool found = false;
    TRY(find(l, door, q, r, &found));
    return found ? check_pin(l, q, r) : CM_OK;
}

/* ---- Giving and taking ------------------------------------------------------------------------
 */

struct alias_act {
    const struct alias_change *changes;
    size_t n;
    uint32_t actor;
    struct alias_done done;
    struct cmac *cmac;
    struct event_list events;
    struct cm_diag *diag;
    bool dry; /* nothing is written */
};

static cm_err fail(const struct alias_act *a, size_t i, cm_err err, const char *remedy,
                   const char *problem) {
    char place[32];
    (void)snprintf(place, sizeof place, "change %zu", i + 1);
    return diag_fail(a->diag, err, "alias", place, remedy, "%s", problem);
}

/* What the hash names after the changes before this one. */
static bool names(const struct local *l, const struct alias_act *a, const uint8_t *hash,
                  struct alias_record *out) {
    for (size_t i = a->events.n; i > 0; i--) {
        const struct alias_event *e = &a->events.p[i - 1].u.alias;
        if (memcmp(e->hash, hash, sizeof e->hash) != 0) continue;
        *out = (struct alias_record){
            .set = e->set, .serial = e->serial, .kind = e->kind, .until_ms = e->until_ms};
        return e->on;
    }
    const struct alias_record *r = book_alias(&l->book, hash);
    if (r != NULL) *out = *r;
    return r != NULL;
}

static cm_err put(struct alias_act *a, const struct alias_event *e) {
    const struct event event = {.type = EVENT_ALIAS, .u.alias = *e};
    a->done.changed++;
    return event_list_put(&a->events, &event);
}

static cm_err take_away(struct alias_act *a, size_t i, bool there,
                        const struct alias_record *before, const uint8_t *hash) {
    if (!there)
        return fail(a, i, CM_E_NOT_FOUND, "give it as it was normalised when it was added",
                    "no card has this name");
    struct alias_event e = {
        .set = before->set, .serial = before->serial, .kind = before->kind, .actor = a->actor};
    memcpy(e.hash, hash, sizeof e.hash);
    return put(a, &e);
}

static cm_err give(struct local *l, struct alias_act *a, size_t i, bool there,
                   const struct alias_record *before, const uint8_t *hash) {
    const struct alias_change *c = &a->changes[i];
    const struct set_entry *s = registry_set(&l->registry, c->set);
    if (c->serial >= s->set.counters.next_serial)
        return fail(a, i, CM_E_NOT_FOUND, NULL, "no card of this pool has that index");
    if (c->kind == ALIAS_NONE || (unsigned)c->kind >= ALIAS_KIND_N ||
        (c->kind == ALIAS_TOKEN && c->until_ms == 0))
        return CM_E_ARGUMENT;
    TRY(units_load(&l->book.units, c->set, c->serial));
    if (book_bits(&l->book, c->set, c->serial) == UNIT_ABSENT)
        return fail(a, i, CM_E_NOT_FOUND, NULL, "no card of this pool has that index");
    const bool over = there && before->until_ms != 0 && before->until_ms <= local_now_ms(l);
    if (there && !over) {
        const bool same = before->set == c->set && before->serial == c->serial &&
                          before->kind == c->kind && before->until_ms == c->until_ms;
        if (same) a->done.same++;
        return same ? CM_OK
                    : fail(a, i, CM_E_EXISTS, "take it away from that one first",
                           "the name stands already, for another card or otherwise");
    }
    struct alias_event e = {.set = c->set,
                            .serial = c->serial,
                            .kind = c->kind,
                            .on = true,
                            .until_ms = c->until_ms,
                            .actor = a->actor};
    memcpy(e.hash, hash, sizeof e.hash);
    return put(a, &e);
}

static cm_err decide_change(struct local *l, struct alias_act *a, size_t i) {
    const struct alias_change *c = &a->changes[i];
    struct set_entry *s = NULL;
    struct alias_record before = {0};
    uint8_t hash[EVENT_HASH_LEN];
    TRY(admin_set(l, c->set, a->diag, &s));
    if (!set_of_cards(&s->set))
        return fail(a, i, CM_E_CONFLICT, "name a pool of cards", "codes have no other names");
    if (alias_hash(a->cmac, s->set.brand, c->text, hash) == CM_E_RANGE)
        return fail(a, i, CM_E_RANGE, "give 1 to 256 bytes", "the name is empty or too long");
    TRY(book_touch_alias(&l->book, hash));
    const bool there = names(l, a, hash, &before);
    return c->on ? give(l, a, i, there, &before, hash) : take_away(a, i, there, &before, hash);
}

static cm_err decide_all(struct local *l, struct alias_act *a) {
    for (size_t i = 0; i < a->n; i++)
        TRY(decide_change(l, a, i));
    if (a->dry) return CM_OK;
    return a->events.n > 0 ? local_commit_events(l, a->events.p, (uint32_t)a->events.n) : CM_OK;
}

static cm_err alias_as_owner(struct local *l, void *ctx) {
    struct alias_act *a = ctx;
    CM_KEY_SCOPED struct cm_key none = {{0}};
    const struct cm_key *key = NULL;
    TRY(admin_accepted(l, a->diag));
    const bool there = keystore_find(l->keystore, KEY_ALIAS, ALIAS_KEY_ID, 1, &key) == CM_OK;
    if (!there && a->dry) random_key(&none); /* no name stands: under any key none is found */
    if (!there) key = &none;
    if (!there && !a->dry)
        return diag_fail(a->diag, CM_E_STATE, "alias", NULL, NULL,
                         "this workspace has no key for names of cards yet");
    TRY(cmac_new(&a->cmac, key));
    const cm_err err = decide_all(l, a);
    cmac_free(a->cmac);
    event_list_wipe(&a->events);
    return err;
}

cm_err engine_alias(struct cm_engine *engine, const struct alias_change *changes, size_t n,
                    uint32_t actor, struct alias_done *done, struct cm_diag *diag) {
    struct alias_act act = {
        .changes = changes, .n = n, .actor = actor, .events = EVENT_LIST_INIT, .diag = diag};
    if (n > ALIAS_CHANGES_MAX) return CM_E_LIMIT;
    TRY(local_as_owner(local_of(engine), alias_as_owner, &act));
    if (done != NULL) *done = act.done;
    return CM_OK;
}

cm_err engine_alias_judge(struct cm_engine *engine, const struct alias_change *changes, size_t n,
                          struct alias_done *done, struct cm_diag *diag) {
    struct alias_act act = {
        .changes = changes, .n = n, .events = EVENT_LIST_INIT, .diag = diag, .dry = true};
    if (n > ALIAS_CHANGES_MAX) return CM_E_LIMIT;
    TRY(local_as_owner(local_of(engine), alias_as_owner, &act));
    if (done != NULL) *done = act.done;
    return CM_OK;
}

static cm_err counts_as_owner(struct local *l, void *ctx) {
    memcpy(ctx, l->book.alias_counts.n, sizeof l->book.alias_counts.n);
    return CM_OK;
}

cm_err engine_alias_counts(struct cm_engine *engine, uint64_t out[static ALIAS_KIND_N]) {
    return local_as_owner(local_of(engine), counts_as_owner, out);
}

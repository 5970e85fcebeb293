/* Look-ups, growth and release of the registry. Parsing and applying documents: registry_*.c. */
#include "engine/registry.h"

#include <stdlib.h>
#include <string.h>

#include "engine/prizes.h"
#include "engine/registry_inside.h"
#include "engine/spends_index.h"

/* ---- Arrays of owned pointers ------------------------------------------------------------- */

cm_err registry_push(void ***array, size_t *n, void *item) {
    void **grown = realloc(*array, (*n + 1) * sizeof **array);
    if (grown == NULL) return CM_E_NO_MEMORY;
    grown[*n] = item;
    *array = grown;
    (*n)++;
    return CM_OK;
}

void *registry_room(void *slots, uint32_t *n, uint32_t number) {
    if (number < *n) return slots;
    void **grown = realloc(slots, ((size_t)number + 1) * sizeof *grown);
    if (grown == NULL) return NULL;
    for (uint32_t i = *n; i <= number; i++)
        grown[i] = NULL;
    *n = number + 1;
    return grown;
}

cm_err registry_set_room(struct registry *r, uint32_t number) {
    struct set_entry **sets = registry_room(r->sets, &r->set_n, number);
    if (sets == NULL) return CM_E_NO_MEMORY;
    r->sets = sets;
    return CM_OK;
}

void scheme_entry_free(struct scheme_entry *s) {
    if (s == NULL) return;
    if (s->scheme != NULL) scheme_wipe(s->scheme);
    free(s->scheme);
    free(s->by_batch);
    terms_wipe(&s->terms);
    free(s);
}

void set_entry_free(struct set_entry *s) {
    if (s == NULL) return;
    free(s->set.recalls);
    buffer_free(&s->document);
    buffer_free(&s->correction);
    buffer_free(&s->description);
    buffer_free(&s->prize_document);
    prizes_free(s->set.prizes);
    terms_wipe(&s->terms);
    if (s->pool != NULL) pool_clear(&s->pool->pool);
    free(s->pool);
    legacy_entry_free(s->legacy);
    free(s);
}

void set_entry_freep(struct set_entry **s) { set_entry_free(*s); }

void registry_wipe(struct registry *r) {
    for (size_t i = 0; i < r->scheme_n; i++)
        scheme_entry_free(r->schemes[i]);
    for (uint32_t i = 0; i < r->set_n; i++)
        set_entry_free(r->sets[i]);
    for (size_t i = 0; i < r->door_n; i++)
        free(r->doors[i]);
    for (size_t i = 0; i < r->api_key_n; i++)
        free(r->api_keys[i]);
    for (size_t i = 0; i < r->brand_n; i++)
        free(r->brands[i]);
    for (uint32_t i = 0; i < r->run_n; i++)
        run_entry_free(r->runs[i]);
    for (uint32_t i = 0; i < r->order_n; i++)
        order_entry_free(r->orders[i]);
    for (size_t i = 0; i < r->operator_n; i++)
        free(r->operators[i]);
    for (size_t i = 0; i < r->issuer_n; i++)
        free(r->issuers[i]);
    free(r->issuers);
    for (size_t i = 0; i < r->device_n; i++)
        free(r->devices[i]);
    free(r->devices);
    revocations_wipe(&r->revocations);
    spends_index_free(r->spends);
    free(r->orders);
    free(r->operators);
    free(r->runs);
    free(r->schemes);
    free(r->sets);
    free(r->doors);
    free(r->api_keys);
    for (size_t i = 0; i < r->agent_n; i++)
        free(r->agents[i]);
    free(r->agents);
    free(r->brands);
    *r = (struct registry){0};
}

/* ---- Look-ups ------------------------------------------------------------------------------ */

struct scheme_entry *registry_scheme(const struct registry *r, uint32_t id) {
    for (size_t i = 0; i < r->scheme_n; i++)
        if (r->schemes[i]->id == id) return r->schemes[i];
    return NULL;
}

static bool named(const char *name, struct cm_slice wanted) {
    return slice_equal(slice_text(name), wanted);
}

struct scheme_entry *registry_scheme_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->scheme_n; i++)
        if (named(r->schemes[i]->scheme->name, name)) return r->schemes[i];
    return NULL;
}

struct set_entry *registry_set(const struct registry *r, uint32_t number) {
    return number < r->set_n ? r->sets[number] : NULL;
}

struct set_entry *registry_set_named(const struct registry *r, struct cm_slice name) {
    for (uint32_t i = 0; i < r->set_n; i++)
        if (r->sets[i] != NULL && named(r->sets[i]->name, name)) return r->sets[i];
    return NULL;
}

struct door *registry_door(const struct registry *r, uint32_t id) {
    for (size_t i = 0; i < r->door_n; i++)
        if (r->doors[i]->id == id) return r->doors[i];
    return NULL;
}

static bool set_lives(const struct registry *r, uint32_t number) {
    const struct set_entry *s = registry_set(r, number);
    if (s == NULL) return false;
    if (s->legacy != NULL && s->legacy->of != 0) s = registry_set(r, s->legacy->of);
    return s != NULL && s->set.life != NULL;
}

bool registry_door_cards(const struct registry *r, const struct door *door) {
    for (uint32_t i = 0; i < door->pool_n; i++)
        if (set_lives(r, door->pools[i])) return true;
    for (uint32_t i = 0; i < door->legacy_n; i++)
        if (set_lives(r, door->legacy[i])) return true;
    return false;
}

struct door *registry_door_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->door_n; i++)
        if (named(r->doors[i]->name, name)) return r->doors[i];
    return NULL;
}

struct api_key *registry_api_key(const struct registry *r, uint32_t id) {
    for (size_t i = 0; i < r->api_key_n; i++)
        if (r->api_keys[i]->id == id) return r->api_keys[i];
    return NULL;
}

struct brand *registry_brand_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->brand_n; i++)
        if (named(r->brands[i]->name, name)) return r->brands[i];
    return NULL;
}

/* ---- Documents, by kind --------------------------------------------------------------------- */

static const struct registry_kind *kind_of(enum document_kind kind) {
    static const struct registry_kind kinds[DOCUMENT_KIND_N] = {
        [DOCUMENT_SCHEME] = {scheme_document_check, scheme_document_apply},
        [DOCUMENT_POOL] = {pool_document_check, pool_document_apply},
        [DOCUMENT_BATCH] = {batch_document_check, batch_document_apply},
        [DOCUMENT_CORRECTION] = {correction_document_check, correction_document_apply},
        [DOCUMENT_TERMS] = {terms_document_check, terms_document_apply},
        [DOCUMENT_DOOR] = {door_document_check, door_document_apply},
        [DOCUMENT_BRAND] = {brand_document_check, brand_document_apply},
        [DOCUMENT_API_KEY] = {api_key_document_check, api_key_document_apply},
        [DOCUMENT_AGENT] = {agent_document_check, agent_document_apply},
        [DOCUMENT_RUN] = {run_document_check, run_document_apply},
        [DOCUMENT_LEGACY] = {legacy_document_check, legacy_document_apply},
        [DOCUMENT_ORDER] = {order_document_check, order_document_apply},
        [DOCUMENT_OPERATOR] = {operator_document_check, operator_document_apply},
        [DOCUMENT_PRIZE] = {prize_document_check, prize_document_apply},
        [DOCUMENT_REDRAWN] = {redrawn_document_check, redrawn_document_apply},
        [DOCUMENT_ISSUER] = {issuer_document_check, issuer_document_apply},
        [DOCUMENT_DEVICE] = {device_document_check, device_document_apply},
        [DOCUMENT_REVOKED] = {revoked_document_check, revoked_document_apply},
        [DOCUMENT_SPENDS] = {spends_document_check, spends_document_apply},
    };
    const struct registry_kind *k = &kinds[kind];
    return (unsigned)kind < DOCUMENT_KIND_N && k->apply != NULL ? k : NULL;
}

cm_err registry_check(const struct registry *r, enum document_kind kind, uint32_t id,
                      struct cm_slice text, struct cm_diag *diag) {
    const struct registry_kind *k = kind_of(kind);
    return k != NULL ? k->check(r, id, text, diag) : CM_E_UNSUPPORTED;
}

/* Openers keep copies of what rests on documents of most kinds. */
static bool openers_look_at(enum document_kind kind) {
    return kind != DOCUMENT_ORDER && kind != DOCUMENT_OPERATOR && kind != DOCUMENT_DEVICE &&
           kind != DOCUMENT_REVOKED && kind != DOCUMENT_SPENDS;
}

cm_err registry_apply(struct registry *r, enum document_kind kind, uint32_t id,
                      struct cm_slice text, struct cm_diag *diag) {
    const struct registry_kind *k = kind_of(kind);
    if (k == NULL) return CM_E_UNSUPPORTED;
    TRY(k->apply(r, id, text, diag));
    if (id > r->last_ids[kind]) r->last_ids[kind] = id;
    if (!openers_look_at(kind)) return CM_OK;
    if (kind == DOCUMENT_RUN)
        r->run_generation++; /* no opener looks at runs */
    else
        r->generation++;
    return CM_OK;
}

uint32_t registry_next_id(const struct registry *r, enum document_kind kind) {
    if (kind == DOCUMENT_BATCH || kind == DOCUMENT_POOL || kind == DOCUMENT_LEGACY)
        return r->set_n > 0 ? r->set_n : 1; /* 0 is none */
    return r->last_ids[kind] + 1;
}

cm_err registry_recall(struct registry *r, const struct recall_event *e) {
    struct set_entry *s = registry_set(r, e->set);
    if (s == NULL) return CM_E_CORRUPT;
    struct serial_range *grown =
        realloc(s->set.recalls, (s->set.recall_n + 1) * sizeof *s->set.recalls);
    if (grown == NULL) return CM_E_NO_MEMORY;
    grown[s->set.recall_n] = (struct serial_range){.first = e->first, .last = e->last};
    s->set.recalls = grown;
    s->set.recall_n++;
    return CM_OK;
}

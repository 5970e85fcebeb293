/* Doors, brands and API keys: who may ask where. Later documents replace earlier ones whole. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/registry_inside.h"

cm_err json_mode(struct json_value v, bool *test) {
    static const char *const words[] = {"LIVE", "TEST"};
    size_t at = 0;
    TRY(json_word(v, words, CM_ARRAY_N(words), &at));
    *test = at == 1;
    return CM_OK;
}

static cm_err json_id(struct json_value v, uint64_t min, uint32_t *out) {
    uint64_t id = 0;
    TRY(json_u64(v, min, UINT32_MAX, &id));
    *out = (uint32_t)id;
    return CM_OK;
}

/* ---- Doors ------------------------------------------------------------------------------------
 */

static int ascending(const void *a, const void *b) {
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Ids in ascending order, each once. */
static cm_err json_ids(struct json_value list, size_t max, uint32_t *ids, uint32_t *n_out) {
    size_t n = 0;
    TRY(json_items(list, 0, max, &n));
    for (size_t i = 0; i < n; i++)
        TRY(json_id(json_at(list, i), 1, &ids[i]));
    qsort(ids, n, sizeof *ids, ascending);
    for (size_t i = 1; i < n; i++)
        if (ids[i] == ids[i - 1])
            return json_fail(list, CM_E_EXISTS, "name each once", "%u stands twice", ids[i]);
    *n_out = (uint32_t)n;
    return CM_OK;
}

static cm_err door_parse(struct cm_slice text, struct door *d, struct cm_diag *diag) {
    static const char *const keys[] = {"name", "brand", "mode", "schemes", "pools", "legacy"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "door", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, d->name, sizeof d->name));
    TRY(json_id(json_get(root, "brand"), 0, &d->brand));
    TRY(json_mode(json_get(root, "mode"), &d->test));
    TRY(json_ids(json_get(root, "schemes"), DOOR_SCHEMES_MAX, d->schemes, &d->scheme_n));
    const struct json_value pools = json_get(root, "pools");
    if (json_present(pools)) TRY(json_ids(pools, DOOR_POOLS_MAX, d->pools, &d->pool_n));
    const struct json_value legacy = json_get(root, "legacy");
    return json_present(legacy) ? json_ids(legacy, DOOR_LEGACY_MAX, d->legacy, &d->legacy_n)
                                : CM_OK;
}

/* Codes and cards of one door differ in length, so that no text can be both. */
static cm_err door_check_length(const struct registry *r, const struct door *d,
                                const struct set_entry *pool, struct cm_diag *diag) {
    for (uint32_t i = 0; i < d->scheme_n; i++) {
        const struct scheme_entry *s = registry_scheme(r, d->schemes[i]);
        if (s->code_len == cm_card_number_n(&pool->pool->pool.numbers))
            return diag_fail(diag, CM_E_CONFLICT, d->name, "pools", "give it a door of its own",
                             "cards of pool %s are as long as codes of scheme %s", pool->name,
                             s->scheme->name);
    }
    return CM_OK;
}

/* Pools of one mode never overlap (registry_pool.c), so neither do those of one door. */
static cm_err door_check_pools(const struct registry *r, const struct door *d,
                               struct cm_diag *diag) {
    for (uint32_t i = 0; i < d->pool_n; i++) {
        const struct set_entry *s = registry_set(r, d->pools[i]);
        if (s == NULL || s->set.kind != SET_POOL)
            return diag_fail(diag, CM_E_NOT_FOUND, d->name, "pools", NULL, "no pool has number %u",
                             d->pools[i]);
        if (s->set.test != d->test || (d->brand != 0 && s->set.brand != d->brand))
            return diag_fail(diag, CM_E_CONFLICT, d->name, "pools",
                             "TEST and LIVE, and brands, each have their own doors",
                             "pool %s is of another mode or brand", s->name);
        TRY(door_check_length(r, d, s, diag));
    }
    return CM_OK;
}

/* A list may share lengths with codes and cards: the door asks it last, and the minter skips what
 * it owns. */
static cm_err door_check_lists(const struct registry *r, const struct door *d,
                               struct cm_diag *diag) {
    for (uint32_t i = 0; i < d->legacy_n; i++) {
        const struct set_entry *s = registry_set(r, d->legacy[i]);
        if (s == NULL || s->set.kind != SET_LEGACY)
            return diag_fail(diag, CM_E_NOT_FOUND, d->name, "legacy", NULL,
                             "no imported list has number %u", d->legacy[i]);
        if (s->set.test != d->test || (d->brand != 0 && s->set.brand != d->brand))
            return diag_fail(diag, CM_E_CONFLICT, d->name, "legacy",
                             "TEST and LIVE, and brands, each have their own doors",
                             "list %s is of another mode or brand", s->name);
    }
    return CM_OK;
}

cm_err door_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                           struct cm_diag *diag) {
    struct door d = {.id = id};
    TRY(door_parse(text, &d, diag));
    const struct door *same = registry_door_named(r, slice_text(d.name));
    if (same != NULL && same->id != id)
        return diag_fail(diag, CM_E_EXISTS, d.name, NULL, "give it another name",
                         "a door of this name exists");
    const struct door *old = registry_door(r, id);
    if (old != NULL && old->test != d.test) /* calls under way were let in under the old one */
        return diag_fail(diag, CM_E_CONFLICT, d.name, "mode", "make another door",
                         "a door is TEST or LIVE for life");
    for (uint32_t i = 0; i < d.scheme_n; i++) {
        const struct scheme_entry *s = registry_scheme(r, d.schemes[i]);
        if (s == NULL)
            return diag_fail(diag, CM_E_NOT_FOUND, d.name, "schemes", NULL, "no scheme has id %u",
                             d.schemes[i]);
        if (s->numbers->test != d.test || (d.brand != 0 && s->brand != d.brand))
            return diag_fail(diag, CM_E_CONFLICT, d.name, "schemes",
                             "TEST and LIVE, and brands, each have their own doors",
                             "scheme %s is of another mode or brand", s->scheme->name);
    }
    TRY(promise_at_door(r, &d, 0, 0, diag));
    TRY(door_check_lists(r, &d, diag));
    return door_check_pools(r, &d, diag);
}

cm_err door_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                           struct cm_diag *diag) {
    struct door *old = registry_door(r, id);
    struct door *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    d->id = id;
    cm_err err = door_parse(text, d, diag);
    if (err == CM_OK && old != NULL)
        *old = *d;
    else if (err == CM_OK)
        err = registry_push((void ***)&r->doors, &r->door_n, d);
    if (err != CM_OK || old != NULL) free(d);
    return err;
}

/* ---- Brands -----------------------------------------------------------------------------------
 */

static cm_err brand_parse(struct cm_slice text, struct brand *b, struct cm_diag *diag) {
    static const char *const keys[] = {"name"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "brand", &JSON_LIMITS_DEFAULT, diag));
    TRY(json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(json_root(doc), "name"), 1, b->name, sizeof b->name));
    if (scheme_name_valid(slice_text(b->name))) return CM_OK;
    return diag_fail(diag, CM_E_FORMAT, "brand", "name", "use letters, digits, '.', '_' and '-'",
                     "not a fit name");
}

cm_err brand_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    struct brand b = {.id = id};
    TRY(brand_parse(text, &b, diag));
    for (size_t i = 0; i < r->brand_n; i++)
        if (r->brands[i]->id == id)
            return diag_fail(diag, CM_E_EXISTS, b.name, NULL, "brands are never renamed",
                             "brand %u exists already", id);
    if (registry_brand_named(r, slice_text(b.name)) == NULL) return CM_OK;
    return diag_fail(diag, CM_E_EXISTS, b.name, NULL, "give it another name",
                     "a brand of this name exists");
}

/* The image gives schemes and pools before the brands that they name: what is theirs is told then.
 */
static void brand_adopt(const struct registry *r, const struct brand *b) {
    for (size_t i = 0; i < r->scheme_n; i++)
        if (strcmp(r->schemes[i]->scheme->brand, b->name) == 0) r->schemes[i]->brand = b->id;
    for (uint32_t i = 1; i < r->set_n; i++) {
        struct set_entry *s = r->sets[i];
        if (s == NULL) continue;
        if (s->set.kind == SET_BATCH)
            s->set.brand = registry_scheme(r, s->set.of)->brand;
        else if (strcmp(s->legacy != NULL ? s->legacy->brand : s->pool->pool.brand, b->name) == 0)
            s->set.brand = b->id;
    }
}

cm_err brand_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    struct brand *b = calloc(1, sizeof *b);
    if (b == NULL) return CM_E_NO_MEMORY;
    b->id = id;
    cm_err err = brand_parse(text, b, diag);
    if (err == CM_OK) err = registry_push((void ***)&r->brands, &r->brand_n, b);
    if (err == CM_OK)
        brand_adopt(r, b);
    else
        free(b);
    return err;
}

/* ---- API keys ---------------------------------------------------------------------------------
 */

const char *const api_role_names[API_ROLE_N] = {"verify", "redeem", "issue", "admin",
                                                "line",   "till",   "desk"};

static cm_err api_key_parse(struct cm_slice text, struct api_key *k, struct cm_diag *diag) {
    static const char *const keys[] = {"name", "brand", "door",    "mode",
                                       "role", "hash",  "revoked", "agent"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "API key", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, k->name, sizeof k->name));
    TRY(json_id(json_get(root, "brand"), 0, &k->brand));
    TRY(json_id(json_get(root, "door"), 0, &k->door));
    TRY(json_mode(json_get(root, "mode"), &k->test));
    size_t role = 0;
    TRY(json_word(json_get(root, "role"), api_role_names, API_ROLE_N, &role));
    k->role = (enum api_role)role;
    struct cm_slice hash;
    TRY(json_text(json_get(root, "hash"), 1, (size_t)2 * API_HASH_LEN, &hash));
    if (hex_parse(hash, k->hash, sizeof k->hash) != CM_OK)
        return json_fail(json_get(root, "hash"), CM_E_FORMAT, NULL, "not 64 hex digits");
    const struct json_value agent = json_get(root, "agent");
    if (json_present(agent)) TRY(json_id(agent, 0, &k->agent));
    return json_bool(json_get(root, "revoked"), &k->revoked);
}

cm_err api_key_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    struct api_key k = {.id = id};
    TRY(api_key_parse(text, &k, diag));
    for (size_t i = 0; i < r->api_key_n; i++)
        if (r->api_keys[i]->id != id && strcmp(r->api_keys[i]->name, k.name) == 0)
            return diag_fail(diag, CM_E_EXISTS, k.name, NULL, "give it another name",
                             "an API key of this name exists");
    if (k.door != 0 && registry_door(r, k.door) == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, k.name, "door", NULL, "no door has id %u", k.door);
    const struct agent_entry *agent = registry_agent(r, k.agent);
    if (k.agent == 0 || (agent != NULL && (k.brand == 0 || agent->brand == k.brand))) return CM_OK;
    return diag_fail(diag, agent == NULL ? CM_E_NOT_FOUND : CM_E_CONFLICT, k.name, "agent",
                     "'countermark agent list' shows them", "no agent of its brand has id %u",
                     k.agent);
}

cm_err api_key_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    struct api_key *old = registry_api_key(r, id);
    struct api_key *k = calloc(1, sizeof *k);
    if (k == NULL) return CM_E_NO_MEMORY;
    k->id = id;
    cm_err err = api_key_parse(text, k, diag);
    if (err == CM_OK && old != NULL)
        *old = *k;
    else if (err == CM_OK)
        err = registry_push((void ***)&r->api_keys, &r->api_key_n, k);
    if (err != CM_OK || old != NULL) free(k);
    return err;
}

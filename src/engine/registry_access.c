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

static cm_err door_parse(struct cm_slice text, struct door *d, struct cm_diag *diag) {
    static const char *const keys[] = {"name", "brand", "mode", "schemes"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "door", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, d->name, sizeof d->name));
    TRY(json_id(json_get(root, "brand"), 0, &d->brand));
    TRY(json_mode(json_get(root, "mode"), &d->test));
    size_t n = 0;
    TRY(json_items(json_get(root, "schemes"), 0, DOOR_SCHEMES_MAX, &n));
    for (size_t i = 0; i < n; i++)
        TRY(json_id(json_at(json_get(root, "schemes"), i), 1, &d->schemes[i]));
    d->scheme_n = (uint32_t)n;
    qsort(d->schemes, n, sizeof d->schemes[0], ascending);
    for (size_t i = 1; i < n; i++)
        if (d->schemes[i] == d->schemes[i - 1])
            return json_fail(json_get(root, "schemes"), CM_E_EXISTS, "name each scheme once",
                             "scheme %u stands twice", d->schemes[i]);
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
    return CM_OK;
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
    if (registry_brand_named(r, slice_text(b.name)) == NULL) return CM_OK;
    return diag_fail(diag, CM_E_EXISTS, b.name, NULL, "give it another name",
                     "a brand of this name exists");
}

cm_err brand_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    struct brand *b = calloc(1, sizeof *b);
    if (b == NULL) return CM_E_NO_MEMORY;
    b->id = id;
    cm_err err = brand_parse(text, b, diag);
    if (err == CM_OK) err = registry_push((void ***)&r->brands, &r->brand_n, b);
    if (err != CM_OK) free(b);
    return err;
}

/* ---- API keys ---------------------------------------------------------------------------------
 */

static cm_err api_key_parse(struct cm_slice text, struct api_key *k, struct cm_diag *diag) {
    static const char *const keys[] = {"name", "brand", "door", "mode", "role", "hash", "revoked"};
    static const char *const roles[API_ROLE_N] = {"verify", "redeem", "issue", "admin"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "API key", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, k->name, sizeof k->name));
    TRY(json_id(json_get(root, "brand"), 0, &k->brand));
    TRY(json_id(json_get(root, "door"), 0, &k->door));
    TRY(json_mode(json_get(root, "mode"), &k->test));
    size_t role = 0;
    TRY(json_word(json_get(root, "role"), roles, CM_ARRAY_N(roles), &role));
    k->role = (enum api_role)role;
    struct cm_slice hash;
    TRY(json_text(json_get(root, "hash"), 1, 2 * API_HASH_LEN, &hash));
    if (hex_parse(hash, k->hash, sizeof k->hash) != CM_OK)
        return json_fail(json_get(root, "hash"), CM_E_FORMAT, NULL, "not 64 hex digits");
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
    if (k.door == 0 || registry_door(r, k.door) != NULL) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, k.name, "door", NULL, "no door has id %u", k.door);
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

/* Brands, doors, API keys: who may ask where. A key's text is shown once, here; what stays is its
 * SHA-256. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "vault/acts_inside.h"

#define API_SECRET_LEN 24u /* bytes: 192 bits, beyond any guessing */
#define API_PREFIX_LEN 9u  /* "cmk_live_", "cmk_test_" */
#define API_TEXT_CAP   (API_PREFIX_LEN + 2u * API_SECRET_LEN + 1u)

/* ---- Brands ---------------------------------------------------------------------------------- */

static cm_err brand_add(struct act *a) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cm_slice name;
    uint32_t id = 0;
    TRY(json_text(json_get(a->args, "name"), 1, REGISTRY_NAME_CAP - 1, &name));
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    json_put_text(&w, "name", name);
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_BRAND, &id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    json_put_text(a->out, "brand", name);
    json_put_u64(a->out, "id", id);
    return CM_OK;
}

static cm_err brand_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "brands");
    for (size_t i = 0; i < r->brand_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", r->brands[i]->name);
        json_put_u64(w, "id", r->brands[i]->id);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err brand_list(struct act *a) { return engine_read(a->ctx->engine, brand_list_read, a); }

/* ---- Doors ----------------------------------------------------------------------------------- */

cm_err act_door_take(struct act *a, struct door *d, uint32_t *numbers, uint32_t *n, uint32_t most,
                     const struct found_set *s, const char *kind) {
    for (uint32_t i = 0; i < *n; i++)
        if (numbers[i] == s->set.number)
            return diag_fail(a->diag, CM_E_EXISTS, d->name, NULL, NULL,
                             "%s '%s' stands behind this door already", kind, s->name);
    if (*n == most)
        return diag_fail(a->diag, CM_E_LIMIT, d->name, NULL, "make another door",
                         "a door takes at most %u %ss", most, kind);
    bool dry = false;
    TRY(act_dry(a, &dry));
    numbers[(*n)++] = s->set.number;
    TRY(act_door_write(a, d, &d->id, dry));
    json_put_cstr(a->out, "door", d->name);
    json_put_cstr(a->out, kind, s->name);
    if (dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

struct judging {
    enum document_kind kind;
    uint32_t id;
    struct cm_slice text;
    struct cm_diag *diag;
};

static cm_err judge_document(void *ctx, const struct registry *r) {
    const struct judging *j = ctx;
    return registry_check(r, j->kind, j->id, j->text, j->diag);
}

cm_err act_document(struct act *a, enum document_kind kind, uint32_t *id, struct cm_slice text,
                    bool dry) {
    struct judging j = {.kind = kind, .id = *id, .text = text, .diag = a->diag};
    if (dry && engine_restored(a->ctx->engine))
        return diag_fail(a->diag, CM_E_STATE, "workspace", NULL,
                         "accept what may be missing: countermark restore accept",
                         "it was restored from a backup");
    if (dry) return engine_read(a->ctx->engine, judge_document, &j);
    return engine_document(a->ctx->engine, kind, id, a->ctx->actor, text, a->diag);
}

cm_err act_door_write(struct act *a, const struct door *d, uint32_t *id, bool dry) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", d->name);
    json_put_u64(&w, "brand", d->brand);
    json_put_cstr(&w, "mode", mode_name(d->test));
    json_array_begin(&w, "schemes");
    for (uint32_t i = 0; i < d->scheme_n; i++)
        json_put_u64(&w, NULL, d->schemes[i]);
    json_array_end(&w);
    json_array_begin(&w, "pools");
    for (uint32_t i = 0; i < d->pool_n; i++)
        json_put_u64(&w, NULL, d->pools[i]);
    json_array_end(&w);
    if (d->legacy_n > 0) {
        json_array_begin(&w, "legacy");
        for (uint32_t i = 0; i < d->legacy_n; i++)
            json_put_u64(&w, NULL, d->legacy[i]);
        json_array_end(&w);
    }
    json_object_end(&w);
    TRY(buffer_err(&text));
    return act_document(a, DOCUMENT_DOOR, id, buffer_slice(&text), dry);
}

static cm_err read_mode(struct act *a, bool *test) {
    static const char *const words[] = {"LIVE", "TEST"};
    size_t at = 0;
    TRY(json_word(json_get(a->args, "mode"), words, CM_ARRAY_N(words), &at));
    *test = at == 1;
    return CM_OK;
}

static cm_err door_add(struct act *a) {
    struct door d = {.id = 0};
    char brand[REGISTRY_NAME_CAP];
    TRY(json_copy_text(json_get(a->args, "name"), 1, d.name, sizeof d.name));
    TRY(read_mode(a, &d.test));
    TRY(act_brand(a, &d.brand, brand));
    TRY(act_door_write(a, &d, &d.id, false));
    json_put_cstr(a->out, "door", d.name);
    json_put_u64(a->out, "id", d.id);
    json_put_cstr(a->out, "mode", mode_name(d.test));
    return CM_OK;
}

static cm_err door_attach(struct act *a) {
    struct door d;
    struct found_scheme s;
    bool dry = false;
    TRY(act_dry(a, &dry));
    TRY(act_door(a, "door", &d));
    TRY(act_scheme(a, "scheme", &s));
    for (uint32_t i = 0; i < d.scheme_n; i++)
        if (d.schemes[i] == s.id)
            return diag_fail(a->diag, CM_E_EXISTS, d.name, NULL, NULL,
                             "scheme '%s' stands behind this door already", s.name);
    if (d.scheme_n == DOOR_SCHEMES_MAX)
        return diag_fail(a->diag, CM_E_LIMIT, d.name, NULL, "make another door",
                         "a door takes at most %u schemes", DOOR_SCHEMES_MAX);
    d.schemes[d.scheme_n++] = s.id;
    TRY(act_door_write(a, &d, &d.id, dry));
    json_put_cstr(a->out, "door", d.name);
    json_put_cstr(a->out, "scheme", s.name);
    if (dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static void put_door(struct json_writer *w, const struct registry *r, const struct door *d) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "name", d->name);
    json_put_u64(w, "id", d->id);
    json_put_cstr(w, "mode", mode_name(d->test));
    json_array_begin(w, "schemes");
    for (uint32_t i = 0; i < d->scheme_n; i++) {
        const struct scheme_entry *s = registry_scheme(r, d->schemes[i]);
        if (s != NULL) json_put_cstr(w, NULL, s->scheme->name);
    }
    json_array_end(w);
    json_array_begin(w, "pools");
    for (uint32_t i = 0; i < d->pool_n; i++)
        json_put_cstr(w, NULL, registry_set(r, d->pools[i])->name);
    json_array_end(w);
    json_array_begin(w, "imported");
    for (uint32_t i = 0; i < d->legacy_n; i++)
        json_put_cstr(w, NULL, registry_set(r, d->legacy[i])->name);
    json_array_end(w);
    json_object_end(w);
}

static cm_err door_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "doors");
    for (size_t i = 0; i < r->door_n; i++)
        put_door(w, r, r->doors[i]);
    json_array_end(w);
    return CM_OK;
}

static cm_err door_list(struct act *a) { return engine_read(a->ctx->engine, door_list_read, a); }

/* Number and mode of a door, for callers that redeem at it. */
static cm_err door_find(struct act *a) {
    struct door d;
    TRY(act_door(a, "door", &d));
    json_put_cstr(a->out, "name", d.name);
    json_put_u64(a->out, "id", d.id);
    json_put_bool(a->out, "test", d.test);
    return CM_OK;
}

/* ---- API keys -------------------------------------------------------------------------------- */

static cm_err api_document(const struct api_key *k, struct buffer *text) {
    char hash[2 * API_HASH_LEN + 1];
    hex_format(k->hash, sizeof k->hash, hash);
    struct json_writer w = json_writer_into(text, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", k->name);
    json_put_u64(&w, "brand", k->brand);
    json_put_u64(&w, "door", k->door);
    json_put_cstr(&w, "mode", mode_name(k->test));
    json_put_cstr(&w, "role", api_role_names[k->role]);
    json_put_cstr(&w, "hash", hash);
    json_put_bool(&w, "revoked", k->revoked);
    if (k->agent != 0) json_put_u64(&w, "agent", k->agent);
    json_object_end(&w);
    return buffer_err(text);
}

static cm_err api_journal(struct act *a, struct api_key *k) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(api_document(k, &text));
    return engine_document(a->ctx->engine, DOCUMENT_API_KEY, &k->id, a->ctx->actor,
                           buffer_slice(&text), a->diag);
}

static void api_text(bool test, char out[static API_TEXT_CAP]) {
    uint8_t secret[API_SECRET_LEN];
    random_fill(secret, sizeof secret);
    (void)snprintf(out, API_TEXT_CAP, "%s", test ? "cmk_test_" : "cmk_live_");
    hex_format(secret, sizeof secret, out + API_PREFIX_LEN);
    wipe(secret, sizeof secret);
}

static cm_err api_add(struct act *a) {
    struct api_key k = {.id = 0};
    struct door d;
    struct hash256 hash;
    char text[API_TEXT_CAP];
    size_t role = 0;
    TRY(json_copy_text(json_get(a->args, "name"), 1, k.name, sizeof k.name));
    TRY(json_word(json_get(a->args, "role"), api_role_names, API_ROLE_N, &role));
    TRY(act_door(a, "door", &d));
    TRY(act_agent(a, "agent", &k.agent));
    k.role = (enum api_role)role;
    k.door = d.id;
    k.brand = d.brand;
    k.test = d.test;
    api_text(k.test, text);
    hash_sha256(slice_text(text), &hash);
    memcpy(k.hash, hash.b, sizeof k.hash);
    const cm_err err = api_journal(a, &k);
    if (err == CM_OK) {
        json_put_cstr(a->out, "api_key", text);
        json_put_cstr(a->out, "name", k.name);
        json_put_cstr(a->out, "door", d.name);
        json_put_cstr(a->out, "role", api_role_names[role]);
        json_array_begin(a->out, "notes");
        json_put_cstr(a->out, NULL, "Keep the key now: it is shown this once and stored hashed.");
        json_array_end(a->out);
    }
    wipe(text, sizeof text);
    return err;
}

static cm_err api_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "api_keys");
    for (size_t i = 0; i < r->api_key_n; i++) {
        const struct api_key *k = r->api_keys[i];
        const struct door *d = registry_door(r, k->door);
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", k->name);
        json_put_cstr(w, "door", d != NULL ? d->name : "any");
        json_put_cstr(w, "role", api_role_names[k->role]);
        const struct agent_entry *agent = registry_agent(r, k->agent);
        json_put_cstr(w, "agent", agent != NULL ? agent->name : "");
        json_put_cstr(w, "mode", mode_name(k->test));
        json_put_bool(w, "revoked", k->revoked);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err api_list(struct act *a) { return engine_read(a->ctx->engine, api_list_read, a); }

struct api_find {
    struct cm_slice name;
    struct api_key found;
};

static cm_err api_find_read(void *ctx, const struct registry *r) {
    struct api_find *f = ctx;
    for (size_t i = 0; i < r->api_key_n; i++)
        if (slice_equal(slice_text(r->api_keys[i]->name), f->name)) f->found = *r->api_keys[i];
    return CM_OK;
}

static cm_err api_revoke(struct act *a) {
    struct api_find f = {.found = {.id = 0}};
    TRY(json_text(json_get(a->args, "name"), 1, REGISTRY_NAME_CAP, &f.name));
    TRY(engine_read(a->ctx->engine, api_find_read, &f));
    if (f.found.id == 0)
        return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL,
                         "'countermark key api list' shows them", "no API key is named '%.*s'",
                         (int)f.name.len, (const char *)f.name.p);
    f.found.revoked = true;
    TRY(api_journal(a, &f.found));
    json_put_text(a->out, "revoked", f.name);
    return CM_OK;
}

const struct act_entry acts_access[] = {
    {"brand.add", brand_add, {"name"}},
    {"brand.list", brand_list, {NULL}},
    {"door.add", door_add, {"name", "mode", "brand"}},
    {"door.attach", door_attach, {"door", "scheme", "dry_run"}},
    {"door.list", door_list, {NULL}},
    {"door.find", door_find, {"door"}},
    {"api.add", api_add, {"name", "role", "door", "agent"}},
    {"api.list", api_list, {NULL}},
    {"api.revoke", api_revoke, {"name"}},
    {NULL, NULL, {NULL}},
};

/* Schemes: adding one gives it its id and its keys, and puts it behind a door. The keys are saved
 * before the ledger hears of the scheme: a key without a scheme is waste, a scheme without its key
 * would be loss. A copy of each document lies in WORKSPACE/schemes, so that `decode` needs no
 * ledger. */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "codes/scheme_json.h"
#include "engine/workspace.h"
#include "vault/acts_inside.h"

#define PATH_CAP     4096u
#define FILE_MODE    0600
#define DOOR_DEFAULT "default"
#define DOOR_TEST    "test"

/* ---- The copy for decode --------------------------------------------------------------------- */

static cm_err write_copy(struct act *a, const char *name, struct cm_slice text) {
    char path[PATH_CAP];
    TRY(act_folder(a, "schemes"));
    const int n = snprintf(path, sizeof path, "%s/schemes/%s.json", a->ctx->workspace, name);
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    return file_replace(path, text, FILE_MODE, a->diag);
}

/* ---- Adding ---------------------------------------------------------------------------------- */

static cm_err next_id_read(void *ctx, const struct registry *r) {
    uint32_t *id = ctx;
    *id = registry_next_id(r, DOCUMENT_SCHEME);
    return CM_OK;
}

/* A used-up id may still have keys: an import or an addition that stopped half-way. */
static cm_err free_id(struct act *a, uint32_t *out) {
    uint32_t id = 0;
    TRY(engine_read(a->ctx->engine, next_id_read, &id));
    for (size_t i = 0; i < keystore_n(a->ctx->keystore); i++) {
        const struct key_info info = keystore_at(a->ctx->keystore, i);
        if (info.kind == KEY_SCHEME && info.id >= id) id = info.id + 1;
    }
    *out = id;
    return CM_OK;
}

static cm_err add_keys(struct act *a, const struct scheme *s) {
    struct keystore *ks = a->ctx->keystore;
    const struct cm_scheme_numbers *n = &s->numbers;
    const struct json_value given = json_get(a->args, "test_key");
    if (!json_present(given)) {
        TRY(keystore_generate(ks, KEY_SCHEME, n->id, n->key_version_first, a->now_unix_s));
    } else {
        struct cm_slice hex;
        CM_KEY_SCOPED struct cm_key key;
        TRY(json_text(given, 1, SIZE_MAX, &hex));
        if (!n->test)
            return diag_fail(a->diag, CM_E_DENIED, s->name, "mode", "make the scheme TEST",
                             "a key that people know is for TEST schemes only");
        if (hex_parse(hex, key.b, sizeof key.b) != CM_OK)
            return diag_fail(a->diag, CM_E_FORMAT, "test key", NULL, NULL, "not 64 hex digits");
        TRY(keystore_add(ks, KEY_SCHEME, n->id, n->key_version_first, a->now_unix_s, &key));
    }
    TRY(keystore_generate(ks, KEY_PSEUDONYM, n->id, 1, a->now_unix_s));
    return keystore_save(ks, a->diag);
}

static cm_err sandbox_check(struct act *a, const struct scheme *s) {
    struct workspace w;
    TRY(workspace_read(a->ctx->workspace, &w, a->diag));
    if (!w.sandbox || s->numbers.test) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, s->name, "mode", "set \"mode\": \"TEST\"",
                     "a sandbox workspace holds TEST schemes only");
}

struct name_check {
    const char *name;
    bool taken;
};
static cm_err name_read(void *ctx, const struct registry *r) {
    struct name_check *c = ctx;
    c->taken = registry_scheme_named(r, slice_text(c->name)) != NULL;
    return CM_OK;
}

/* Before its keys are made, not after. */
static cm_err check_name_free(struct act *a, const struct scheme *s) {
    struct name_check c = {.name = s->name};
    TRY(engine_read(a->ctx->engine, name_read, &c));
    if (!c.taken) return CM_OK;
    return diag_fail(a->diag, CM_E_EXISTS, s->name, NULL, "give it another name",
                     "a scheme of this name exists");
}

static cm_err attach(struct act *a, const struct scheme *s, struct door *d) {
    if (d->test != s->numbers.test || d->scheme_n == DOOR_SCHEMES_MAX) return CM_E_NOT_FOUND;
    d->schemes[d->scheme_n++] = s->numbers.id;
    return act_door_write(a, d, &d->id, false);
}

struct door_find {
    const char *name;
    struct door found;
};
static cm_err door_find_read(void *ctx, const struct registry *r) {
    struct door_find *f = ctx;
    const struct door *d = registry_door_named(r, slice_text(f->name));
    if (d != NULL) f->found = *d;
    return CM_OK;
}

/* Behind the door that the arguments name, or behind the usual one of its mode, if there is one. */
static cm_err put_behind_door(struct act *a, const struct scheme *s) {
    struct door_find f = {.found = {.id = 0}};
    struct door d = {.id = 0};
    if (json_present(json_get(a->args, "door"))) {
        TRY(act_door(a, "door", &d));
        TRY(attach(a, s, &d));
    } else {
        static const char *const usual[] = {DOOR_DEFAULT, DOOR_TEST};
        for (size_t i = 0; i < CM_ARRAY_N(usual) && d.id == 0; i++) {
            f.name = usual[i];
            TRY(engine_read(a->ctx->engine, door_find_read, &f));
            if (f.found.id != 0 && attach(a, s, &f.found) == CM_OK) d = f.found;
        }
    }
    if (d.id != 0) json_put_cstr(a->out, "door", d.name);
    return CM_OK;
}

static cm_err check_door(struct act *a, const struct scheme *s) {
    struct door d;
    if (!json_present(json_get(a->args, "door"))) return CM_OK;
    TRY(act_door(a, "door", &d));
    if (d.test == s->numbers.test && d.scheme_n < DOOR_SCHEMES_MAX) return CM_OK;
    return diag_fail(a->diag, CM_E_CONFLICT, d.name, NULL, "choose another door",
                     "the door is for %s schemes, or full", mode_name(d.test));
}

static cm_err scheme_add(struct act *a) {
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cm_slice draft;
    char brand[REGISTRY_NAME_CAP], input[SCHEME_NAME_CAP] = "scheme";
    uint32_t brand_id = 0;
    scheme_init(&s);
    if (json_present(json_get(a->args, "input")))
        TRY(json_copy_text(json_get(a->args, "input"), 1, input, sizeof input));
    TRY(json_text(json_get(a->args, "document"), 1, ACT_ARGS_MAX, &draft));
    TRY(scheme_json_read(&s, draft, input, SCHEME_JSON_DRAFT, a->diag));
    TRY(sandbox_check(a, &s));
    if (s.brand[0] == '\0') {
        TRY(act_brand(a, &brand_id, brand));
        memcpy(s.brand, brand, sizeof brand);
    }
    TRY(check_name_free(a, &s));
    TRY(check_door(a, &s));
    TRY(free_id(a, &s.numbers.id));
    TRY(scheme_check(&s, a->diag));
    TRY(scheme_json_write(&s, &text));
    TRY(add_keys(a, &s));
    uint32_t id = s.numbers.id;
    TRY(engine_document(a->ctx->engine, DOCUMENT_SCHEME, &id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    TRY(write_copy(a, s.name, buffer_slice(&text)));
    json_put_cstr(a->out, "scheme", s.name);
    json_put_u64(a->out, "id", id);
    json_put_cstr(a->out, "mode", mode_name(s.numbers.test));
    json_put_u64(a->out, "printed_length", cm_scheme_code_len(&s.numbers));
    return put_behind_door(a, &s);
}

/* ---- Showing and appending ------------------------------------------------------------------- */

static cm_err scheme_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "schemes");
    for (size_t i = 0; i < r->scheme_n; i++) {
        const struct scheme_entry *e = r->schemes[i];
        uint64_t batches = 0;
        for (uint64_t b = 0; b < e->batch_n; b++)
            batches += e->by_batch[b] != NULL;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->scheme->name);
        json_put_u64(w, "id", e->id);
        json_put_cstr(w, "mode", mode_name(e->numbers->test));
        json_put_cstr(w, "brand", e->scheme->brand);
        json_put_u64(w, "symbols", e->numbers->alphabet.n);
        json_put_u64(w, "printed_length", e->code_len);
        json_put_u64(w, "batches", batches);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err scheme_list(struct act *a) {
    return engine_read(a->ctx->engine, scheme_list_read, a);
}

static cm_err scheme_show(struct act *a) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct found_scheme s;
    TRY(act_scheme(a, "scheme", &s));
    TRY(act_scheme_document(a, s.id, &text));
    json_put_text(a->out, "text", buffer_slice(&text));
    return CM_OK;
}

static cm_err append_values(struct act *a, struct scheme *s) {
    const struct json_value values = json_get(a->args, "values");
    struct cm_slice name, value;
    size_t n = 0;
    uint32_t index = 0;
    TRY(json_text(json_get(a->args, "attribute"), 1, SCHEME_WORD_CAP, &name));
    const uint8_t at = scheme_attribute_find(s, name);
    if (at == SCHEME_NO_FIELD)
        return diag_fail(a->diag, CM_E_NOT_FOUND, s->name, NULL,
                         "countermark scheme show lists them", "no attribute is named '%.*s'",
                         (int)name.len, (const char *)name.p);
    TRY(json_items(values, 1, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(json_text(json_at(values, i), 1, VALUE_MAX, &value));
        TRY(scheme_append_value(s, at, value, &index, a->diag));
    }
    json_put_u64(a->out, "last_index", index);
    return CM_OK;
}

static cm_err scheme_append(struct act *a) {
    CM_CLEANUP(scheme_wipe) struct scheme s;
    CM_CLEANUP(buffer_free) struct buffer old = BUFFER_INIT, text = BUFFER_INIT;
    struct found_scheme found;
    scheme_init(&s);
    TRY(act_scheme(a, "scheme", &found));
    TRY(act_scheme_document(a, found.id, &old));
    TRY(scheme_json_read(&s, buffer_slice(&old), found.name, SCHEME_JSON_FROZEN, a->diag));
    TRY(append_values(a, &s));
    TRY(scheme_json_write(&s, &text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_SCHEME, &found.id, a->ctx->actor,
                        buffer_slice(&text), a->diag));
    json_put_cstr(a->out, "scheme", s.name);
    return write_copy(a, s.name, buffer_slice(&text));
}

const struct act_entry acts_scheme[] = {
    {"scheme.add", scheme_add, {"document", "input", "door", "brand", "test_key"}},
    {"scheme.list", scheme_list, {NULL}},
    {"scheme.show", scheme_show, {"scheme"}},
    {"scheme.append", scheme_append, {"scheme", "attribute", "values"}},
    {NULL, NULL, {NULL}},
};

/* Keys of schemes: list, rotate, retire, destroy, hand out under a certificate. The keystore is
 * saved first; the scheme's document is then journaled anew, which makes every opener look at the
 * keys again. Destroying asks for the scheme's name once more: its codes die with it. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/escrow.h"
#include "vault/acts_inside.h"

static const char *kind_name(enum key_kind kind) {
    static const char *const names[] = {"",           "scheme",     "pool",  "brand", "audit",
                                        "idem",       "pseudonym",  "alias", "api",   "legacy",
                                        "order sign", "order hold", "prize", "ticket"};
    return (unsigned)kind <= KEY_KIND_LAST ? names[kind] : "unknown";
}

static const char *state_name(enum key_state state) {
    if (state == KEY_ISSUE) return "issue and verify";
    return state == KEY_VERIFY ? "verify only" : "destroyed";
}

static cm_err key_list(struct act *a) {
    json_array_begin(a->out, "keys");
    for (size_t i = 0; i < keystore_n(a->ctx->keystore); i++) {
        const struct key_info k = keystore_at(a->ctx->keystore, i);
        json_object_begin(a->out, NULL);
        json_put_cstr(a->out, "kind", kind_name(k.kind));
        json_put_u64(a->out, "id", k.id);
        json_put_u64(a->out, "version", k.version);
        json_put_cstr(a->out, "state", state_name(k.state));
        json_put_u64(a->out, "created_ms", k.created_unix_s * 1000);
        json_object_end(a->out);
    }
    json_array_end(a->out);
    return CM_OK;
}

/* Openers cache by the registry's generation: the same document again makes them forget. */
static cm_err refresh(struct act *a, uint32_t scheme) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(act_scheme_document(a, scheme, &text));
    return engine_document(a->ctx->engine, DOCUMENT_SCHEME, &scheme, a->ctx->actor,
                           buffer_slice(&text), a->diag);
}

static cm_err newest_version(struct act *a, const struct found_scheme *s, uint8_t *newest) {
    struct key_info infos[UINT8_MAX + 1];
    size_t n = 0;
    keystore_versions(a->ctx->keystore, KEY_SCHEME, s->id, infos, CM_ARRAY_N(infos), &n);
    for (size_t i = 0; i < n; i++)
        if (infos[i].version > *newest) *newest = infos[i].version;
    if (*newest < UINT8_MAX) return CM_OK;
    return diag_fail(a->diag, CM_E_LIMIT, s->name, NULL, "make a new scheme",
                     "all 255 key versions are used up");
}

static cm_err key_rotate(struct act *a) {
    struct found_scheme s;
    struct keystore *ks = a->ctx->keystore;
    uint8_t newest = 0;
    TRY(act_scheme(a, "scheme", &s));
    TRY(newest_version(a, &s, &newest));
    const uint8_t version = (uint8_t)(newest + 1);
    TRY(keystore_generate(ks, KEY_SCHEME, s.id, version, a->now_unix_s));
    TRY(keystore_save(ks, a->diag));
    TRY(refresh(a, s.id));
    TRY(act_note(a, "scheme %s: key version %u made", s.name, version));
    json_put_cstr(a->out, "scheme", s.name);
    json_put_u64(a->out, "version", version);
    json_array_begin(a->out, "notes");
    json_put_cstr(a->out, NULL, "New batches use it. Older batches go on under their own version.");
    json_array_end(a->out);
    return CM_OK;
}

static cm_err move(struct act *a, enum key_state state, const char *what) {
    struct found_scheme s;
    uint64_t version = 0;
    TRY(act_scheme(a, "scheme", &s));
    TRY(json_u64(json_get(a->args, "version"), 1, UINT8_MAX, &version));
    const cm_err err = keystore_set_state(a->ctx->keystore, KEY_SCHEME, s.id, (uint8_t)version,
                                          state, a->now_unix_s);
    if (err != CM_OK)
        return diag_fail(a->diag, err, s.name, NULL, "'countermark key list' shows the states",
                         "key version %u cannot be moved to '%s'", (unsigned)version,
                         state_name(state));
    TRY(keystore_save(a->ctx->keystore, a->diag));
    TRY(refresh(a, s.id));
    TRY(act_note(a, "scheme %s: key version %u %s", s.name, (unsigned)version, what));
    json_put_cstr(a->out, "scheme", s.name);
    json_put_u64(a->out, "version", version);
    json_put_cstr(a->out, "state", state_name(state));
    return CM_OK;
}

static cm_err key_retire(struct act *a) { return move(a, KEY_VERIFY, "retired"); }

static cm_err key_destroy(struct act *a) {
    struct cm_slice scheme, confirm;
    TRY(json_text(json_get(a->args, "scheme"), 1, REGISTRY_NAME_CAP, &scheme));
    TRY(json_text(json_get(a->args, "confirm"), 1, REGISTRY_NAME_CAP, &confirm));
    if (!slice_equal(scheme, confirm))
        return diag_fail(a->diag, CM_E_ARGUMENT, NULL, NULL,
                         "--confirm must repeat the scheme's name",
                         "destroying a key makes every code of it worthless for good");
    return move(a, KEY_DESTROYED, "destroyed");
}

/* ---- Escrow ---------------------------------------------------------------------------------- */

static void put_hex(struct json_writer *w, const char *key, struct buffer *hex, struct cm_slice s) {
    uint8_t *to = buffer_reserve(hex, 2 * s.len + 1);
    if (to == NULL) return;
    hex_format(s.p, s.len, (char *)to);
    hex->len += 2 * s.len;
    json_put_text(w, key, buffer_slice(hex));
}

/* What is exported: the key of a scheme or of a pool, by whichever has the name. */
struct exported {
    const char *what; /* "scheme" or "pool" */
    enum key_kind kind;
    uint32_t id;
    uint8_t version;
    char name[REGISTRY_NAME_CAP + 1];
};

static cm_err find_exported(struct act *a, struct exported *e, struct buffer *document) {
    struct cm_diag *const diag = a->diag;
    struct cm_diag quiet = DIAG_INIT;
    struct found_set pool;
    a->diag = &quiet;
    const bool is_pool = act_pool(a, "scheme", &pool) == CM_OK;
    a->diag = diag;
    if (is_pool) {
        *e = (struct exported){.what = "pool", .kind = KEY_POOL, .id = pool.set.number};
        (void)snprintf(e->name, sizeof e->name, "%s", pool.name);
        return act_pool_document(a, e->id, document, &e->version);
    }
    struct found_scheme s;
    TRY(act_scheme(a, "scheme", &s));
    *e = (struct exported){
        .what = "scheme", .kind = KEY_SCHEME, .id = s.id, .version = s.key_version_first};
    (void)snprintf(e->name, sizeof e->name, "%s", s.name);
    return act_scheme_document(a, s.id, document);
}

static cm_err key_export(struct act *a) {
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT, der = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer hex = BUFFER_INIT;
    struct exported e;
    struct cm_slice certificate;
    char name[RECIPIENT_NAME_CAP];
    TRY(find_exported(a, &e, &document));
    uint64_t version = e.version;
    if (json_present(json_get(a->args, "version")))
        TRY(json_u64(json_get(a->args, "version"), 1, UINT8_MAX, &version));
    TRY(json_text(json_get(a->args, "certificate"), 1, ACT_ARGS_MAX, &certificate));
    TRY(recipient_from_cert(certificate, a->now_unix_s, false, &to, a->diag));
    recipient_name(to, name);
    TRY(escrow_export(a->ctx->keystore, e.kind, e.id, (uint8_t)version, buffer_slice(&document), to,
                      &der));
    TRY(act_note(a, "%s %s: key version %u exported to %s", e.what, e.name, (unsigned)version,
                 name));
    json_put_cstr(a->out, e.what, e.name);
    json_put_u64(a->out, "version", version);
    json_put_cstr(a->out, "recipient", name);
    put_hex(a->out, "cms", &hex, buffer_slice(&der));
    return buffer_err(&hex);
}

const struct act_entry acts_key[] = {
    {"key.list", key_list, {NULL}},
    {"key.rotate", key_rotate, {"scheme"}},
    {"key.retire", key_retire, {"scheme", "version"}},
    {"key.destroy", key_destroy, {"scheme", "version", "confirm"}},
    {"key.export", key_export, {"scheme", "version", "certificate"}},
    {NULL, NULL, {NULL}},
};

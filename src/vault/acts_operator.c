/* operator.add, operator.list, operator.revoke: people who approve, known by their public keys
 * (Ed25519). The first is added by whoever opens the workspace; each further one, and a revocation,
 * is vouched for by one who is there. One who vouches for a second key of the own can be two: who
 * adds operators is seen in the ledger, not prevented. */
#include <stdio.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/sign.h"
#include "order/signer.h"
#include "vault/acts_inside.h"
#include "vault/order_sign.h"

struct count {
    size_t active;
    struct cm_slice name;
    uint32_t id;
    bool revoked; /* the named one */
    uint8_t key[SIGN_PUBLIC_LEN];
};

static cm_err count(void *ctx, const struct registry *r) {
    struct count *c = ctx;
    for (size_t i = 0; i < r->operator_n; i++)
        c->active += !r->operators[i]->revoked;
    const struct operator_entry *o = registry_operator_named(r, c->name);
    if (o == NULL) return CM_OK;
    c->id = o->id;
    c->revoked = o->revoked;
    for (size_t i = 0; i < sizeof c->key; i++)
        c->key[i] = o->key[i];
    return CM_OK;
}

/* A key as PEM or as 64 hex digits. */
static cm_err read_key(struct act *a, struct sign_public *key) {
    struct cm_slice text;
    TRY(json_text(json_get(a->args, "public_key"), 1, ACT_ARGS_MAX, &text));
    while (text.len > 0 && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
        text.len--;
    if (hex_parse(text, key->b, sizeof key->b) == CM_OK) return CM_OK;
    TRY(json_text(json_get(a->args, "public_key"), 1, ACT_ARGS_MAX, &text));
    if (signer_public_read(text, key, NULL) == CM_OK) return CM_OK;
    return diag_fail(a->diag, CM_E_FORMAT, "--public-key", NULL,
                     "'countermark operator key' makes one", "not an Ed25519 public key");
}

/* "add NAME KEY" or "revoke NAME KEY", which an operator who is there signs. */
static cm_err vouched(struct act *a, const char *what, const char *name, const char *hex) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "%s: %s\nkey: %s\n", what, name, hex);
    TRY(buffer_err(&text));
    if (!json_present(json_get(a->args, "by")))
        return diag_fail(a->diag, CM_E_DENIED, "--by", NULL,
                         "an operator who is there vouches: --by NAME --operator-key FILE",
                         "there are operators already");
    return order_signed(a, ORDER_SIGNED_OPERATOR, buffer_slice(&text), NULL);
}

static cm_err journal(struct act *a, uint32_t id, const char *name, const char *hex, bool revoked) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    char by[REGISTRY_NAME_CAP] = "";
    if (json_present(json_get(a->args, "by")))
        TRY(json_copy_text(json_get(a->args, "by"), 1, by, sizeof by));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", name);
    json_put_cstr(&w, "public_key", hex);
    json_put_bool(&w, "revoked", revoked);
    json_put_u64(&w, "added_ms", a->now_unix_ms);
    json_put_cstr(&w, "by", by);
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_OPERATOR, &id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    json_put_cstr(a->out, "operator", name);
    json_put_cstr(a->out, "public_key", hex);
    json_put_bool(a->out, "revoked", revoked);
    return CM_OK;
}

static cm_err operator_add(struct act *a) {
    struct sign_public key;
    struct count c = {.name = slice_of(NULL, 0)};
    char name[REGISTRY_NAME_CAP], hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(json_copy_text(json_get(a->args, "name"), 1, name, sizeof name));
    TRY(read_key(a, &key));
    hex_format(key.b, sizeof key.b, hex);
    TRY(engine_read(a->ctx->engine, count, &c));
    if (c.active > 0) TRY(vouched(a, "add", name, hex));
    return journal(a, 0, name, hex, false);
}

static cm_err operator_revoke(struct act *a) {
    struct count c = {.id = 0};
    char name[REGISTRY_NAME_CAP], hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(json_copy_text(json_get(a->args, "name"), 1, name, sizeof name));
    c.name = slice_text(name);
    TRY(engine_read(a->ctx->engine, count, &c));
    if (c.id == 0)
        return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL,
                         "'countermark operator list' shows them", "no operator is named '%s'",
                         name);
    hex_format(c.key, sizeof c.key, hex);
    if (c.active == 1 && !c.revoked)
        return diag_fail(a->diag, CM_E_STATE, name, NULL, "add another operator first",
                         "without the last one anybody could begin anew");
    TRY(vouched(a, "revoke", name, hex));
    return journal(a, c.id, name, hex, true);
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "operators");
    for (size_t i = 0; i < r->operator_n; i++) {
        char hex[2 * SIGN_PUBLIC_LEN + 1];
        hex_format(r->operators[i]->key, SIGN_PUBLIC_LEN, hex);
        json_object_begin(w, NULL);
        json_put_cstr(w, "operator", r->operators[i]->name);
        json_put_cstr(w, "public_key", hex);
        json_put_bool(w, "revoked", r->operators[i]->revoked);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err operator_list(struct act *a) { return engine_read(a->ctx->engine, list_read, a); }

const struct act_entry acts_operator[] = {
    {"operator.add", operator_add, {"name", "public_key", "by", "signature"}},
    {"operator.revoke", operator_revoke, {"name", "by", "signature"}},
    {"operator.list", operator_list, {NULL}},
    {NULL, NULL, {NULL}},
};

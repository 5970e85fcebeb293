/* Signatures of operators: see order_sign.h. */
#include "vault/order_sign.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "engine/workspace.h"

cm_err order_signed_text(const char *workspace, const char *head, struct cm_slice text,
                         struct buffer *out, struct cm_diag *diag) {
    struct workspace info;
    char id[2 * WORKSPACE_ID_LEN + 1];
    TRY(workspace_read(workspace, &info, diag));
    hex_format(info.id, sizeof info.id, id);
    buffer_printf(out, "%s\nworkspace: %s\n", head, id);
    buffer_put(out, text.p, text.len);
    return buffer_err(out);
}

void order_sign_answer(const char *answer, const char *what, const char *name, const char *key_hex,
                       const char *proposer, uint64_t proposed_ms, struct buffer *out) {
    buffer_printf(out, "%s %s: %s\nkey: %s\nproposed by: %s\nproposed ms: %llu\n", answer, what,
                  name, key_hex, proposer, (unsigned long long)proposed_ms);
}

struct look {
    struct act *a;
    struct cm_slice name;
    struct sign_public key;
};

static cm_err look(void *ctx, const struct registry *r) {
    struct look *l = ctx;
    const struct operator_entry *o = registry_operator_named(r, l->name);
    if (o == NULL || !operator_stands(o))
        return diag_fail(l->a->diag, CM_E_NOT_FOUND, NULL, NULL,
                         "'countermark operator list' shows them", "no operator is named '%.*s'",
                         (int)(l->name.len < 60 ? l->name.len : 60), (const char *)l->name.p);
    memcpy(l->key.b, o->key, sizeof l->key.b);
    return CM_OK;
}

cm_err order_signed(struct act *a, const char *head, struct cm_slice text, const char *not_by) {
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT;
    struct look l = {.a = a};
    struct signature signature;
    struct cm_slice hex;
    TRY(json_text(json_get(a->args, "by"), 1, REGISTRY_NAME_CAP, &l.name));
    TRY(json_text(json_get(a->args, "signature"), 1, SIZE_MAX, &hex));
    TRY(engine_read(a->ctx->engine, look, &l));
    if (not_by != NULL && slice_equal(l.name, slice_text(not_by)))
        return diag_fail(a->diag, CM_E_DENIED, NULL, NULL, "ask another operator",
                         "'%s' made the order: a second person approves it", not_by);
    if (hex_parse(hex, signature.b, sizeof signature.b) != CM_OK)
        return diag_fail(a->diag, CM_E_FORMAT, "signature", NULL, NULL, "not 128 hex digits");
    TRY(order_signed_text(a->ctx->workspace, head, text, &whole, a->diag));
    if (sign_check(&l.key, buffer_slice(&whole), &signature) == CM_OK) return CM_OK;
    return diag_fail(a->diag, CM_E_AUTH, "signature", NULL,
                     "sign with the private key of this operator",
                     "it is not '%.*s's over this text", (int)(l.name.len < 60 ? l.name.len : 60),
                     (const char *)l.name.p);
}

/* ---- Statements ------------------------------------------------------------------------------ */

struct name_look {
    uint32_t set;
    char name[REGISTRY_NAME_CAP];
};

static cm_err look_name(void *ctx, const struct registry *r) {
    struct name_look *l = ctx;
    const struct set_entry *e = registry_set(r, l->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    memcpy(l->name, e->name, sizeof l->name);
    return CM_OK;
}

static void put_part(const struct order_part *p, struct buffer *out) {
    struct hash256 keys;
    char hex[2 * sizeof keys.b + 1];
    hash_sha256(buffer_slice(&p->keys), &keys);
    hex_format(keys.b, sizeof keys.b, hex);
    buffer_printf(out, "%ss to: %s\n  sequence: %llu\n  keys: %s\n", order_role_name(p->role),
                  p->recipient, (unsigned long long)p->sequence, hex);
    hex_format(p->manifest.b, sizeof p->manifest.b, hex);
    buffer_printf(out, "  manifest: %s\n  hash total: %llu\n", hex,
                  (unsigned long long)p->hash_total);
}

cm_err order_statement(struct act *a, const struct order *o, const char *what, struct buffer *out) {
    struct name_look l = {.set = o->set};
    TRY(engine_read(a->ctx->engine, look_name, &l));
    buffer_printf(out, "what: %s\norder: %u %s\nmode: %s\nunits: %llu of %s\nmade by: %s\n", what,
                  o->id, o->name, mode_name(o->test), (unsigned long long)o->count, l.name,
                  o->by[0] != '\0' ? o->by : "(not said)");
    for (size_t i = 0; i < o->part_n; i++)
        put_part(&o->parts[i], out);
    return buffer_err(out);
}

/* Ed25519 signs alike each time: who repeats an approval says nothing new. */
static bool same_approval(const struct order_approval *a, const struct order_approval *b) {
    return strcmp(a->operator, b->operator) == 0 && strcmp(a->what, b->what) == 0 &&
           slice_equal(slice_of(a->of.b, HASH_LEN), slice_of(b->of.b, HASH_LEN));
}

cm_err order_approved(struct act *a, struct order *o, const char *what) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct order_approval approval = {.at_ms = a->now_unix_ms};
    struct cm_slice hex;
    TRY(order_statement(a, o, what, &text));
    TRY(order_signed(a, ORDER_SIGNED_APPROVAL, buffer_slice(&text), o->by));
    TRY(json_copy_text(json_get(a->args, "by"), 1, approval.operator, sizeof approval.operator));
    TRY(json_text(json_get(a->args, "signature"), 1, SIZE_MAX, &hex));
    TRY(hex_parse(hex, approval.signature.b, sizeof approval.signature.b));
    hash_sha256(buffer_slice(&text), &approval.of);
    const size_t word = strcspn(what, " ");
    memcpy(approval.what, what, word < sizeof approval.what ? word : sizeof approval.what - 1);
    for (size_t i = 0; i < o->approval_n; i++)
        if (same_approval(&o->approvals[i], &approval)) return CM_OK;
    return order_add_approval(o, &approval);
}

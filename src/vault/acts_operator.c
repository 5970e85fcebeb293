/* operator.add, operator.revoke, operator.confirm, operator.object, operator.list: people who
 * approve, known by their public keys (Ed25519). Nobody makes themself two. The first is added by
 * whoever opens the workspace, the second by the first; from then on, however few are left, one
 * operator proposes and another one confirms, neither of them the person that it is about. Where
 * nobody else is left to confirm, the proposer may after OPERATOR_WAIT_MS in which nobody objected.
 * Design: docs/design/orders.md, "Operators". */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/sign.h"
#include "order/signer.h"
#include "vault/acts_inside.h"
#include "vault/order_sign.h"

/* Our choice: a week in which somebody looks at the list at least once. */
#define OPERATOR_WAIT_MS (UINT64_C(7) * 24u * 60u * 60u * 1000u)

/* The operators, with the one of that name looked at. */
struct people {
    struct cm_slice name;
    size_t ever, standing;
    bool third; /* one stands who neither proposed it nor is it about */
    bool proposer_stands;
    struct operator_entry one; /* id 0: nobody has the name */
};

static cm_err look_people(void *ctx, const struct registry *r) {
    struct people *p = ctx;
    const struct operator_entry *one = registry_operator_named(r, p->name);
    if (one != NULL) p->one = *one;
    p->ever = r->operator_n;
    for (size_t i = 0; i < r->operator_n; i++) {
        const struct operator_entry *o = r->operators[i];
        if (!operator_stands(o)) continue;
        p->standing++;
        const bool proposer = strcmp(o->name, p->one.by) == 0;
        if (proposer) p->proposer_stands = true;
        if (!proposer && o != one) p->third = true;
    }
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

static cm_err need_by(struct act *a, const struct people *p) {
    struct cm_slice by;
    if (!json_present(json_get(a->args, "by")))
        return diag_fail(a->diag, CM_E_DENIED, "--by", NULL,
                         "an operator who is there vouches: --by NAME --operator-key FILE",
                         "there are operators already");
    TRY(json_text(json_get(a->args, "by"), 1, REGISTRY_NAME_CAP, &by));
    if (!slice_equal(by, p->name)) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, "--by", NULL, "ask two other operators",
                     "nobody vouches for or against themself");
}

/* "add: NAME" or "revoke: NAME" with the key, which an operator who is there signs. */
static cm_err vouched(struct act *a, const char *what, const struct people *p, const char *hex) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(need_by(a, p));
    buffer_printf(&text, "%s: %.*s\nkey: %s\n", what, (int)p->name.len, (const char *)p->name.p,
                  hex);
    TRY(buffer_err(&text));
    return order_signed(a, ORDER_SIGNED_OPERATOR, buffer_slice(&text), NULL);
}

/* ---- Journaling ------------------------------------------------------------------------------ */

static const char *state_word(const struct operator_entry *o) {
    if (o->revoked) return "revoked";
    if (o->wish == OPERATOR_TO_ADD) return "proposed";
    return o->wish == OPERATOR_TO_REVOKE ? "approves, to be revoked" : "approves";
}

static void put_one(struct json_writer *w, const struct operator_entry *o) {
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    hex_format(o->key, SIGN_PUBLIC_LEN, hex);
    json_put_cstr(w, "operator", o->name);
    json_put_cstr(w, "public_key", hex);
    json_put_bool(w, "revoked", o->revoked);
    json_put_cstr(w, "state", state_word(o));
    if (o->wish == OPERATOR_SETTLED) return;
    json_put_cstr(w, "proposed_by", o->by);
    json_put_u64(w, "proposed_ms", o->changed_ms);
}

/* Both who proposed and who answered are named in the ledger. */
static cm_err journal(struct act *a, const struct operator_entry *o) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    char by[REGISTRY_NAME_CAP] = "";
    uint32_t id = o->id;
    if (json_present(json_get(a->args, "by")))
        TRY(json_copy_text(json_get(a->args, "by"), 1, by, sizeof by));
    hex_format(o->key, SIGN_PUBLIC_LEN, hex);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "name", o->name);
    json_put_cstr(&w, "public_key", hex);
    json_put_bool(&w, "revoked", o->revoked);
    json_put_u64(&w, "added_ms", o->changed_ms);
    json_put_cstr(&w, "by", o->by);
    if (strcmp(by, o->by) != 0) json_put_cstr(&w, "answered_by", by);
    if (o->wish != OPERATOR_SETTLED)
        json_put_cstr(&w, "wish", o->wish == OPERATOR_TO_ADD ? "add" : "revoke");
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_OPERATOR, &id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    put_one(a->out, o);
    return CM_OK;
}

/* ---- Proposing ------------------------------------------------------------------------------- */

static cm_err read_people(struct act *a, struct people *p, char name[REGISTRY_NAME_CAP]) {
    TRY(json_copy_text(json_get(a->args, "name"), 1, name, REGISTRY_NAME_CAP));
    p->name = slice_text(name);
    return engine_read(a->ctx->engine, look_people, p);
}

static cm_err need_one(struct act *a, const struct people *p) {
    if (p->one.id != 0) return CM_OK;
    return diag_fail(a->diag, CM_E_NOT_FOUND, NULL, NULL, "'countermark operator list' shows them",
                     "no operator is named '%.*s'", (int)p->name.len, (const char *)p->name.p);
}

static cm_err take_by(struct act *a, struct operator_entry *o) {
    o->changed_ms = a->now_unix_ms;
    o->by[0] = '\0';
    if (!json_present(json_get(a->args, "by"))) return CM_OK;
    return json_copy_text(json_get(a->args, "by"), 1, o->by, sizeof o->by);
}

static cm_err operator_add(struct act *a) {
    struct sign_public key;
    struct people p = {.ever = 0};
    struct operator_entry o = {.id = 0};
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(read_people(a, &p, o.name));
    TRY(read_key(a, &key));
    hex_format(key.b, sizeof key.b, hex);
    memcpy(o.key, key.b, sizeof o.key);
    if (p.ever > 0) TRY(vouched(a, "add", &p, hex));
    if (p.ever > 1) o.wish = OPERATOR_TO_ADD; /* those who are gone count: they were not one */
    TRY(take_by(a, &o));
    return journal(a, &o);
}

static cm_err operator_revoke(struct act *a) {
    struct people p = {.ever = 0};
    char name[REGISTRY_NAME_CAP], hex[2 * SIGN_PUBLIC_LEN + 1];
    TRY(read_people(a, &p, name));
    TRY(need_one(a, &p));
    if (p.one.revoked) { /* done before */
        put_one(a->out, &p.one);
        return CM_OK;
    }
    if (p.one.wish != OPERATOR_SETTLED)
        return diag_fail(a->diag, CM_E_STATE, name, NULL,
                         p.one.wish == OPERATOR_TO_ADD
                             ? "'countermark operator object' refuses it"
                             : "another operator runs 'countermark operator confirm'",
                         "proposed by '%s' already", p.one.by);
    if (p.standing == 1)
        return diag_fail(a->diag, CM_E_STATE, name, NULL, "add another operator first",
                         "without the last one anybody could begin anew");
    hex_format(p.one.key, sizeof p.one.key, hex);
    TRY(vouched(a, "revoke", &p, hex));
    p.one.wish = OPERATOR_TO_REVOKE;
    TRY(take_by(a, &p.one));
    return journal(a, &p.one);
}

/* ---- Answering ------------------------------------------------------------------------------- */

/* What a second person signs: this very proposal, and none that comes later. */
static cm_err answered(struct act *a, const char *answer, const struct people *p) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char hex[2 * SIGN_PUBLIC_LEN + 1];
    hex_format(p->one.key, sizeof p->one.key, hex);
    order_sign_answer(answer, p->one.wish == OPERATOR_TO_ADD ? "add" : "revoke", p->one.name, hex,
                      p->one.by, p->one.changed_ms, &text);
    TRY(buffer_err(&text));
    return order_signed(a, ORDER_SIGNED_OPERATOR, buffer_slice(&text), NULL);
}

static cm_err read_proposal(struct act *a, struct people *p, char name[REGISTRY_NAME_CAP],
                            struct cm_slice *by) {
    TRY(read_people(a, p, name));
    TRY(need_one(a, p));
    if (p->one.wish == OPERATOR_SETTLED)
        return diag_fail(a->diag, CM_E_STATE, name, NULL,
                         "'countermark operator list' shows what is",
                         "nothing is proposed of this operator");
    return json_text(json_get(a->args, "by"), 1, REGISTRY_NAME_CAP, by);
}

/* One person alone: only where nobody else could confirm, and after the wait. */
static cm_err check_alone(struct act *a, const struct people *p) {
    if (p->third)
        return diag_fail(a->diag, CM_E_DENIED, p->one.name, NULL, "ask another operator",
                         "'%s' proposed it: a second person confirms it", p->one.by);
    if (a->now_unix_ms >= p->one.changed_ms &&
        a->now_unix_ms - p->one.changed_ms >= OPERATOR_WAIT_MS)
        return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, p->one.name, NULL,
                     "wait: whoever proposed it may confirm it seven days later, if nobody objects",
                     "'%s' proposed it, and nobody else is left to confirm it", p->one.by);
}

static cm_err operator_confirm(struct act *a) {
    struct people p = {.ever = 0};
    struct cm_slice by;
    char name[REGISTRY_NAME_CAP];
    TRY(read_proposal(a, &p, name, &by));
    TRY(need_by(a, &p));
    if (!p.proposer_stands)
        return diag_fail(a->diag, CM_E_DENIED, name, NULL,
                         "'countermark operator object', then propose it anew",
                         "'%s', who proposed it, approves no more", p.one.by);
    if (slice_equal(by, slice_text(p.one.by))) TRY(check_alone(a, &p));
    TRY(answered(a, "confirm", &p));
    p.one.revoked = p.one.wish == OPERATOR_TO_REVOKE;
    p.one.wish = OPERATOR_SETTLED;
    return journal(a, &p.one);
}

/* Whoever is to go has no voice where others decide it: a thief of a key would always object. */
static cm_err operator_object(struct act *a) {
    struct people p = {.ever = 0};
    struct cm_slice by;
    char name[REGISTRY_NAME_CAP];
    TRY(read_proposal(a, &p, name, &by));
    if (slice_equal(by, p.name) && p.third)
        return diag_fail(a->diag, CM_E_DENIED, name, NULL, "talk to the other operators",
                         "there are two others, and they decide");
    TRY(answered(a, "object", &p));
    p.one.revoked = p.one.wish == OPERATOR_TO_ADD;
    p.one.wish = OPERATOR_SETTLED;
    return journal(a, &p.one);
}

static cm_err list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "operators");
    for (size_t i = 0; i < r->operator_n; i++) {
        json_object_begin(w, NULL);
        put_one(w, r->operators[i]);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err operator_list(struct act *a) { return engine_read(a->ctx->engine, list_read, a); }

const struct act_entry acts_operator[] = {
    {"operator.add", operator_add, {"name", "public_key", "by", "signature"}},
    {"operator.revoke", operator_revoke, {"name", "by", "signature"}},
    {"operator.confirm", operator_confirm, {"name", "by", "signature"}},
    {"operator.object", operator_object, {"name", "by", "signature"}},
    {"operator.list", operator_list, {NULL}},
    {NULL, NULL, {NULL}},
};

/* ticket.verify: what a ticket is, as the workspace knows it. Signature and time first, by the
 * issuers of the registry; then the answer that a door would give, without using the ticket. */
#include <string.h>

#include "base/macros.h"
#include "pass/ticket_json.h"
#include "vault/ticket_signer.h"

struct verifying {
    struct act *a;
    struct ticket_message message;
    struct ticket_judged judged;
    struct issuer_entry issuer; /* who signed it */
    cm_err err;
};

static cm_err judge(void *ctx, const struct registry *r) {
    struct verifying *v = ctx;
    for (size_t i = 0; i < r->issuer_n && v->judged.key == NULL; i++) {
        v->issuer = *r->issuers[i];
        TRY(ticket_judge(&v->message, v->issuer.keys, v->issuer.key_n, v->a->now_unix_s,
                         &v->judged));
    }
    return CM_OK;
}

/* The first door that reads codes of this batch. */
struct door_read {
    const struct found_set *s;
    uint32_t door;
    char name[REGISTRY_NAME_CAP];
};

static bool reads(const struct door *d, const struct set *s) {
    for (uint32_t i = 0; i < d->scheme_n; i++)
        if (d->schemes[i] == s->of) return d->test == s->test;
    return false;
}

static cm_err door_read(void *ctx, const struct registry *r) {
    struct door_read *d = ctx;
    for (size_t i = 0; i < r->door_n && d->door == 0; i++) {
        if (!reads(r->doors[i], &d->s->set)) continue;
        d->door = r->doors[i]->id;
        memcpy(d->name, r->doors[i]->name, sizeof d->name);
    }
    return CM_OK;
}

static cm_err choose_door(struct verifying *v, const struct found_set *s, struct door_read *d) {
    if (!json_present(json_get(v->a->args, "door")))
        return engine_read(v->a->ctx->engine, door_read, d);
    struct door door;
    TRY(act_door(v->a, "door", &door));
    d->door = door.id;
    memcpy(d->name, door.name, sizeof d->name);
    d->s = s;
    return CM_OK;
}

/* What the door would answer: the ledger's side of it. */
static cm_err ask_door(struct verifying *v, const struct found_set *s, struct cm_slice text,
                       bool *accepted) {
    struct door_read d = {.s = s};
    TRY(choose_door(v, s, &d));
    if (d.door == 0) {
        json_put_null(v->a->out, "door");
        json_put_cstr(v->a->out, "unit", "no_door");
        return CM_OK;
    }
    struct cm_answer answer = {.set = 0};
    const struct cm_request request = {.operation = CM_OP_CHECK, .code = text};
    struct cm_call call = {.caller = {.actor = v->a->ctx->actor, .test = s->set.test},
                           .door = d.door,
                           .requests = &request,
                           .n = 1,
                           .answers = &answer};
    TRY(cm_engine_run(v->a->ctx->engine, &call, 1));
    if (call.status != CM_CALL_DONE) return CM_E_DENIED;
    json_put_cstr(v->a->out, "door", d.name);
    json_put_cstr(v->a->out, "unit", cm_verdict_name(answer.verdict));
    if (answer.time_ms != 0 && answer.verdict != CM_V_ACCEPTED)
        json_put_u64(v->a->out, "since_ms", answer.time_ms);
    *accepted = answer.verdict == CM_V_ACCEPTED;
    return CM_OK;
}

static cm_err tell_unit(struct verifying *v, struct cm_slice text, bool *accepted) {
    struct ticket_unit unit;
    if (v->judged.key == NULL || !v->judged.has_claims) return CM_OK;
    TRY(ticket_unit_find(v->a, &v->issuer, v->judged.key->version, v->judged.claims.cti, &unit));
    if (!unit.found) return CM_OK;
    json_put_cstr(v->a->out, "batch", unit.set.name);
    json_put_u64(v->a->out, "serial", unit.serial);
    return ask_door(v, &unit.set, text, accepted);
}

static cm_err ticket_verify(struct act *a) {
    struct verifying v = {.a = a};
    struct cm_slice text;
    bool accepted = false, test = false;
    TRY(json_text(json_get(a->args, "ticket"), 1, ACT_ARGS_MAX, &text));
    if (json_present(json_get(a->args, "test"))) TRY(json_bool(json_get(a->args, "test"), &test));
    if (ticket_open(text, &v.message) != CM_OK)
        v.judged.verdict = TICKET_NO_TICKET;
    else
        TRY(engine_read(a->ctx->engine, judge, &v));
    if (v.judged.verdict == TICKET_VALID && v.judged.key == NULL)
        v.judged.verdict = TICKET_UNKNOWN_KEY; /* no issuer at all */
    const bool is_test = (v.judged.claims.flags & TICKET_TEST) != 0;
    if (v.judged.verdict == TICKET_VALID && is_test != test) v.judged.verdict = TICKET_TEST_ONLY;
    ticket_json_judged(a->out, &v.judged);
    TRY(tell_unit(&v, text, &accepted));
    json_put_bool(a->out, "valid", accepted && v.judged.verdict == TICKET_VALID);
    return CM_OK;
}

const struct act_entry acts_ticket_verify[] = {
    {"ticket.verify", ticket_verify, {"ticket", "door", "test"}},
    {NULL, NULL, {NULL}},
};

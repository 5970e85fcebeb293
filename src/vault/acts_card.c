/* One card with a life, for people: what it is and what happened to it; and what all
 * of them are worth. A card is named by its
 * number at a door, or by pool and index (the operator alone). It refuses to show a number, a PIN,
 * or, to the holder of an API key, an index; every look is journaled with who looked. Changes are
 * no acts: they go through cm_engine_run.
 * References: docs/design/acts.md, "Cards"; docs/design/card-life.md. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cards/receipt.h"
#include "engine/cards.h"
#include "vault/acts_inside.h"

#define LINES_USUAL 20u
#define DOOR_USUAL  "default" /* every workspace begins with it */

struct found_card {
    uint32_t set;
    uint64_t serial;
    char mask[CARD_MASK_CAP]; /* empty: it was named by its index */
};

/* ---- Which card ------------------------------------------------------------------------------ */

static cm_err find_door(struct act *a, struct door *d) {
    const struct act_context *ctx = a->ctx;
    const bool named = json_present(json_get(a->args, "door"));
    if (!named && !ctx->keyed) return act_door_named(a, DOOR_USUAL, d);
    if (named || ctx->door == 0) TRY(act_door(a, "door", d));
    if (!ctx->keyed) return CM_OK;
    const bool own = ctx->door == 0 ? (ctx->brand == 0 || d->brand == ctx->brand)
                                    : (!named || d->id == ctx->door);
    if (!own || (named && d->test != ctx->test))
        return diag_fail(a->diag, CM_E_DENIED, NULL, NULL, NULL, "this key asks at another door");
    if (ctx->door != 0) d->id = ctx->door;
    d->test = ctx->test;
    return CM_OK;
}

/* Nothing is said of a number that is not a card's but that it is none. */
static cm_err judge(struct act *a, const struct cm_call *call) {
    const enum cm_verdict v = call->answers[0].verdict;
    if (call->status != CM_CALL_DONE)
        return diag_fail(a->diag, CM_E_DENIED, NULL, NULL, NULL, "the door may not be asked at");
    if (v == CM_V_TYPING_ERROR)
        return diag_fail(a->diag, CM_E_FORMAT, "card", NULL, "type it again",
                         "the number is mistyped: its check digit does not fit");
    if (v == CM_V_BUSY) return CM_E_CORRUPT; /* act_run says which list cannot be read */
    if (call->answers[0].set == 0 || !call->told[0].card)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "card", NULL, NULL,
                         "no card with a life has this number at this door");
    return CM_OK;
}

static cm_err find_by_number(struct act *a, struct found_card *out) {
    struct door d = {.id = 0};
    struct cm_request q = {.operation = CM_OP_CHECK};
    struct cm_answer answer = {.set = 0};
    struct cm_card_told told = {.card = false};
    TRY(json_text(json_get(a->args, "code"), 1, CM_CODE_TEXT_MAX, &q.code));
    TRY(find_door(a, &d));
    struct cm_call call = {.caller = {.actor = a->ctx->actor,
                                      .brand = a->ctx->brand,
                                      .test = d.test,
                                      .rights = CM_RIGHT_TILL | CM_RIGHT_DESK},
                           .door = d.id,
                           .requests = &q,
                           .n = 1,
                           .answers = &answer,
                           .told = &told};
    TRY(cm_engine_run(a->ctx->engine, &call, 1));
    TRY(judge(a, &call));
    *out = (struct found_card){.set = answer.set, .serial = answer.serial};
    card_mask(q.code, out->mask);
    return CM_OK;
}

static cm_err find_card(struct act *a, struct found_card *out) {
    struct found_set s;
    const bool by_index = json_present(json_get(a->args, "pool"));
    if (by_index == json_present(json_get(a->args, "code")))
        return diag_fail(a->diag, CM_E_ARGUMENT, "card", NULL, NULL,
                         "name it by its number, or by pool and index");
    if (!by_index) return find_by_number(a, out);
    if (a->ctx->keyed)
        return diag_fail(a->diag, CM_E_DENIED, "card", NULL, "name it by its number",
                         "indices are the operator's");
    *out = (struct found_card){.set = 0};
    TRY(act_pool(a, "pool", &s));
    TRY(json_u64(json_get(a->args, "index"), 0, INT64_MAX, &out->serial));
    out->set = s.set.number;
    return CM_OK;
}

/* ---- What it is ------------------------------------------------------------------------------ */

struct name_read {
    uint32_t set;
    char name[REGISTRY_NAME_CAP];
};
static cm_err read_name(void *ctx, const struct registry *r) {
    struct name_read *n = ctx;
    const struct set_entry *s = registry_set(r, n->set);
    if (s != NULL) memcpy(n->name, s->name, sizeof n->name);
    return CM_OK;
}

/* A card as its pool and, for the operator, its index. */
static cm_err put_card(struct act *a, const char *key, uint32_t set, uint64_t serial) {
    struct name_read n = {.set = set};
    if (set == 0) return CM_OK;
    TRY(engine_read(a->ctx->engine, read_name, &n));
    if (key != NULL) json_object_begin(a->out, key);
    json_put_cstr(a->out, "pool", n.name);
    if (!a->ctx->keyed) json_put_u64(a->out, "index", serial);
    if (key != NULL) json_object_end(a->out);
    return CM_OK;
}

static void put_id(struct json_writer *w, const char *key, uint64_t sequence) {
    char id[DECIMAL_CAP];
    if (sequence > 0) json_put_text(w, key, slice_of(id, decimal_format(sequence, id)));
}

static void put_ms(struct json_writer *w, const char *key, uint64_t ms) {
    if (ms > 0) json_put_u64(w, key, ms);
}

static void put_holds(struct json_writer *w, const struct card_record *r) {
    json_array_begin(w, "holds");
    for (size_t i = 0; i < r->hold_n; i++) {
        const struct card_hold *h = &r->holds[i];
        json_object_begin(w, NULL);
        put_id(w, "transaction", h->id);
        json_put_u64(w, "amount", h->amount);
        put_ms(w, "until_ms", h->until_ms);
        json_put_bool(w, "check_due", h->unchecked);
        json_object_end(w);
    }
    json_array_end(w);
}

static void put_money(struct json_writer *w, const struct card_view *v) {
    json_put_cstr(w, "currency", v->currency);
    json_put_u64(w, "balance", v->record.balance);
    json_put_u64(w, "held", v->held);
    json_put_u64(w, "available", v->record.balance - v->held);
}

static void put_view(struct json_writer *w, const struct card_view *v) {
    const struct card_record *r = &v->record;
    json_put_cstr(w, "state", cm_card_state_name(v->state));
    if (r->reason != CM_REASON_NONE) json_put_cstr(w, "reason", cm_card_reason_name(r->reason));
    put_ms(w, "since_ms", r->since_ms);
    put_ms(w, "activated_ms", r->activated_ms);
    put_ms(w, "expires_ms", r->expires_ms);
    if (v->currency[0] != '\0') put_money(w, v);
    if (v->currency[0] == '\0') json_put_u64(w, "uses", r->use);
    if (v->has_pin) {
        json_put_bool(w, "pin_locked", v->pin_locked);
        json_put_u64(w, "pin_tries_left", v->pin_tries_left);
        json_put_u64(w, "pin_issue", r->pin_issue);
    }
    put_holds(w, r);
}

static cm_err card_show(struct act *a) {
    struct found_card c;
    struct card_view v;
    TRY(find_card(a, &c));
    TRY(engine_card_view(a->ctx->engine, a->ctx->actor, c.set, c.serial, &v, a->diag));
    if (c.mask[0] != '\0') json_put_cstr(a->out, "card", c.mask);
    TRY(put_card(a, NULL, c.set, c.serial));
    put_view(a->out, &v);
    if (v.record.agent != 0) json_put_u64(a->out, "agent", v.record.agent);
    TRY(put_card(a, "replaced_by", v.record.replaced_by_set, v.record.replaced_by_serial));
    return put_card(a, "replaces", v.record.replaces_set, v.record.replaces_serial);
}

/* ---- What happened to it --------------------------------------------------------------------- */

static cm_err put_line(struct act *a, const struct card_line *l, bool money) {
    struct json_writer *w = a->out;
    json_object_begin(w, NULL);
    put_id(w, "transaction", l->sequence);
    put_ms(w, "time_ms", l->time_ms);
    json_put_cstr(w, "what", card_op_name(l->op));
    if (money) {
        json_put_u64(w, "amount", l->amount);
        json_put_u64(w, "balance", l->balance);
        json_put_u64(w, "held", l->held);
        if (l->refunded > 0) json_put_u64(w, "refunded", l->refunded);
    }
    put_id(w, "of", l->reference);
    json_put_cstr(w, "state", cm_card_state_name(l->state));
    if (l->reason != CM_REASON_NONE) json_put_cstr(w, "reason", cm_card_reason_name(l->reason));
    if (l->by_alias) json_put_bool(w, "by_alias", true);
    if (!a->ctx->keyed) json_put_u64(w, "actor", l->actor);
    if (l->agent != 0) json_put_u64(w, "agent", l->agent);
    TRY(put_card(a, "other", l->other_set, l->other_serial));
    json_object_end(w);
    return CM_OK;
}

static cm_err read_before(struct act *a, uint64_t *before) {
    const struct json_value v = json_get(a->args, "before");
    struct cm_slice text;
    *before = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, DECIMAL_CAP, &text));
    if (text_u64(text, UINT64_MAX, before) == CM_OK && *before > 0) return CM_OK;
    return json_fail(v, CM_E_FORMAT, "send what the last answer gave as \"older_before\"",
                     "not a transaction's number");
}

static void lines_freep(struct card_line **lines) { free(*lines); }

static cm_err put_lines(struct act *a, const struct found_card *c, uint64_t before, size_t most,
                        bool money) {
    CM_CLEANUP(lines_freep) struct card_line *lines = calloc(most, sizeof *lines);
    size_t n = 0;
    if (lines == NULL) return CM_E_NO_MEMORY;
    TRY(engine_card_history(a->ctx->engine, c->set, c->serial, before, lines, most, &n, a->diag));
    json_array_begin(a->out, "lines");
    for (size_t i = 0; i < n; i++)
        TRY(put_line(a, &lines[i], money));
    json_array_end(a->out);
    if (n == most) put_id(a->out, "older_before", lines[n - 1].sequence);
    return CM_OK;
}

static cm_err card_history(struct act *a) {
    struct found_card c;
    struct card_view v;
    uint64_t most = LINES_USUAL, before = 0;
    if (json_present(json_get(a->args, "most")))
        TRY(json_u64(json_get(a->args, "most"), 1, CARD_LINES_MAX, &most));
    TRY(read_before(a, &before));
    TRY(find_card(a, &c));
    TRY(engine_card_view(a->ctx->engine, a->ctx->actor, c.set, c.serial, &v, a->diag));
    if (c.mask[0] != '\0') json_put_cstr(a->out, "card", c.mask);
    TRY(put_card(a, NULL, c.set, c.serial));
    json_put_cstr(a->out, "state", cm_card_state_name(v.state));
    const bool money = v.currency[0] != '\0';
    if (money) put_money(a->out, &v);
    return put_lines(a, &c, before, (size_t)most, money);
}

/* ---- What all of them are worth -------------------------------------------------------------- */

static void put_set(struct json_writer *w, const struct set_entry *s) {
    const struct set_counters *c = &s->set.counters;
    const char *currency = s->set.life->currency;
    json_object_begin(w, NULL);
    json_put_cstr(w, "pool", s->name);
    json_put_cstr(w, "mode", mode_name(s->set.test));
    json_put_u64(w, "made", c->issued);
    json_put_u64(w, "active", c->active);
    json_put_u64(w, "voided", c->voided);
    if (currency[0] != '\0') {
        json_put_cstr(w, "currency", currency);
        json_put_u64(w, "loaded", c->loaded);
        json_put_u64(w, "spent", c->spent);
        json_put_u64(w, "outstanding", c->balance);
    }
    json_object_end(w);
}

static cm_err report_read(void *ctx, const struct registry *r) {
    struct act *a = ctx;
    json_array_begin(a->out, "cards");
    for (uint32_t i = 1; i < r->set_n; i++) {
        const struct set_entry *s = r->sets[i];
        if (s != NULL && s->set.life != NULL && s->set.life->on) put_set(a->out, s);
    }
    json_array_end(a->out);
    return CM_OK;
}

/* By pool and imported list: what lies on cards is owed to their holders. */
static cm_err card_report(struct act *a) { return engine_read(a->ctx->engine, report_read, a); }

const struct act_entry acts_card[] = {
    {"card.report", card_report, {NULL}},
    {"card.show", card_show, {"code", "door", "pool", "index"}},
    {"card.history", card_history, {"code", "door", "pool", "index", "before", "most"}},
    {NULL, NULL, {NULL}},
};

/* Issuing: serials spent and units counted, under an idempotency key or without one. Refused before
 * the journal: what contradicts itself or the batch, a key of another request, a range out of turn.
 * Source: docs/design/states.md sections 4 and 5. */
#include <string.h>

#include "base/macros.h"
#include "engine/local.h"

struct issue_act {
    const struct issue_event *event;
    const struct issue_key *key; /* or NULL */
    struct cm_diag *diag;
};

/* What the journal could not hold, or what replay would not understand, must never get there. */
static bool issue_sound(const struct set *s, const struct scheme_entry *scheme,
                        const struct issue_event *e) {
    const size_t skip_n = e->skipped.len / sizeof(uint64_t);
    if (e->skipped.len % sizeof(uint64_t) != 0 || e->skipped.len > EVENT_PART_MAX) return false;
    if (e->issued > e->count || skip_n > e->count - e->issued) return false;
    const uint64_t serials =
        s->kind == SET_BATCH && scheme != NULL ? scheme->numbers->serials : INT64_MAX;
    if (e->first > serials || e->count > serials - e->first) return false;
    for (size_t i = 0; i < skip_n; i++) {
        const uint64_t serial = get_u64be(e->skipped.p + i * sizeof serial);
        if (serial < e->first || serial - e->first >= e->count) return false;
    }
    return true;
}

cm_err local_check_issue(const struct local *l, const struct issue_event *e, struct cm_diag *diag) {
    struct set_entry *s = NULL;
    TRY(admin_accepted(l, diag));
    TRY(admin_set(l, e->set, diag, &s));
    const struct set_counters *c = &s->set.counters;
    if (c->phase == PHASE_CLOSED)
        return diag_fail(diag, CM_E_STATE, s->name, NULL, "open it again first",
                         "the batch is closed");
    if (s->pool != NULL && e->rule_version != s->pool->pool.rules->version_n)
        return diag_fail(diag, CM_E_CONFLICT, s->name, NULL, "count the range again",
                         "the pool's rules are at version %zu, the range was counted under %u",
                         s->pool->pool.rules->version_n, (unsigned)e->rule_version);
    if (e->first != c->next_serial)
        return diag_fail(diag, CM_E_CONFLICT, s->name, NULL, "start again from the next serial",
                         "another process issued from this batch meanwhile");
    if (e->issued > s->set.quantity || c->issued > s->set.quantity - e->issued)
        return diag_fail(diag, CM_E_LIMIT, s->name, NULL, "make a further batch for more",
                         "the ordered quantity would be exceeded");
    if (!issue_sound(&s->set, registry_scheme(&l->registry, s->set.of), e))
        return diag_fail(diag, CM_E_RANGE, s->name, NULL, NULL,
                         "serials, units and skips of the range do not agree with each other");
    return CM_OK;
}

/* ---- Idempotency keys ------------------------------------------------------------------------ */

/* What stands under a key. @param[out] record  NULL when nothing does */
static cm_err find_record(struct local *l, const struct issue_key *key, struct cm_diag *diag,
                          const struct answer_record **record) {
    TRY(book_reserve(&l->book, 1));
    TRY(book_touch_answer(&l->book, key->key));
    const struct answer_record *r = book_answer(&l->book, key->key);
    *record = r != NULL && r->n > 0 ? r : NULL; /* one without items binds nobody */
    if (*record == NULL || memcmp(r->request, key->request, sizeof r->request) == 0) return CM_OK;
    return diag_fail(diag, CM_E_CONFLICT, "idempotency key", NULL, "use a new key for each request",
                     "it belongs to another request");
}

/* Of two requests under one key that meet, the second must not issue beside the first. */
static cm_err check_item(struct local *l, const struct issue_act *a) {
    const struct answer_record *record = NULL;
    TRY(find_record(l, a->key, a->diag, &record));
    if (a->key->item == (record != NULL ? record->n : 0)) return CM_OK;
    return diag_fail(a->diag, CM_E_CONFLICT, "idempotency key", NULL,
                     "ask again under the same key", "the same request is being answered already");
}

cm_err engine_issue_key(struct cm_engine *engine, const struct issue_asked *asked,
                        struct issue_key *out) {
    struct local *l = local_of(engine);
    struct bench_place *place = NULL;
    struct call_hashes hashes;
    if (asked->key.len == 0) return CM_E_ARGUMENT;
    TRY(bench_take(l, &place));
    const cm_err err = bench_hash_issue(place, asked, &hashes);
    bench_give(l, place);
    TRY(err);
    *out = (struct issue_key){.item = 0};
    memcpy(out->key, hashes.key, sizeof out->key);
    memcpy(out->request, hashes.request, sizeof out->request);
    return CM_OK;
}

struct before_act {
    const struct issue_key *key;
    struct issued_range *out;
    size_t cap, n;
    struct cm_diag *diag;
};

static cm_err before_as_owner(struct local *l, void *ctx) {
    struct before_act *a = ctx;
    const struct answer_record *record = NULL;
    TRY(find_record(l, a->key, a->diag, &record));
    const size_t n = record != NULL ? record->n : 0;
    if (n > a->cap) return CM_E_LIMIT;
    for (size_t i = 0; i < n; i++)
        a->out[i] =
            (struct issued_range){.first = record->items[i].serial, .count = record->items[i].use};
    a->n = n;
    return CM_OK;
}

cm_err engine_issued_before(struct cm_engine *engine, const struct issue_key *key,
                            struct issued_range *out, size_t cap, size_t *n, struct cm_diag *diag) {
    struct before_act act = {.key = key, .out = out, .cap = cap, .diag = diag};
    TRY(local_as_owner(local_of(engine), before_as_owner, &act));
    *n = act.n;
    return CM_OK;
}

/* ---- Issuing --------------------------------------------------------------------------------- */

static cm_err issue_as_owner(struct local *l, void *ctx) {
    const struct issue_act *a = ctx;
    struct event events[2] = {{.type = EVENT_ANSWER, .u.answer.count = 1},
                              {.type = EVENT_ISSUE, .u.issue = *a->event}};
    TRY(local_check_issue(l, a->event, a->diag));
    if (a->key == NULL) return local_commit_event(l, &events[1]);
    if (a->event->count > UINT32_MAX) return CM_E_ARGUMENT; /* beyond what a record holds */
    TRY(check_item(l, a));
    memcpy(events[0].u.answer.key, a->key->key, EVENT_HASH_LEN);
    memcpy(events[0].u.answer.request, a->key->request, EVENT_HASH_LEN);
    return local_commit_events(l, events, CM_ARRAY_N(events));
}

cm_err engine_issue(struct cm_engine *engine, const struct issue_event *e, struct cm_diag *diag) {
    return engine_issue_keyed(engine, e, NULL, diag);
}

cm_err engine_issue_keyed(struct cm_engine *engine, const struct issue_event *e,
                          const struct issue_key *key, struct cm_diag *diag) {
    struct issue_act act = {.event = e, .key = key, .diag = diag};
    return local_as_owner(local_of(engine), issue_as_owner, &act);
}

/* Units that devices admitted offline are redeemed here, by the owner, and what became of each is
 * laid down in the same group. The decider decides as for everybody else; only the opening of a
 * text is left out. Refused, as no unit: what was never issued, and what is no code.
 * Source: docs/design/tickets.md, "Sync". */
#include <stdlib.h>
#include <string.h>

#include "engine/local.h"
#include "engine/spends.h"
#include "ledger/event_frame.h"

/* Base64 of rows and firsts of SPENDS_ROWS_MAX entries, and the words around them. */
#define DOCUMENT_LEN_MAX                                                                           \
    ((size_t)SPENDS_ROWS_MAX * 4 * (SPENDS_ROW_LEN + SPENDS_FIRST_LEN) / 3 + 1024)
#define PARTS_MAX (DOCUMENT_LEN_MAX / EVENT_PART_MAX + 1)
#define PART_ROOM (DOCUMENT_LEN_MAX + PARTS_MAX * 256)

/* ---- Which are there ---------------------------------------------------------------------------
 */

struct seek_act {
    struct spend_sought *units;
    size_t n;
};

static cm_err seek_as_owner(struct local *l, void *ctx) {
    const struct seek_act *a = ctx;
    TRY(book_reserve(&l->book, a->n));
    for (size_t i = 0; i < a->n; i++) {
        struct spend_sought *u = &a->units[i];
        const struct set_entry *s = registry_set(&l->registry, u->set);
        u->there = false;
        if (s == NULL || s->set.kind != SET_BATCH || s->set.brand != u->brand) continue;
        if (u->serial >= s->set.counters.next_serial) continue;
        TRY(book_touch(&l->book, u->set, u->serial, false, NULL));
        u->there = book_bits(&l->book, u->set, u->serial) != UNIT_ABSENT;
        u->scheme = s->set.of;
        u->test = s->set.test;
    }
    return CM_OK;
}

cm_err engine_seek(struct cm_engine *engine, struct spend_sought *units, size_t n) {
    struct seek_act a = {.units = units, .n = n};
    if (n > SPENDS_ROWS_MAX) return CM_E_ARGUMENT;
    return n > 0 ? local_as_owner(local_of(engine), seek_as_owner, &a) : CM_OK;
}

/* ---- Redeeming them ----------------------------------------------------------------------------
 */

struct spend_act {
    const struct spend_unit *units;
    size_t n;
    uint32_t actor;
    spend_tell *tell;
    void *ctx;
    struct cm_diag *diag;
    /* made on the way */
    struct resolved *resolved;
    struct cm_request *requests;
    struct cm_answer *answers;
    struct spend_answer *told;
};

static cm_err make_room(struct spend_act *a) {
    a->resolved = calloc(a->n + 1, sizeof *a->resolved);
    a->requests = calloc(a->n + 1, sizeof *a->requests);
    a->answers = calloc(a->n + 1, sizeof *a->answers);
    a->told = calloc(a->n + 1, sizeof *a->told);
    const bool all = a->resolved != NULL && a->requests != NULL && a->answers != NULL;
    return all && a->told != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static void give_room(struct spend_act *a) {
    free(a->resolved);
    free(a->requests);
    free(a->answers);
    free(a->told);
}

/* What the opener would have found. */
static cm_err find_units(struct local *l, struct spend_act *a) {
    for (size_t i = 0; i < a->n; i++) {
        struct set_entry *s = registry_set(&l->registry, a->units[i].set);
        struct resolved *r = &a->resolved[i];
        a->requests[i].operation = CM_OP_REDEEM;
        r->verdict = CM_V_NOT_A_CODE;
        if (s == NULL || s->set.kind != SET_BATCH) continue;
        *r = (struct resolved){.verdict = CM_V_ACCEPTED,
                               .set = &s->set,
                               .serial = a->units[i].serial,
                               .is_ticket = true};
        memcpy(r->cti, a->units[i].cti, sizeof r->cti);
        TRY(group_touch(l, r, CM_OP_REDEEM));
    }
    return CM_OK;
}

static cm_err tell_one(struct local *l, const struct cm_answer *answer, struct spend_answer *out) {
    struct unit_detail detail = {0};
    bool found = false;
    *out = (struct spend_answer){.verdict = answer->verdict, .time_ms = answer->time_ms};
    if (answer->verdict != CM_V_ALREADY_REDEEMED) return CM_OK;
    TRY(book_detail(&l->book, answer->set, answer->serial, &detail, &found));
    out->time_ms = detail.time_ms;
    out->actor = detail.actor;
    return CM_OK;
}

static cm_err put_document(struct local *l, struct deciding *d, const struct spend_act *a,
                           uint32_t id, struct cm_slice text, struct event_list *events) {
    if (text.len == 0) return CM_OK; /* no news */
    if (text.len > DOCUMENT_LEN_MAX) return CM_E_LIMIT;
    TRY(registry_check(&l->registry, DOCUMENT_SPENDS, id, text, a->diag));
    TRY(event_list_document(events, DOCUMENT_SPENDS, id, a->actor, text));
    for (size_t i = 0; i < events->n; i++)
        d->len += event_put(d->to + d->len, &events->p[i]);
    d->count += (uint32_t)events->n;
    return CM_OK;
}

/* From the first decision on, nothing may fail: the book has changed. */
static cm_err write_down(struct local *l, struct deciding *d, struct spend_act *a) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    const uint32_t id = registry_next_id(&l->registry, DOCUMENT_SPENDS);
    for (size_t i = 0; i < a->n; i++)
        TRY(tell_one(l, &a->answers[i], &a->told[i]));
    TRY(a->tell(a->ctx, &l->registry, a->told, d->now_ms, &text));
    TRY(buffer_err(&text));
    const uint32_t before = d->count;
    TRY(put_document(l, d, a, id, buffer_slice(&text), &events));
    TRY(group_write(l, d));
    for (size_t i = 0; i < events.n; i++)
        TRY(local_apply(l, &events.p[i], d->first_sequence + before + i, d->now_ms));
    return CM_OK;
}

static cm_err decide_all(struct local *l, struct spend_act *a) {
    size_t cap = 0;
    struct deciding d = {.book = &l->book,
                         .registry = &l->registry,
                         .now_ms = local_now_ms(l),
                         .first_sequence = journal_next_sequence(l->journal),
                         .to = journal_payload(l->journal, &cap)};
    struct cm_call call = {
        .caller = {.actor = a->actor}, .requests = a->requests, .n = a->n, .answers = a->answers};
    if (a->n > 0) decide_call(&d, &call, a->resolved, NULL);
    return write_down(l, &d, a) == CM_OK ? CM_OK : local_die(l, "spends could not be written down");
}

static cm_err spend_as_owner(struct local *l, void *ctx) {
    struct spend_act *a = ctx;
    TRY(admin_accepted(l, a->diag));
    if (fold_blocked(l)) return CM_E_NO_SPACE;
    TRY(journal_room(l->journal, DECIDE_CALL_MAX_LEN(a->n) + PART_ROOM));
    TRY(book_reserve(&l->book, 2 * a->n + 2));
    TRY(find_units(l, a));
    return decide_all(l, a);
}

cm_err engine_spend(struct cm_engine *engine, const struct spend_unit *units, size_t n,
                    uint32_t actor, spend_tell *tell, void *ctx, struct cm_diag *diag) {
    struct spend_act a = {
        .units = units, .n = n, .actor = actor, .tell = tell, .ctx = ctx, .diag = diag};
    if (n > SPENDS_ROWS_MAX) return CM_E_ARGUMENT;
    cm_err err = make_room(&a);
    if (err == CM_OK) err = local_as_owner(local_of(engine), spend_as_owner, &a);
    give_room(&a);
    return err;
}

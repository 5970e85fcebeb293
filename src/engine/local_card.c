/* Cards with a life by the owner: what a request needs in memory before it is decided, and what
 * people may see of one card. Source: docs/design/card-life.md. */
#include "engine/local_card.h"

#include <string.h>

#include "engine/card_case.h"
#include "engine/cards.h"

void card_note_life(struct local *l, enum document_kind kind, uint32_t id) {
    if (kind != DOCUMENT_POOL && kind != DOCUMENT_LEGACY) return;
    const struct set_entry *s = registry_set(&l->registry, id);
    if (s != NULL && s->set.life != NULL) atomic_store(&l->lives, true);
}

/* ---- Before a request is decided ------------------------------------------------------------ */

/* A refund names a spend of this card, or of one whose place it took. */
static cm_err touch_spend(struct local *l, const struct set *set, uint64_t serial,
                          uint64_t reference) {
    const struct card_record *card = book_card(&l->book, set->number, serial);
    const uint64_t sequence = reference != 0 ? reference : card->last_spend;
    for (size_t hop = 0; hop <= CARD_HOPS_MAX; hop++) {
        bool found = false;
        TRY(book_touch_line(&l->book, set->number, serial, sequence, &found));
        card = book_card(&l->book, set->number, serial);
        if (found || card->replaces_set == 0) return CM_OK;
        const struct set_entry *before = registry_set(&l->registry, card->replaces_set);
        if (before == NULL || before->set.life == NULL) return CM_E_CORRUPT;
        set = &before->set;
        serial = card->replaces_serial;
        TRY(book_touch_card(&l->book, set, serial));
    }
    return CM_OK;
}

/* The number of the card that is to take the place, read at the same door. */
static cm_err touch_other(struct local *l, const struct cm_call *call, size_t i,
                          struct resolved *r) {
    const struct door *door = registry_door(&l->registry, call->door);
    const struct cm_request request = {.operation = CM_OP_CHECK, .code = call->asks[i].other};
    const struct cm_call asking = {.caller = call->caller, .requests = &request, .n = 1};
    struct resolved other = {.verdict = CM_V_NOT_A_CODE};
    TRY(opener_resolve(l->own->opener, door, &asking, 1, &other));
    if (other.verdict != CM_V_ACCEPTED || other.set->life == NULL) return CM_OK;
    if (other.serial >= other.set->counters.next_serial) return CM_OK;
    TRY(book_touch_card(&l->book, other.set, other.serial));
    if (book_bits(&l->book, other.set->number, other.serial) == UNIT_ABSENT) return CM_OK;
    r->other = other.set;
    r->other_serial = other.serial;
    return CM_OK;
}

/* An opener works ahead of the owner: a PIN may have been renewed since, and of a card that was
 * named by an alias it saw none. */
static cm_err settle_pin(struct local *l, const struct cm_request *request, struct resolved *r) {
    const struct card_record *card = book_card(&l->book, r->set->number, r->serial);
    if (r->pin_issues >= card->pin_issue) return CM_OK;
    return opener_pin(l->own->opener, registry_set(&l->registry, r->set->number), request, r);
}

cm_err card_settle(struct local *l, const struct cm_call *call, size_t i, struct resolved *r) {
    const struct cm_request *request = &call->requests[i];
    TRY(book_touch_card(&l->book, r->set, r->serial));
    TRY(settle_pin(l, request, r));
    const struct stock_place place = stock_at(&l->book.stock, r->set->number, r->serial);
    r->yours = registry_agent_covers(&l->registry, call->caller.agent, place.agent);
    if (request->operation == CM_OP_REPLACE && call->asks != NULL)
        return touch_other(l, call, i, r);
    if (request->operation == CM_OP_REVERSE)
        return touch_spend(l, r->set, r->serial, call->asks != NULL ? call->asks[i].reference : 0);
    /* When a card without a balance was used up stands in its last line. */
    bool found = false;
    const struct card_record *card = book_card(&l->book, r->set->number, r->serial);
    if (r->set->life->currency[0] != '\0') return CM_OK;
    return book_touch_line(&l->book, r->set->number, r->serial, card->last_spend, &found);
}

cm_err card_touch_replay(struct local *l, const uint8_t *key) {
    const struct answer_record *record = book_answer(&l->book, key);
    if (record == NULL) return CM_OK;
    for (size_t i = 0; i < record->n; i++) {
        const struct answer_item *item = &record->items[i];
        const struct set_entry *s = registry_set(&l->registry, item->set);
        bool found = false;
        if (s == NULL || s->set.life == NULL) continue;
        TRY(book_touch_line(&l->book, item->set, item->serial, item->sequence, &found));
    }
    return CM_OK;
}

bool card_call_writes(const struct local *l, const struct cm_call *call) {
    if (call_changes(call)) return true;
    if (!atomic_load(&l->lives)) return false;
    const struct door *door = registry_door(&l->registry, call->door);
    if (door == NULL || !registry_door_cards(&l->registry, door)) return false;
    for (size_t i = 0; i < call->n; i++)
        if (call->requests[i].pin.len > 0) return true;
    return false;
}

/* ---- What people may see -------------------------------------------------------------------- */

struct view_act {
    struct lookup_event event;
    struct card_view *out;
    struct cm_diag *diag;
};

/* The set of a card that was issued. */
static cm_err issued_card(const struct local *l, uint32_t number, uint64_t serial,
                          struct cm_diag *diag, struct set_entry **out) {
    struct set_entry *s = registry_set(&l->registry, number);
    if (s == NULL || serial >= s->set.counters.next_serial)
        return diag_fail(diag, CM_E_NOT_FOUND, "card", NULL, NULL,
                         "no such card was issued in this pool");
    if (s->set.life == NULL)
        return diag_fail(diag, CM_E_STATE, s->name, NULL,
                         "cards of this pool are used once: ask for the unit instead",
                         "its cards have no life");
    *out = s;
    return CM_OK;
}

static void show_life(const struct set_entry *s, struct card_view *v) {
    const struct card_life *life = s->set.life;
    memcpy(v->currency, life->currency, sizeof v->currency);
    v->has_pin = s->pool != NULL && s->pool->pool.numbers.pin_n > 0;
    v->pin_locked = v->has_pin && v->record.pin_failed >= life->pin_tries;
    if (v->has_pin && !v->pin_locked)
        v->pin_tries_left = (uint8_t)(life->pin_tries - v->record.pin_failed);
}

static void show_holds(struct card_view *v, uint64_t now_ms) {
    size_t kept = 0;
    for (size_t i = 0; i < v->record.hold_n; i++)
        if (v->record.holds[i].until_ms > now_ms) v->record.holds[kept++] = v->record.holds[i];
    v->record.hold_n = kept;
    v->held = card_held(&v->record);
}

static cm_err view_as_owner(struct local *l, void *ctx) {
    const struct view_act *a = ctx;
    struct set_entry *s = NULL;
    TRY(issued_card(l, a->event.set, a->event.serial, a->diag, &s));
    TRY(book_touch_card(&l->book, &s->set, a->event.serial));
    if (book_bits(&l->book, a->event.set, a->event.serial) == UNIT_ABSENT)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "card", NULL, NULL,
                         "no card of this pool has that index");
    const struct event e = {.type = EVENT_LOOKUP, .u.lookup = a->event};
    TRY(local_commit_event(l, &e)); /* people's look-ups are part of the record */
    struct card_view v = {.set = a->event.set, .serial = a->event.serial};
    const uint64_t now_ms = local_now_ms(l);
    v.record = *book_card(&l->book, v.set, v.serial);
    v.state = card_state_at(&l->book, &v.record, v.set, v.serial, now_ms);
    show_life(s, &v);
    show_holds(&v, now_ms);
    *a->out = v;
    return CM_OK;
}

cm_err engine_card_view(struct cm_engine *engine, uint32_t actor, uint32_t set, uint64_t serial,
                        struct card_view *out, struct cm_diag *diag) {
    struct view_act act = {
        .event = {.set = set, .actor = actor, .serial = serial}, .out = out, .diag = diag};
    return local_as_owner(local_of(engine), view_as_owner, &act);
}

struct history_act {
    uint32_t set;
    uint64_t serial, before;
    struct card_line *out;
    size_t cap, n;
    struct cm_diag *diag;
};

/* Each line names the one before it. */
static cm_err history_as_owner(struct local *l, void *ctx) {
    struct history_act *a = ctx;
    struct set_entry *s = NULL;
    struct card_line line;
    bool found = true;
    TRY(issued_card(l, a->set, a->serial, a->diag, &s));
    TRY(book_touch_card(&l->book, &s->set, a->serial));
    uint64_t sequence = book_card(&l->book, a->set, a->serial)->last;
    if (a->before != 0) {
        TRY(book_card_line(&l->book, a->set, a->serial, a->before, &line, &found));
        if (!found)
            return diag_fail(a->diag, CM_E_NOT_FOUND, "card", NULL, NULL,
                             "its history has no such line");
        sequence = line.previous;
    }
    while (sequence != 0 && a->n < a->cap) {
        TRY(book_card_line(&l->book, a->set, a->serial, sequence, &line, &found));
        if (!found) return CM_E_CORRUPT;
        a->out[a->n++] = line;
        sequence = line.previous;
    }
    return CM_OK;
}

cm_err engine_card_history(struct cm_engine *engine, uint32_t set, uint64_t serial, uint64_t before,
                           struct card_line *out, size_t cap, size_t *n, struct cm_diag *diag) {
    if (cap > CARD_LINES_MAX) return CM_E_ARGUMENT;
    struct history_act act = {
        .set = set, .serial = serial, .before = before, .out = out, .cap = cap, .diag = diag};
    TRY(local_as_owner(local_of(engine), history_as_owner, &act));
    *n = act.n;
    return CM_OK;
}

const char *card_op_name(enum card_op op) {
    static const char *const names[CARD_OP_N] = {
        "none",    "activate", "deactivate", "load",      "spend",     "hold",    "confirm",
        "release", "refund",   "hold_ended", "expire",    "block",     "unblock", "lose",
        "void",    "replace",  "take_over",  "renew_pin", "pin_failed"};
    return (unsigned)op < CARD_OP_N ? names[op] : "unknown_line";
}

/* What the operator may change: each act is checked, journaled as its own group, then applied. */
#include <stdlib.h>
#include <string.h>

#include "engine/local.h"
#include "engine/prizes.h"
#include "ledger/event_frame.h"

#define EVENTS_FIRST    8u   /* of a list that grows */
#define EVENT_SMALL_LEN 256u /* framed bytes of any event without a slice, at most */
#define EVENT_MOVE_LEN  (EVENT_FRAME_LEN + 30u) /* there are thousands of them in a group */

/* ---- Writing one event --------------------------------------------------------------------- */

static size_t slice_len(const struct event *e) {
    if (e->type == EVENT_ISSUE) return e->u.issue.skipped.len;
    if (e->type == EVENT_DOCUMENT) return e->u.document.part.len;
    if (e->type == EVENT_PRIZE) return e->u.prize.moves.len;
    if (e->type == EVENT_HOLD) return e->u.hold.holes.len;
    return e->type == EVENT_NOTE ? e->u.note.text.len : 0;
}

static size_t most_len(const struct event *e) {
    return e->type == EVENT_MOVE ? EVENT_MOVE_LEN : EVENT_SMALL_LEN + slice_len(e);
}

cm_err local_commit_events(struct local *l, const struct event *events, uint32_t n) {
    size_t len = 0, cap = 0, records = 0;
    for (uint32_t i = 0; i < n; i++) {
        len += most_len(&events[i]);
        records += local_weight(&events[i]);
    }
    if (fold_blocked(l)) return CM_E_NO_SPACE;
    TRY(journal_room(l->journal, len));
    TRY(book_reserve(&l->book, records)); /* of all together: none is applied before the commit */
    for (uint32_t i = 0; i < n; i++)
        TRY(local_touch(l, &events[i]));
    TRY(held_events_room(l, events, n));
    TRY(stock_events_room(l, events, n));
    uint8_t *to = journal_payload(l->journal, &cap);
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++)
        at += event_put(to + at, &events[i]);
    const uint64_t now = local_now_ms(l);
    uint64_t first = 0;
    if (journal_commit(l->journal, n, at, now, &first) != CM_OK)
        return local_die(l, "the journal could not be written");
    l->book.time_ms = now;
    l->book.sequence = first + n;
    local_count_group(l, at);
    l->stats.groups++;
    l->stats.events += n;
    for (uint32_t i = 0; i < n; i++)
        if (local_apply(l, &events[i], first + i, now) != CM_OK)
            return local_die(l, "a journaled act could not be applied");
    return CM_OK;
}

cm_err local_commit_event(struct local *l, const struct event *e) {
    return local_commit_events(l, e, 1);
}

cm_err admin_accepted(const struct local *l, struct cm_diag *diag) {
    if (!l->restored) return CM_OK;
    return diag_fail(diag, CM_E_STATE, "workspace", NULL,
                     "replay the archive, or accept the loss with 'countermark restore accept'",
                     "restored from a backup: what left after it is unknown");
}

/* ---- Lists of events ------------------------------------------------------------------------ */

void event_list_wipe(struct event_list *list) {
    free(list->p);
    *list = (struct event_list)EVENT_LIST_INIT;
}

cm_err event_list_put(struct event_list *list, const struct event *e) {
    if (list->n == list->cap) {
        const size_t cap = list->cap == 0 ? EVENTS_FIRST : 2 * list->cap;
        struct event *p = realloc(list->p, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        list->p = p;
        list->cap = cap;
    }
    list->p[list->n++] = *e;
    return CM_OK;
}

cm_err event_list_document(struct event_list *list, enum document_kind kind, uint32_t id,
                           uint32_t actor, struct cm_slice text) {
    for (size_t at = 0; at < text.len; at += EVENT_PART_MAX) {
        const size_t left = text.len - at;
        const struct event e = {
            .type = EVENT_DOCUMENT,
            .u.document = {
                .kind = kind,
                .id = id,
                .actor = actor,
                .total_len = (uint32_t)text.len,
                .offset = (uint32_t)at,
                .part = slice_of(text.p + at, left < EVENT_PART_MAX ? left : EVENT_PART_MAX)}};
        TRY(event_list_put(list, &e));
    }
    return CM_OK;
}

/* ---- Documents ----------------------------------------------------------------------------- */

struct document_act {
    enum document_kind kind;
    uint32_t *id;
    uint32_t actor;
    struct cm_slice text;
    struct cm_diag *diag;
};

static cm_err document_as_owner(struct local *l, void *ctx) {
    struct document_act *a = ctx;
    TRY(admin_accepted(l, a->diag));
    const uint32_t id = *a->id != 0 ? *a->id : registry_next_id(&l->registry, a->kind);
    TRY(registry_check(&l->registry, a->kind, id, a->text, a->diag));
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    TRY(event_list_document(&events, a->kind, id, a->actor, a->text));
    TRY(local_commit_events(l, events.p, (uint32_t)events.n));
    *a->id = id;
    return CM_OK;
}

cm_err engine_document(struct cm_engine *engine, enum document_kind kind, uint32_t *id,
                       uint32_t actor, struct cm_slice text, struct cm_diag *diag) {
    struct document_act act = {.kind = kind, .id = id, .actor = actor, .text = text, .diag = diag};
    if (text.len == 0) return CM_E_ARGUMENT;
    return local_as_owner(local_of(engine), document_as_owner, &act);
}

/* ---- Acts on a set ------------------------------------------------------------------------- */

struct set_act {
    struct event event;
    struct cm_diag *diag;
};

cm_err admin_set(const struct local *l, uint32_t number, struct cm_diag *diag,
                 struct set_entry **out) {
    *out = registry_set(&l->registry, number);
    if (*out != NULL) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "batch", NULL, "list them with 'countermark batch list'",
                     "no batch or pool has number %u", number);
}

/* Orders draw on it: no command mints the rest of it any more. */
static bool is_ordered(const struct registry *r, uint32_t set) {
    for (uint32_t i = 0; i < r->order_n; i++)
        if (r->orders[i] != NULL && r->orders[i]->set == set) return true;
    return false;
}

/* A batch is a promise of so many codes; a pool is drawn from as cards are needed, and a batch that
 * a line prints, or that print houses order from, as packs are; one whose units leave as tickets
 * (none of its files is ever written again) as tickets are sold. */
static bool drawn_from(const struct local *l, const struct set *s) {
    if (held_set(&l->held, s->number)) return true;
    if (s->counters.issued == 0) return false;
    return is_ordered(&l->registry, s->number) ||
           (s->counters.shipped != 0 && registry_issuer(&l->registry, s->brand) != NULL);
}

static cm_err phase_as_owner(struct local *l, void *ctx) {
    struct set_act *a = ctx;
    const struct phase_event *e = &a->event.u.phase;
    struct set_entry *s = NULL;
    TRY(admin_accepted(l, a->diag));
    TRY(admin_set(l, e->set, a->diag, &s));
    if ((unsigned)e->phase > PHASE_CLOSED) return CM_E_ARGUMENT;
    const struct set_counters *c = &s->set.counters;
    if (e->phase == PHASE_OPEN && s->set.prizes != NULL && s->set.prizes->revealed)
        return diag_fail(a->diag, CM_E_STATE, s->name, NULL, NULL,
                         "its seed is out: anybody can tell who wins, so it stays closed");
    if (e->phase == PHASE_OPEN && s->set.kind == SET_BATCH && c->issued < s->set.quantity &&
        !drawn_from(l, &s->set))
        return diag_fail(a->diag, CM_E_STATE, s->name, NULL, "mint it first",
                         "only %llu of %llu codes exist", (unsigned long long)c->issued,
                         (unsigned long long)s->set.quantity);
    if (e->phase == PHASE_MADE && c->phase != PHASE_MADE)
        return diag_fail(a->diag, CM_E_STATE, s->name, NULL, "close it instead",
                         "a batch that was opened cannot be unopened");
    return local_commit_events(l, &a->event, 1);
}

cm_err engine_phase(struct cm_engine *engine, const struct phase_event *e, struct cm_diag *diag) {
    struct set_act act = {.event = {.type = EVENT_PHASE, .u.phase = *e}, .diag = diag};
    return local_as_owner(local_of(engine), phase_as_owner, &act);
}

static cm_err recall_as_owner(struct local *l, void *ctx) {
    struct set_act *a = ctx;
    struct set_entry *s = NULL;
    TRY(admin_accepted(l, a->diag));
    TRY(admin_set(l, a->event.u.recall.set, a->diag, &s));
    if (a->event.u.recall.first > a->event.u.recall.last)
        return diag_fail(a->diag, CM_E_RANGE, s->name, NULL, "give the smaller serial first",
                         "the serial range is empty");
    return local_commit_events(l, &a->event, 1);
}

cm_err engine_recall(struct cm_engine *engine, const struct recall_event *e, struct cm_diag *diag) {
    struct set_act act = {.event = {.type = EVENT_RECALL, .u.recall = *e}, .diag = diag};
    return local_as_owner(local_of(engine), recall_as_owner, &act);
}

static cm_err event_as_owner(struct local *l, void *ctx) {
    return local_commit_events(l, &((struct set_act *)ctx)->event, 1);
}

cm_err engine_note(struct cm_engine *engine, uint32_t actor, struct cm_slice text,
                   struct cm_diag *diag) {
    struct set_act act = {.event = {.type = EVENT_NOTE, .u.note = {.actor = actor, .text = text}},
                          .diag = diag};
    if (text.len > EVENT_PART_MAX) return CM_E_ARGUMENT;
    return local_as_owner(local_of(engine), event_as_owner, &act);
}

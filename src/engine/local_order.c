/* An order spends units, and loses some in production: decided here, by the owner. Refused: a range
 * out of turn, as for every issue; a document that the registry refuses.
 * Source: docs/design/orders.md, "The life of an order". */
#include "engine/card_case.h"
#include "engine/local.h"
#include "engine/orders.h"

/* ---- Spending -------------------------------------------------------------------------------- */

struct order_issue_act {
    const struct issue_event *event;
    const struct order_document *document;
    struct cm_diag *diag;
};

static cm_err order_issue_as_owner(struct local *l, void *ctx) {
    const struct order_issue_act *a = ctx;
    const struct order_document *d = a->document;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    TRY(local_check_issue(l, a->event, a->diag));
    TRY(registry_check(&l->registry, DOCUMENT_ORDER, d->order, d->text, a->diag));
    TRY(event_list_put(&events, &(struct event){.type = EVENT_ISSUE, .u.issue = *a->event}));
    TRY(event_list_document(&events, DOCUMENT_ORDER, d->order, d->actor, d->text));
    return local_commit_events(l, events.p, (uint32_t)events.n);
}

cm_err engine_order_issue(struct cm_engine *engine, const struct issue_event *e,
                          const struct order_document *document, struct cm_diag *diag) {
    struct order_issue_act act = {.event = e, .document = document, .diag = diag};
    if (document->text.len == 0 || document->order == 0) return CM_E_ARGUMENT;
    return local_as_owner(local_of(engine), order_issue_as_owner, &act);
}

/* ---- Voiding --------------------------------------------------------------------------------- */

struct void_act {
    uint32_t actor, set;
    const uint64_t *serials;
    size_t n;
    struct void_count *count;
    struct cm_diag *diag;
};

/* Whether the unit is to become void; else it is counted as what it is. */
static bool to_void(const struct local *l, const struct void_act *a, uint64_t serial,
                    struct void_count *count, uint32_t *uses) {
    const struct unit_extra x = book_extra(&l->book, a->set, serial);
    *uses = x.uses;
    switch (book_bits(&l->book, a->set, serial)) {
    case UNIT_SPENT: count->redeemed++; return false;
    case UNIT_ABSENT: count->absent++; return false;
    case UNIT_OTHER:
        if ((x.flags & UNIT_VOID) == 0) return true;
        count->were++;
        return false;
    case UNIT_FRESH:
    default: return true;
    }
}

/* Codes, and cards that are units like codes. */
static cm_err void_unit(struct local *l, const struct void_act *a, uint64_t serial,
                        struct void_count *count, struct event_list *events) {
    struct event e = {.type = EVENT_VOID,
                      .u.unit = {.type = EVENT_VOID,
                                 .set = a->set,
                                 .serial = serial,
                                 .actor = a->actor,
                                 .item = EVENT_NO_ITEM}};
    TRY(book_touch(&l->book, a->set, serial, false, NULL));
    return to_void(l, a, serial, count, &e.u.unit.use) ? event_list_put(events, &e) : CM_OK;
}

/* A card with a life: one that somebody has used stays; what it had on it, nobody had. */
static cm_err void_card(struct local *l, const struct void_act *a, const struct set *set,
                        uint64_t serial, struct void_count *count, struct event_list *events) {
    TRY(book_touch(&l->book, a->set, serial, false, NULL));
    if (book_bits(&l->book, a->set, serial) == UNIT_ABSENT) {
        count->absent++;
        return CM_OK;
    }
    TRY(book_touch_card(&l->book, set, serial));
    const struct card_record *card = book_card(&l->book, a->set, serial);
    if (card->state == CM_CARD_VOID || card->state == CM_CARD_REPLACED) {
        count->were++;
        return CM_OK;
    }
    if (card->last != 0 && !card_inert(card->state)) {
        count->redeemed++;
        return CM_OK;
    }
    const struct event e = {.type = EVENT_CARD,
                            .u.card = {.op = CARD_VOID,
                                       .set = a->set,
                                       .serial = serial,
                                       .actor = a->actor,
                                       .item = EVENT_NO_ITEM,
                                       .state = CM_CARD_VOID,
                                       .reason = CM_REASON_SPOILED,
                                       .pin_failed = card->pin_failed,
                                       .pin_issue = card->pin_issue,
                                       .use = card->use,
                                       .has_money = set->life->currency[0] != '\0',
                                       .amount = card->balance}};
    return event_list_put(events, &e);
}

static cm_err void_as_owner(struct local *l, void *ctx) {
    const struct void_act *a = ctx;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    struct void_count count = {0};
    struct set_entry *s = NULL;
    TRY(admin_accepted(l, a->diag));
    TRY(admin_set(l, a->set, a->diag, &s));
    TRY(book_reserve(&l->book, a->n));
    for (size_t i = 0; i < a->n; i++) {
        const uint64_t serial = a->serials[i];
        if (serial >= s->set.counters.next_serial)
            count.absent++;
        else if (s->set.life != NULL)
            TRY(void_card(l, a, &s->set, serial, &count, &events));
        else
            TRY(void_unit(l, a, serial, &count, &events));
    }
    count.made = events.n;
    if (s->set.life != NULL) TRY(book_reserve_lines(&l->book, events.n));
    if (events.n > 0) TRY(local_commit_events(l, events.p, (uint32_t)events.n));
    *a->count = count;
    return CM_OK;
}

cm_err engine_void(struct cm_engine *engine, uint32_t actor, uint32_t set, const uint64_t *serials,
                   size_t n, struct void_count *count, struct cm_diag *diag) {
    struct void_act act = {
        .actor = actor, .set = set, .serials = serials, .n = n, .count = count, .diag = diag};
    if (n > ORDER_VOID_MAX) return CM_E_ARGUMENT;
    if (n == 0) {
        *count = (struct void_count){0};
        return CM_OK;
    }
    return local_as_owner(local_of(engine), void_as_owner, &act);
}

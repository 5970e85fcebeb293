/* Cards with a life: what a till and a desk may ask. Reference: docs/design/card-life.md. */
#include "engine/card_case.h"

#include <string.h>

#define MS_PER_DAY 86400000u

/* ---- The till ------------------------------------------------------------------------------- */

/* A till of an agent stays in the agent's ranges. */
static bool in_own_range(struct card_case *c) {
    if (c->caller->agent == 0 || c->unit->yours) return true;
    card_refuse(c, CM_V_NOT_YOURS, 0);
    return false;
}

/* A token is good for one activation: it ends in the same group. */
static void use_up_token(struct card_case *c) {
    struct deciding *d = c->d;
    struct alias_event e = {.set = c->unit->set->number,
                            .serial = c->unit->serial,
                            .kind = ALIAS_TOKEN,
                            .actor = c->caller->actor};
    memcpy(e.hash, c->unit->alias, sizeof e.hash);
    d->len += event_put_alias(d->to + d->len, &e);
    d->count++;
    book_apply_alias(d->book, &e);
}

/* What may go on the card at once; of an imported one, something may lie on it already. */
static uint64_t load_most(const struct card_case *c) {
    const uint64_t max = c->life->balance_max;
    const uint64_t room = c->card.balance < max ? max - c->card.balance : 0;
    return room < c->life->load_max ? room : c->life->load_max;
}

static void activate(struct card_case *c) {
    if (!in_own_range(c)) return;
    if (c->state == CM_CARD_ACTIVE) {
        card_refuse(c, CM_V_ALREADY_ACTIVE, 0);
        c->answer->time_ms = c->card.activated_ms;
        return;
    }
    if (!card_inert(c->state)) {
        (void)card_usable_now(c);
        return;
    }
    if (!card_within_terms(c, false) || !card_amount_fits(c, 0, load_most(c))) return;
    struct card_event e = card_event_of(c, CARD_ACTIVATE);
    e.state = CM_CARD_ACTIVE;
    e.reason = CM_REASON_NONE;
    e.pin_failed = 0;
    e.amount = c->ask->amount;
    e.balance += e.amount;
    e.has_until = c->life->valid_days > 0;
    if (e.has_until) e.until_ms = c->d->now_ms + (uint64_t)c->life->valid_days * MS_PER_DAY;
    card_accept(c, &e);
    if (c->unit->by_alias == ALIAS_TOKEN) use_up_token(c);
}

/* As if it had never been activated: while nothing was spent, and nothing is held. */
static void deactivate(struct card_case *c) {
    if (!in_own_range(c) || !card_usable_now(c)) return;
    const bool by_us = c->card.activated_ms != 0; /* imported cards came as they are */
    if (!c->life->at_till || !by_us || c->card.last_spend != 0 || c->card.replaces_set != 0) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    if (c->card.hold_n > 0) {
        card_refuse(c, CM_V_RESERVED, 0);
        return;
    }
    struct card_event e = card_event_of(c, CARD_DEACTIVATE);
    e.state = stock_at(&c->d->book->stock, e.set, e.serial).state;
    e.pin_failed = 0;
    e.amount = c->card.balance;
    e.balance = 0;
    card_accept(c, &e);
}

static void load(struct card_case *c) {
    if (!in_own_range(c)) return;
    if (!c->money) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    if (!card_usable_now(c) || !card_within_terms(c, false)) return;
    if (!card_amount_fits(c, 1, load_most(c))) return;
    struct card_event e = card_event_of(c, CARD_LOAD);
    e.amount = c->ask->amount;
    e.balance += e.amount;
    card_accept(c, &e);
}

void decide_card_till(struct card_case *c) {
    if (c->request->operation == CM_OP_ACTIVATE)
        activate(c);
    else if (c->request->operation == CM_OP_DEACTIVATE)
        deactivate(c);
    else
        load(c);
}

/* ---- The desk ------------------------------------------------------------------------------- */

static enum cm_card_reason reason_or(const struct card_case *c, enum cm_card_reason otherwise) {
    return c->ask->reason != CM_REASON_NONE ? c->ask->reason : otherwise;
}

static bool stopped(const struct card_case *c) {
    return c->state == CM_CARD_BLOCKED || c->state == CM_CARD_LOST;
}

/* Block, or report lost; a blocked card may still be lost. */
static void stop(struct card_case *c, bool lost) {
    if (c->state == CM_CARD_LOST || (c->state == CM_CARD_BLOCKED && !lost)) {
        (void)card_usable_now(c);
        return;
    }
    struct card_event e = card_event_of(c, lost ? CARD_LOSE : CARD_BLOCK);
    e.state = lost ? CM_CARD_LOST : CM_CARD_BLOCKED;
    e.reason = reason_or(c, lost ? CM_REASON_LOST : CM_REASON_OTHER);
    card_accept(c, &e);
}

/* Gives a stopped card back what it was, and a locked PIN its tries. */
static void unblock(struct card_case *c) {
    if (!stopped(c) && c->card.pin_failed == 0) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    struct card_event e = card_event_of(c, CARD_UNBLOCK);
    if (stopped(c)) {
        const struct stock *stock = &c->d->book->stock;
        e.state =
            card_inert(c->card.before) ? stock_at(stock, e.set, e.serial).state : c->card.before;
        e.reason = CM_REASON_NONE;
    }
    e.pin_failed = 0;
    card_accept(c, &e);
}

static void make_void(struct card_case *c) {
    struct card_event e = card_event_of(c, CARD_VOID);
    e.state = CM_CARD_VOID;
    e.reason = reason_or(c, CM_REASON_OTHER);
    e.amount = c->card.balance;
    e.balance = e.held = 0;
    card_accept(c, &e);
}

static void renew_pin(struct card_case *c) {
    if (c->unit->pin == PIN_NOT_ASKED || c->card.pin_issue >= CM_PIN_ISSUES_MAX) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    struct card_event e = card_event_of(c, CARD_RENEW_PIN);
    e.pin_failed = 0;
    e.pin_issue++;
    card_accept(c, &e);
}

/* Another card of the same brand and currency that nobody has used. */
static bool can_take_over(const struct card_case *c, const struct card_record *card) {
    const struct set *mine = c->unit->set, *other = c->unit->other;
    if (other == mine && c->unit->other_serial == c->unit->serial) return false;
    if (other == NULL || other->life == NULL || other->brand != mine->brand ||
        other->test != mine->test)
        return false;
    for (size_t i = 0; i < sizeof c->life->currency; i++)
        if (other->life->currency[i] != c->life->currency[i]) return false;
    if (set_recalled(other, c->unit->other_serial)) return false;
    if (card->balance != 0) return false; /* imported with something on it: it is somebody's */
    return card_inert(card->state) || (card->state == CM_CARD_ACTIVE && card->last == 0);
}

static void take_over(struct card_case *c, const struct card_record *old,
                      const struct card_record *new) {
    struct card_event e = {.op = CARD_TAKE_OVER,
                           .set = c->unit->other->number,
                           .serial = c->unit->other_serial,
                           .actor = c->caller->actor,
                           .item = EVENT_NO_ITEM,
                           .state = CM_CARD_ACTIVE,
                           .pin_issue = new->pin_issue,
                           .use = old->use,
                           .has_money = c->money,
                           .amount = old->balance,
                           .balance = old->balance,
                           .has_until = old->expires_ms != 0,
                           .until_ms = old->expires_ms,
                           .has_other = true,
                           .other_set = c->unit->set->number,
                           .other_serial = c->unit->serial,
                           .has_agent = c->caller->agent != 0,
                           .agent = c->caller->agent};
    /* The other card is a case of its own: the events stand side by side in one group. */
    const struct resolved unit = {.set = c->unit->other, .serial = c->unit->other_serial};
    struct card_case other = {.d = c->d, .unit = &unit};
    (void)card_emit(&other, &e);
}

static void replace(struct card_case *c) {
    const struct card_record old = c->card;
    if (stopped(c) && card_inert(c->card.before)) {
        card_refuse(c, CM_V_INACTIVE, 0); /* it was never anybody's */
        return;
    }
    if (!stopped(c) && !card_usable_now(c)) return;
    if (c->card.hold_n > 0) {
        card_refuse(c, CM_V_RESERVED, 0); /* release them, or let their time pass */
        return;
    }
    const struct card_record *new =
        c->unit->other != NULL
            ? book_card(c->d->book, c->unit->other->number, c->unit->other_serial)
            : NULL;
    if (new == NULL || !can_take_over(c, new)) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    const struct card_record taking = *new;
    struct card_event e = card_event_of(c, CARD_REPLACE);
    e.state = CM_CARD_REPLACED;
    e.reason = reason_or(c, c->card.reason != CM_REASON_NONE ? c->card.reason : CM_REASON_OTHER);
    e.amount = c->card.balance;
    e.balance = 0;
    e.has_other = true;
    e.other_set = c->unit->other->number;
    e.other_serial = c->unit->other_serial;
    card_accept(c, &e);
    take_over(c, &old, &taking);
}

void decide_card_desk(struct card_case *c) {
    switch ((int)c->request->operation) {
    case CM_OP_BLOCK: stop(c, false); return;
    case CM_OP_LOSE: stop(c, true); return;
    case CM_OP_UNBLOCK: unblock(c); return;
    case CM_OP_REPLACE: replace(c); return;
    case CM_OP_RENEW_PIN: renew_pin(c); return;
    default: make_void(c); return;
    }
}

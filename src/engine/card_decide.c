/* Cards with a life: who may ask, then what a holder may ask. Every cell of the table in
 * docs/design/card-life.md; tests/unit/engine/test_card_states.c walks them. */
#include "engine/card_case.h"

/* ---- What was true before, and what time has ended ------------------------------------------ */

static uint64_t ended_holds(const struct card_case *c, size_t *n, const struct card_hold **first) {
    uint64_t sum = 0;
    *n = 0;
    for (size_t i = c->card.hold_n; i > 0; i--) {
        const struct card_hold *h = &c->card.holds[i - 1];
        if (h->until_ms > c->d->now_ms) continue;
        sum += h->amount;
        *first = h;
        (*n)++;
    }
    return sum;
}

/* Holds past their deadline end by an event before anything else happens; a card past its time
 * likewise. Nobody asked for it: actor and agent are nobody's. */
static void end_what_is_over(struct card_case *c) {
    size_t n = 0;
    const struct card_hold *first = NULL;
    const uint64_t sum = ended_holds(c, &n, &first);
    const struct card_event none = {.op = CARD_EXPIRE,
                                    .set = c->unit->set->number,
                                    .serial = c->unit->serial,
                                    .item = EVENT_NO_ITEM,
                                    .state = c->card.state,
                                    .reason = c->card.reason,
                                    .pin_failed = c->card.pin_failed,
                                    .pin_issue = c->card.pin_issue,
                                    .use = c->card.use,
                                    .has_money = c->money,
                                    .balance = c->card.balance,
                                    .held = card_held(&c->card)};
    const bool expired = c->state == CM_CARD_EXPIRED && c->card.state == CM_CARD_ACTIVE;
    if (n > 0) {
        struct card_event e = none;
        e.op = CARD_EXPIRE_HOLDS;
        e.actor = first->actor;
        e.has_until = true;
        e.until_ms = c->d->now_ms;
        e.has_reference = n == 1;
        e.reference = n == 1 ? first->id : 0;
        e.amount = sum;
        e.held -= sum;
        (void)card_emit(c, &e);
    }
    if (expired) {
        struct card_event e = none;
        e.state = CM_CARD_EXPIRED;
        e.held -= sum;
        (void)card_emit(c, &e);
    }
}

/* A check says what they would leave. */
static void overlook_ended_holds(struct card_case *c) {
    size_t kept = 0;
    for (size_t i = 0; i < c->card.hold_n; i++)
        if (c->card.holds[i].until_ms > c->d->now_ms) c->card.holds[kept++] = c->card.holds[i];
    c->card.hold_n = kept;
}

/* ---- Who may ask ---------------------------------------------------------------------------- */

static bool mine(const struct card_case *c, uint32_t actor) {
    return c->caller->actor == 0 || c->caller->actor == actor;
}

/* The spend that a refund speaks of: this card's, or one of the cards whose place it took. */
static const struct card_line *spend_of(const struct card_case *c) {
    const uint64_t sequence = c->ask->reference != 0 ? c->ask->reference : c->card.last_spend;
    const struct card_record *card = &c->card;
    uint32_t set = c->unit->set->number;
    uint64_t serial = c->unit->serial;
    for (size_t hop = 0; hop <= CARD_HOPS_MAX && card != NULL; hop++) {
        const struct card_line *line = book_line(c->d->book, set, serial, sequence);
        if (line != NULL) return line;
        set = card->replaces_set;
        serial = card->replaces_serial;
        card = set != 0 ? book_card(c->d->book, set, serial) : NULL;
    }
    return NULL;
}

static bool has_hold(const struct card_case *c) {
    for (size_t i = 0; i < c->card.hold_n; i++)
        if (mine(c, c->card.holds[i].actor)) return true;
    return false;
}

/* Whether the caller began what this is about: then it knows the card. */
static bool own_business(const struct card_case *c) {
    if (c->request->operation != CM_OP_REVERSE) return has_hold(c);
    const struct card_line *line = spend_of(c);
    return line != NULL && mine(c, line->actor);
}

static bool pin_locked(const struct card_case *c) {
    return c->card.pin_failed >= c->life->pin_tries;
}

static void count_wrong_pin(struct card_case *c) {
    struct card_event e = card_event_of(c, CARD_PIN_FAILED);
    if (c->card.state == CM_CARD_VOID || c->card.state == CM_CARD_REPLACED) return;
    e.item = EVENT_NO_ITEM;
    e.state = c->card.state;
    e.pin_failed = (uint8_t)(c->card.pin_failed + 1u);
    (void)card_emit(c, &e);
}

static bool holder_asks(enum cm_operation op) {
    return op == CM_OP_CHECK || op == CM_OP_REDEEM || op == CM_OP_RESERVE;
}
static bool holder_ends(enum cm_operation op) {
    return op == CM_OP_CONFIRM || op == CM_OP_RELEASE || op == CM_OP_REVERSE;
}

/* Anonymous callers: whether the card may be spoken of. What may not looks like no number. */
static bool public_may(struct card_case *c) {
    const enum cm_operation op = c->request->operation;
    if (op == CM_OP_ACTIVATE) return c->unit->by_alias == ALIAS_TOKEN;
    if (!c->card.known) return false;
    if (c->unit->pin == PIN_NOT_ASKED) return holder_asks(op) || holder_ends(op);
    if (holder_ends(op)) return own_business(c);
    if (c->pin_right) return true;
    if (holder_asks(op) && c->unit->pin == PIN_GIVEN && !pin_locked(c)) count_wrong_pin(c);
    return false;
}

/* Callers with rights need no PIN; one that is given must be right. */
static bool pin_passes(struct card_case *c) {
    if (c->unit->pin != PIN_GIVEN || c->pin_right || !holder_asks(c->request->operation) ||
        !c->card.known)
        return true;
    const bool locked = pin_locked(c);
    if (!locked) count_wrong_pin(c);
    card_refuse(c, locked ? CM_V_PIN_LOCKED : CM_V_WRONG_PIN, 0);
    return false;
}

/* ---- What a holder asks --------------------------------------------------------------------- */

static uint64_t first_deadline(const struct card_case *c) {
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < c->card.hold_n; i++)
        if (c->card.holds[i].until_ms < first) first = c->card.holds[i].until_ms;
    return first;
}

static void refuse_held(struct card_case *c) {
    card_refuse(c, CM_V_RESERVED, c->money ? card_free(&c->card) : 0);
    c->answer->until_ms = first_deadline(c);
}

/* Cards without a balance are used as often as the terms allow. */
static bool use_left(struct card_case *c) {
    const struct set_rule *rule = &c->unit->set->rule;
    if (!card_amount_fits(c, 0, 0)) return false;
    if (rule->uses == USES_N && c->card.use >= rule->use_max) {
        const struct card_line *last =
            book_line(c->d->book, c->unit->set->number, c->unit->serial, c->card.last_spend);
        card_refuse(c, CM_V_ALREADY_REDEEMED, 0);
        c->answer->time_ms = last != NULL ? last->time_ms : 0;
        return false;
    }
    if (c->card.hold_n == 0) return true;
    refuse_held(c);
    return false;
}

static bool can_spend(struct card_case *c) {
    const bool check = c->request->operation == CM_OP_CHECK;
    const uint64_t available = card_free(&c->card);
    if (!card_usable_now(c) || !card_within_terms(c, true)) return false;
    if (!c->money) return use_left(c);
    if (c->ask->amount > available) {
        card_refuse(c, CM_V_NOT_ENOUGH, available);
        return false;
    }
    return card_amount_fits(c, check ? 0 : 1, available);
}

/* Named by an alias alone: somebody must have looked twice. */
static bool second_check_due(const struct card_case *c) {
    return c->unit->by_alias != ALIAS_NONE && !c->life->free_alias &&
           !(c->ask->checked && (c->rights & CM_RIGHT_TILL) != 0);
}

static void spend(struct card_case *c) {
    if (!can_spend(c)) return;
    if (second_check_due(c)) {
        card_refuse(c, CM_V_SECOND_CHECK, card_free(&c->card));
        return;
    }
    struct card_event e = card_event_of(c, CARD_SPEND);
    e.amount = c->ask->amount;
    e.balance -= e.amount;
    if (!c->money) e.use++;
    card_accept(c, &e);
}

static void hold(struct card_case *c) {
    if (!can_spend(c)) return;
    if (c->card.hold_n == CM_CARD_HOLDS_MAX) {
        refuse_held(c);
        return;
    }
    struct card_event e = card_event_of(c, CARD_HOLD);
    e.amount = c->ask->amount;
    e.held += e.amount;
    e.has_until = true;
    e.until_ms = c->d->now_ms + c->request->hold_ms;
    e.unchecked = second_check_due(c);
    card_accept(c, &e);
}

static void check(struct card_case *c) {
    if (can_spend(c)) card_refuse(c, CM_V_ACCEPTED, card_free(&c->card));
}

/* The hold that is meant: the one that is named, or the caller's only one. NULL: refused. */
static const struct card_hold *hold_of(struct card_case *c) {
    const struct card_hold *found = NULL;
    size_t n = 0;
    for (size_t i = 0; i < c->card.hold_n; i++) {
        const struct card_hold *h = &c->card.holds[i];
        if (c->ask->reference != 0 ? h->id != c->ask->reference : !mine(c, h->actor)) continue;
        found = h;
        n++;
    }
    if (n == 1 && mine(c, found->actor)) return found;
    if (n == 1)
        refuse_held(c);
    else
        card_refuse(c, CM_V_NOT_RESERVED, 0);
    return NULL;
}

/* A hold was a promise: the terms and the card's time may have ended meanwhile. */
static void confirm(struct card_case *c) {
    if (c->state != CM_CARD_EXPIRED && !card_usable_now(c)) return;
    const struct card_hold *h = hold_of(c);
    if (h == NULL || !card_amount_fits(c, 0, h->amount)) return;
    if (h->unchecked && !(c->ask->checked && (c->rights & CM_RIGHT_TILL) != 0)) {
        card_refuse(c, CM_V_SECOND_CHECK, h->amount);
        return;
    }
    struct card_event e = card_event_of(c, CARD_CONFIRM);
    e.has_reference = true;
    e.reference = h->id;
    e.amount = c->ask->amount != 0 ? c->ask->amount : h->amount;
    e.balance -= e.amount;
    e.held -= h->amount;
    if (!c->money) e.use++;
    card_accept(c, &e);
}

static void release(struct card_case *c) {
    const struct card_hold *h = hold_of(c);
    if (h == NULL) return;
    struct card_event e = card_event_of(c, CARD_RELEASE);
    e.has_reference = true;
    e.reference = h->id;
    e.amount = h->amount;
    e.held -= h->amount;
    card_accept(c, &e);
}

/* The spend that is asked for, if this caller may give of it back; NULL when nothing is left. */
static const struct card_line *refundable(struct card_case *c, uint64_t *left) {
    const struct card_line *line = spend_of(c);
    if (line == NULL || (!mine(c, line->actor) && (c->rights & CM_RIGHT_TILL) == 0)) return NULL;
    *left = card_line_left(line, c->money);
    return *left > 0 ? line : NULL;
}

/* Money goes back whatever became of the card meanwhile, as long as it has a balance. */
static void refund(struct card_case *c) {
    uint64_t left = 0;
    if (card_inert(c->state)) {
        card_refuse(c, CM_V_INACTIVE, 0);
        return;
    }
    const struct card_line *line = refundable(c, &left);
    if (line == NULL) {
        card_refuse(c, CM_V_NOT_REDEEMED, 0);
        return;
    }
    const uint64_t room = CM_AMOUNT_MAX - c->card.balance, most = left < room ? left : room;
    if (!card_amount_fits(c, c->money && room < left ? 1 : 0, most)) return;
    struct card_event e = card_event_of(c, CARD_REFUND);
    e.has_reference = true;
    e.reference = line->sequence;
    e.has_other = line->set != e.set || line->serial != e.serial;
    e.other_set = e.has_other ? line->set : 0;
    e.other_serial = e.has_other ? line->serial : 0;
    if (c->money)
        e.amount = c->ask->amount != 0 ? c->ask->amount : left;
    else
        e.use--;
    e.balance += e.amount;
    card_accept(c, &e);
}

/* ---- Whose turn it is ----------------------------------------------------------------------- */

static bool stands(struct card_case *c) {
    const enum cm_operation op = c->request->operation;
    const bool gives_back = op == CM_OP_RELEASE || op == CM_OP_REVERSE || op == CM_OP_VOID;
    if (c->state == CM_CARD_VOID || c->state == CM_CARD_REPLACED) {
        card_refuse(c, c->state == CM_CARD_VOID ? CM_V_VOID : CM_V_REPLACED, 0);
        c->answer->time_ms = c->card.since_ms;
        return false;
    }
    if (gives_back || !set_recalled(c->unit->set, c->unit->serial)) return true;
    card_refuse(c, CM_V_RECALLED, 0);
    return false;
}

static void dispatch(struct card_case *c) {
    switch (c->request->operation) {
    case CM_OP_CHECK: check(c); return;
    case CM_OP_REDEEM: spend(c); return;
    case CM_OP_RESERVE: hold(c); return;
    case CM_OP_CONFIRM: confirm(c); return;
    case CM_OP_RELEASE: release(c); return;
    case CM_OP_REVERSE: refund(c); return;
    case CM_OP_ACTIVATE:
    case CM_OP_DEACTIVATE:
    case CM_OP_LOAD: decide_card_till(c); return;
    case CM_OP_VOID:
    case CM_OP_BLOCK:
    case CM_OP_UNBLOCK:
    case CM_OP_LOSE:
    case CM_OP_REPLACE:
    case CM_OP_RENEW_PIN:
    default: decide_card_desk(c); return;
    }
}

static uint32_t rights_for(const struct card_case *c) {
    const enum cm_operation op = c->request->operation;
    if (holder_asks(op) || holder_ends(op)) return 0;
    if (op == CM_OP_ACTIVATE && c->unit->by_alias == ALIAS_TOKEN) return 0;
    const bool till = op == CM_OP_ACTIVATE || op == CM_OP_DEACTIVATE || op == CM_OP_LOAD;
    return till ? CM_RIGHT_TILL : CM_RIGHT_DESK;
}

static void open_case(struct card_case *c) {
    const struct resolved *u = c->unit;
    c->life = u->set->life;
    c->rights = c->caller->actor == 0 ? (CM_RIGHT_TILL | CM_RIGHT_DESK) : c->caller->rights;
    c->anonymous = c->rights == 0;
    c->money = c->life->currency[0] != '\0';
    c->card = *book_card(c->d->book, u->set->number, u->serial);
    c->state = card_state_at(c->d->book, &c->card, u->set->number, u->serial, c->d->now_ms);
    const unsigned right = u->pin_right;
    const bool equal = u->pin == PIN_GIVEN && ((right >> (c->card.pin_issue - 1u)) & 1u) != 0;
    /* Where a wrong one is not counted, a right one must say nothing: it could be tried out. */
    c->pin_right = equal && !pin_locked(c) && holder_asks(c->request->operation);
}

/* An earlier request of this very group may have used it up. */
static bool token_gone(const struct card_case *c) {
    return c->unit->by_alias == ALIAS_TOKEN && book_alias(c->d->book, c->unit->alias) == NULL;
}

void decide_card(struct card_case *c) {
    open_case(c);
    if (token_gone(c) || (c->anonymous && !public_may(c))) {
        card_conceal(c);
        return;
    }
    if ((c->rights & rights_for(c)) != rights_for(c)) {
        card_refuse(c, CM_V_NOT_POSSIBLE, 0);
        return;
    }
    if (!c->anonymous && !pin_passes(c)) return;
    if (c->request->operation == CM_OP_CHECK)
        overlook_ended_holds(c);
    else
        end_what_is_over(c);
    if (stands(c)) dispatch(c);
}

/* Events on card records, one function for each way an amount can go. Reference: card_apply.h. */
#include "engine/card_apply.h"

size_t card_hold_at(const struct card_record *card, uint64_t id) {
    size_t i = 0;
    while (i < card->hold_n && card->holds[i].id != id)
        i++;
    return i;
}

static void drop_hold(struct card_record *c, size_t at) {
    c->hold_n--;
    for (size_t i = at; i < c->hold_n; i++)
        c->holds[i] = c->holds[i + 1];
}

static cm_err add_amount(struct card_record *c, uint64_t amount) {
    if (amount > CM_AMOUNT_MAX - c->balance) return CM_E_CORRUPT;
    c->balance += amount;
    return CM_OK;
}

static cm_err take_amount(struct card_record *c, uint64_t amount) {
    if (amount > c->balance) return CM_E_CORRUPT; /* never below zero */
    c->balance -= amount;
    return CM_OK;
}

static cm_err add_hold(struct card_record *c, const struct card_event *e, uint64_t sequence) {
    if (c->hold_n == CM_CARD_HOLDS_MAX || !e->has_until) return CM_E_CORRUPT;
    if (e->amount > c->balance - card_held(c)) return CM_E_CORRUPT;
    c->holds[c->hold_n++] = (struct card_hold){.id = sequence,
                                               .amount = e->amount,
                                               .until_ms = e->until_ms,
                                               .actor = e->actor,
                                               .unchecked = e->unchecked};
    return CM_OK;
}

/* Take a hold off; of a confirmed one `amount` is spent. */
static cm_err end_hold(struct card_record *c, const struct card_event *e) {
    const size_t at = card_hold_at(c, e->reference);
    if (!e->has_reference || at == c->hold_n || e->amount > c->holds[at].amount)
        return CM_E_CORRUPT;
    drop_hold(c, at);
    return CM_OK;
}

static cm_err confirm(struct card_record *c, const struct card_event *e, uint64_t sequence) {
    TRY(end_hold(c, e));
    c->last_spend = sequence;
    return take_amount(c, e->amount);
}

static cm_err expire_holds(struct card_record *c, const struct card_event *e) {
    uint64_t sum = 0;
    for (size_t i = c->hold_n; i > 0; i--) {
        if (c->holds[i - 1].until_ms > e->until_ms) continue;
        sum += c->holds[i - 1].amount;
        drop_hold(c, i - 1);
    }
    return sum == e->amount ? CM_OK : CM_E_CORRUPT;
}

static cm_err activate(struct card_record *c, const struct card_event *e, uint64_t time_ms) {
    c->known = true;
    c->activated_ms = time_ms;
    c->expires_ms = e->has_until ? e->until_ms : 0;
    c->agent = e->agent;
    c->last_spend = 0;
    return add_amount(c, e->amount);
}

static cm_err deactivate(struct card_record *c, const struct card_event *e) {
    if (c->hold_n > 0) return CM_E_CORRUPT;
    c->known = false;
    c->activated_ms = c->expires_ms = c->last_spend = 0;
    c->agent = 0;
    return take_amount(c, e->amount);
}

/* All that is on it goes: worthless, or the next card's. */
static cm_err empty(struct card_record *c, const struct card_event *e) {
    if (e->amount != c->balance) return CM_E_CORRUPT;
    c->balance = 0;
    c->hold_n = 0;
    if (e->op != CARD_REPLACE) return CM_OK;
    if (!e->has_other) return CM_E_CORRUPT;
    c->replaced_by_set = e->other_set;
    c->replaced_by_serial = e->other_serial;
    return CM_OK;
}

static cm_err take_over(struct card_record *c, const struct card_event *e, uint64_t time_ms) {
    if (!e->has_other || c->balance != 0) return CM_E_CORRUPT;
    c->replaces_set = e->other_set;
    c->replaces_serial = e->other_serial;
    return activate(c, e, time_ms);
}

static void stop(struct card_record *c) {
    if (c->state != CM_CARD_BLOCKED && c->state != CM_CARD_LOST) c->before = c->state;
}

static cm_err change(struct card_record *c, const struct card_event *e, uint64_t sequence,
                     uint64_t time_ms) {
    switch ((int)e->op) {
    case CARD_ACTIVATE: return activate(c, e, time_ms);
    case CARD_DEACTIVATE: return deactivate(c, e);
    case CARD_LOAD:
    case CARD_REFUND: return add_amount(c, e->amount);
    case CARD_SPEND: c->last_spend = sequence; return take_amount(c, e->amount);
    case CARD_HOLD: return add_hold(c, e, sequence);
    case CARD_CONFIRM: return confirm(c, e, sequence);
    case CARD_RELEASE: return end_hold(c, e);
    case CARD_EXPIRE_HOLDS: return expire_holds(c, e);
    case CARD_BLOCK:
    case CARD_LOSE: stop(c); return CM_OK;
    case CARD_VOID:
    case CARD_REPLACE: return empty(c, e);
    case CARD_TAKE_OVER: return take_over(c, e, time_ms);
    default: return CM_OK;
    }
}

cm_err card_apply(struct card_record *card, const struct card_event *e, uint64_t sequence,
                  uint64_t time_ms) {
    struct card_record c = *card;
    TRY(change(&c, e, sequence, time_ms));
    const enum cm_card_state state = card_inert(e->state) ? CM_CARD_MADE : e->state;
    if (state != c.state) c.since_ms = time_ms;
    c.state = state;
    c.reason = e->reason;
    c.pin_failed = e->pin_failed;
    c.pin_issue = e->pin_issue;
    c.use = e->use;
    c.last = sequence;
    const uint64_t held = card_held(&c);
    const bool sound = e->has_money ? c.balance == e->balance && held == e->held
                                    : e->amount == 0 && c.balance == 0;
    if (!sound || held > c.balance) return CM_E_CORRUPT;
    *card = c;
    return CM_OK;
}

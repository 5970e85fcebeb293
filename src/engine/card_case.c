/* What the parts of the card decider share: events, answers, and what is told of a card. */
#include "engine/card_case.h"

#include <string.h>

enum cm_card_state card_state_at(const struct book *b, const struct card_record *card, uint32_t set,
                                 uint64_t serial, uint64_t now_ms) {
    if (card_inert(card->state)) return stock_at(&b->stock, set, serial).state;
    const bool over = card->expires_ms != 0 && now_ms >= card->expires_ms;
    return card->state == CM_CARD_ACTIVE && over ? CM_CARD_EXPIRED : card->state;
}

/* ---- Events --------------------------------------------------------------------------------- */

struct card_event card_event_of(const struct card_case *c, enum card_op op) {
    struct card_event e = {.op = op,
                           .set = c->unit->set->number,
                           .serial = c->unit->serial,
                           .actor = c->caller->actor,
                           .item = c->item,
                           .state = c->state,
                           .reason = c->card.reason,
                           .pin_failed = c->pin_right ? 0 : c->card.pin_failed,
                           .pin_issue = c->card.pin_issue,
                           .use = c->card.use,
                           .has_money = c->money,
                           .balance = c->card.balance,
                           .held = card_held(&c->card),
                           .has_agent = c->caller->agent != 0,
                           .agent = c->caller->agent,
                           .by_alias = c->unit->by_alias != ALIAS_NONE,
                           .has_redeemer = c->unit->has_redeemer};
    if (e.has_redeemer) memcpy(e.redeemer, c->unit->redeemer, sizeof e.redeemer);
    return e;
}

uint64_t card_emit(struct card_case *c, const struct card_event *e) {
    struct deciding *d = c->d;
    const uint64_t sequence = d->first_sequence + d->count;
    d->len += event_put_card(d->to + d->len, e);
    d->count++;
    const cm_err err = book_apply_card(d->book, c->unit->set, e, sequence, d->now_ms);
    if (err != CM_OK) d->err = err;
    c->card = *book_card(d->book, e->set, e->serial);
    c->state = card_state_at(d->book, &c->card, e->set, e->serial, d->now_ms);
    return sequence;
}

/* ---- Answers -------------------------------------------------------------------------------- */

static uint8_t tries_left(uint8_t failed, const struct card_life *life) {
    return failed < life->pin_tries ? (uint8_t)(life->pin_tries - failed) : 0;
}

static bool pins(const struct card_case *c) { return c->unit->pin != PIN_NOT_ASKED; }

static void tell(const struct card_case *c, uint64_t amount, uint64_t transaction) {
    const struct card_record *card = &c->card;
    *c->told = (struct cm_card_told){.card = true,
                                     .state = c->state,
                                     .reason = c->anonymous ? CM_REASON_NONE : card->reason,
                                     .balance = card->balance,
                                     .held = card_held(card),
                                     .amount = amount,
                                     .transaction = transaction,
                                     .expires_ms = card->expires_ms};
    memcpy(c->told->currency, c->life->currency, sizeof c->told->currency);
    if (!c->anonymous && pins(c)) c->told->pin_tries_left = tries_left(card->pin_failed, c->life);
}

void card_tell_line(const struct card_line *line, const struct card_life *life, bool rights,
                    bool has_pins, struct cm_card_told *told) {
    *told = (struct cm_card_told){.card = true,
                                  .state = line->state,
                                  .reason = rights ? line->reason : CM_REASON_NONE,
                                  .balance = line->balance,
                                  .held = line->held,
                                  .amount = line->amount,
                                  .transaction = line->sequence,
                                  .expires_ms = line->expires_ms};
    memcpy(told->currency, life->currency, sizeof told->currency);
    if (rights && has_pins) told->pin_tries_left = tries_left(line->pin_failed, life);
}

void card_accept(struct card_case *c, const struct card_event *e) {
    c->answer->verdict = CM_V_ACCEPTED;
    c->answer->sequence = card_emit(c, e);
    c->answer->time_ms = c->d->now_ms;
    c->answer->until_ms = e->until_ms;
    c->answer->use = e->use;
    tell(c, e->amount, c->answer->sequence);
    c->told->state = e->state; /* as its line says, which a replay tells: days may be over by now */
}

void card_refuse(struct card_case *c, enum cm_verdict verdict, uint64_t could) {
    c->answer->verdict = verdict;
    c->answer->use = c->card.use;
    tell(c, could, 0);
}

void card_conceal(struct card_case *c) {
    *c->answer = (struct cm_answer){.verdict = CM_V_NOT_A_CODE};
    *c->told = (struct cm_card_told){.card = false};
}

/* ---- What most operations ask --------------------------------------------------------------- */

bool card_usable_now(struct card_case *c) {
    switch (c->state) {
    case CM_CARD_ACTIVE: return true;
    case CM_CARD_MADE:
    case CM_CARD_SHIPPED:
    case CM_CARD_STOCK: card_refuse(c, CM_V_INACTIVE, 0); return false;
    case CM_CARD_EXPIRED:
        card_refuse(c, CM_V_EXPIRED, 0);
        c->answer->time_ms = c->card.expires_ms;
        return false;
    case CM_CARD_REPLACED:
    case CM_CARD_VOID: /* both were refused before */
    case CM_CARD_BLOCKED:
    case CM_CARD_LOST:
    default:
        card_refuse(c, CM_V_BLOCKED, 0);
        c->answer->time_ms = c->card.since_ms;
        return false;
    }
}

bool card_within_terms(struct card_case *c, bool with_cap) {
    const struct set *s = c->unit->set;
    const uint64_t now = c->d->now_ms;
    if (s->counters.phase == PHASE_MADE || now < s->rule.start_ms) {
        card_refuse(c, CM_V_NOT_OPEN_YET, 0);
        c->answer->until_ms = s->rule.start_ms;
        return false;
    }
    const bool ended = s->rule.end_ms != 0 && now >= s->rule.end_ms;
    const bool full = with_cap && s->rule.cap != 0 && s->counters.redeemed >= s->rule.cap;
    if (s->counters.phase == PHASE_CLOSED || ended || full) {
        card_refuse(c, CM_V_ENDED, 0);
        c->answer->until_ms = s->rule.end_ms;
        return false;
    }
    return true;
}

bool card_amount_fits(struct card_case *c, uint64_t least, uint64_t most) {
    const struct cm_card_ask *ask = c->ask;
    const bool same = ask->currency[0] == '\0' ||
                      memcmp(ask->currency, c->life->currency, sizeof ask->currency) == 0;
    const bool fits = c->money ? ask->amount >= least && ask->amount <= most : ask->amount == 0;
    if (same && fits) return true;
    card_refuse(c, CM_V_WRONG_AMOUNT, c->money ? most : 0);
    return false;
}

/* Cards with a life in the book: their records and lines of history through the layers, and the
 * only place where an event changes one. Reference: docs/design/card-life.md. */
#include <stdlib.h>

#include "engine/book.h"
#include "engine/card_apply.h"
#include "engine/card_fresh.h"

/* Sequences are the ledger's own and never given twice. */
static struct map_key line_key(uint64_t sequence) { return (struct map_key){.lo = sequence}; }

cm_err book_touch_card(struct book *b, const struct set *set, uint64_t serial) {
    const struct map_key key = unit_key(set->number, serial);
    TRY(units_load(&b->units, set->number, serial));
    if (map_get(&b->active.cards, key) != NULL) return CM_OK;
    struct card_slot slot = {.present = false};
    const struct card_slot *lower = map_get(&b->folding.cards, key);
    if (lower != NULL)
        slot = *lower;
    else if (unit_get(&b->units, set->number, serial) == UNIT_OTHER)
        TRY(state_card(b->state, set->number, serial, &slot.card, &slot.present));
    if (!slot.present) TRY(card_fresh(set, serial, &slot.card));
    slot.changed = false;
    TRY(map_reserve(&b->active.cards, 1));
    *(struct card_slot *)map_put(&b->active.cards, key, NULL) = slot;
    return CM_OK;
}

static bool belongs(const struct card_line *line, uint32_t set, uint64_t serial) {
    return line->set == set && line->serial == serial;
}

cm_err book_card_line(const struct book *b, uint32_t set, uint64_t serial, uint64_t sequence,
                      struct card_line *out, bool *found) {
    const struct map_key key = line_key(sequence);
    const struct line_slot *near = map_get(&b->active.lines, key);
    if (near == NULL) near = map_get(&b->folding.lines, key);
    if (near == NULL) return state_card_line(b->state, set, serial, sequence, out, found);
    *found = belongs(&near->line, set, serial);
    if (*found) *out = near->line;
    return CM_OK;
}

cm_err book_touch_line(struct book *b, uint32_t set, uint64_t serial, uint64_t sequence,
                       bool *found) {
    struct line_slot slot = {.changed = false};
    *found = false;
    if (sequence == 0) return CM_OK;
    TRY(book_card_line(b, set, serial, sequence, &slot.line, found));
    if (!*found || map_get(&b->active.lines, line_key(sequence)) != NULL) return CM_OK;
    TRY(map_reserve(&b->active.lines, 1));
    *(struct line_slot *)map_put(&b->active.lines, line_key(sequence), NULL) = slot;
    return CM_OK;
}

cm_err book_reserve_lines(struct book *b, size_t n) { return map_reserve(&b->active.lines, n); }

const struct card_record *book_card(const struct book *b, uint32_t set, uint64_t serial) {
    const struct card_slot *slot = map_get(&b->active.cards, unit_key(set, serial));
    return slot != NULL ? &slot->card : NULL;
}

const struct card_line *book_line(const struct book *b, uint32_t set, uint64_t serial,
                                  uint64_t sequence) {
    const struct line_slot *slot = map_get(&b->active.lines, line_key(sequence));
    return slot != NULL && belongs(&slot->line, set, serial) ? &slot->line : NULL;
}

/* ---- Applying ------------------------------------------------------------------------------- */

static void mark_other(struct book *b, uint32_t set, uint64_t serial) {
    if (unit_get(&b->units, set, serial) == UNIT_OTHER) return;
    struct change *change = changes_of(&b->active.units, set, serial);
    change->has_bits = true;
    change->bits = (uint8_t)UNIT_OTHER;
    unit_set(&b->units, set, serial, UNIT_OTHER);
}

static void put_line(struct book *b, const struct card_event *e, const struct card_record *card,
                     uint64_t previous, uint64_t time_ms) {
    struct line_slot *slot = map_put(&b->active.lines, line_key(card->last), NULL);
    slot->changed = true;
    slot->line = (struct card_line){.sequence = card->last,
                                    .previous = previous,
                                    .set = e->set,
                                    .serial = e->serial,
                                    .op = e->op,
                                    .state = e->state,
                                    .reason = e->reason,
                                    .pin_failed = e->pin_failed,
                                    .pin_issue = e->pin_issue,
                                    .by_alias = e->by_alias,
                                    .actor = e->actor,
                                    .agent = e->agent,
                                    .use = e->use,
                                    .time_ms = time_ms,
                                    .amount = e->amount,
                                    .balance = e->balance,
                                    .held = e->held,
                                    .until_ms = e->op == CARD_HOLD ? e->until_ms : 0,
                                    .expires_ms = card->expires_ms,
                                    .reference = e->reference,
                                    .other_set = e->other_set,
                                    .other_serial = e->other_serial};
}

uint64_t card_line_left(const struct card_line *line, bool money) {
    if (line->op != CARD_SPEND && line->op != CARD_CONFIRM) return 0;
    return (money ? line->amount : 1) - line->refunded;
}

/* A refund is told in the line that it gives back. @return whether nothing of that line is left */
static cm_err refund(struct book *b, const struct card_event *e, bool *whole) {
    struct line_slot *slot = map_get(&b->active.lines, line_key(e->reference));
    const uint64_t amount = e->has_money ? e->amount : 1;
    const uint32_t set = e->has_other ? e->other_set : e->set;
    const uint64_t serial = e->has_other ? e->other_serial : e->serial;
    if (!e->has_reference || slot == NULL || !belongs(&slot->line, set, serial) ||
        amount > card_line_left(&slot->line, e->has_money))
        return CM_E_CORRUPT;
    slot->line.refunded += amount;
    slot->changed = true;
    *whole = card_line_left(&slot->line, e->has_money) == 0;
    return CM_OK;
}

/* Units that the set's counters know: redemptions, reservations, voids. */
static void count_units(struct set_counters *c, const struct card_event *e, size_t holds_ended,
                        bool whole) {
    c->reserved -= holds_ended;
    switch ((int)e->op) {
    case CARD_SPEND:
    case CARD_CONFIRM: c->redeemed++; break;
    case CARD_HOLD: c->reserved++; break;
    case CARD_REFUND:
        c->reversed++;
        /* Counted where it was spent: perhaps on a card of another pool, whose place this took. */
        if (whole && (!e->has_other || e->other_set == e->set)) c->redeemed--;
        break;
    case CARD_VOID: c->voided++; break;
    default: break;
    }
}

static void count_money(struct set_counters *c, const struct card_slot *before,
                        const struct card_slot *after) {
    const uint64_t was = before->card.balance, is = after->card.balance;
    c->balance += is - was;
    if (is > was)
        c->loaded += is - was;
    else
        c->spent += was - is;
    if (before->present && before->card.state == CM_CARD_ACTIVE) c->active--;
    if (after->card.state == CM_CARD_ACTIVE) c->active++;
    if (after->card.pin_issue > 1 && after->card.pin_issue > c->pin_issue_most)
        c->pin_issue_most = after->card.pin_issue;
}

static cm_err answer_card(struct book *b, const struct card_event *e, uint64_t sequence,
                          uint64_t time_ms) {
    if (b->answering_left == 0) return CM_OK;
    b->answering_left--;
    if (e->item == EVENT_NO_ITEM) return CM_OK;
    const struct answer_item item = {.item = e->item,
                                     .use = e->use,
                                     .set = e->set,
                                     .serial = e->serial,
                                     .sequence = sequence,
                                     .time_ms = time_ms,
                                     .until_ms = e->until_ms};
    return answer_append(map_get(&b->active.answers, b->answering), &item);
}

/* Who sold the card, or else in whose range it lies. */
static uint32_t whose(const struct book *b, const struct card_slot *before,
                      const struct card_event *e) {
    if (before->present && before->card.agent != 0) return before->card.agent;
    return stock_at(&b->stock, e->set, e->serial).agent;
}

cm_err book_apply_card(struct book *b, struct set *set, const struct card_event *e,
                       uint64_t sequence, uint64_t time_ms) {
    struct card_slot *slot = map_get(&b->active.cards, unit_key(e->set, e->serial));
    if (slot == NULL || set->life == NULL) return CM_E_CORRUPT;
    const struct card_slot before = *slot;
    struct card_slot after = {.card = before.card, .present = true, .changed = true};
    bool whole = false;
    TRY(card_apply(&after.card, e, sequence, time_ms));
    if (e->op == CARD_REFUND) TRY(refund(b, e, &whole));
    TRY(tally_card(&b->tallies, e, whose(b, &before, e)));
    *slot = after;
    const size_t ended = before.card.hold_n + (e->op == CARD_HOLD ? 1u : 0u) - after.card.hold_n;
    count_units(&set->counters, e, ended, whole);
    count_money(&set->counters, &before, &after);
    set->counters_dirty = true;
    if (e->op == CARD_RENEW_PIN) atomic_store(&set->pin_issues, set->counters.pin_issue_most);
    mark_other(b, e->set, e->serial);
    put_line(b, e, &after.card, before.card.last, time_ms);
    return answer_card(b, e, sequence, time_ms);
}

/* ---- Folds ---------------------------------------------------------------------------------- */

cm_err book_merge_cards(struct layer *active, const struct layer *failed) {
    size_t at = 0;
    struct map_key key;
    void *value;
    TRY(map_reserve(&active->cards, failed->cards.n));
    TRY(map_reserve(&active->lines, failed->lines.n));
    while (map_next(&failed->cards, &at, &key, &value)) {
        const struct card_slot *old = value;
        bool made = false;
        struct card_slot *mine = map_put(&active->cards, key, &made);
        if (made) *mine = *old;
        mine->changed = mine->changed || old->changed;
    }
    at = 0;
    while (map_next(&failed->lines, &at, &key, &value)) {
        const struct line_slot *old = value;
        bool made = false;
        struct line_slot *mine = map_put(&active->lines, key, &made);
        if (made) *mine = *old;
        mine->changed = mine->changed || old->changed;
    }
    return CM_OK;
}

cm_err book_fold_cards(const struct book *b, struct state_fold *f) {
    size_t at = 0;
    struct map_key key;
    void *value;
    while (map_next(&b->folding.cards, &at, &key, &value)) {
        const struct card_slot *slot = value;
        if (slot->changed) TRY(fold_card(f, (uint32_t)key.hi, key.lo, &slot->card));
    }
    at = 0;
    while (map_next(&b->folding.lines, &at, &key, &value)) {
        const struct line_slot *slot = value;
        if (slot->changed) TRY(fold_card_line(f, &slot->line));
    }
    return CM_OK;
}

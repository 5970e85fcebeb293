/* The event that changes a card, as bytes: docs/design/journal.md, "Cards".
 * It refuses lengths, marks and values that no writer of ours makes. Meaning is not judged here:
 * whether the sums hold is asked when the event is applied. */
#include <string.h>

#include "base/bytes.h"
#include "ledger/card.h"
#include "ledger/event.h"
#include "ledger/event_frame.h"

_Static_assert(CARD_REDEEMER_LEN == EVENT_HASH_LEN, "the pseudonym is the one of other events");

static uint8_t *put8(uint8_t *to, unsigned v) {
    *to = (uint8_t)v;
    return to + 1;
}
static uint8_t *put16(uint8_t *to, uint16_t v) {
    put_u16be(to, v);
    return to + sizeof v;
}
static uint8_t *put32(uint8_t *to, uint32_t v) {
    put_u32be(to, v);
    return to + sizeof v;
}
static uint8_t *put64(uint8_t *to, uint64_t v) {
    put_u64be(to, v);
    return to + sizeof v;
}

static uint8_t flags_of(const struct card_event *e) {
    const unsigned flags =
        (e->has_money ? CARD_HAS_MONEY : 0u) | (e->has_until ? CARD_HAS_UNTIL : 0u) |
        (e->has_reference ? CARD_HAS_REFERENCE : 0u) | (e->has_other ? CARD_HAS_OTHER : 0u) |
        (e->has_agent ? CARD_HAS_AGENT : 0u) | (e->has_redeemer ? CARD_HAS_REDEEMER : 0u) |
        (e->by_alias ? CARD_BY_ALIAS : 0u) | (e->unchecked ? CARD_UNCHECKED : 0u);
    return (uint8_t)flags;
}

static uint8_t *put_fixed(uint8_t *to, const struct card_event *e) {
    to = put32(to, e->set);
    to = put64(to, e->serial);
    to = put32(to, e->actor);
    to = put16(to, e->item);
    to = put8(to, (unsigned)e->op);
    to = put8(to, (unsigned)e->state);
    to = put8(to, (unsigned)e->reason);
    to = put8(to, e->pin_failed);
    to = put8(to, e->pin_issue);
    return put32(to, e->use);
}

size_t event_put_card(uint8_t *to, const struct card_event *e) {
    uint8_t *p = put_fixed(to + EVENT_FRAME_LEN, e);
    if (e->has_money) {
        p = put64(p, e->amount);
        p = put64(p, e->balance);
        p = put64(p, e->held);
    }
    if (e->has_until) p = put64(p, e->until_ms);
    if (e->has_reference) p = put64(p, e->reference);
    if (e->has_other) p = put64(put32(p, e->other_set), e->other_serial);
    if (e->has_agent) p = put32(p, e->agent);
    if (e->has_redeemer) {
        memcpy(p, e->redeemer, sizeof e->redeemer);
        p += sizeof e->redeemer;
    }
    const size_t len = (size_t)(p - to);
    event_frame_head(to, EVENT_CARD, flags_of(e), (uint16_t)(len - EVENT_FRAME_LEN));
    return len;
}

static void read_fixed(struct cursor *c, struct card_event *e) {
    e->set = cursor_u32be(c);
    e->serial = cursor_u64be(c);
    e->actor = cursor_u32be(c);
    e->item = cursor_u16be(c);
    const uint8_t op = cursor_u8(c), state = cursor_u8(c), reason = cursor_u8(c);
    e->pin_failed = cursor_u8(c);
    e->pin_issue = cursor_u8(c);
    e->use = cursor_u32be(c);
    if (op == 0 || op >= CARD_OP_N || state >= CM_CARD_STATE_N || reason >= CM_REASON_N ||
        e->pin_issue == 0 || e->pin_issue > CM_PIN_ISSUES_MAX) {
        c->failed = true;
        return;
    }
    e->op = (enum card_op)op;
    e->state = (enum cm_card_state)state;
    e->reason = (enum cm_card_reason)reason;
}

static void read_money(struct cursor *c, struct card_event *e) {
    e->amount = cursor_u64be(c);
    e->balance = cursor_u64be(c);
    e->held = cursor_u64be(c);
    if (e->amount > CM_AMOUNT_MAX || e->balance > CM_AMOUNT_MAX || e->held > e->balance)
        c->failed = true;
}

void event_read_card(struct cursor *c, uint8_t flags, struct card_event *e) {
    read_fixed(c, e);
    e->has_money = (flags & CARD_HAS_MONEY) != 0;
    e->has_until = (flags & CARD_HAS_UNTIL) != 0;
    e->has_reference = (flags & CARD_HAS_REFERENCE) != 0;
    e->has_other = (flags & CARD_HAS_OTHER) != 0;
    e->has_agent = (flags & CARD_HAS_AGENT) != 0;
    e->has_redeemer = (flags & CARD_HAS_REDEEMER) != 0;
    e->by_alias = (flags & CARD_BY_ALIAS) != 0;
    e->unchecked = (flags & CARD_UNCHECKED) != 0;
    if (e->has_money) read_money(c, e);
    if (e->has_until) e->until_ms = cursor_u64be(c);
    if (e->has_reference) e->reference = cursor_u64be(c);
    if (e->has_other) {
        e->other_set = cursor_u32be(c);
        e->other_serial = cursor_u64be(c);
    }
    if (e->has_agent) e->agent = cursor_u32be(c);
    if (e->has_redeemer) cursor_copy(c, e->redeemer, sizeof e->redeemer);
}

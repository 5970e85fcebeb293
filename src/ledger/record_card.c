/* Card records and lines of history as bytes: docs/design/state.md, "Cards".
 * Readers refuse a length or a value that no writer of ours makes. */
#include "base/bytes.h"
#include "base/macros.h"
#include "ledger/card.h"

static uint8_t *put8(uint8_t *to, unsigned v) {
    *to = (uint8_t)v;
    return to + 1;
}
static uint8_t *put32(uint8_t *to, uint32_t v) {
    put_u32be(to, v);
    return to + sizeof v;
}
static uint8_t *put64(uint8_t *to, uint64_t v) {
    put_u64be(to, v);
    return to + sizeof v;
}

uint64_t card_held(const struct card_record *card) {
    uint64_t held = 0;
    for (size_t i = 0; i < card->hold_n; i++)
        held += card->holds[i].amount;
    return held;
}

size_t record_put_card(uint8_t to[static RECORD_CARD_MAX_LEN], const struct card_record *r) {
    uint8_t *p = put8(to, (unsigned)r->state);
    p = put8(p, (unsigned)r->before);
    p = put8(p, (unsigned)r->reason);
    p = put8(p, r->known ? 1u : 0u);
    p = put8(p, r->pin_failed);
    p = put8(p, r->pin_issue);
    p = put32(p, r->use);
    p = put32(p, r->agent);
    p = put64(p, r->since_ms);
    p = put64(p, r->activated_ms);
    p = put64(p, r->expires_ms);
    p = put64(p, r->balance);
    p = put64(p, r->last);
    p = put64(p, r->last_spend);
    p = put64(put32(p, r->replaced_by_set), r->replaced_by_serial);
    p = put64(put32(p, r->replaces_set), r->replaces_serial);
    for (size_t i = 0; i < r->hold_n; i++) {
        const struct card_hold *h = &r->holds[i];
        p = put64(put64(put64(p, h->id), h->amount), h->until_ms);
        p = put8(put32(p, h->actor), h->unchecked ? 1u : 0u);
    }
    return (size_t)(p - to);
}

static bool flag(struct cursor *c) {
    const uint8_t v = cursor_u8(c);
    if (v > 1) c->failed = true;
    return v == 1;
}

static enum cm_card_state read_state(struct cursor *c) {
    const uint8_t v = cursor_u8(c);
    if (v >= CM_CARD_STATE_N) c->failed = true;
    return (enum cm_card_state)(c->failed ? 0 : v);
}

static enum cm_card_reason read_reason(struct cursor *c) {
    const uint8_t v = cursor_u8(c);
    if (v >= CM_REASON_N) c->failed = true;
    return (enum cm_card_reason)(c->failed ? 0 : v);
}

static uint8_t read_issue(struct cursor *c) {
    const uint8_t v = cursor_u8(c);
    if (v == 0 || v > CM_PIN_ISSUES_MAX) c->failed = true;
    return v;
}

/* Holds never reach beyond the balance. */
static void read_holds(struct cursor *c, struct card_record *r) {
    uint64_t free = r->balance;
    while (c->left > 0 && !c->failed) {
        if (r->hold_n == CM_CARD_HOLDS_MAX) c->failed = true;
        if (c->failed) return;
        struct card_hold *h = &r->holds[r->hold_n++];
        h->id = cursor_u64be(c);
        h->amount = cursor_u64be(c);
        h->until_ms = cursor_u64be(c);
        h->actor = cursor_u32be(c);
        h->unchecked = flag(c);
        if (h->amount > free) c->failed = true;
        free -= h->amount;
    }
}

cm_err record_read_card(struct cm_slice content, struct card_record *out) {
    struct cursor c = cursor_over(content);
    struct card_record r = {.state = read_state(&c)};
    r.before = read_state(&c);
    r.reason = read_reason(&c);
    r.known = flag(&c);
    r.pin_failed = cursor_u8(&c);
    r.pin_issue = read_issue(&c);
    r.use = cursor_u32be(&c);
    r.agent = cursor_u32be(&c);
    r.since_ms = cursor_u64be(&c);
    r.activated_ms = cursor_u64be(&c);
    r.expires_ms = cursor_u64be(&c);
    r.balance = cursor_u64be(&c);
    r.last = cursor_u64be(&c);
    r.last_spend = cursor_u64be(&c);
    r.replaced_by_set = cursor_u32be(&c);
    r.replaced_by_serial = cursor_u64be(&c);
    r.replaces_set = cursor_u32be(&c);
    r.replaces_serial = cursor_u64be(&c);
    read_holds(&c, &r);
    if (cursor_end(&c) != CM_OK || r.balance > CM_AMOUNT_MAX) return CM_E_CORRUPT;
    *out = r;
    return CM_OK;
}

void record_put_line(uint8_t to[static RECORD_LINE_LEN], const struct card_line *l) {
    uint8_t *p = put64(to, l->previous);
    p = put8(p, (unsigned)l->op);
    p = put8(p, (unsigned)l->state);
    p = put8(p, (unsigned)l->reason);
    p = put8(p, l->pin_failed);
    p = put8(p, l->pin_issue);
    p = put8(p, l->by_alias ? 1u : 0u);
    p = put32(put32(put32(p, l->actor), l->agent), l->use);
    p = put64(p, l->time_ms);
    p = put64(put64(put64(p, l->amount), l->balance), l->held);
    p = put64(put64(p, l->until_ms), l->expires_ms);
    p = put64(put64(p, l->reference), l->refunded);
    (void)put64(put32(p, l->other_set), l->other_serial);
}

cm_err record_read_line(struct cm_slice content, struct card_line *out) {
    struct cursor c = cursor_over(content);
    struct card_line l = {.previous = cursor_u64be(&c)};
    const uint8_t op = cursor_u8(&c);
    if (op == 0 || op >= CARD_OP_N) return CM_E_CORRUPT;
    l.op = (enum card_op)op;
    l.state = read_state(&c);
    l.reason = read_reason(&c);
    l.pin_failed = cursor_u8(&c);
    l.pin_issue = read_issue(&c);
    l.by_alias = flag(&c);
    l.actor = cursor_u32be(&c);
    l.agent = cursor_u32be(&c);
    l.use = cursor_u32be(&c);
    l.time_ms = cursor_u64be(&c);
    l.amount = cursor_u64be(&c);
    l.balance = cursor_u64be(&c);
    l.held = cursor_u64be(&c);
    l.until_ms = cursor_u64be(&c);
    l.expires_ms = cursor_u64be(&c);
    l.reference = cursor_u64be(&c);
    l.refunded = cursor_u64be(&c);
    l.other_set = cursor_u32be(&c);
    l.other_serial = cursor_u64be(&c);
    if (cursor_end(&c) != CM_OK) return CM_E_CORRUPT;
    *out = l;
    return CM_OK;
}

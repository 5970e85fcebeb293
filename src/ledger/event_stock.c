/* Events of cards on their way: where a range lies (stock), and other names of cards (aliases).
 * It refuses states and kinds that there are not, empty and overflowing ranges, and an end in the
 * removal of an alias. Byte tables: docs/design/journal.md, "Events". */
#include "countermark/life.h"
#include "ledger/event_pen.h"

size_t event_put_stock(uint8_t *to, const struct stock_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u64(&w, e->first);
    pen_u64(&w, e->count);
    pen_u8(&w, e->state);
    pen_u32(&w, e->agent);
    pen_u32(&w, e->order);
    pen_u32(&w, e->actor);
    return pen_close(&w, to, EVENT_STOCK, 0);
}

void event_read_stock(struct cursor *c, struct stock_event *e) {
    e->set = cursor_u32be(c);
    e->first = cursor_u64be(c);
    e->count = cursor_u64be(c);
    e->state = cursor_u8(c);
    e->agent = cursor_u32be(c);
    e->order = cursor_u32be(c);
    e->actor = cursor_u32be(c);
    if (e->state > CM_CARD_STOCK || e->count == 0 || e->first > UINT64_MAX - e->count)
        c->failed = true;
}

size_t event_put_alias(uint8_t *to, const struct alias_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u64(&w, e->serial);
    pen_u8(&w, (uint8_t)e->kind);
    pen_u8(&w, e->on ? 1 : 0);
    pen_u64(&w, e->until_ms);
    pen_put(&w, e->hash, sizeof e->hash);
    pen_u32(&w, e->actor);
    return pen_close(&w, to, EVENT_ALIAS, 0);
}

void event_read_alias(struct cursor *c, struct alias_event *e) {
    e->set = cursor_u32be(c);
    e->serial = cursor_u64be(c);
    const uint8_t kind = cursor_u8(c), on = cursor_u8(c);
    e->until_ms = cursor_u64be(c);
    cursor_copy(c, e->hash, sizeof e->hash);
    e->actor = cursor_u32be(c);
    if (kind == ALIAS_NONE || kind >= ALIAS_KIND_N || on > 1) c->failed = true;
    if (on == 0 && e->until_ms != 0) c->failed = true;
    e->kind = (enum alias_kind)kind;
    e->on = on == 1;
}

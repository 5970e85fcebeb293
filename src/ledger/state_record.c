/* Encoding and decoding of the state's values, from the byte tables of docs/design/state.md.
 * It refuses lengths and flags that no writer of ours makes. */
#include "ledger/state_record.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

static uint8_t *put8(uint8_t *to, uint8_t v) {
    *to = v;
    return to + sizeof v;
}
static uint8_t *put16(uint8_t *to, uint16_t v) {
    put_u16be(to, v);
    return to + sizeof v;
}
static uint8_t *put32(uint8_t *to, uint32_t v) {
    put_u32be(to, v);
    return to + sizeof v;
}
static uint8_t *put48(uint8_t *to, uint64_t v) {
    return put32(put16(to, (uint16_t)(v >> 32)), (uint32_t)v);
}
static uint8_t *put64(uint8_t *to, uint64_t v) {
    put_u64be(to, v);
    return to + sizeof v;
}
static uint8_t *put_bytes(uint8_t *to, const uint8_t *p, size_t len) {
    memcpy(to, p, len);
    return to + len;
}
static uint64_t get48(const uint8_t *p) {
    return (uint64_t)get_u16be(p) << 32 | get_u32be(p + sizeof(uint16_t));
}

/* Anything cut or left over contradicts the checksum that held: the writer was not ours. */
static cm_err whole(const struct cursor *c) {
    return cursor_end(c) == CM_OK ? CM_OK : CM_E_CORRUPT;
}

void record_put_meta(uint8_t to[static RECORD_META_LEN], const struct image_meta *m) {
    to = put16(to, m->format);
    to = put_bytes(to, m->workspace_id, sizeof m->workspace_id);
    (void)put64(to, m->position);
}

cm_err record_read_meta(struct cm_slice content, struct image_meta *out) {
    struct cursor c = cursor_over(content);
    struct image_meta m = {.format = cursor_u16be(&c)};
    cursor_copy(&c, m.workspace_id, sizeof m.workspace_id);
    m.position = cursor_u64be(&c);
    if (cursor_err(&c) != CM_OK) return CM_E_CORRUPT;
    *out = m;
    return CM_OK;
}

void record_put_extra(uint8_t to[static RECORD_EXTRA_LEN], const struct unit_extra *e) {
    to = put8(to, e->flags);
    to = put32(to, e->uses);
    to = put32(to, e->reserved_by);
    to = put64(to, e->reserved_until_ms);
    to = put64(to, e->since_ms);
    (void)put_bytes(to, e->redeemer, sizeof e->redeemer);
}

cm_err record_read_extra(struct cm_slice content, struct unit_extra *out) {
    struct cursor c = cursor_over(content);
    struct unit_extra e = {.flags = cursor_u8(&c)};
    e.uses = cursor_u32be(&c);
    e.reserved_by = cursor_u32be(&c);
    e.reserved_until_ms = cursor_u64be(&c);
    e.since_ms = cursor_u64be(&c);
    cursor_copy(&c, e.redeemer, sizeof e.redeemer);
    const unsigned known = UNIT_RESERVED | UNIT_VOID | UNIT_HAS_REDEEMER;
    if ((e.flags & ~known) != 0) return CM_E_CORRUPT;
    TRY(whole(&c));
    *out = e;
    return CM_OK;
}

static bool has_cards(const struct set_counters *c) {
    return (c->active | c->balance | c->loaded | c->spent | c->pin_issue_most) != 0;
}

size_t record_put_counters(uint8_t to[static RECORD_COUNTERS_MAX], const struct set_counters *c) {
    const uint8_t *const from = to;
    to = put64(to, c->next_serial);
    to = put64(to, c->issued);
    to = put64(to, c->redeemed);
    to = put64(to, c->reversed);
    to = put64(to, c->reserved);
    to = put64(to, c->voided);
    to = put8(to, c->phase);
    to = put8(to, c->shipped);
    to = put8(to, c->rule_version);
    if (!has_cards(c)) return (size_t)(to - from);
    to = put64(to, c->active);
    to = put64(to, c->balance);
    to = put64(to, c->loaded);
    to = put64(to, c->spent);
    to = put8(to, c->pin_issue_most);
    return (size_t)(to - from);
}

cm_err record_read_counters(struct cm_slice content, struct set_counters *out) {
    struct cursor c = cursor_over(content);
    struct set_counters n = {.next_serial = cursor_u64be(&c)};
    n.issued = cursor_u64be(&c);
    n.redeemed = cursor_u64be(&c);
    n.reversed = cursor_u64be(&c);
    n.reserved = cursor_u64be(&c);
    n.voided = cursor_u64be(&c);
    n.phase = cursor_u8(&c);
    n.shipped = cursor_u8(&c);
    n.rule_version = cursor_u8(&c);
    const bool cards = c.left > 0;
    if (cards) {
        n.active = cursor_u64be(&c);
        n.balance = cursor_u64be(&c);
        n.loaded = cursor_u64be(&c);
        n.spent = cursor_u64be(&c);
        n.pin_issue_most = cursor_u8(&c);
    }
    if (cards != has_cards(&n)) return CM_E_CORRUPT; /* each has one form */
    TRY(whole(&c));
    *out = n;
    return CM_OK;
}

void record_put_answer(struct buffer *to, const struct answer_record *r) {
    buffer_put(to, r->request, sizeof r->request);
    buffer_u64be(to, r->time_ms);
    for (size_t i = 0; i < r->n; i++) {
        const struct answer_item *a = &r->items[i];
        buffer_u16be(to, a->item);
        buffer_u32be(to, a->use);
        buffer_u32be(to, a->set);
        buffer_u64be(to, a->serial);
        buffer_u64be(to, a->sequence);
        buffer_u64be(to, a->time_ms);
        buffer_u64be(to, a->until_ms);
    }
}

static void read_item(struct cursor *c, struct answer_item *a) {
    a->item = cursor_u16be(c);
    a->use = cursor_u32be(c);
    a->set = cursor_u32be(c);
    a->serial = cursor_u64be(c);
    a->sequence = cursor_u64be(c);
    a->time_ms = cursor_u64be(c);
    a->until_ms = cursor_u64be(c);
}

/* Capacity of an answer's items: the power of two the engine grows them by (engine/layer.c), so
 * that it may append to a record fetched from here. */
static size_t item_cap(size_t n) {
    size_t cap = 1;
    while (cap < n)
        cap *= 2;
    return cap;
}

cm_err record_read_answer(struct cm_slice content, struct answer_record *out) {
    struct cursor c = cursor_over(content);
    struct answer_record r = {.n = 0};
    cursor_copy(&c, r.request, sizeof r.request);
    r.time_ms = cursor_u64be(&c);
    if (cursor_err(&c) != CM_OK || c.left % RECORD_ITEM_LEN != 0) return CM_E_CORRUPT;
    r.n = c.left / RECORD_ITEM_LEN;
    struct answer_item *items = calloc(item_cap(r.n), sizeof *items);
    if (items == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < r.n; i++)
        read_item(&c, &items[i]);
    *out = r;
    out->items = items;
    return CM_OK;
}

void record_put_detail(uint8_t to[static RECORD_DETAIL_LEN], uint16_t offset,
                       const struct unit_detail *d) {
    to = put16(to, offset);
    to = put32(to, d->use);
    to = put32(to, d->actor);
    to = put48(to, d->time_ms);
    (void)put48(to, d->sequence);
}

uint16_t record_read_detail(const uint8_t from[static RECORD_DETAIL_LEN], struct unit_detail *out) {
    out->use = get_u32be(from + 2);
    out->actor = get_u32be(from + 6);
    out->time_ms = get48(from + 10);
    out->sequence = get48(from + 16);
    return get_u16be(from);
}

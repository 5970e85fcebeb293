/* Applying events: the only place where a unit's state changes (states.md, last column of every
 * cell). It decides nothing: what an event says is done, in replay as on the day. */
#include <string.h>

#include "engine/book.h"

static void put_bits(struct book *b, uint32_t set, uint64_t serial, enum unit_bits bits) {
    struct change *change = changes_of(&b->active.units, set, serial);
    change->has_bits = true;
    change->bits = (uint8_t)bits;
    unit_set(&b->units, set, serial, bits);
}

static void put_extra(struct book *b, const struct unit_event *e, const struct unit_extra *extra) {
    struct extra_slot *slot = map_put(&b->active.extras, unit_key(e->set, e->serial), NULL);
    slot->present = extra != NULL;
    slot->extra = extra != NULL ? *extra : (struct unit_extra){0};
}

/* A unit without reservation or voiding: fresh, partly used or spent. */
static void settle(struct book *b, const struct unit_event *e) {
    const bool had_extra = unit_get(&b->units, e->set, e->serial) == UNIT_OTHER;
    if (!e->spent && e->use > 0) {
        const struct unit_extra partly = {.uses = e->use};
        put_extra(b, e, &partly);
        put_bits(b, e->set, e->serial, UNIT_OTHER);
        return;
    }
    if (had_extra) put_extra(b, e, NULL);
    put_bits(b, e->set, e->serial, e->spent ? UNIT_SPENT : UNIT_FRESH);
}

static void put_detail(struct book *b, const struct unit_event *e, uint64_t sequence,
                       uint64_t time_ms) {
    struct change *change = changes_of(&b->active.units, e->set, e->serial);
    change->has_detail = true;
    change->detail = (struct unit_detail){
        .time_ms = time_ms, .sequence = sequence, .actor = e->actor, .use = e->use};
}

static void put_used_by(struct book *b, const struct unit_event *e, bool used) {
    if (!e->has_redeemer) return;
    struct used_slot *slot =
        map_put(&b->active.used_by, used_key(e->set, e->serial, e->redeemer), NULL);
    slot->set = e->set;
    slot->serial = e->serial;
    memcpy(slot->redeemer, e->redeemer, sizeof slot->redeemer);
    slot->used = used;
}

static void hold(struct book *b, const struct unit_event *e, uint64_t time_ms) {
    struct unit_extra reserved = {.flags = UNIT_RESERVED,
                                  .uses = e->use,
                                  .reserved_by = e->actor,
                                  .reserved_until_ms = e->until_ms,
                                  .since_ms = time_ms};
    if (e->has_redeemer) {
        reserved.flags |= UNIT_HAS_REDEEMER;
        memcpy(reserved.redeemer, e->redeemer, sizeof reserved.redeemer);
    }
    put_extra(b, e, &reserved);
    put_bits(b, e->set, e->serial, UNIT_OTHER);
}

static void make_void(struct book *b, struct set *set, const struct unit_event *e,
                      uint64_t time_ms) {
    const struct unit_extra before = book_extra(b, e->set, e->serial);
    if ((before.flags & UNIT_RESERVED) != 0) set->counters.reserved--;
    const struct unit_extra extra = {.flags = UNIT_VOID, .uses = e->use, .since_ms = time_ms};
    put_extra(b, e, &extra);
    put_bits(b, e->set, e->serial, UNIT_OTHER);
    set->counters.voided++;
    book_prize_lost(b, set);
}

bool book_scrap(struct book *b, struct set *set, uint64_t serial, uint64_t time_ms) {
    const enum unit_bits bits = unit_get(&b->units, set->number, serial);
    if (bits == UNIT_ABSENT || bits == UNIT_SPENT) return bits == UNIT_SPENT;
    struct unit_extra extra = {0};
    if (bits == UNIT_OTHER) extra = book_extra(b, set->number, serial);
    if ((extra.flags & UNIT_VOID) == 0) {
        const struct unit_event e = {.set = set->number, .serial = serial, .use = extra.uses};
        make_void(b, set, &e, time_ms);
        set->counters_dirty = true;
    }
    return extra.uses > 0;
}

static void change_unit(struct book *b, struct set *set, const struct unit_event *e,
                        uint64_t sequence, uint64_t time_ms) {
    switch ((int)e->type) {
    case EVENT_CONFIRM: set->counters.reserved--; __attribute__((fallthrough));
    case EVENT_REDEEM:
        settle(b, e);
        put_detail(b, e, sequence, time_ms);
        put_used_by(b, e, true);
        set->counters.redeemed++;
        break;
    case EVENT_RESERVE:
        hold(b, e, time_ms);
        set->counters.reserved++;
        break;
    case EVENT_RELEASE:
    case EVENT_EXPIRE:
        settle(b, e);
        set->counters.reserved--;
        break;
    case EVENT_REVERSE:
        settle(b, e);
        put_detail(b, e, sequence, time_ms);
        put_used_by(b, e, false);
        set->counters.redeemed--;
        set->counters.reversed++;
        break;
    default: make_void(b, set, e, time_ms); break;
    }
    set->counters_dirty = true;
}

cm_err book_apply_unit(struct book *b, struct set *set, const struct unit_event *e,
                       uint64_t sequence, uint64_t time_ms) {
    change_unit(b, set, e, sequence, time_ms);
    if (b->answering_left == 0) return CM_OK;
    b->answering_left--;
    if (e->item == EVENT_NO_ITEM) return CM_OK; /* an expiry on the way */
    const struct answer_item item = {.item = e->item,
                                     .use = e->use,
                                     .set = e->set,
                                     .serial = e->serial,
                                     .sequence = sequence,
                                     .time_ms = time_ms,
                                     .until_ms = e->until_ms};
    return answer_append(map_get(&b->active.answers, b->answering), &item);
}

void book_apply_alias(struct book *b, const struct alias_event *e) {
    struct alias_slot *slot = map_put(&b->active.aliases, hash_key(e->hash), NULL);
    if (slot->present) b->alias_counts.n[slot->record.kind]--;
    *slot = (struct alias_slot){
        .present = e->on,
        .changed = true,
        .record = {.set = e->set, .serial = e->serial, .kind = e->kind, .until_ms = e->until_ms}};
    if (e->on) b->alias_counts.n[e->kind]++;
    b->alias_counts.dirty = true;
    /* A token that an activation used up stands under that one's idempotency key. */
    if (b->answering_left > 0) b->answering_left--;
}

void book_apply_answer(struct book *b, const struct answer_event *e) {
    b->answering = hash_key(e->key);
    struct answer_record *record = map_put(&b->active.answers, b->answering, NULL);
    /* A record without items binds nobody: the key may come again with another request. */
    if (record->n == 0) memcpy(record->request, e->request, sizeof e->request);
    b->answering_left = e->count;
}

cm_err book_apply_issue(struct book *b, const struct issue_event *e, uint64_t sequence,
                        uint64_t time_ms) {
    for (size_t at = 0; at + sizeof(uint64_t) <= e->skipped.len; at += sizeof(uint64_t))
        put_bits(b, e->set, get_u64be(e->skipped.p + at), UNIT_ABSENT);
    if (b->answering_left == 0) return CM_OK;
    b->answering_left--;
    struct answer_record *record = map_get(&b->active.answers, b->answering);
    /* The event has no place for an item: ranges of one key are numbered as they come. */
    const struct answer_item item = {.item = (uint16_t)record->n,
                                     .use = (uint32_t)e->count,
                                     .set = e->set,
                                     .serial = e->first,
                                     .sequence = sequence,
                                     .time_ms = time_ms};
    return answer_append(record, &item);
}

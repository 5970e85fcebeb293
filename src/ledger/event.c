/* Encoding and decoding of events, from the byte tables of docs/design/journal.md.
 * It refuses lengths and enum values that no writer of ours makes. */
#include "ledger/event.h"

#include <string.h>

#include "base/macros.h"
#include "ledger/event_pen.h"

size_t event_put_unit(uint8_t *to, const struct unit_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u64(&w, e->serial);
    pen_u32(&w, e->actor);
    pen_u16(&w, e->item);
    pen_u32(&w, e->use);
    if (e->has_until) pen_u64(&w, e->until_ms);
    if (e->has_redeemer) pen_put(&w, e->redeemer, sizeof e->redeemer);
    const unsigned flags = (e->has_until ? EVENT_HAS_UNTIL : 0u) |
                           (e->has_redeemer ? EVENT_HAS_REDEEMER : 0u) |
                           (e->spent ? EVENT_SPENT : 0u);
    return pen_close(&w, to, e->type, (uint8_t)flags);
}

size_t event_put_answer(uint8_t *to, const struct answer_event *e) {
    struct pen w = pen_open(to);
    pen_put(&w, e->key, sizeof e->key);
    pen_put(&w, e->request, sizeof e->request);
    pen_u16(&w, e->count);
    return pen_close(&w, to, EVENT_ANSWER, 0);
}

size_t event_put_issue(uint8_t *to, const struct issue_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u64(&w, e->first);
    pen_u64(&w, e->count);
    pen_u64(&w, e->issued);
    pen_u8(&w, e->rule_version);
    pen_put(&w, e->skipped.p, e->skipped.len);
    return pen_close(&w, to, EVENT_ISSUE, 0);
}

size_t event_put_phase(uint8_t *to, const struct phase_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u32(&w, e->actor);
    pen_u8(&w, (uint8_t)e->phase);
    pen_u8(&w, e->shipped ? 1 : 0);
    pen_put(&w, e->file_hash, sizeof e->file_hash);
    return pen_close(&w, to, EVENT_PHASE, 0);
}

size_t event_put_recall(uint8_t *to, const struct recall_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u32(&w, e->actor);
    pen_u64(&w, e->first);
    pen_u64(&w, e->last);
    return pen_close(&w, to, EVENT_RECALL, 0);
}

size_t event_put_hold(uint8_t *to, const struct hold_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->run);
    pen_u32(&w, e->set);
    pen_u64(&w, e->first);
    pen_u32(&w, e->count);
    pen_put(&w, e->holes.p, e->holes.len);
    return pen_close(&w, to, EVENT_HOLD, 0);
}

size_t event_put_move(uint8_t *to, const struct move_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->run);
    pen_u32(&w, e->actor);
    pen_u32(&w, e->set);
    pen_u64(&w, e->first);
    pen_u64(&w, e->count);
    pen_u8(&w, (uint8_t)e->stage);
    pen_u8(&w, (uint8_t)e->cause);
    return pen_close(&w, to, EVENT_MOVE, 0);
}

size_t event_put_prize(uint8_t *to, const struct prize_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_put(&w, e->moves.p, e->moves.len);
    return pen_close(&w, to, EVENT_PRIZE, 0);
}

size_t event_put_document(uint8_t *to, const struct document_event *e) {
    struct pen w = pen_open(to);
    pen_u8(&w, (uint8_t)e->kind);
    pen_u32(&w, e->id);
    pen_u32(&w, e->actor);
    pen_u32(&w, e->total_len);
    pen_u32(&w, e->offset);
    pen_put(&w, e->part.p, e->part.len);
    return pen_close(&w, to, EVENT_DOCUMENT, 0);
}

size_t event_put_epoch(uint8_t *to, const struct epoch_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->epoch);
    pen_u8(&w, e->restored ? 1 : 0);
    return pen_close(&w, to, EVENT_EPOCH, 0);
}

size_t event_put_note(uint8_t *to, const struct note_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->actor);
    pen_put(&w, e->text.p, e->text.len);
    return pen_close(&w, to, EVENT_NOTE, 0);
}

size_t event_put_lookup(uint8_t *to, const struct lookup_event *e) {
    struct pen w = pen_open(to);
    pen_u32(&w, e->set);
    pen_u64(&w, e->serial);
    pen_u32(&w, e->actor);
    return pen_close(&w, to, EVENT_LOOKUP, 0);
}

size_t event_put_refusals(uint8_t *to, const struct refusals_event *e) {
    struct pen w = pen_open(to);
    uint32_t later = 0;
    for (size_t i = REFUSAL_SHORT_N; i < REFUSAL_VERDICT_N; i++)
        later |= e->counts[i];
    const size_t n = later != 0 ? REFUSAL_VERDICT_N : REFUSAL_SHORT_N;
    pen_u32(&w, e->scheme);
    pen_u32(&w, e->minute);
    for (size_t i = 0; i < n; i++)
        pen_u32(&w, e->counts[i]);
    return pen_close(&w, to, EVENT_REFUSALS, later != 0 ? REFUSALS_ALL : 0);
}

size_t event_put(uint8_t *to, const struct event *e) {
    switch ((unsigned)e->type) {
    case EVENT_ANSWER: return event_put_answer(to, &e->u.answer);
    case EVENT_CARD: return event_put_card(to, &e->u.card);
    case EVENT_ISSUE: return event_put_issue(to, &e->u.issue);
    case EVENT_PHASE: return event_put_phase(to, &e->u.phase);
    case EVENT_RECALL: return event_put_recall(to, &e->u.recall);
    case EVENT_HOLD: return event_put_hold(to, &e->u.hold);
    case EVENT_MOVE: return event_put_move(to, &e->u.move);
    case EVENT_STOCK: return event_put_stock(to, &e->u.stock);
    case EVENT_ALIAS: return event_put_alias(to, &e->u.alias);
    case EVENT_PRIZE: return event_put_prize(to, &e->u.prize);
    case EVENT_DOCUMENT: return event_put_document(to, &e->u.document);
    case EVENT_EPOCH: return event_put_epoch(to, &e->u.epoch);
    case EVENT_LOOKUP: return event_put_lookup(to, &e->u.lookup);
    case EVENT_REFUSALS: return event_put_refusals(to, &e->u.refusals);
    case EVENT_NOTE: return event_put_note(to, &e->u.note);
    default: return event_put_unit(to, &e->u.unit);
    }
}

static void read_unit(struct cursor *c, uint8_t type, uint8_t flags, struct unit_event *e) {
    e->type = (enum event_type)type;
    e->set = cursor_u32be(c);
    e->serial = cursor_u64be(c);
    e->actor = cursor_u32be(c);
    e->item = cursor_u16be(c);
    e->use = cursor_u32be(c);
    e->has_until = (flags & EVENT_HAS_UNTIL) != 0;
    e->has_redeemer = (flags & EVENT_HAS_REDEEMER) != 0;
    e->spent = (flags & EVENT_SPENT) != 0;
    if (e->has_until) e->until_ms = cursor_u64be(c);
    if (e->has_redeemer) cursor_copy(c, e->redeemer, sizeof e->redeemer);
}

static void read_issue(struct cursor *c, struct issue_event *e) {
    e->set = cursor_u32be(c);
    e->first = cursor_u64be(c);
    e->count = cursor_u64be(c);
    e->issued = cursor_u64be(c);
    e->rule_version = cursor_u8(c);
    e->skipped = cursor_bytes(c, c->left);
    if (e->skipped.len % sizeof(uint64_t) != 0 || e->issued > e->count) c->failed = true;
}

static void read_flag(struct cursor *c, bool *out) {
    const uint8_t v = cursor_u8(c);
    if (v > 1) c->failed = true;
    *out = v == 1;
}

static void read_phase(struct cursor *c, struct phase_event *e) {
    e->set = cursor_u32be(c);
    e->actor = cursor_u32be(c);
    const uint8_t phase = cursor_u8(c);
    if (phase > PHASE_CLOSED) c->failed = true;
    e->phase = (enum batch_phase)phase;
    read_flag(c, &e->shipped);
    cursor_copy(c, e->file_hash, sizeof e->file_hash);
}

/* Each hole lies behind the one before it and within the range. */
static bool holes_sound(struct cm_slice holes, uint32_t count) {
    if (holes.len % sizeof(uint32_t) != 0 || holes.len / sizeof(uint32_t) > count) return false;
    uint64_t least = 0;
    for (size_t at = 0; at < holes.len; at += sizeof(uint32_t)) {
        const uint32_t hole = get_u32be(holes.p + at);
        if (hole < least || hole >= count) return false;
        least = (uint64_t)hole + 1;
    }
    return true;
}

static void read_hold(struct cursor *c, struct hold_event *e) {
    e->run = cursor_u32be(c);
    e->set = cursor_u32be(c);
    e->first = cursor_u64be(c);
    e->count = cursor_u32be(c);
    e->holes = cursor_bytes(c, c->left);
    if (e->count == 0 || e->count > EVENT_HOLD_MAX || e->first > UINT64_MAX - e->count ||
        !holes_sound(e->holes, e->count))
        c->failed = true;
}

static bool scraps(unsigned stage) { return stage == CM_STAGE_REJECTED || stage == CM_STAGE_VOID; }

static void read_move(struct cursor *c, struct move_event *e) {
    e->run = cursor_u32be(c);
    e->actor = cursor_u32be(c);
    e->set = cursor_u32be(c);
    e->first = cursor_u64be(c);
    e->count = cursor_u64be(c);
    const uint8_t stage = cursor_u8(c), cause = cursor_u8(c);
    if (stage == CM_STAGE_RESERVED || stage >= CM_STAGE_N || cause >= CM_CAUSE_N || e->count == 0 ||
        e->first > UINT64_MAX - e->count || (scraps(stage) && e->count > EVENT_SCRAP_MAX))
        c->failed = true;
    e->stage = (enum cm_stage)stage;
    e->cause = (enum cm_cause)cause;
}

static void read_prize(struct cursor *c, struct prize_event *e) {
    e->set = cursor_u32be(c);
    e->moves = cursor_bytes(c, c->left);
    if (e->moves.len == 0 || e->moves.len % EVENT_PRIZE_MOVE_LEN != 0 ||
        e->moves.len > EVENT_PART_MAX)
        c->failed = true;
}

static void read_document(struct cursor *c, struct document_event *e) {
    const uint8_t kind = cursor_u8(c);
    if (kind == 0 || kind >= DOCUMENT_KIND_N) c->failed = true;
    e->kind = (enum document_kind)kind;
    e->id = cursor_u32be(c);
    e->actor = cursor_u32be(c);
    e->total_len = cursor_u32be(c);
    e->offset = cursor_u32be(c);
    e->part = cursor_bytes(c, c->left);
    if ((uint64_t)e->offset + e->part.len > e->total_len) c->failed = true;
}

static void read_refusals(struct cursor *c, uint8_t flags, struct refusals_event *e) {
    e->scheme = cursor_u32be(c);
    e->minute = cursor_u32be(c);
    const size_t n = (flags & REFUSALS_ALL) != 0 ? REFUSAL_VERDICT_N : REFUSAL_SHORT_N;
    for (size_t i = 0; i < n; i++)
        e->counts[i] = cursor_u32be(c);
}

static bool read_admin(struct cursor *c, uint8_t type, uint8_t flags, struct event *out) {
    switch (type) {
    case EVENT_RECALL:
        out->u.recall.set = cursor_u32be(c);
        out->u.recall.actor = cursor_u32be(c);
        out->u.recall.first = cursor_u64be(c);
        out->u.recall.last = cursor_u64be(c);
        return true;
    case EVENT_HOLD: read_hold(c, &out->u.hold); return true;
    case EVENT_MOVE: read_move(c, &out->u.move); return true;
    case EVENT_STOCK: event_read_stock(c, &out->u.stock); return true;
    case EVENT_ALIAS: event_read_alias(c, &out->u.alias); return true;
    case EVENT_PRIZE: read_prize(c, &out->u.prize); return true;
    case EVENT_EPOCH:
        out->u.epoch.epoch = cursor_u32be(c);
        read_flag(c, &out->u.epoch.restored);
        return true;
    case EVENT_LOOKUP:
        out->u.lookup.set = cursor_u32be(c);
        out->u.lookup.serial = cursor_u64be(c);
        out->u.lookup.actor = cursor_u32be(c);
        return true;
    case EVENT_REFUSALS: read_refusals(c, flags, &out->u.refusals); return true;
    case EVENT_NOTE:
        out->u.note.actor = cursor_u32be(c);
        out->u.note.text = cursor_bytes(c, c->left);
        return true;
    default: return false;
    }
}

static bool read_any(struct cursor *c, uint8_t type, uint8_t flags, struct event *out) {
    if (type >= EVENT_REDEEM && type <= EVENT_VOID) {
        read_unit(c, type, flags, &out->u.unit);
        return true;
    }
    switch (type) {
    case EVENT_ANSWER:
        cursor_copy(c, out->u.answer.key, EVENT_HASH_LEN);
        cursor_copy(c, out->u.answer.request, EVENT_HASH_LEN);
        out->u.answer.count = cursor_u16be(c);
        return true;
    case EVENT_CARD: event_read_card(c, flags, &out->u.card); return true;
    case EVENT_ISSUE: read_issue(c, &out->u.issue); return true;
    case EVENT_PHASE: read_phase(c, &out->u.phase); return true;
    case EVENT_DOCUMENT: read_document(c, &out->u.document); return true;
    default: return read_admin(c, type, flags, out);
    }
}

/* Flags that an event of this type may carry; a bit we do not know may change what it means. */
static unsigned known_flags(uint8_t type) {
    if (type == EVENT_REFUSALS) return REFUSALS_ALL;
    if (type == EVENT_CARD) return UINT8_MAX; /* every bit has its meaning */
    if (type < EVENT_REDEEM || type > EVENT_VOID) return 0;
    return EVENT_HAS_UNTIL | EVENT_HAS_REDEEMER | EVENT_SPENT;
}

/* Read in place: a copy would be loaded wide right after narrow stores, and so wait until all
 * stores before it, the replay's scattered ones among them, have left for the cache. */
cm_err event_read(uint8_t type, uint8_t flags, struct cm_slice payload, struct event *out) {
    if ((flags & ~known_flags(type)) != 0) return CM_E_CORRUPT;
    memset(out, 0, sizeof *out);
    struct cursor c = cursor_over(payload);
    if (read_any(&c, type, flags, out) && cursor_end(&c) == CM_OK) {
        out->type = (enum event_type)type;
        return CM_OK;
    }
    memset(out, 0, sizeof *out);
    return CM_E_CORRUPT;
}

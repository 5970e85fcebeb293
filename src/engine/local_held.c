/* Holds and moves as the owner applies them, on the day and in replay, and what of them a fold
 * writes. A move is not decided here: the event says that it was. Scrapped units become void in the
 * book, which knows whether they were redeemed before.
 * It refuses what no journal of ours says: a stranger, or serials that the run does not hold.
 * Source: docs/design/runs.md, "Ledger and engine". */
#include "engine/local.h"
#include "ledger/state_held.h"

bool held_event(const struct event *e) { return e->type == EVENT_HOLD || e->type == EVENT_MOVE; }

/* ---- Applying ------------------------------------------------------------------------------- */

/* Whether a batch's serials below `end` are spent. */
static bool issued(const struct registry *r, uint32_t set, uint64_t end) {
    const struct set_entry *s = registry_set(r, set);
    return s != NULL && end <= s->set.counters.next_serial;
}

static cm_err touch_hold(struct local *l, const struct hold_event *e) {
    if (registry_run(&l->registry, e->run) == NULL || registry_set(&l->registry, e->set) == NULL)
        return CM_E_CORRUPT;
    return held_room(&l->held, e);
}

static cm_err touch_move(struct local *l, const struct move_event *e) {
    struct held_entry *entry = held_find(&l->held, e->run, e->set);
    uint64_t gap = 0;
    if (entry == NULL || registry_set(&l->registry, e->set) == NULL ||
        !held_covers(&entry->row, e->first, e->count, &gap))
        return CM_E_CORRUPT;
    TRY(spans_reserve(&entry->row.spans, 1));
    if (!stage_scraps(e->stage)) return CM_OK;
    TRY(book_reserve_units(&l->book, e->count));
    for (uint64_t i = 0; i < e->count; i++)
        TRY(book_touch(&l->book, e->set, e->first + i, false, NULL));
    return CM_OK;
}

cm_err held_event_touch(struct local *l, const struct event *e) {
    return e->type == EVENT_HOLD ? touch_hold(l, &e->u.hold) : touch_move(l, &e->u.move);
}

cm_err held_events_room(struct local *l, const struct event *events, size_t n) {
    size_t moves = 0;
    uint64_t scrapped = 0;
    for (size_t i = 0; i < n; i++) {
        if (events[i].type != EVENT_MOVE) continue;
        moves++;
        if (stage_scraps(events[i].u.move.stage)) scrapped += events[i].u.move.count;
    }
    const struct held_entry *last = NULL;
    for (size_t i = 0; i < n; i++) {
        if (events[i].type != EVENT_MOVE) continue;
        struct held_entry *e = held_find(&l->held, events[i].u.move.run, events[i].u.move.set);
        if (e != last) TRY(spans_reserve(&e->row.spans, moves)); /* touched: it is there */
        last = e;
    }
    return book_reserve_units(&l->book, scrapped);
}

static void scrap_units(struct local *l, struct held_row *row, struct set *set,
                        const struct move_event *e, uint64_t time_ms) {
    size_t hole = 0;
    size_t holes = held_holes(row, e->first, e->count, &hole);
    for (uint64_t i = 0; i < e->count; i++) {
        const uint64_t serial = e->first + i;
        if (holes > 0 && row->holes[hole] == serial) {
            hole++;
            holes--;
        } else if (book_scrap(&l->book, set, serial, time_ms)) {
            row->used++;
        }
    }
}

cm_err held_event_apply(struct local *l, const struct event *e, uint64_t sequence,
                        uint64_t time_ms) {
    if (e->type == EVENT_HOLD) {
        const struct hold_event *hold = &e->u.hold;
        if (!issued(&l->registry, hold->set, hold->first + hold->count)) return CM_E_CORRUPT;
        held_add(&l->held, &e->u.hold, sequence);
        return CM_OK;
    }
    const struct move_event *move = &e->u.move;
    struct held_entry *entry = held_find(&l->held, move->run, move->set);
    struct set_entry *set = registry_set(&l->registry, move->set);
    if (entry == NULL || set == NULL) return CM_E_CORRUPT;
    if (stage_scraps(move->stage)) scrap_units(l, &entry->row, &set->set, move, time_ms);
    held_move(entry, move);
    return CM_OK;
}

/* ---- The image ------------------------------------------------------------------------------ */

static cm_err load_row(void *ctx, struct held_row *row) {
    struct local *l = ctx;
    const struct span *last = &row->spans.p[row->spans.n - 1]; /* a row has one at least */
    if (registry_run(&l->registry, row->run) == NULL ||
        !issued(&l->registry, row->set, last->first + last->count))
        return CM_E_CORRUPT;
    return held_load(&l->held, row);
}

cm_err held_load_image(struct local *l) { return state_held(l->state, load_row, l); }

static void pack_row(const struct held_row *row, struct buffer *out) {
    buffer_u32be(out, row->run);
    buffer_u32be(out, row->set);
    const size_t at = out->len;
    buffer_u32be(out, 0);
    record_put_held(out, row);
    if (!out->failed) put_u32be(out->p + at, (uint32_t)(out->len - at - sizeof(uint32_t)));
}

cm_err held_pack(struct local *l, struct buffer *out) {
    for (size_t i = 0; i < l->held.n; i++)
        if (l->held.p[i]->dirty) pack_row(&l->held.p[i]->row, out);
    if (buffer_err(out) != CM_OK) {
        buffer_free(out);
        return CM_E_NO_MEMORY;
    }
    for (size_t i = 0; i < l->held.n; i++)
        l->held.p[i]->dirty = false;
    return CM_OK;
}

/* The next row of what pack_row made. */
static bool next_row(struct cursor *c, uint32_t *run, uint32_t *set, struct cm_slice *content) {
    if (c->left == 0) return false;
    *run = cursor_u32be(c);
    *set = cursor_u32be(c);
    *content = cursor_bytes(c, cursor_u32be(c));
    return true;
}

void held_unpack(struct local *l, struct cm_slice packed) {
    struct cursor c = cursor_over(packed);
    uint32_t run = 0, set = 0;
    struct cm_slice content;
    while (next_row(&c, &run, &set, &content))
        held_find(&l->held, run, set)->dirty = true;
}

cm_err held_write(struct state_fold *f, struct cm_slice packed) {
    struct cursor c = cursor_over(packed);
    uint32_t run = 0, set = 0;
    struct cm_slice content;
    while (next_row(&c, &run, &set, &content))
        TRY(fold_held(f, run, set, content));
    return CM_OK;
}

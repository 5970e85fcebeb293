/* Prizes by the owner: drawn when first needed, told with the redemption, and moved on from units
 * that became worthless before anybody used them. What is journaled of a move is the unit that lost
 * its prize and a candidate's number: without the seed nobody can tell where it went.
 * Refused: a draw without its seed or its codes' key. Source: docs/design/prizes.md. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "countermark/code.h"
#include "engine/local.h"
#include "engine/local_prize.h"
#include "engine/prizes.h"

#define FILTER_BLOCK 64u    /* codes made together */
#define MOVES_EVENT  1024u  /* of one event; our choice */
#define LOOKS_SPARE  65536u /* candidates looked at beyond four times the serials */

/* ---- Drawing --------------------------------------------------------------------------------- */

struct filter {
    struct cm_coder *coder;
    const struct set *set;
};

static cm_err filter_block(const struct filter *f, const uint64_t *serials, size_t n,
                           uint8_t *out) {
    struct cm_unit_fields units[FILTER_BLOCK];
    uint8_t rows[FILTER_BLOCK * CM_LENGTH_MAX], skip[FILTER_BLOCK];
    for (size_t i = 0; i < n; i++) {
        units[i] = f->set->fields;
        units[i].serial = serials[i] == UINT64_MAX ? 0 : serials[i];
    }
    TRY(cm_coder_mint(f->coder, units, n, rows, skip));
    for (size_t i = 0; i < n; i++)
        out[i] = serials[i] != UINT64_MAX && skip[i] == 0;
    wipe(rows, sizeof rows);
    return CM_OK;
}

/* A serial that the scheme's filters forbid is no unit, whether it was minted yet or not. */
static cm_err unfiltered(void *ctx, const uint64_t *serials, size_t n, uint8_t *out) {
    for (size_t at = 0; at < n; at += FILTER_BLOCK)
        TRY(filter_block(ctx, serials + at, n - at < FILTER_BLOCK ? n - at : FILTER_BLOCK,
                         out + at));
    return CM_OK;
}

static cm_err filter_of(struct local *l, const struct set *set, struct filter *out) {
    const struct scheme_entry *scheme = registry_scheme(&l->registry, set->of);
    if (scheme == NULL) return CM_E_CORRUPT;
    out->set = set;
    return opener_coder(l->own->opener, scheme, set->key_version, &out->coder);
}

cm_err prizes_ready(struct local *l, const struct set *set) {
    if (set->prizes->drawn) return CM_OK;
    const struct cm_key *seed = NULL;
    struct filter filter = {0};
    TRY(keystore_find(l->keystore, KEY_PRIZE, set->number, 1, &seed));
    TRY(filter_of(l, set, &filter));
    return prizes_draw(set->prizes, seed, unfiltered, &filter);
}

/* ---- Worthless winners ----------------------------------------------------------------------- */

enum standing { STANDING_FREE, STANDING_USED, STANDING_LOST };

/* A unit that nobody has minted yet may still be used. */
static cm_err standing_of(struct local *l, const struct set *set, uint64_t serial,
                          enum standing *out) {
    *out = STANDING_FREE;
    if (serial >= set->counters.next_serial) return CM_OK;
    TRY(book_reserve(&l->book, 1));
    TRY(book_touch(&l->book, set->number, serial, false, NULL));
    const enum unit_bits bits = book_bits(&l->book, set->number, serial);
    struct unit_extra x = {0};
    if (bits == UNIT_OTHER) x = book_extra(&l->book, set->number, serial);
    if (bits == UNIT_SPENT || x.uses > 0)
        *out = STANDING_USED;
    else if (bits == UNIT_ABSENT || (x.flags & UNIT_VOID) != 0 || set_recalled(set, serial))
        *out = STANDING_LOST;
    return CM_OK;
}

struct moving {
    struct local *l;
    struct set *set;
    struct filter filter;
    struct map chosen; /* serials that got a prize in this event */
    uint64_t looked;   /* candidate that comes next */
    struct buffer moves;
    size_t n;
};

static cm_err take_candidate(struct moving *m, bool *found) {
    uint64_t serial = 0;
    uint8_t unit = 0;
    enum standing standing = STANDING_LOST;
    *found = false;
    TRY(prizes_candidates(m->set->prizes, m->looked++, 1, &serial));
    const struct map_key key = {.lo = serial};
    if (serial == UINT64_MAX || prizes_known(m->set->prizes, serial) ||
        map_get(&m->chosen, key) != NULL)
        return CM_OK;
    TRY(unfiltered(&m->filter, &serial, 1, &unit));
    if (unit != 0) TRY(standing_of(m->l, m->set, serial, &standing));
    if (standing != STANDING_FREE) return CM_OK;
    TRY(map_reserve(&m->chosen, 1));
    (void)map_put(&m->chosen, key, NULL);
    *found = true;
    return CM_OK;
}

/* Find the next free unit for a prize. @retval CM_E_LIMIT  there is none, or it is too hard to find
 */
static cm_err move_on(struct moving *m, uint64_t from, uint64_t most) {
    bool found = false;
    while (!found) {
        if (m->looked > most) return CM_E_LIMIT;
        TRY(take_candidate(m, &found));
    }
    buffer_u64be(&m->moves, from);
    buffer_u64be(&m->moves, m->looked - 1);
    m->n++;
    return buffer_err(&m->moves);
}

static cm_err commit_moves(struct moving *m) {
    if (m->n == 0) return CM_OK;
    const struct event e = {.type = EVENT_PRIZE,
                            .u.prize = {.set = m->set->number, .moves = buffer_slice(&m->moves)}};
    TRY(local_commit_event(m->l, &e));
    buffer_clear(&m->moves);
    map_wipe(&m->chosen);
    m->n = 0;
    return CM_OK;
}

/* Candidate and serial, big-endian: their bytes are in the order of their numbers. */
#define LOST_LEN 16u
static int by_number(const void *a, const void *b) { return memcmp(a, b, LOST_LEN); }

/* Serials that lost their prize, in order of their candidates, so that who won first moves first.
 */
static cm_err find_lost(struct local *l, const struct set *set, struct buffer *lost) {
    size_t at = 0;
    struct map_key key;
    void *value = NULL;
    while (map_next(&set->prizes->winners, &at, &key, &value)) {
        const struct prize_row *row = value;
        enum standing standing = STANDING_FREE;
        if (row->tier == 0) continue;
        TRY(standing_of(l, set, key.lo, &standing));
        if (standing != STANDING_LOST) continue;
        buffer_u64be(lost, row->candidate);
        buffer_u64be(lost, key.lo);
    }
    TRY(buffer_err(lost));
    if (lost->len > 0) qsort(lost->p, lost->len / LOST_LEN, LOST_LEN, by_number);
    return CM_OK;
}

static cm_err move_all(struct moving *m, struct cm_slice lost) {
    const uint64_t most = m->looked + 4 * m->set->prizes->serials + LOOKS_SPARE;
    cm_err err = CM_OK;
    for (size_t at = 0; at < lost.len && err == CM_OK; at += LOST_LEN) {
        err = move_on(m, get_u64be(lost.p + at + 8), most);
        if (m->n == MOVES_EVENT) TRY(commit_moves(m));
    }
    TRY(commit_moves(m)); /* what was found before none was left */
    return err;
}

static cm_err settle(struct local *l, struct set *set) {
    CM_CLEANUP(buffer_free) struct buffer lost = BUFFER_INIT;
    struct moving m = {.l = l, .set = set, .moves = BUFFER_INIT};
    TRY(find_lost(l, set, &lost));
    TRY(filter_of(l, set, &m.filter));
    map_init(&m.chosen, 0);
    m.looked = set->prizes->candidates;
    const cm_err err = move_all(&m, buffer_slice(&lost));
    map_wipe(&m.chosen);
    buffer_free(&m.moves);
    return err;
}

void prizes_turn(struct local *l) {
    if (!l->book.prizes_due) return;
    l->book.prizes_due = false;
    for (uint32_t i = 1; i < l->registry.set_n; i++) {
        struct set_entry *s = l->registry.sets[i];
        if (s == NULL || s->set.prizes == NULL || !s->set.prizes->due || !s->set.prizes->drawn)
            continue;
        s->set.prizes->due = false;
        const cm_err err = settle(l, &s->set);
        if (err == CM_OK) continue;
        s->set.prizes->due =
            err != CM_E_LIMIT; /* later; where no unit is left, with the next act */
        log_event(LOG_WARN, "batch %s: a prize of a void unit waits to be drawn again", s->name);
    }
}

/* ---- Applying -------------------------------------------------------------------------------- */

cm_err prize_event_touch(struct local *l, const struct prize_event *e) {
    const struct set_entry *s = registry_set(&l->registry, e->set);
    if (s == NULL || s->set.prizes == NULL) return CM_E_CORRUPT;
    return prizes_room(s->set.prizes, e->moves.len / EVENT_PRIZE_MOVE_LEN);
}

cm_err prize_event_apply(struct local *l, const struct prize_event *e) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct set_entry *s = registry_set(&l->registry, e->set);
    for (size_t at = 0; at < e->moves.len; at += EVENT_PRIZE_MOVE_LEN) {
        const struct prize_move move = {.from = get_u64be(e->moves.p + at),
                                        .candidate = get_u64be(e->moves.p + at + 8)};
        TRY(prizes_move(s->set.prizes, &move));
    }
    prizes_write_moves(s->set.prizes, &text);
    TRY(buffer_err(&text));
    return local_remember_document(l, DOCUMENT_REDRAWN, e->set, buffer_slice(&text));
}

/* ---- Looking --------------------------------------------------------------------------------- */

struct look_act {
    uint32_t set;
    struct prize_view *out;
    size_t n;
    struct cm_diag *diag;
};

static int by_candidate(const void *a, const void *b) {
    const struct prize_view *x = a, *y = b;
    return x->candidate < y->candidate ? -1 : x->candidate > y->candidate;
}

static cm_err look_at(struct local *l, const struct set *set, struct look_act *a) {
    size_t at = 0;
    struct map_key key;
    void *value = NULL;
    while (map_next(&set->prizes->winners, &at, &key, &value)) {
        const struct prize_row *row = value;
        enum standing standing = STANDING_FREE;
        if (row->tier == 0) continue;
        TRY(standing_of(l, set, key.lo, &standing));
        a->out[a->n++] = (struct prize_view){.serial = key.lo,
                                             .candidate = row->candidate,
                                             .tier = row->tier,
                                             .given = standing == STANDING_USED,
                                             .lost = standing == STANDING_LOST};
    }
    qsort(a->out, a->n, sizeof *a->out, by_candidate);
    return CM_OK;
}

static cm_err view(struct local *l, const struct set *set, struct look_act *a) {
    a->out = calloc(set->prizes->winners.n, sizeof *a->out);
    if (a->out == NULL) return CM_E_NO_MEMORY;
    const cm_err err = look_at(l, set, a);
    if (err != CM_OK) free(a->out);
    return err;
}

static cm_err look_as_owner(struct local *l, void *ctx) {
    struct look_act *a = ctx;
    struct set_entry *s = registry_set(&l->registry, a->set);
    if (s == NULL || s->set.prizes == NULL)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "prizes", NULL,
                         "draw them before the batch is minted: countermark prize draw",
                         "no prizes were drawn in this batch");
    TRY(prizes_ready(l, &s->set));
    const cm_err err = l->restored || fold_blocked(l) ? CM_OK : settle(l, &s->set);
    if (err != CM_OK && err != CM_E_LIMIT) return err; /* no unit is left: the view tells */
    return view(l, &s->set, a);
}

cm_err engine_prizes(struct cm_engine *engine, uint32_t set, struct prize_view **out, size_t *n,
                     struct cm_diag *diag) {
    struct look_act act = {.set = set, .diag = diag};
    TRY(local_as_owner(local_of(engine), look_as_owner, &act));
    *out = act.out;
    *n = act.n;
    return CM_OK;
}

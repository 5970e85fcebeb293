/* Taking what a return file says: see return_desk.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "engine/agents.h"
#include "engine/alias.h"
#include "engine/orders.h"
#include "vault/order_look.h"
#include "vault/order_units.h"
#include "vault/return_desk.h"

static void count_states(const uint8_t *state, uint64_t n, struct order_counts *c) {
    uint64_t *const places[BOOK_STATE_N] = {
        [BOOK_PRODUCED] = &c->produced, [BOOK_HELD] = &c->held,
        [BOOK_SHIPPED] = &c->shipped,   [BOOK_SPOILED] = &c->spoiled,
        [BOOK_REMADE] = &c->remade,     [BOOK_QUARANTINED] = &c->quarantined};
    *c = (struct order_counts){0};
    for (uint64_t i = 0; i < n; i++)
        if (places[state[i]] != NULL) ++*places[state[i]];
}

static bool destroyed(uint8_t s) { return s == BOOK_SPOILED || s == BOOK_REMADE; }

/* What a record is from now on. */
static uint8_t final_state(const struct return_desk *d, uint64_t i) {
    const uint8_t now = d->book.state[i];
    if (d->bad[i] == 0) return d->next[i];
    return now == BOOK_ORDERED || now == BOOK_PRODUCED ? BOOK_QUARANTINED : now;
}

static bool newly_destroyed(const struct return_desk *d, uint64_t i) {
    return destroyed(final_state(d, i)) && !destroyed(d->book.state[i]);
}

static bool newly_shipped(const struct return_desk *d, uint64_t i) {
    return final_state(d, i) == BOOK_SHIPPED && d->book.state[i] != BOOK_SHIPPED;
}

cm_err return_desk_foresee(const struct return_desk *d, struct return_foresight *out) {
    struct return_foresight f = {.voids = 0};
    uint64_t last = UINT64_MAX;
    uint8_t *state = malloc(d->book.records > 0 ? d->book.records : 1);
    if (state == NULL) return CM_E_NO_MEMORY;
    for (uint64_t i = 0; i < d->book.records; i++) {
        const uint64_t unit = i / d->order.items;
        state[i] = final_state(d, i);
        if (newly_destroyed(d, i) && unit != last) {
            last = unit;
            f.voids++;
        }
        if (i % d->order.items == 0 && newly_shipped(d, i)) f.shipped++;
    }
    count_states(state, d->book.records, &f.counts);
    free(state);
    *out = f;
    return CM_OK;
}

/* ---- Spoiled --------------------------------------------------------------------------------- */

struct voiding {
    struct return_desk *d;
    uint64_t serials[ORDER_VOID_MAX];
    size_t n;
};

static cm_err flush_voids(struct voiding *v, struct cm_diag *diag) {
    struct void_count count = {0};
    struct return_desk *d = v->d;
    TRY(engine_void(d->ctx.engine, d->ctx.actor, d->order.set, v->serials, v->n, &count, diag));
    d->voids += count.made;
    d->redeemed += count.redeemed;
    v->n = 0;
    return CM_OK;
}

/* A unit is void when any of its records was destroyed. */
static cm_err void_spoiled(struct voiding *v, struct cm_diag *diag) {
    struct return_desk *d = v->d;
    uint64_t last = UINT64_MAX;
    for (uint64_t i = 0; i < d->book.records; i++) {
        const uint64_t unit = i / d->order.items;
        if (!newly_destroyed(d, i) || unit == last) continue;
        last = unit;
        v->serials[v->n++] = order_serial_of(d->serials, unit);
        if (v->n == ORDER_VOID_MAX) TRY(flush_voids(v, diag));
    }
    return flush_voids(v, diag);
}

/* ---- Shipped --------------------------------------------------------------------------------- */

struct moving {
    struct return_desk *d;
    struct stock_move moves[STOCK_MOVES_MAX / 8];
    size_t n;
};

static cm_err flush_moves(struct moving *m, struct cm_diag *diag) {
    if (m->n > 0) TRY(engine_stock(m->d->ctx.engine, m->moves, m->n, m->d->ctx.actor, diag));
    m->n = 0;
    return CM_OK;
}

static cm_err move_shipped(struct moving *m, struct cm_diag *diag) {
    struct return_desk *d = m->d;
    for (uint64_t i = 0; i < d->book.records; i += d->order.items) {
        if (!newly_shipped(d, i)) continue;
        const uint64_t serial = order_serial_of(d->serials, i / d->order.items);
        struct stock_move *last = m->n > 0 ? &m->moves[m->n - 1] : NULL;
        d->shipped++;
        if (last != NULL && last->first + last->count == serial) {
            last->count++;
            continue;
        }
        if (m->n == CM_ARRAY_N(m->moves)) TRY(flush_moves(m, diag));
        m->moves[m->n++] = (struct stock_move){.set = d->order.set,
                                               .first = serial,
                                               .count = 1,
                                               .state = CM_CARD_SHIPPED,
                                               .order = d->order.id};
    }
    return flush_moves(m, diag);
}

/* ---- The book -------------------------------------------------------------------------------- */

static cm_err write_book(struct return_desk *d, struct cm_diag *diag) {
    struct order *o = &d->order;
    for (uint64_t i = 0; i < d->book.records; i++)
        d->book.state[i] = final_state(d, i);
    count_states(d->book.state, d->book.records, &o->counts);
    buffer_clear(&o->book);
    const cm_err err = book_of_order_pack(&d->book, &o->book);
    if (err == CM_E_LIMIT)
        return diag_fail(diag, err, o->name, NULL, "ask the bureau for the rest in one file",
                         "its records are in too many pieces");
    TRY(err);
    const struct order_return r = {.hash = d->hash,
                                   .at_ms = clock_now_ms(clock_wall()),
                                   .lines = d->lines,
                                   .taken = d->lines - d->bad_lines,
                                   .quarantined = d->bad_lines};
    TRY(order_add_return(o, &r));
    return order_save(d->ctx.engine, d->ctx.actor, o, diag);
}

cm_err return_desk_take(struct return_desk *d, struct cm_diag *diag) {
    struct voiding *v = calloc(1, sizeof *v);
    struct moving *m = calloc(1, sizeof *m);
    cm_err err = v != NULL && m != NULL ? CM_OK : CM_E_NO_MEMORY;
    if (err == CM_OK && !d->known) {
        v->d = d;
        m->d = d;
        err = void_spoiled(v, diag);
        if (err == CM_OK && d->in_stock) err = move_shipped(m, diag);
        if (err == CM_OK) err = write_book(d, diag);
    }
    free(v);
    free(m);
    d->taken = err == CM_OK;
    return err;
}

/* ---- Names ----------------------------------------------------------------------------------- */

#define NAMES_MAX 256u
#define UID_CAP   20u

struct naming {
    struct return_desk *d;
    struct alias_change changes[NAMES_MAX];
    char uids[NAMES_MAX][UID_CAP];
    size_t n;
    struct cm_diag *diag;
};

/* One by one where one of them belongs to another card: the others are named all the same. */
static cm_err flush_names(struct naming *n) {
    struct return_desk *d = n->d;
    struct alias_done done = {0};
    if (n->n == 0) return CM_OK;
    cm_err err = engine_alias(d->ctx.engine, n->changes, n->n, d->ctx.actor, &done, n->diag);
    if (err == CM_OK) d->names_taken += n->n;
    for (size_t i = 0; err == CM_E_EXISTS && i < n->n; i++) {
        const cm_err one =
            engine_alias(d->ctx.engine, &n->changes[i], 1, d->ctx.actor, &done, n->diag);
        if (one != CM_OK && one != CM_E_EXISTS) return one;
        d->names_taken += one == CM_OK;
    }
    n->n = 0;
    return err == CM_E_EXISTS ? CM_OK : err;
}

static cm_err name(void *ctx, struct return_line *l) {
    struct naming *n = ctx;
    struct return_desk *d = n->d;
    uint64_t record = 0;
    const struct cm_slice uid = l->field[RETURN_UID];
    if (uid.len == 0 || l->problem != RETURN_SOUND) return CM_OK;
    if (!return_desk_record(d, l, &record) || d->bad[record - 1] != 0) return CM_OK;
    for (size_t i = 0; i < uid.len; i++) { /* one form: capitals */
        const char c = (char)uid.p[i];
        n->uids[n->n][i] = (char)(c >= 'a' && c <= 'f' ? c - ('a' - 'A') : c);
    }
    n->changes[n->n] =
        (struct alias_change){.set = d->order.set,
                              .serial = order_serial_of(d->serials, (record - 1) / d->order.items),
                              .kind = ALIAS_UID,
                              .on = true,
                              .text = slice_of(n->uids[n->n], uid.len)};
    return ++n->n == NAMES_MAX ? flush_names(n) : CM_OK;
}

cm_err return_desk_names(struct return_desk *d, struct cm_slice text, uint64_t line,
                         struct cm_diag *diag) {
    TRY(return_pieces_next(&d->pieces, text, diag));
    struct naming *n = calloc(1, sizeof *n);
    uint64_t lines = 0;
    if (n == NULL) return CM_E_NO_MEMORY;
    n->d = d;
    n->diag = diag;
    cm_err err = return_read(&d->head, text, line, name, n, &lines, diag);
    if (err == CM_OK) err = flush_names(n);
    wipe(n, sizeof *n);
    free(n);
    return err;
}

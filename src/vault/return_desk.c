/* Judging a return file: see return_desk.h. */
#include "vault/return_desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "vault/order_look.h"
#include "vault/order_units.h"

/* ---- Opening --------------------------------------------------------------------------------- */

static cm_err look_set(void *ctx, const struct registry *r) {
    struct return_desk *d = ctx;
    const struct set_entry *e = registry_set(r, d->order.set);
    if (e == NULL) return CM_E_NOT_FOUND;
    if (e->pool == NULL) return CM_OK;
    const struct pool *p = &e->pool->pool;
    if (p->identifiers.control.digits > 0) d->control = control_of(&p->numbers, &p->identifiers);
    d->in_stock = p->life.on && p->life.at_till;
    return CM_OK;
}

static cm_err make_room(struct return_desk *d, struct cm_diag *diag) {
    const uint64_t records = order_records(&d->order);
    if (book_of_order_read(buffer_slice(&d->order.book), records, &d->book) != CM_OK)
        return diag_fail(diag, CM_E_CORRUPT, d->order.name, NULL, "run countermark fsck",
                         "its book of records cannot be read");
    d->next = malloc(records);
    d->bad = calloc(records, 1);
    if (d->next == NULL || d->bad == NULL) return CM_E_NO_MEMORY;
    memcpy(d->next, d->book.state, records);
    return CM_OK;
}

static cm_err open_inside(struct return_desk *d, uint32_t number, struct cm_slice head,
                          struct cm_diag *diag) {
    TRY(order_load(d->ctx.engine, number, &d->order, diag));
    if (d->order.state != ORDER_RELEASED)
        return diag_fail(diag, CM_E_STATE, d->order.name, NULL, NULL,
                         "the order is %s: nothing comes back", order_state_name(d->order.state));
    for (size_t i = 0; i < d->order.return_n; i++)
        d->known = d->known || slice_equal(slice_of(d->order.returns[i].hash.b, sizeof d->hash.b),
                                           slice_of(d->hash.b, sizeof d->hash.b));
    TRY(return_head_read(head, &d->head, diag));
    TRY(engine_read(d->ctx.engine, look_set, d));
    TRY(make_room(d, diag));
    TRY(remakes_read(&d->ctx, number, d->control.digits > 0, &d->remakes, diag));
    return order_serials_new(&d->serials, d->ctx.engine, d->ctx.keystore, &d->order, diag);
}

cm_err return_desk_new(struct return_desk **out, const struct act_context *ctx, uint32_t order,
                       const struct hash256 *hash, struct cm_slice head, struct cm_diag *diag) {
    CM_CLEANUP(return_desk_freep) struct return_desk *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    d->ctx = *ctx;
    d->order = (struct order)ORDER_INIT;
    d->hash = *hash;
    d->pass = 1;
    map_init(&d->cartons, 1);
    TRY(return_pieces_init(&d->pieces, hash, head));
    TRY(open_inside(d, order, head, diag));
    *out = take(&d);
    return CM_OK;
}

void return_desk_free(struct return_desk *d) {
    if (d == NULL) return;
    order_wipe(&d->order);
    order_serials_free(d->serials);
    remakes_wipe(&d->remakes);
    return_pieces_wipe(&d->pieces);
    book_of_order_wipe(&d->book);
    map_wipe(&d->cartons);
    free(d->next);
    free(d->bad);
    free(d);
}

void return_desk_freep(struct return_desk **d) { return_desk_free(*d); }

/* ---- Lines ----------------------------------------------------------------------------------- */

/* The records that a line names: one, or, by a card's control number, all of its set. */
struct named {
    uint64_t first, n; /* from 1; n = 0: none */
};

static struct named records_of(const struct return_desk *d, const struct return_line *l) {
    const struct order *o = &d->order;
    const struct cm_slice control = l->field[RETURN_CONTROL];
    struct named none = {0}, one = {.n = 1};
    uint64_t index = 0, unit = 0;
    if (d->head.at[RETURN_RECORD] != 0) {
        if (text_u64(l->field[RETURN_RECORD], order_records(o), &one.first) != CM_OK) return none;
        return one.first > 0 ? one : none;
    }
    if (d->control.digits == 0) {
        const cm_err err = order_control_read(control, o->id, &one.first);
        return err == CM_OK && one.first <= order_records(o) ? one : none;
    }
    if (control_read(&d->control, control, &index) != CM_OK) return none;
    if (order_unit_of(d->serials, index, &unit) != CM_OK) return none;
    return (struct named){.first = unit * o->items + 1, .n = o->items};
}

bool return_desk_record(const struct return_desk *d, const struct return_line *l,
                        uint64_t *record) {
    const struct named named = records_of(d, l);
    *record = named.first;
    return named.n > 0;
}

static struct map_key carton_key(struct cm_slice carton) {
    struct hash256 h;
    hash_sha256(carton, &h);
    return (struct map_key){.hi = get_u64be(h.b), .lo = get_u64be(h.b + sizeof(uint64_t))};
}

static cm_err carton_bad(struct return_desk *d, struct cm_slice carton) {
    bool made = false;
    if (carton.len == 0) return CM_OK;
    TRY(map_reserve(&d->cartons, 1));
    (void)map_put(&d->cartons, carton_key(carton), &made);
    d->spread = d->spread || made;
    return CM_OK;
}

static void offend(struct return_desk *d, const struct return_line *l, enum return_problem why) {
    if (d->offence_n == RETURN_OFFENCES_MAX) {
        d->offences_more++;
        return;
    }
    struct return_offence *o = &d->offences[d->offence_n++];
    const struct cm_slice carton = l->field[RETURN_CARTON];
    *o = (struct return_offence){.line = l->line, .problem = why};
    const size_t n = carton.len < sizeof o->carton - 1 ? carton.len : sizeof o->carton - 1;
    if (n > 0) memcpy(o->carton, carton.p, n);
}

static void mark_bad(struct return_desk *d, const struct named *named) {
    for (uint64_t i = 0; i < named->n; i++) {
        uint8_t *bad = &d->bad[named->first - 1 + i];
        d->spread = d->spread || *bad == 0;
        *bad = 1;
    }
}

/* Cartons that we numbered hold what we put in them. */
static bool carton_fits(const struct return_desk *d, const struct return_line *l,
                        const struct named *named) {
    uint64_t carton = 0;
    const uint32_t per_carton = d->order.options.per_carton;
    if (per_carton == 0 || l->field[RETURN_CARTON].len == 0) return true;
    if (text_u64(l->field[RETURN_CARTON], UINT64_MAX, &carton) != CM_OK) return false;
    return carton == (named->first - 1) / per_carton + 1;
}

static bool follow(struct return_desk *d, enum book_state state, const struct named *named) {
    bool both = true;
    for (uint64_t i = 0; i < named->n; i++) {
        uint8_t *next = &d->next[named->first - 1 + i];
        enum book_state now = BOOK_ORDERED;
        both = book_follow((enum book_state) * next, state, &now) && both;
        *next = (uint8_t)now;
    }
    return both;
}

static cm_err judge(void *ctx, struct return_line *l) {
    struct return_desk *d = ctx;
    const struct named named = records_of(d, l);
    const struct cm_slice as = l->field[RETURN_AS];
    if (l->problem == RETURN_SOUND && named.n == 0) l->problem = RETURN_NO_RECORD;
    if (l->problem == RETURN_SOUND && !carton_fits(d, l, &named)) l->problem = RETURN_BAD_CARTON;
    if (l->problem == RETURN_SOUND && as.len > 0 && !remakes_have(&d->remakes, &d->control, as))
        l->problem = RETURN_BAD_AS;
    if (l->problem == RETURN_SOUND && !follow(d, l->state, &named)) l->problem = RETURN_CONTRADICTS;
    d->names += l->field[RETURN_UID].len > 0;
    if (l->problem == RETURN_SOUND) return CM_OK;
    d->bad_lines++;
    offend(d, l, l->problem);
    mark_bad(d, &named);
    return carton_bad(d, l->field[RETURN_CARTON]);
}

static bool any_bad(const struct return_desk *d, const struct named *named) {
    for (uint64_t i = 0; i < named->n; i++)
        if (d->bad[named->first - 1 + i] != 0) return true;
    return false;
}

/* What lies in a carton with something that is not believed is not believed either. */
static cm_err spread(void *ctx, struct return_line *l) {
    struct return_desk *d = ctx;
    const struct named named = records_of(d, l);
    const struct cm_slice carton = l->field[RETURN_CARTON];
    const bool bad = named.n == 0 || l->problem != RETURN_SOUND || any_bad(d, &named);
    const bool with =
        carton.len > 0 && d->cartons.n > 0 && map_get(&d->cartons, carton_key(carton)) != NULL;
    if (!bad && !with) return CM_OK;
    d->bad_lines++;
    if (!bad) offend(d, l, RETURN_WITH_CARTON);
    mark_bad(d, &named);
    return carton_bad(d, carton);
}

cm_err return_desk_rows(struct return_desk *d, struct cm_slice text, uint64_t line,
                        struct cm_diag *diag) {
    uint64_t lines = 0;
    TRY(return_pieces_next(&d->pieces, text, diag));
    TRY(return_read(&d->head, text, line, d->pass == 1 ? judge : spread, d, &lines, diag));
    if (d->pass == 1) d->lines += lines;
    return CM_OK;
}

/* ---- Between passes -------------------------------------------------------------------------- */

/* A carton that left must be whole: each of its records is shipped, destroyed or kept back. */
static void close_cartons(struct return_desk *d) {
    const uint64_t records = d->book.records, per = d->order.options.per_carton;
    for (uint64_t at = 0; per > 0 && at < records; at += per) {
        const uint64_t end = records - at < per ? records : at + per;
        bool left = false, whole = true;
        for (uint64_t i = at; i < end; i++) {
            left = left || (d->next[i] == BOOK_SHIPPED && d->book.state[i] != BOOK_SHIPPED);
            whole = whole && d->next[i] != BOOK_ORDERED && d->next[i] != BOOK_QUARANTINED;
        }
        if (!left || whole) continue;
        struct return_line l = {.line = 0};
        char number[DECIMAL_CAP];
        l.field[RETURN_CARTON] = slice_of(number, decimal_format(at / per + 1, number));
        offend(d, &l, RETURN_OPEN_CARTON);
        for (uint64_t i = at; i < end; i++)
            d->bad[i] = d->next[i] != d->book.state[i] || d->bad[i] != 0;
        d->spread = true;
    }
}

cm_err return_desk_turn(struct return_desk *d, bool *more, struct cm_diag *diag) {
    TRY(return_pieces_turn(&d->pieces, diag));
    if (d->pass == 1) close_cartons(d);
    if (d->pass == RETURN_PASSES_MAX && d->spread)
        return diag_fail(diag, CM_E_LIMIT, d->order.name, NULL,
                         "send it back: its cartons are mixed up",
                         "mistakes run through too many cartons");
    *more = d->spread;
    d->judged = !d->spread;
    if (!d->spread) return CM_OK;
    d->spread = false;
    d->bad_lines = 0;
    d->pass++;
    return CM_OK;
}

/* Stock, tallies and the counts of aliases as the owner applies and folds them, and the acts that
 * move cards and tell where they lie. An event says what was decided: applying judges only what no
 * journal of ours says. Source: docs/design/stock.md. */
#include <stdlib.h>
#include <string.h>

#include "engine/agents.h"
#include "engine/local.h"

/* ---- Applying -------------------------------------------------------------------------------- */

cm_err stock_event_touch(struct local *l, const struct stock_event *e) {
    if (registry_set(&l->registry, e->set) == NULL) return CM_E_CORRUPT;
    return stock_room(&l->book.stock, e->set, 1);
}

void stock_event_apply(struct local *l, const struct stock_event *e) {
    stock_lay(&l->book.stock, e);
}

cm_err stock_events_room(struct local *l, const struct event *events, size_t n) {
    size_t lays = 0;
    const struct stock_event *last = NULL;
    for (size_t i = 0; i < n; i++)
        lays += events[i].type == EVENT_STOCK;
    for (size_t i = 0; i < n && lays > 0; i++) {
        if (events[i].type != EVENT_STOCK) continue;
        if (last == NULL || last->set != events[i].u.stock.set)
            TRY(stock_room(&l->book.stock, events[i].u.stock.set, lays));
        last = &events[i].u.stock;
    }
    return CM_OK;
}

/* ---- The image: derived documents, written anew when they changed -----------------------------
 */

#define COUNTS_ID 0u /* of DOCUMENT_STOCK: sets have numbers from 1 */

static cm_err remember_stock(struct local *l, struct buffer *text) {
    for (size_t i = 0; i < l->book.stock.n; i++) {
        struct stock_row *row = &l->book.stock.rows[i];
        if (!row->dirty || row->n == 0) continue;
        buffer_clear(text);
        stock_pack(row, text);
        TRY(buffer_err(text));
        TRY(local_remember_document(l, DOCUMENT_STOCK, row->set, buffer_slice(text)));
        row->dirty = false;
    }
    return CM_OK;
}

static cm_err remember_tallies(struct local *l, struct buffer *text) {
    struct tallies *t = &l->book.tallies;
    for (size_t i = 0; i < t->n; i++) {
        const uint32_t agent = t->p[i].agent;
        if (!t->p[i].dirty) continue;
        buffer_clear(text);
        tally_pack(t, agent, text);
        TRY(buffer_err(text));
        TRY(local_remember_document(l, DOCUMENT_TALLY, agent, buffer_slice(text)));
        for (i = tally_first(t, agent); i < t->n && t->p[i].agent == agent; i++)
            t->p[i].dirty = false;
        i--; /* the loop goes on behind them */
    }
    return CM_OK;
}

static cm_err remember_counts(struct local *l, struct buffer *text) {
    struct alias_counts *c = &l->book.alias_counts;
    if (!c->dirty) return CM_OK;
    buffer_clear(text);
    for (size_t k = 0; k < ALIAS_KIND_N; k++)
        buffer_u64be(text, c->n[k]);
    TRY(buffer_err(text));
    TRY(local_remember_document(l, DOCUMENT_STOCK, COUNTS_ID, buffer_slice(text)));
    c->dirty = false;
    return CM_OK;
}

cm_err stock_remember(struct local *l) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(remember_stock(l, &text));
    TRY(remember_tallies(l, &text));
    return remember_counts(l, &text);
}

static cm_err load_counts(struct local *l, struct cm_slice content) {
    struct cursor c = cursor_over(content);
    uint64_t all = 0;
    for (size_t k = 0; k < ALIAS_KIND_N; k++)
        all |= l->book.alias_counts.n[k] = cursor_u64be(&c);
    l->registry.aliases = all != 0;
    return cursor_end(&c) == CM_OK ? CM_OK : CM_E_CORRUPT;
}

cm_err stock_load_document(struct local *l, enum document_kind kind, uint32_t id,
                           struct cm_slice content) {
    if (kind == DOCUMENT_TALLY) return tally_load(&l->book.tallies, id, content);
    if (id == COUNTS_ID) return load_counts(l, content);
    return stock_load(&l->book.stock, id, content);
}

/* ---- Moving -----------------------------------------------------------------------------------
 */

struct move_act {
    const struct stock_move *moves;
    size_t n;
    uint32_t actor;
    struct cm_diag *diag;
    bool dry; /* nothing is written */
};

static cm_err check_agent(const struct local *l, const struct set_entry *s, uint32_t agent,
                          struct cm_diag *diag) {
    const struct agent_entry *a = registry_agent(&l->registry, agent);
    if (agent == 0) return CM_OK;
    if (a == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, s->name, "agent",
                         "'countermark agent list' shows them", "no agent has id %u", agent);
    if (a->brand == s->set.brand) return CM_OK;
    return diag_fail(diag, CM_E_CONFLICT, s->name, "agent", "name one of the pool's brand",
                     "agent %s is of another brand", a->name);
}

static cm_err check_move(const struct local *l, const struct stock_move *m, struct cm_diag *diag) {
    struct set_entry *s = NULL;
    TRY(admin_set(l, m->set, diag, &s));
    if (!set_of_cards(&s->set))
        return diag_fail(diag, CM_E_CONFLICT, s->name, NULL, "name a pool of cards",
                         "codes of a batch lie in no stock");
    if (m->state > CM_CARD_STOCK) return CM_E_ARGUMENT;
    const uint64_t made = s->set.counters.next_serial;
    if (m->count == 0 || m->first > made || m->count > made - m->first)
        return diag_fail(diag, CM_E_RANGE, s->name, "range", "make the cards first",
                         "cards %llu .. %llu are not all numbered: there are %llu",
                         (unsigned long long)m->first,
                         (unsigned long long)(m->first + m->count - 1), (unsigned long long)made);
    return check_agent(l, s, m->agent, diag);
}

/* Whether all of it lies like that already. */
static bool lies(const struct local *l, const struct stock_move *m) {
    const struct stock_row *row = stock_row_of(&l->book.stock, m->set);
    for (size_t i = 0; row != NULL && i < row->n; i++) {
        const struct stock_span *s = &row->p[i];
        if (s->first > m->first || s->first + s->count < m->first + m->count) continue;
        return s->state == m->state && s->agent == m->agent && s->order == m->order;
    }
    return false;
}

static cm_err move_as_owner(struct local *l, void *ctx) {
    const struct move_act *a = ctx;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    TRY(admin_accepted(l, a->diag));
    for (size_t i = 0; i < a->n; i++)
        TRY(check_move(l, &a->moves[i], a->diag));
    for (size_t i = 0; i < a->n; i++) {
        const struct stock_move *m = &a->moves[i];
        const struct event e = {.type = EVENT_STOCK,
                                .u.stock = {.set = m->set,
                                            .first = m->first,
                                            .count = m->count,
                                            .state = m->state,
                                            .agent = m->agent,
                                            .order = m->order,
                                            .actor = a->actor}};
        if (events.n == 0 && lies(l, m)) continue; /* said twice */
        TRY(event_list_put(&events, &e));
    }
    if (a->dry) return CM_OK;
    return events.n > 0 ? local_commit_events(l, events.p, (uint32_t)events.n) : CM_OK;
}

cm_err engine_stock(struct cm_engine *engine, const struct stock_move *moves, size_t n,
                    uint32_t actor, struct cm_diag *diag) {
    struct move_act act = {.moves = moves, .n = n, .actor = actor, .diag = diag};
    if (n > STOCK_MOVES_MAX) return CM_E_LIMIT;
    return local_as_owner(local_of(engine), move_as_owner, &act);
}

cm_err engine_stock_judge(struct cm_engine *engine, const struct stock_move *moves, size_t n,
                          struct cm_diag *diag) {
    struct move_act act = {.moves = moves, .n = n, .diag = diag, .dry = true};
    if (n > STOCK_MOVES_MAX) return CM_E_LIMIT;
    return local_as_owner(local_of(engine), move_as_owner, &act);
}

/* ---- Telling ----------------------------------------------------------------------------------
 */

struct spans_act {
    uint32_t set;
    struct stock_span *p;
    size_t n;
};

/* Copied, so that whoever looks may take as long as they like. */
static cm_err spans_as_owner(struct local *l, void *ctx) {
    struct spans_act *a = ctx;
    if (registry_set(&l->registry, a->set) == NULL) return CM_E_NOT_FOUND;
    const struct stock_row *row = stock_row_of(&l->book.stock, a->set);
    if (row == NULL || row->n == 0) return CM_OK;
    a->p = malloc(row->n * sizeof *a->p);
    if (a->p == NULL) return CM_E_NO_MEMORY;
    memcpy(a->p, row->p, row->n * sizeof *a->p);
    a->n = row->n;
    return CM_OK;
}

cm_err engine_stock_spans(struct cm_engine *engine, uint32_t set, stock_visit *visit, void *ctx) {
    struct spans_act act = {.set = set};
    cm_err err = local_as_owner(local_of(engine), spans_as_owner, &act);
    for (size_t i = 0; i < act.n && err == CM_OK; i++)
        err = visit(ctx, &act.p[i]);
    free(act.p);
    return err;
}

struct tallies_act {
    tally_visit *visit;
    void *ctx;
};

static cm_err tallies_as_owner(struct local *l, void *ctx) {
    const struct tallies_act *a = ctx;
    for (size_t i = 0; i < l->book.tallies.n; i++)
        TRY(a->visit(a->ctx, &l->book.tallies.p[i]));
    return CM_OK;
}

cm_err engine_tallies(struct cm_engine *engine, tally_visit *visit, void *ctx) {
    struct tallies_act act = {.visit = visit, .ctx = ctx};
    return local_as_owner(local_of(engine), tallies_as_owner, &act);
}

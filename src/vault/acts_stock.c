/* Stock: ranges of cards change place and agent, and where they lie. Cards are told by their
 * indices, first and last, as `cards make` writes them beside the numbers.
 * Reference: docs/design/stock.md. */
#include <stdlib.h>

#include "base/macros.h"
#include "engine/agents.h"
#include "vault/acts_inside.h"

#define SPANS_FIRST 64u /* of a list that grows */

static const char *const places[] = {"made", "shipped", "in_stock"};

struct spans {
    struct stock_span *p;
    size_t n, cap;
    struct act *a;
};

static cm_err keep_span(void *ctx, const struct stock_span *span) {
    struct spans *s = ctx;
    if (s->n == s->cap) {
        const size_t cap = s->cap == 0 ? SPANS_FIRST : 2 * s->cap;
        struct stock_span *p = realloc(s->p, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        s->p = p;
        s->cap = cap;
    }
    s->p[s->n++] = *span;
    return CM_OK;
}

/* ---- Moving -----------------------------------------------------------------------------------
 */

/* What is not said stays as it is: a range may then be several moves. */
struct moving {
    struct stock_move like, *moves;
    bool keep_agent, keep_order;
    size_t n, cap;
};

static void moving_wipe(struct moving *m) { free(m->moves); }

static cm_err put_move(struct moving *m, uint64_t first, uint64_t end, uint32_t agent,
                       uint32_t order) {
    if (first >= end) return CM_OK;
    if (m->n == m->cap) {
        const size_t cap = m->cap == 0 ? SPANS_FIRST : 2 * m->cap;
        struct stock_move *moves = realloc(m->moves, cap * sizeof *moves);
        if (moves == NULL) return CM_E_NO_MEMORY;
        m->moves = moves;
        m->cap = cap;
    }
    struct stock_move *move = &m->moves[m->n++];
    *move = m->like;
    move->first = first;
    move->count = end - first;
    if (m->keep_agent) move->agent = agent;
    if (m->keep_order) move->order = order;
    return CM_OK;
}

static cm_err split(struct moving *m, const struct spans *spans) {
    const uint64_t end = m->like.first + m->like.count;
    uint64_t at = m->like.first;
    for (size_t i = 0; i < spans->n && at < end; i++) {
        const struct stock_span *s = &spans->p[i];
        const uint64_t span_end = s->first + s->count;
        if (span_end <= at) continue;
        const uint64_t from = s->first < end ? s->first : end;
        TRY(put_move(m, at, from, 0, 0));
        at = from > at ? from : at;
        const uint64_t to = span_end < end ? span_end : end;
        TRY(put_move(m, at, to, s->agent, s->order));
        at = to > at ? to : at;
    }
    return put_move(m, at, end, 0, 0);
}

static cm_err move_all(struct act *a, struct moving *m, bool dry) {
    struct spans spans = {.a = a};
    cm_err err = CM_OK;
    if (m->keep_agent || m->keep_order)
        err = engine_stock_spans(a->ctx->engine, m->like.set, keep_span, &spans);
    if (err == CM_OK) err = split(m, &spans);
    free(spans.p);
    TRY(err);
    if (dry) return engine_stock_judge(a->ctx->engine, m->moves, m->n, a->diag);
    return engine_stock(a->ctx->engine, m->moves, m->n, a->ctx->actor, a->diag);
}

static cm_err stock_move(struct act *a) {
    CM_CLEANUP(moving_wipe) struct moving m = {.n = 0};
    struct found_set s;
    uint64_t last = 0, order = 0;
    size_t state = CM_CARD_STOCK;
    bool dry = false;
    TRY(act_dry(a, &dry));
    TRY(act_set(a, "pool", &s));
    TRY(json_u64(json_get(a->args, "first"), 0, INT64_MAX, &m.like.first));
    TRY(json_u64(json_get(a->args, "last"), m.like.first, INT64_MAX, &last));
    if (json_present(json_get(a->args, "state")))
        TRY(json_word(json_get(a->args, "state"), places, CM_ARRAY_N(places), &state));
    m.keep_order = !json_present(json_get(a->args, "order"));
    if (!m.keep_order) TRY(json_u64(json_get(a->args, "order"), 0, UINT32_MAX, &order));
    m.keep_agent = !json_present(json_get(a->args, "agent"));
    TRY(act_agent(a, "agent", &m.like.agent));
    m.like.set = s.set.number;
    m.like.count = last - m.like.first + 1;
    m.like.state = (uint8_t)state;
    m.like.order = (uint32_t)order;
    TRY(move_all(a, &m, dry));
    json_put_cstr(a->out, "pool", s.name);
    json_put_u64(a->out, "cards", m.like.count);
    json_put_cstr(a->out, "state", places[state]);
    if (dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

/* ---- Showing ----------------------------------------------------------------------------------
 */

static cm_err put_spans(void *ctx, const struct registry *r) {
    const struct spans *s = ctx;
    struct json_writer *w = s->a->out;
    json_array_begin(w, "ranges");
    for (size_t i = 0; i < s->n; i++) {
        const struct agent_entry *agent = registry_agent(r, s->p[i].agent);
        json_object_begin(w, NULL);
        json_put_u64(w, "first", s->p[i].first);
        json_put_u64(w, "last", s->p[i].first + s->p[i].count - 1);
        json_put_u64(w, "cards", s->p[i].count);
        json_put_cstr(w, "state", places[s->p[i].state]);
        json_put_cstr(w, "agent", agent != NULL ? agent->name : "");
        json_put_u64(w, "order", s->p[i].order);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err stock_show(struct act *a) {
    struct found_set s;
    struct spans spans = {.a = a};
    TRY(act_set(a, "pool", &s));
    json_put_cstr(a->out, "pool", s.name);
    json_put_u64(a->out, "made", s.set.counters.next_serial);
    cm_err err = engine_stock_spans(a->ctx->engine, s.set.number, keep_span, &spans);
    if (err == CM_OK) err = engine_read(a->ctx->engine, put_spans, &spans);
    free(spans.p);
    return err;
}

const struct act_entry acts_stock[] = {
    {"stock.move", stock_move, {"pool", "first", "last", "state", "agent", "order", "dry_run"}},
    {"stock.show", stock_show, {"pool"}},
    {NULL, NULL, {NULL}},
};

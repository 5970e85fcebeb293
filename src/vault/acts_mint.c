/* Minting by act: one chunk of a batch's units at a time, in order of serial, for callers that do
 * not hold the keys. The serials are spent before the act returns. Refused: more units than were
 * ordered, and an idempotency key that belongs to another request. Reference: docs/design/acts.md.
 */
#include "base/macros.h"
#include "vault/acts_inside.h"
#include "vault/minter.h"

static cm_err open_minter(struct act *a, const struct minter_options *how, struct minter **out,
                          struct found_set *s) {
    TRY(act_batch(a, "batch", s));
    struct minter_options options = *how;
    options.engine = a->ctx->engine;
    options.keystore = a->ctx->keystore;
    options.set = s->set.number;
    options.actor = a->ctx->actor;
    return minter_open(out, &options, a->diag);
}

static void put_rows(struct json_writer *w, const struct minter_rows *rows) {
    json_put_u64(w, "first", rows->first);
    json_put_u64(w, "count", rows->n);
    json_put_u64(w, "units", rows->units);
    json_put_bool(w, "again", rows->again);
    json_array_begin(w, "codes"); /* null for a serial that is no unit */
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->skip[i] != 0)
            json_put_null(w, NULL);
        else
            json_put_text(w, NULL, slice_of(rows->texts + i * rows->code_len, rows->code_len));
    }
    json_array_end(w);
}

/* The chunk from serial `first` on: spent serials again, else new ones. */
static cm_err mint_chunk(struct act *a) {
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    struct found_set s;
    struct minter_rows rows;
    uint64_t first = 0;
    TRY(json_u64(json_get(a->args, "first"), 0, UINT64_MAX >> 1, &first));
    TRY(open_minter(a, &(struct minter_options){.from_start = true, .first = first}, &m, &s));
    TRY(minter_next(m, UINT64_MAX, &rows, a->diag));
    put_rows(a->out, &rows);
    return CM_OK;
}

/* ---- Issue ----------------------------------------------------------------------------------- */

/* Ranges of one request. Filters and skips leave a part wanting, the next range takes less: with
 * nine serials of ten skipped, 10,000 codes take 88. */
#define RANGES_MAX 256u

struct issuing {
    struct act *a;
    struct found_set s;
    struct minter *m;
    uint64_t wanted, given;
    struct issue_key key;
    struct issued_range before[RANGES_MAX];
    size_t before_n;
};

static void put_units(struct issuing *i, const struct minter_rows *rows) {
    struct json_writer *w = i->a->out;
    for (size_t r = 0; r < rows->n; r++) {
        if (rows->skip[r] != 0) continue;
        json_object_begin(w, NULL);
        json_put_u64(w, "serial", rows->first + r);
        json_put_text(w, "code", slice_of(rows->texts + r * rows->code_len, rows->code_len));
        json_object_end(w);
    }
    i->given += rows->units;
}

/* What this key was given already. */
static cm_err look_before(struct issuing *i) {
    const struct act_context *ctx = i->a->ctx;
    const struct issue_asked asked = {
        .actor = ctx->actor, .set = i->s.set.number, .count = (uint32_t)i->wanted, .key = ctx->key};
    if (ctx->key.len == 0) return CM_OK;
    TRY(engine_issue_key(ctx->engine, &asked, &i->key));
    TRY(engine_issued_before(ctx->engine, &i->key, i->before, RANGES_MAX, &i->before_n,
                             i->a->diag));
    i->key.item = (uint16_t)i->before_n;
    return CM_OK;
}

static cm_err give_again(struct issuing *i) {
    struct minter_rows rows;
    for (size_t r = 0; r < i->before_n; r++) {
        TRY(minter_again(i->m, &i->before[r], &rows));
        put_units(i, &rows);
    }
    return CM_OK;
}

/* From now on no file of this batch is written again. */
static cm_err give_new(struct issuing *i) {
    struct act *a = i->a;
    struct minter_rows rows;
    const uint64_t left = i->s.set.quantity - i->s.set.counters.issued;
    if (i->given >= i->wanted) return CM_OK;
    if (i->wanted - i->given > left)
        return diag_fail(a->diag, CM_E_LIMIT, i->s.name, NULL,
                         "ask for fewer, or make a further batch",
                         "%llu of the ordered codes are left", (unsigned long long)left);
    const struct phase_event shipped = {.set = i->s.set.number,
                                        .actor = a->ctx->actor,
                                        .phase = (enum batch_phase)i->s.set.counters.phase,
                                        .shipped = true};
    if (i->s.set.counters.shipped == 0) TRY(engine_phase(a->ctx->engine, &shipped, a->diag));
    while (i->given < i->wanted) {
        if (i->key.item == RANGES_MAX)
            return diag_fail(a->diag, CM_E_LIMIT, i->s.name, NULL, "ask for fewer at once",
                             "the filters skip too many serials for one idempotency key");
        TRY(minter_next(i->m, i->wanted - i->given, &rows, a->diag));
        if (rows.n == 0) break;
        put_units(i, &rows);
    }
    return CM_OK;
}

/* Further units, handed out at once; under an idempotency key the ones it was given before. */
static cm_err mint_issue(struct act *a) {
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    struct issuing i = {.a = a, .wanted = 1};
    if (json_present(json_get(a->args, "count")))
        TRY(json_u64(json_get(a->args, "count"), 1, CM_REQUESTS_MAX, &i.wanted));
    TRY(act_batch(a, "batch", &i.s));
    TRY(look_before(&i));
    TRY(open_minter(a, &(struct minter_options){.key = a->ctx->key.len > 0 ? &i.key : NULL}, &m,
                    &i.s));
    i.m = m;
    json_put_cstr(a->out, "batch", i.s.name);
    json_array_begin(a->out, "units");
    TRY(give_again(&i));
    const bool replayed = i.given >= i.wanted;
    TRY(give_new(&i));
    json_array_end(a->out);
    json_put_bool(a->out, "replayed", replayed);
    return CM_OK;
}

struct plan_read {
    struct act *a;
    uint32_t set;
};

static cm_err plan_read(void *ctx, const struct registry *r) {
    const struct plan_read *p = ctx;
    struct json_writer *w = p->a->out;
    const struct set_entry *e = registry_set(r, p->set);
    const struct scheme_entry *s = registry_scheme(r, e->set.of);
    json_put_cstr(w, "name", e->name);
    json_put_u64(w, "number", p->set);
    json_put_cstr(w, "scheme", s->scheme->name);
    json_put_bool(w, "test", e->set.test);
    json_put_u64(w, "printed_length", s->code_len);
    json_put_text(w, "symbols", slice_of(s->numbers->alphabet.symbols, s->numbers->alphabet.n));
    json_array_begin(w, "groups");
    for (size_t i = 0; i < CM_GROUPS_MAX && s->numbers->group[i] != 0; i++)
        json_put_u64(w, NULL, s->numbers->group[i]);
    json_array_end(w);
    json_put_text(w, "separator",
                  slice_of(&s->numbers->group_separator, s->numbers->group[0] != 0 ? 1 : 0));
    json_put_cstr(w, "phase", phase_name(e->set.counters.phase));
    json_put_bool(w, "shipped", e->set.counters.shipped != 0);
    json_put_u64(w, "quantity", e->set.quantity);
    json_put_u64(w, "issued", e->set.counters.issued);
    json_put_raw(w, "about", buffer_slice(&e->description));
    return CM_OK;
}

/* What a writer of files must know of a batch before it begins. */
static cm_err mint_plan(struct act *a) {
    struct plan_read p = {.a = a};
    struct found_set s;
    TRY(act_batch(a, "batch", &s));
    p.set = s.set.number;
    return engine_read(a->ctx->engine, plan_read, &p);
}

const struct act_entry acts_mint[] = {
    {"mint.plan", mint_plan, {"batch"}},
    {"mint.chunk", mint_chunk, {"batch", "first"}},
    {"issue", mint_issue, {"batch", "count"}},
    {NULL, NULL, {NULL}},
};

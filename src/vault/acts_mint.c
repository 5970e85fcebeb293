/* Minting by act: one chunk of a batch's units at a time, in order of serial, for callers that do
 * not hold the keys. The serials are spent before the act returns. */
#include "base/macros.h"
#include "vault/acts_inside.h"
#include "vault/minter.h"

static cm_err open_minter(struct act *a, bool from_start, uint64_t first, struct minter **out,
                          struct found_set *s) {
    TRY(act_batch(a, "batch", s));
    const struct minter_options options = {.engine = a->ctx->engine,
                                           .keystore = a->ctx->keystore,
                                           .set = s->set.number,
                                           .actor = a->ctx->actor,
                                           .from_start = from_start,
                                           .first = first};
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
    TRY(open_minter(a, true, first, &m, &s));
    TRY(minter_next(m, UINT64_MAX, &rows, a->diag));
    put_rows(a->out, &rows);
    return CM_OK;
}

/* Further units, handed out at once: from now on no file of this batch is written again. */
static cm_err mint_issue(struct act *a) {
    CM_CLEANUP(minter_closep) struct minter *m = NULL;
    struct found_set s;
    struct minter_rows rows;
    uint64_t wanted = 1, given = 0;
    if (json_present(json_get(a->args, "count")))
        TRY(json_u64(json_get(a->args, "count"), 1, CM_REQUESTS_MAX, &wanted));
    TRY(open_minter(a, false, 0, &m, &s));
    const uint64_t left = s.set.quantity - s.set.counters.issued;
    if (wanted > left)
        return diag_fail(a->diag, CM_E_LIMIT, s.name, NULL,
                         "ask for fewer, or make a further batch",
                         "%llu of the ordered codes are left", (unsigned long long)left);
    const struct phase_event shipped = {.set = s.set.number,
                                        .actor = a->ctx->actor,
                                        .phase = (enum batch_phase)s.set.counters.phase,
                                        .shipped = true};
    if (s.set.counters.shipped == 0) TRY(engine_phase(a->ctx->engine, &shipped, a->diag));
    json_put_cstr(a->out, "batch", s.name);
    json_array_begin(a->out, "units");
    while (given < wanted) {
        TRY(minter_next(m, wanted - given, &rows, a->diag));
        if (rows.n == 0) break;
        for (size_t i = 0; i < rows.n; i++) {
            if (rows.skip[i] != 0) continue;
            json_object_begin(a->out, NULL);
            json_put_u64(a->out, "serial", rows.first + i);
            json_put_text(a->out, "code", slice_of(rows.texts + i * rows.code_len, rows.code_len));
            json_object_end(a->out);
        }
        given += rows.units;
    }
    json_array_end(a->out);
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

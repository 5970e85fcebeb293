/* Looking: statistics, one unit; and accepting a restored workspace. A look-up of a unit by a
 * person is itself an event of the ledger. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "vault/acts_inside.h"

#define SKIPS_MAX 256u /* batches skipped by one act */

#define SKIPS_MAX 256u /* sets still issuing when the backup was made; our choice */

struct totals {
    uint64_t batches, ordered, issued, redeemed, reversed, reserved, voided;
};

static cm_err totals_read(void *ctx, const struct registry *r) {
    struct totals *t = ctx;
    for (uint32_t i = 1; i < r->set_n; i++) {
        if (r->sets[i] == NULL) continue;
        const struct set *s = &r->sets[i]->set;
        t->batches++;
        t->ordered += s->quantity;
        t->issued += s->counters.issued;
        t->redeemed += s->counters.redeemed;
        t->reversed += s->counters.reversed;
        t->reserved += s->counters.reserved;
        t->voided += s->counters.voided;
    }
    return CM_OK;
}

struct guesses {
    struct act *a;
    struct guess_count counts[ENGINE_GUESSES_MAX];
    size_t n;
};

static cm_err guesses_read(void *ctx, const struct registry *r) {
    const struct guesses *g = ctx;
    struct json_writer *w = g->a->out;
    json_object_begin(w, "guesses");
    for (size_t i = 0; i < g->n; i++) {
        const struct set_entry *s = registry_set(r, g->counts[i].pool);
        if (g->counts[i].pool != 0 && s != NULL) json_put_u64(w, s->name, g->counts[i].n);
    }
    json_object_end(w);
    json_object_begin(w, "guesses_by_key");
    for (size_t i = 0; i < g->n; i++) {
        const struct api_key *k = registry_api_key(r, g->counts[i].actor);
        if (!g->counts[i].of_key) continue;
        json_put_u64(w, k != NULL ? k->name : "operator", g->counts[i].n);
    }
    json_object_end(w);
    return CM_OK;
}

static cm_err put_guesses(struct act *a) {
    struct guesses g = {.a = a};
    TRY(engine_guesses(a->ctx->engine, g.counts, ENGINE_GUESSES_MAX, &g.n));
    return engine_read(a->ctx->engine, guesses_read, &g);
}

static cm_err stats(struct act *a) {
    struct totals t = {0};
    struct engine_stats s;
    TRY(engine_read(a->ctx->engine, totals_read, &t));
    engine_stats(a->ctx->engine, &s);
    json_put_u64(a->out, "batches", t.batches);
    json_put_u64(a->out, "ordered", t.ordered);
    json_put_u64(a->out, "issued", t.issued);
    json_put_u64(a->out, "redeemed", t.redeemed);
    json_put_u64(a->out, "reversed", t.reversed);
    json_put_u64(a->out, "reserved", t.reserved);
    json_put_u64(a->out, "voided", t.voided);
    json_put_u64(a->out, "next_sequence", s.sequence);
    json_put_u64(a->out, "folded_to", s.folded_to);
    json_put_u64(a->out, "journal_bytes_unfolded", s.journal_bytes);
    json_put_u64(a->out, "unit_memory_bytes", s.unit_memory);
    json_put_bool(a->out, "restored", s.restored);
    json_object_begin(a->out, "verdicts_since_start");
    for (unsigned v = 0; v < CM_VERDICT_N; v++)
        if (s.verdicts[v] > 0)
            json_put_u64(a->out, cm_verdict_name((enum cm_verdict)v), s.verdicts[v]);
    json_object_end(a->out);
    return put_guesses(a);
}

static const char *bits_name(const struct unit_view *v) {
    switch (v->bits) {
    case UNIT_FRESH: return "fresh";
    case UNIT_SPENT: return "spent";
    case UNIT_ABSENT: return "absent";
    case UNIT_OTHER:
    default: return "other";
    }
}

static cm_err unit_show(struct act *a) {
    struct found_set s;
    struct unit_view v;
    uint64_t serial = 0;
    TRY(act_batch(a, "batch", &s));
    TRY(json_u64(json_get(a->args, "serial"), 0, UINT64_MAX >> 1, &serial));
    TRY(engine_lookup(a->ctx->engine, a->ctx->actor, s.set.number, serial, &v, a->diag));
    json_put_cstr(a->out, "batch", s.name);
    json_put_u64(a->out, "serial", serial);
    json_put_cstr(a->out, "state", bits_name(&v));
    if (v.has_detail) {
        json_put_u64(a->out, "changed_ms", v.detail.time_ms);
        json_put_u64(a->out, "sequence", v.detail.sequence);
        json_put_u64(a->out, "actor", v.detail.actor);
        json_put_u64(a->out, "use", v.detail.use);
    }
    return CM_OK;
}

/* {"skips": [{"set": 3, "serials": 250}]}: serials that may have left after the backup. */
/* "BATCH=N": N serials of the batch may have left after the backup was made. */
static cm_err read_skip(struct act *a, struct json_value v, struct engine_skip *out) {
    struct cm_slice text;
    TRY(json_text(v, 3, (size_t)2 * REGISTRY_NAME_CAP, &text));
    const uint8_t *equals = memrchr(text.p, '=', text.len);
    const size_t len = equals != NULL ? (size_t)(equals - text.p) : 0;
    if (equals == NULL ||
        text_u64(slice_of(equals + 1, text.len - len - 1), INT64_MAX, &out->serials) != CM_OK)
        return json_fail(v, CM_E_FORMAT, "write it as BATCH=SERIALS", "not a batch and a count");
    return act_set_named(a, slice_of(text.p, len), &out->set);
}

static cm_err restore_accept(struct act *a) {
    struct engine_skip skips[SKIPS_MAX];
    const struct json_value given = json_get(a->args, "skips");
    size_t n = 0;
    if (json_present(given)) TRY(json_items(given, 0, SKIPS_MAX, &n));
    for (size_t i = 0; i < n; i++)
        TRY(read_skip(a, json_at(given, i), &skips[i]));
    TRY(engine_accept_restore(a->ctx->engine, skips, n, a->diag));
    json_put_bool(a->out, "accepted", true);
    json_put_u64(a->out, "skipped_sets", n);
    return CM_OK;
}

static cm_err fold(struct act *a) {
    struct engine_stats s;
    TRY(engine_fold(a->ctx->engine));
    engine_stats(a->ctx->engine, &s);
    json_put_u64(a->out, "folded_to", s.folded_to);
    return CM_OK;
}

const struct act_entry acts_look[] = {
    {"stats", stats, {NULL}},
    {"unit.show", unit_show, {"batch", "serial"}},
    {"restore.accept", restore_accept, {"skips", NULL}},
    {"fold", fold, {NULL}},
    {NULL, NULL, {NULL}},
};

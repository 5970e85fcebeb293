/* Runs looked at. Reference: docs/design/acts.md, "Runs". */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "vault/runs_inside.h"

#define SPANS_MAX 1000u /* that are shown */
#define SETS_MAX  4096u /* batches of a run that are shown */

/* ---- All ------------------------------------------------------------------------------------- */

struct numbers {
    struct act *a;
    uint32_t *p; /* owned */
    size_t n;
};
static void numbers_wipe(struct numbers *n) { free(n->p); }

static cm_err collect(void *ctx, const struct registry *r) {
    struct numbers *n = ctx;
    n->p = calloc((size_t)r->run_n + 1, sizeof *n->p);
    if (n->p == NULL) return CM_E_NO_MEMORY;
    for (uint32_t i = r->run_n; i-- > 1;)
        if (r->runs[i] != NULL && runs_visible(n->a, r->runs[i]->brand, r->runs[i]->test))
            n->p[n->n++] = i;
    return CM_OK;
}

static cm_err run_list(struct act *a) {
    CM_CLEANUP(numbers_wipe) struct numbers all = {.a = a};
    TRY(engine_read(a->ctx->engine, collect, &all));
    json_array_begin(a->out, "runs");
    for (size_t i = 0; i < all.n; i++) {
        CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
        TRY(runs_numbered(a, all.p[i], &f));
        json_object_begin(a->out, NULL);
        TRY(runs_summary(a, &f));
        json_object_end(a->out);
    }
    json_array_end(a->out);
    return CM_OK;
}

/* ---- One ------------------------------------------------------------------------------------- */

struct shown_set {
    uint32_t set;
    uint64_t units;
};
struct showing {
    struct act *a;
    struct json_writer spans; /* of the array at hand */
    struct buffer text;
    size_t n, set_n;
    struct shown_set *sets; /* SETS_MAX places, in the order of sending */
    uint32_t named;         /* the set whose name is below */
    char name[REGISTRY_NAME_CAP];
};
static void showing_wipe(struct showing *s) {
    buffer_free(&s->text);
    free(s->sets);
}

static cm_err name_of(void *ctx, const struct registry *r) {
    struct showing *s = ctx;
    const struct set_entry *e = registry_set(r, s->named);
    if (e != NULL) memcpy(s->name, e->name, sizeof s->name);
    return CM_OK;
}

static cm_err show_span(void *ctx, const struct span *span, uint64_t units) {
    struct showing *s = ctx;
    struct json_writer *w = &s->spans;
    if (units == 0) return CM_OK; /* serials that are no units */
    if (s->named != span->set) {
        s->named = span->set;
        TRY(engine_read(s->a->ctx->engine, name_of, s));
        if (s->set_n < SETS_MAX) s->sets[s->set_n++].set = span->set;
    }
    s->sets[s->set_n - 1].units += units;
    if (s->n++ >= SPANS_MAX) return CM_OK;
    json_object_begin(w, NULL);
    json_put_cstr(w, "batch", s->name);
    json_put_u64(w, "first", span->first);
    json_put_u64(w, "count", span->count);
    json_put_cstr(w, "stage", cm_stage_name((enum cm_stage)span->stage));
    json_put_cstr(w, "cause", cm_cause_name((enum cm_cause)span->cause));
    json_object_end(w);
    return CM_OK;
}

static cm_err put_sets(void *ctx, const struct registry *r) {
    const struct showing *s = ctx;
    struct json_writer *w = s->a->out;
    json_array_begin(w, "batches");
    for (size_t i = 0; i < s->set_n; i++) {
        const struct set_entry *e = registry_set(r, s->sets[i].set);
        if (e == NULL) continue;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->name);
        json_put_u64(w, "set", e->set.number);
        json_put_u64(w, "quantity", e->set.quantity);
        json_put_u64(w, "issued", e->set.counters.issued);
        json_put_u64(w, "units", s->sets[i].units);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err put_spans(struct act *a, const struct found_run *f) {
    CM_CLEANUP(showing_wipe) struct showing s = {.a = a};
    s.sets = calloc(SETS_MAX, sizeof *s.sets);
    if (s.sets == NULL) return CM_E_NO_MEMORY;
    s.spans = json_writer_into(&s.text, false);
    json_array_begin(&s.spans, NULL);
    TRY(engine_run_spans(a->ctx->engine, f->number, show_span, &s));
    json_array_end(&s.spans);
    TRY(buffer_err(&s.text));
    json_put_raw(a->out, "spans", buffer_slice(&s.text));
    json_put_u64(a->out, "spans_n", s.n);
    return engine_read(a->ctx->engine, put_sets, &s);
}

static cm_err put_causes(struct act *a, const struct found_run *f) {
    struct run_totals t;
    TRY(engine_run_totals(a->ctx->engine, f->number, &t));
    json_object_begin(a->out, "causes");
    for (unsigned i = CM_CAUSE_NONE + 1; i < CM_CAUSE_N; i++)
        if (t.causes[i] > 0) json_put_u64(a->out, cm_cause_name((enum cm_cause)i), t.causes[i]);
    json_object_end(a->out);
    return CM_OK;
}

static cm_err run_show(struct act *a) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    TRY(runs_named(a, &f));
    TRY(runs_summary(a, &f));
    TRY(put_causes(a, &f));
    json_object_begin(a->out, "down");
    runs_put_down(a->out, a, &f, 1);
    json_object_end(a->out);
    runs_put_reads(a->out, a, &f);
    return put_spans(a, &f);
}

const struct act_entry acts_run_show[] = {
    {"run.list", run_list, {NULL}},
    {"run.show", run_show, {"run"}},
    {NULL, NULL, {NULL}},
};

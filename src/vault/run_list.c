/* The list, run by run: documents out of the registry, spans out of the engine. References as in
 * run_list.h. */
#include "vault/run_list.h"

#include <stdlib.h>

#include "base/macros.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "vault/runs_inside.h"

struct listing {
    struct act a;
    struct json_writer w;
    uint32_t *numbers; /* owned */
    size_t n;
    enum run_holder holder;
    bool documents_only;
};
static void listing_wipe(struct listing *l) { free(l->numbers); }

static cm_err collect(void *ctx, const struct registry *r) {
    struct listing *l = ctx;
    l->numbers = calloc((size_t)r->run_n + 1, sizeof *l->numbers);
    if (l->numbers == NULL) return CM_E_NO_MEMORY;
    for (uint32_t i = 1; i < r->run_n; i++)
        if (r->runs[i] != NULL && r->runs[i]->wish != WISH_CLOSED &&
            r->runs[i]->holder == l->holder)
            l->numbers[l->n++] = i;
    return CM_OK;
}

struct held {
    struct json_writer *w;
    enum cm_stage stage;
};
static cm_err put_span(void *ctx, const struct span *span, uint64_t units) {
    const struct held *h = ctx;
    if (span->stage != h->stage || units == 0) return CM_OK;
    json_array_begin(h->w, NULL);
    json_put_u64(h->w, NULL, span->set);
    json_put_u64(h->w, NULL, span->first);
    json_put_u64(h->w, NULL, span->count);
    json_array_end(h->w);
    return CM_OK;
}

static cm_err put_held(struct listing *l, uint32_t number, const char *key, enum cm_stage stage) {
    struct held h = {.w = &l->w, .stage = stage};
    json_array_begin(&l->w, key);
    TRY(engine_run_spans(l->a.ctx->engine, number, put_span, &h));
    json_array_end(&l->w);
    return CM_OK;
}

static cm_err put_run(struct listing *l, uint32_t number) {
    CM_CLEANUP(found_run_wipe) struct found_run f = FOUND_RUN_INIT;
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    struct run_totals totals;
    struct json_value v;
    const char *key = NULL;
    TRY(runs_numbered(&l->a, number, &f));
    json_object_begin(&l->w, NULL);
    json_put_u64(&l->w, "number", number);
    for (size_t i = 0; json_present(v = json_member(f.root, i, &key)); i++) {
        buffer_clear(&value);
        TRY(json_copy_value(v, &value));
        json_put_raw(&l->w, key, buffer_slice(&value));
    }
    if (!l->documents_only) {
        TRY(engine_run_totals(l->a.ctx->engine, number, &totals));
        TRY(put_held(l, number, "reserved", CM_STAGE_RESERVED));
        TRY(put_held(l, number, "sent", CM_STAGE_SENT));
        json_put_u64(&l->w, "given", runs_given(&totals));
    }
    json_object_end(&l->w);
    return CM_OK;
}

static cm_err list(struct cm_engine *engine, enum run_holder holder, bool documents_only,
                   struct buffer *out) {
    struct act_context ctx = {.engine = engine};
    CM_CLEANUP(listing_wipe)
    struct listing l = {.a = {.ctx = &ctx}, .holder = holder, .documents_only = documents_only};
    l.w = json_writer_into(out, false);
    TRY(engine_read(engine, collect, &l));
    json_object_begin(&l.w, NULL);
    char identity[ENGINE_IDENTITY_CAP];
    engine_identity(engine, identity);
    json_put_cstr(&l.w, "workspace", identity);
    json_array_begin(&l.w, "runs");
    for (size_t i = 0; i < l.n; i++)
        TRY(put_run(&l, l.numbers[i]));
    json_array_end(&l.w);
    json_object_end(&l.w);
    return buffer_err(out);
}

cm_err run_list_json(struct cm_engine *engine, enum run_holder holder, struct buffer *out) {
    return list(engine, holder, false, out);
}

cm_err run_list_documents(struct cm_engine *engine, enum run_holder holder, struct buffer *out) {
    return list(engine, holder, true, out);
}

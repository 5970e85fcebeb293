/* Runs copied out of the registry, and their documents written again. References as in
 * runs_inside.h. */
#include <string.h>

#include "base/macros.h"
#include "vault/runs_inside.h"

static const struct json_limits document_limits = {.text_max = ACT_ARGS_MAX,
                                                   .depth_max = JSON_DEPTH_MAX};

void found_run_wipe(struct found_run *f) {
    json_doc_free(f->doc);
    buffer_free(&f->text);
    *f = (struct found_run)FOUND_RUN_INIT;
}

bool runs_visible(const struct act *a, uint32_t brand, bool test) {
    const struct act_context *c = a->ctx;
    return !c->keyed || ((c->brand == 0 || c->brand == brand) && c->test == test);
}

/* ---- Finding --------------------------------------------------------------------------------- */

struct run_look {
    struct act *a;
    struct cm_slice name; /* empty: by number */
    uint32_t number;
    struct found_run *out;
};

static cm_err copy_run(void *ctx, const struct registry *r) {
    const struct run_look *l = ctx;
    struct found_run *out = l->out;
    const struct run_entry *e =
        l->name.len > 0 ? registry_run_named(r, l->name) : registry_run(r, l->number);
    if (e == NULL || !runs_visible(l->a, e->brand, e->test)) return CM_E_NOT_FOUND;
    out->number = e->id;
    out->brand = e->brand;
    out->test = e->test;
    out->wish = e->wish;
    out->holder = e->holder;
    memcpy(out->name, e->name, sizeof out->name);
    buffer_put(&out->text, e->document.p, e->document.len);
    return buffer_err(&out->text);
}

static cm_err find(struct run_look *l) {
    TRY(engine_read(l->a->ctx->engine, copy_run, l));
    TRY(json_doc_new(&l->out->doc, buffer_slice(&l->out->text), l->out->name, &document_limits,
                     l->a->diag));
    l->out->root = json_root(l->out->doc);
    return CM_OK;
}

cm_err runs_named(struct act *a, struct found_run *out) {
    struct run_look l = {.a = a, .out = out};
    TRY(json_text(json_get(a->args, "run"), 1, REGISTRY_NAME_CAP, &l.name));
    const cm_err err = find(&l);
    if (err != CM_E_NOT_FOUND) return err;
    return diag_fail(a->diag, err, NULL, NULL, "'countermark run list' shows them",
                     "no run is named '%.*s'", (int)l.name.len, (const char *)l.name.p);
}

cm_err runs_numbered(struct act *a, uint32_t number, struct found_run *out) {
    struct run_look l = {.a = a, .number = number, .out = out};
    const cm_err err = find(&l);
    if (err != CM_E_NOT_FOUND) return err;
    return diag_fail(a->diag, err, NULL, NULL, NULL, "no run has number %u", number);
}

cm_err runs_of_line(struct act *a, uint32_t number, struct found_run *out) {
    TRY(runs_numbered(a, number, out));
    if (out->holder == a->ctx->holder) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, out->name, NULL,
                     "'countermark run resume' hands it over", "another drives this run's printer");
}

struct cm_slice runs_text(const struct found_run *f, const char *key) {
    struct cm_slice text = {.len = 0};
    const struct json_value v = json_get(f->root, key);
    if (json_kind_of(v) != JSON_KIND_TEXT || json_text(v, 0, SIZE_MAX, &text) != CM_OK)
        return (struct cm_slice){.len = 0};
    return text;
}

uint64_t runs_u64(const struct found_run *f, const char *key) {
    uint64_t value = 0;
    const struct json_value v = json_get(f->root, key);
    if (json_kind_of(v) != JSON_KIND_INTEGER || json_u64(v, 0, INT64_MAX, &value) != CM_OK)
        return 0;
    return value;
}

/* ---- Changing -------------------------------------------------------------------------------- */

static bool is_changed(const char *key) {
    static const char *const keys[] = {"wish",       "why",  "resumed", "settled",   "holder",
                                       "duplicates", "down", "rule",    "closed_ms", "reads"};
    for (size_t i = 0; i < CM_ARRAY_N(keys); i++)
        if (strcmp(key, keys[i]) == 0) return true;
    return false;
}

static cm_err copy_others(const struct found_run *f, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    const char *key = NULL;
    struct json_value v;
    for (size_t i = 0; json_present(v = json_member(f->root, i, &key)); i++) {
        if (is_changed(key)) continue;
        buffer_clear(&value);
        TRY(json_copy_value(v, &value));
        json_put_raw(w, key, buffer_slice(&value));
    }
    return CM_OK;
}

static cm_err put_changed(struct act *a, const struct found_run *f, const struct run_change *c,
                          struct json_writer *w) {
    static const char *const holders[RUN_HOLDER_N] = {"daemon", "here", "agent"};
    const uint64_t duplicates = runs_duplicates(a, f);
    json_put_cstr(w, "holder", holders[c->here ? a->ctx->holder : f->holder]);
    json_put_cstr(w, "wish", run_wish_name(c->wish));
    if (c->why != NULL) json_put_cstr(w, "why", c->why);
    if (c->rule != NULL) json_put_cstr(w, "rule", c->rule);
    if (c->wish == WISH_CLOSED) json_put_u64(w, "closed_ms", a->now_unix_ms);
    const uint64_t resumed = runs_u64(f, "resumed") + (c->resumed ? 1 : 0);
    if (resumed > 0) json_put_u64(w, "resumed", resumed);
    const uint64_t settled = runs_u64(f, "settled") + f->settled + (c->settled ? 1 : 0);
    if (settled > 0) json_put_u64(w, "settled", settled);
    if (duplicates > 0) json_put_u64(w, "duplicates", duplicates);
    json_object_begin(w, "down");
    runs_put_down(w, a, f, 1);
    json_object_end(w);
    runs_put_reads(w, a, f);
    return CM_OK;
}

cm_err runs_change(struct act *a, struct found_run *f, const struct run_change *c) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    TRY(copy_others(f, &w));
    TRY(put_changed(a, f, c, &w));
    json_object_end(&w);
    TRY(buffer_err(&text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_RUN, &f->number, a->ctx->actor,
                        buffer_slice(&text), a->diag));
    f->wish = c->wish;
    f->settled += c->settled;
    if (c->here) f->holder = a->ctx->holder;
    struct live_row *row = a->ctx->live != NULL ? run_live_find(a->ctx->live, f->number) : NULL;
    if (row == NULL) return CM_OK;
    row->saved_ms = row->reads_saved_ms = a->now_unix_ms;
    for (unsigned v = 0; v < READ_VERDICT_N; v++) { /* the document has them; f->root is older */
        f->reads[v] += row->feed.verdicts[v];
        row->feed.verdicts[v] = 0;
    }
    return CM_OK;
}

cm_err runs_save(struct act *a, struct found_run *f) {
    char why[LIVE_WORDS_CAP];
    const struct cm_slice old = runs_text(f, "why");
    const size_t len = old.len < sizeof why ? old.len : 0;
    memcpy(why, len > 0 ? (const char *)old.p : "", len);
    why[len] = '\0';
    return runs_change(a, f, &(struct run_change){.wish = f->wish, .why = len > 0 ? why : NULL});
}

/* Run documents: one run of one printer, named, with what is wished of it. A later document
 * replaces an earlier one whole, but for its name, brand and mode, which are for life, and a closed
 * run stays closed. What its units became is not in it. Format: docs/design/registry.md, "Runs". */
#include <stdlib.h>
#include <string.h>

#include "doc/json_write.h"
#include "engine/registry_inside.h"

#define RUN_TEXT_MAX    1024u    /* bytes of a text for people, of a printer's URI */
#define RUN_PROGRAM_MAX 1000000u /* bytes of a template or a protocol; the document's own bound */
#define RUN_MS_MAX      ((uint64_t)INT64_MAX)

static const char *const wish_words[RUN_WISH_N] = {"run", "pause", "stop", "closed"};
static const char *const holder_words[RUN_HOLDER_N] = {"daemon", "here", "agent"};

const char *run_wish_name(enum run_wish wish) {
    return (unsigned)wish < RUN_WISH_N ? wish_words[wish] : "unknown";
}

struct run_entry *registry_run(const struct registry *r, uint32_t number) {
    return number < r->run_n ? r->runs[number] : NULL;
}

struct run_entry *registry_run_named(const struct registry *r, struct cm_slice name) {
    for (uint32_t i = 0; i < r->run_n; i++)
        if (r->runs[i] != NULL && slice_equal(slice_text(r->runs[i]->name), name))
            return r->runs[i];
    return NULL;
}

/* ---- Parts of the document ------------------------------------------------------------------ */

static cm_err optional_text(struct json_value v) {
    struct cm_slice text;
    return json_present(v) ? json_text(v, 0, RUN_TEXT_MAX, &text) : CM_OK;
}

static cm_err optional_count(struct json_value v) {
    uint64_t n = 0;
    return json_present(v) ? json_u64(v, 0, RUN_MS_MAX, &n) : CM_OK;
}

/* A file as it was when the run began: {"name", "text"}. */
static cm_err check_program(struct json_value v) {
    static const char *const keys[] = {"name", "text"};
    struct cm_slice text;
    if (!json_present(v)) return CM_OK;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_text(json_get(v, "name"), 1, RUN_TEXT_MAX, &text));
    return json_text(json_get(v, "text"), 0, RUN_PROGRAM_MAX, &text);
}

/* {"paper out": milliseconds, ...}, {"good": reads, ...} */
static cm_err check_counts(struct json_value v, const char *problem) {
    const char *key = NULL;
    if (!json_present(v)) return CM_OK;
    if (json_kind_of(v) != JSON_KIND_OBJECT) return json_fail(v, CM_E_FORMAT, NULL, "%s", problem);
    for (size_t i = 0; json_present(json_member(v, i, &key)); i++)
        TRY(optional_count(json_get(v, key)));
    return CM_OK;
}

static cm_err check_production(struct json_value v) {
    static const char *const keys[] = {"scheme",  "attributes", "product", "gtin",     "zone",
                                       "roll_at", "date",       "name",    "quantity", "open"};
    static const char *const texts[] = {"product", "gtin", "zone", "roll_at", "date", "name"};
    struct cm_slice text;
    const char *key = NULL;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_text(json_get(v, "scheme"), 1, RUN_TEXT_MAX, &text));
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        TRY(optional_text(json_get(v, texts[i])));
    const struct json_value attributes = json_get(v, "attributes");
    for (size_t i = 0; json_present(json_member(attributes, i, &key)); i++)
        TRY(optional_text(json_get(attributes, key)));
    bool open = false;
    if (json_present(json_get(v, "open"))) TRY(json_bool(json_get(v, "open"), &open));
    return optional_count(json_get(v, "quantity"));
}

/* The batch is there, and of the run's own world. */
static cm_err check_batch(const struct registry *r, const struct run_entry *run,
                          struct json_value v) {
    struct cm_slice name;
    TRY(json_text(v, 1, REGISTRY_NAME_CAP - 1, &name));
    const struct set_entry *s = registry_set_named(r, name);
    if (s == NULL || s->set.kind != SET_BATCH)
        return json_fail(v, CM_E_NOT_FOUND, "list them with 'countermark batch list'",
                         "no batch has this name");
    if (s->set.test == run->test && s->set.brand == run->brand) return CM_OK;
    return json_fail(v, CM_E_CONFLICT, "TEST and LIVE, and brands, each have their own runs",
                     "the batch is of another mode or brand");
}

static cm_err check_source(const struct registry *r, const struct run_entry *run,
                           struct json_value root) {
    const struct json_value batch = json_get(root, "batch");
    const struct json_value production = json_get(root, "production");
    if (json_present(batch) == json_present(production))
        return json_fail(root, CM_E_FORMAT, "name a batch, or a production that makes batches",
                         "a run has either \"batch\" or \"production\"");
    return json_present(batch) ? check_batch(r, run, batch) : check_production(production);
}

static cm_err check_rest(const struct registry *r, const struct run_entry *run,
                         struct json_value root) {
    static const char *const texts[] = {"line", "printer", "why"};
    static const char *const counts[] = {"window",    "rate",       "count",   "started_ms",
                                         "closed_ms", "duplicates", "resumed", "settled"};
    static const char *const rules[] = {"default", "only-good"};
    static const char *const paces[] = {"camera"};
    size_t rule = 0, pace = 0;
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        TRY(optional_text(json_get(root, texts[i])));
    for (size_t i = 0; i < CM_ARRAY_N(counts); i++)
        TRY(optional_count(json_get(root, counts[i])));
    TRY(check_program(json_get(root, "template")));
    TRY(check_program(json_get(root, "protocol")));
    TRY(check_counts(json_get(root, "down"), "not an object of milliseconds by cause"));
    TRY(check_counts(json_get(root, "reads"), "not an object of reads by verdict"));
    if (json_present(json_get(root, "rule")))
        TRY(json_word(json_get(root, "rule"), rules, CM_ARRAY_N(rules), &rule));
    if (json_present(json_get(root, "paced_by")))
        TRY(json_word(json_get(root, "paced_by"), paces, CM_ARRAY_N(paces), &pace));
    return check_source(r, run, root);
}

/* What the registry keeps of it. */
static cm_err parse(struct json_value root, struct run_entry *run) {
    static const char *const keys[] = {
        "name",       "brand",  "test",    "line",    "printer",    "template",
        "protocol",   "window", "rate",    "count",   "batch",      "production",
        "holder",     "wish",   "why",     "rule",    "started_ms", "closed_ms",
        "duplicates", "down",   "resumed", "settled", "reads",      "paced_by"};
    uint64_t brand = 0;
    size_t wish = 0, holder = 0;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, run->name, sizeof run->name));
    TRY(json_u64(json_get(root, "brand"), 0, UINT32_MAX, &brand));
    TRY(json_bool(json_get(root, "test"), &run->test));
    TRY(json_word(json_get(root, "wish"), wish_words, RUN_WISH_N, &wish));
    TRY(json_word(json_get(root, "holder"), holder_words, RUN_HOLDER_N, &holder));
    run->brand = (uint32_t)brand;
    run->wish = (enum run_wish)wish;
    run->holder = (enum run_holder)holder;
    return CM_OK;
}

/* ---- Checking and applying ------------------------------------------------------------------ */

static cm_err check_frozen(const struct run_entry *old, const struct run_entry *run,
                           struct cm_diag *diag) {
    if (strcmp(old->name, run->name) != 0 || old->brand != run->brand || old->test != run->test)
        return diag_fail(diag, CM_E_CONFLICT, old->name, NULL, "start another run",
                         "a run's name, brand and mode are for life");
    if (old->wish == WISH_CLOSED && run->wish != WISH_CLOSED)
        return diag_fail(diag, CM_E_CONFLICT, old->name, "wish", "start another run",
                         "the run is closed");
    return CM_OK;
}

cm_err run_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                          struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct run_entry run = {.id = id};
    TRY(json_doc_new(&doc, text, "run", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(parse(root, &run));
    TRY(check_rest(r, &run, root));
    if (id == 0 || id >= REGISTRY_RUNS_MAX)
        return json_fail(root, CM_E_RANGE, NULL, "number %u is no number of a run", id);
    const struct run_entry *same = registry_run_named(r, slice_text(run.name));
    if (same != NULL && same->id != id)
        return json_fail(json_get(root, "name"), CM_E_EXISTS, "give it another name",
                         "a run named '%s' exists", run.name);
    const struct run_entry *old = registry_run(r, id);
    return old != NULL ? check_frozen(old, &run, diag) : CM_OK;
}

void run_entry_free(struct run_entry *run) {
    if (run == NULL) return;
    buffer_free(&run->document);
    free(run);
}

static void run_entry_freep(struct run_entry **run) { run_entry_free(*run); }

cm_err run_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                          struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(run_entry_freep) struct run_entry *run = calloc(1, sizeof *run);
    if (run == NULL) return CM_E_NO_MEMORY;
    if (id == 0 || id >= REGISTRY_RUNS_MAX) return CM_E_CORRUPT; /* before room is made for it */
    TRY(json_doc_new(&doc, text, "run", &JSON_LIMITS_DEFAULT, diag));
    TRY(parse(json_root(doc), run));
    run->id = id;
    buffer_put(&run->document, text.p, text.len);
    TRY(buffer_err(&run->document));
    struct run_entry **runs = registry_room(r->runs, &r->run_n, id);
    if (runs == NULL) return CM_E_NO_MEMORY;
    r->runs = runs;
    run_entry_free(r->runs[id]);
    r->runs[id] = take(&run);
    return CM_OK;
}

/* ---- Another wish --------------------------------------------------------------------------- */

static cm_err copy_value(struct json_writer *w, const char *key, struct json_value v);

static cm_err copy_object(struct json_writer *w, const char *key, struct json_value v) {
    const char *name = NULL;
    json_object_begin(w, key);
    for (size_t i = 0; json_present(json_member(v, i, &name)); i++)
        TRY(copy_value(w, name, json_get(v, name)));
    json_object_end(w);
    return CM_OK;
}

/* Of what check lets into a document; json.h bounds the depth. */
static cm_err copy_value(struct json_writer *w, const char *key, struct json_value v) {
    struct cm_slice text;
    int64_t number = 0;
    bool yes = false;
    switch (json_kind_of(v)) {
    case JSON_KIND_TEXT:
        TRY(json_text(v, 0, SIZE_MAX, &text));
        json_put_text(w, key, text);
        return CM_OK;
    case JSON_KIND_INTEGER:
        TRY(json_i64(v, INT64_MIN, INT64_MAX, &number));
        json_put_i64(w, key, number);
        return CM_OK;
    case JSON_KIND_BOOL:
        TRY(json_bool(v, &yes));
        json_put_bool(w, key, yes);
        return CM_OK;
    case JSON_KIND_OBJECT: return copy_object(w, key, v);
    case JSON_KIND_ABSENT:
    case JSON_KIND_NULL:
    case JSON_KIND_REAL:
    case JSON_KIND_ARRAY:
    default: return CM_E_CORRUPT;
    }
}

cm_err run_document_with(const struct run_entry *run, enum run_wish wish, const char *why,
                         struct buffer *out) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const struct json_limits limits = JSON_LIMITS_DEFAULT;
    TRY(json_doc_new(&doc, buffer_slice(&run->document), "run", &limits, NULL));
    const struct json_value root = json_root(doc);
    struct json_writer w = json_writer_into(out, false);
    const char *name = NULL;
    json_object_begin(&w, NULL);
    for (size_t i = 0; json_present(json_member(root, i, &name)); i++)
        if (strcmp(name, "wish") != 0 && strcmp(name, "why") != 0)
            TRY(copy_value(&w, name, json_get(root, name)));
    json_put_cstr(&w, "wish", run_wish_name(wish));
    json_put_cstr(&w, "why", why);
    json_object_end(&w);
    return buffer_err(out);
}

/* Terms documents, the rule that follows from them, and the words that answers carry. */
#include "base/date.h"
#include "doc/json_write.h"
#include "engine/registry_inside.h"

#define MS_PER_S 1000u

cm_err terms_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(terms_wipe) struct terms t;
    terms_init(&t);
    TRY(terms_json_read(&t, text, "terms", diag));
    const bool of_set = (id & TERMS_OF_SET) != 0;
    const struct set_entry *s = of_set ? registry_set(r, id & ~TERMS_OF_SET) : NULL;
    if (s != NULL && s->set.life != NULL && t.uses == TERMS_ONCE_PER_REDEEMER)
        return diag_fail(diag, CM_E_CONFLICT, s->name, "uses", "give a number of uses",
                         "its cards have a life: they are not used once per redeemer");
    if (of_set ? s != NULL : registry_scheme(r, id) != NULL) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "terms", NULL, NULL, "no %s has number %u",
                     of_set ? "batch" : "scheme", id & ~TERMS_OF_SET);
}

cm_err terms_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(terms_wipe) struct terms t;
    terms_init(&t);
    TRY(terms_json_read(&t, text, "terms", diag));
    if ((id & TERMS_OF_SET) != 0) {
        struct set_entry *s = registry_set(r, id & ~TERMS_OF_SET);
        if (s == NULL) return CM_E_CORRUPT;
        TRY(terms_copy(&t, &s->terms));
        s->has_terms = true;
        return set_refresh(r, s);
    }
    struct scheme_entry *scheme = registry_scheme(r, id);
    if (scheme == NULL) return CM_E_CORRUPT;
    TRY(terms_copy(&t, &scheme->terms));
    for (uint32_t i = 1; i < r->set_n; i++)
        if (r->sets[i] != NULL && r->sets[i]->set.kind == SET_BATCH && r->sets[i]->set.of == id)
            TRY(set_refresh(r, r->sets[i]));
    return CM_OK;
}

const struct terms *registry_terms(const struct registry *r, const struct set_entry *s) {
    const bool own = s->has_terms || s->set.kind != SET_BATCH;
    return own ? &s->terms : &registry_scheme(r, s->set.of)->terms;
}

cm_err set_refresh(const struct registry *r, struct set_entry *s) {
    const struct terms *t = registry_terms(r, s);
    s->set.rule = (struct set_rule){
        .uses = t->uses == TERMS_ONCE_PER_REDEEMER ? USES_ONCE_PER_REDEEMER : USES_N,
        .use_max = t->times,
        .start_ms = t->start_ms,
        .end_ms = t->until_ms == 0 ? 0 : t->until_ms + (uint64_t)t->grace_s * MS_PER_S,
        .cap = t->cap};
    return set_describe(r, s);
}

/* ---- Descriptions -----------------------------------------------------------------------------
 */

static void put_if(struct json_writer *w, struct json_value document, const char *key) {
    struct cm_slice text;
    const struct json_value v = json_get(document, key);
    if (json_kind_of(v) == JSON_KIND_TEXT && json_text(v, 0, SIZE_MAX, &text) == CM_OK &&
        text.len > 0)
        json_put_text(w, key, text);
}

static void put_attributes(struct json_writer *w, const struct scheme_entry *scheme,
                           const struct set *set) {
    json_object_begin(w, "attributes");
    for (uint8_t i = 0; i < scheme->numbers->attribute_n; i++)
        json_put_text(w, scheme->scheme->attribute_name[i],
                      values_at(&scheme->scheme->values[i], (uint32_t)set->fields.attribute[i]));
    json_object_end(w);
}

static cm_err put_batch(struct json_writer *w, const struct registry *r,
                        const struct set_entry *s) {
    const struct scheme_entry *scheme = registry_scheme(r, s->set.of);
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&s->document), "batch", &JSON_LIMITS_DEFAULT, NULL));
    const struct json_value root = json_root(doc);
    json_put_cstr(w, "scheme", scheme->scheme->name);
    json_put_cstr(w, "batch", s->name);
    put_if(w, root, "product");
    put_if(w, root, "gtin");
    put_if(w, root, "line");
    if (scheme->scheme->has_date) {
        char date[DATE_TEXT_CAP];
        date_format(scheme->numbers->epoch_day + (int32_t)s->set.fields.day, date);
        json_put_cstr(w, "date", date);
    }
    put_attributes(w, scheme, &s->set);
    return CM_OK;
}

/* Texts of another maker: whose they are is all that is known of them. */
static cm_err put_list(struct json_writer *w, const struct set_entry *s) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&s->document), "import", &JSON_LIMITS_DEFAULT, NULL));
    json_put_cstr(w, "list", s->name);
    put_if(w, json_root(doc), "product");
    put_if(w, json_root(doc), "gtin");
    return CM_OK;
}

/* {"scheme":…,"batch":…,"product":…,"gtin":…,"line":…,"date":…,"attributes":{…},"reward":[…],
 *  "corrected":{…}}: what was made, and over it what is true. Of a card: {"pool":…, …};
 *  of an imported text: {"list":…,"product":…,"gtin":…, …}. */
cm_err set_describe(const struct registry *r, struct set_entry *s) {
    buffer_clear(&s->description);
    struct json_writer w = json_writer_into(&s->description, false);
    json_object_begin(&w, NULL);
    switch (s->set.kind) {
    case SET_POOL: json_put_cstr(&w, "pool", s->name); break;
    case SET_LEGACY: TRY(put_list(&w, s)); break;
    case SET_BATCH:
    default: TRY(put_batch(&w, r, s)); break;
    }
    const struct terms *t = registry_terms(r, s);
    if (t->reward.len > 0) json_put_raw(&w, "reward", buffer_slice(&t->reward));
    if (s->correction.len > 0) json_put_raw(&w, "corrected", buffer_slice(&s->correction));
    json_object_end(&w);
    return buffer_err(&s->description);
}

/* Batch documents and their corrections. A batch is only replaced by itself with a larger quantity,
 * within the promise; a correction lies over it and changes answers only. Format:
 * docs/design/registry.md. */
#include <stdlib.h>
#include <string.h>

#include "engine/registry_inside.h"

#define BATCH_TEXT_MAX 256u /* bytes of a free text of a batch */

struct batch_document {
    uint64_t scheme, batch, key_version, quantity;
    char name[REGISTRY_NAME_CAP];
    struct cm_unit_fields fields;
};

static cm_err parse_fields(struct json_value root, const struct scheme_entry *scheme,
                           struct cm_unit_fields *f) {
    size_t n = 0;
    const struct json_value attributes = json_get(root, "attributes");
    TRY(json_items(attributes, scheme->numbers->attribute_n, scheme->numbers->attribute_n, &n));
    for (size_t i = 0; i < n; i++)
        TRY(json_u64(json_at(attributes, i), 0, scheme->numbers->attribute[i].cardinality - 1,
                     &f->attribute[i]));
    if (!scheme->scheme->has_date) return CM_OK;
    const uint64_t days = scheme->numbers->date.present_inline ? scheme->numbers->date.cardinality
                                                               : (uint64_t)INT32_MAX;
    return json_i64(json_get(root, "day"), 0, (int64_t)days - 1, &f->day);
}

static cm_err parse(const struct registry *r, struct json_value root, struct batch_document *b,
                    const struct scheme_entry **scheme) {
    static const char *const keys[] = {"scheme",   "batch", "key_version", "name", "attributes",
                                       "quantity", "day",   "product",     "gtin", "line"};
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(root, "scheme"), 1, UINT32_MAX, &b->scheme));
    *scheme = registry_scheme(r, (uint32_t)b->scheme);
    if (*scheme == NULL)
        return json_fail(json_get(root, "scheme"), CM_E_NOT_FOUND, NULL, "no scheme has id %llu",
                         (unsigned long long)b->scheme);
    const struct cm_scheme_numbers *numbers = (*scheme)->numbers;
    TRY(json_u64(json_get(root, "batch"), 0, numbers->batches - 1, &b->batch));
    TRY(json_u64(json_get(root, "key_version"), 1, UINT8_MAX, &b->key_version));
    TRY(json_u64(json_get(root, "quantity"), 1, numbers->serials, &b->quantity));
    TRY(json_copy_text(json_get(root, "name"), 1, b->name, sizeof b->name));
    return parse_fields(root, *scheme, &b->fields);
}

static cm_err check_texts(struct json_value root) {
    static const char *const texts[] = {"product", "gtin", "line"};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        const struct json_value v = json_get(root, texts[i]);
        struct cm_slice text;
        if (json_present(v)) TRY(json_text(v, 0, BATCH_TEXT_MAX, &text));
    }
    return CM_OK;
}

/* Attribute indices must name values that exist: the room beyond them is for later batches. */
static cm_err check_values(struct json_value root, const struct scheme_entry *scheme,
                           const struct batch_document *b) {
    for (uint8_t i = 0; i < scheme->numbers->attribute_n; i++)
        if (b->fields.attribute[i] >= scheme->scheme->values[i].n)
            return json_fail(json_at(json_get(root, "attributes"), i), CM_E_NOT_FOUND,
                             "append it to the scheme's list first",
                             "attribute %s has no value %llu", scheme->scheme->attribute_name[i],
                             (unsigned long long)b->fields.attribute[i]);
    return CM_OK;
}

static bool same_text(struct json_value a, struct json_value b) {
    struct cm_slice x, y;
    if (!json_present(a) || !json_present(b)) return json_present(a) == json_present(b);
    return json_text(a, 0, BATCH_TEXT_MAX, &x) == CM_OK &&
           json_text(b, 0, BATCH_TEXT_MAX, &y) == CM_OK && slice_equal(x, y);
}

static bool same_but_quantity(const struct set_entry *old, const struct batch_document *b,
                              struct json_value was, struct json_value now) {
    const struct set *s = &old->set;
    bool same = s->kind == SET_BATCH && s->of == b->scheme && s->fields.batch == b->batch &&
                s->key_version == b->key_version && strcmp(old->name, b->name) == 0 &&
                s->fields.day == b->fields.day;
    for (size_t i = 0; i < CM_ARRAY_N(b->fields.attribute); i++)
        same = same && s->fields.attribute[i] == b->fields.attribute[i];
    return same && same_text(json_get(was, "product"), json_get(now, "product")) &&
           same_text(json_get(was, "gtin"), json_get(now, "gtin")) &&
           same_text(json_get(was, "line"), json_get(now, "line"));
}

/* Overrun: the line goes on while room and promise last. */
static cm_err check_growth(const struct registry *r, const struct scheme_entry *scheme,
                           const struct set_entry *old, const struct batch_document *b,
                           struct json_value root, struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&old->document), "batch", &JSON_LIMITS_DEFAULT, NULL));
    if (!same_but_quantity(old, b, json_root(doc), root) || b->quantity <= old->set.quantity)
        return json_fail(root, CM_E_EXISTS, "lay a correction over it",
                         "batch '%s' exists: only its quantity may be raised", old->name);
    if (old->set.prizes != NULL)
        return json_fail(root, CM_E_STATE, "make a further batch",
                         "prizes of batch '%s' were drawn among the units ordered", old->name);
    return promise_of_batch(r, scheme, b->quantity - old->set.quantity, diag);
}

cm_err batch_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "batch", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    struct batch_document b = {0};
    const struct scheme_entry *scheme = NULL;
    TRY(parse(r, root, &b, &scheme));
    TRY(check_texts(root));
    TRY(check_values(root, scheme, &b));
    if (id >= REGISTRY_SETS_MAX)
        return json_fail(root, CM_E_EXISTS, NULL, "number %u is too large", id);
    const struct set_entry *old = registry_set(r, id);
    if (old != NULL && old->set.kind == SET_BATCH)
        return check_growth(r, scheme, old, &b, root, diag);
    if (old != NULL) return json_fail(root, CM_E_EXISTS, NULL, "number %u is a pool's", id);
    if (b.batch >= REGISTRY_SETS_MAX) /* batches are looked up in an array by index */
        return json_fail(json_get(root, "batch"), CM_E_RANGE, "take the next free index",
                         "batch index %llu is too large", (unsigned long long)b.batch);
    if (registry_set_named(r, slice_text(b.name)) != NULL)
        return json_fail(json_get(root, "name"), CM_E_EXISTS, "give it another name",
                         "a batch named '%s' exists", b.name);
    if (scheme_batch(scheme, b.batch) != NULL)
        return json_fail(json_get(root, "batch"), CM_E_EXISTS, NULL,
                         "batch index %llu of the scheme is taken", (unsigned long long)b.batch);
    return promise_of_batch(r, scheme, b.quantity, diag);
}

static cm_err grow_batches(struct scheme_entry *scheme, uint64_t batch) {
    if (batch < scheme->batch_n) return CM_OK;
    struct set **by_batch = realloc(scheme->by_batch, (size_t)(batch + 1) * sizeof(struct set *));
    if (by_batch == NULL) return CM_E_NO_MEMORY;
    for (uint64_t i = scheme->batch_n; i <= batch; i++)
        by_batch[i] = NULL;
    scheme->by_batch = by_batch;
    scheme->batch_n = batch + 1;
    return CM_OK;
}

/* Readers hold the set by its place: it stays there. */
static cm_err grow_batch(struct set_entry *s, const struct batch_document *b,
                         struct cm_slice text) {
    CM_CLEANUP(buffer_free) struct buffer document = BUFFER_INIT;
    buffer_put(&document, text.p, text.len);
    TRY(buffer_err(&document));
    const struct buffer before = s->document;
    s->document = document;
    document = before;
    s->set.quantity = b->quantity;
    return CM_OK;
}

cm_err batch_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "batch", &JSON_LIMITS_DEFAULT, diag));
    struct batch_document b = {0};
    const struct scheme_entry *found = NULL;
    TRY(parse(r, json_root(doc), &b, &found));
    if (registry_set(r, id) != NULL) return grow_batch(registry_set(r, id), &b, text);
    struct scheme_entry *scheme = registry_scheme(r, found->id);
    CM_CLEANUP(set_entry_freep) struct set_entry *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    terms_init(&s->terms);
    memcpy(s->name, b.name, sizeof s->name);
    s->set = (struct set){.number = id,
                          .kind = SET_BATCH,
                          .of = scheme->id,
                          .brand = scheme->brand,
                          .test = scheme->numbers->test,
                          .key_version = (uint8_t)b.key_version,
                          .quantity = b.quantity,
                          .fields = b.fields};
    s->set.fields.batch = b.batch;
    buffer_put(&s->document, text.p, text.len);
    TRY(buffer_err(&s->document));
    TRY(set_refresh(r, s));
    TRY(registry_set_room(r, id));
    TRY(grow_batches(scheme, b.batch));
    scheme->by_batch[b.batch] = &s->set;
    r->sets[id] = take(&s);
    return CM_OK;
}

/* ---- Corrections ----------------------------------------------------------------------------- */

static cm_err correction_parse(struct cm_slice text, struct cm_diag *diag) {
    static const char *const keys[] = {"product", "gtin", "line", "date", "attributes", "reason"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, "correction", &JSON_LIMITS_DEFAULT, diag));
    TRY(json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
    return check_texts(json_root(doc));
}

cm_err correction_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                                 struct cm_diag *diag) {
    TRY(correction_parse(text, diag));
    if (registry_set(r, id) != NULL) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "correction", NULL, NULL, "no batch has number %u", id);
}

cm_err correction_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                                 struct cm_diag *diag) {
    TRY(correction_parse(text, diag));
    struct set_entry *s = registry_set(r, id);
    if (s == NULL) return CM_E_CORRUPT;
    buffer_clear(&s->correction);
    buffer_put(&s->correction, text.p, text.len);
    TRY(buffer_err(&s->correction));
    return set_describe(r, s);
}

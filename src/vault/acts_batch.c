/* Batches: made from names and dates that people write, and their life afterwards. */
#include <inttypes.h>
#include <string.h>

#include "base/date.h"
#include "base/macros.h"
#include "base/text.h"
#include "codes/scheme_json.h"
#include "vault/acts_inside.h"

#define BATCHES_MAX 10000u /* of one act */

/* ---- Making ---------------------------------------------------------------------------------- */

struct maker {
    struct act *a;
    struct found_scheme found;
    struct scheme scheme;
    uint64_t next_batch;
    uint8_t version;
};
static void maker_wipe(struct maker *m) { scheme_wipe(&m->scheme); }

static cm_err next_batch_read(void *ctx, const struct registry *r) {
    struct maker *m = ctx;
    const struct scheme_entry *e = registry_scheme(r, m->found.id);
    m->next_batch = e != NULL ? e->batch_n : 0;
    return CM_OK;
}

static cm_err put_attributes(struct maker *m, struct json_writer *w, struct json_value given) {
    const struct scheme *s = &m->scheme;
    const char *key = NULL;
    for (size_t i = 0; json_present(json_member(given, i, &key)); i++)
        if (scheme_attribute_find(s, slice_text(key)) == SCHEME_NO_FIELD)
            return json_fail(json_get(given, key), CM_E_NOT_FOUND,
                             "'countermark scheme show' lists them",
                             "scheme '%s' has no attribute '%s'", s->name, key);
    json_array_begin(w, "attributes");
    for (uint8_t i = 0; i < s->numbers.attribute_n; i++) {
        struct cm_slice value;
        const struct json_value v = json_get(given, s->attribute_name[i]);
        if (!json_present(v))
            return diag_fail(m->a->diag, CM_E_ARGUMENT, s->name, NULL, NULL,
                             "attribute '%s' is missing", s->attribute_name[i]);
        TRY(json_text(v, 1, VALUE_MAX, &value));
        const uint32_t index = values_find(&s->values[i], value);
        if (index == VALUES_NONE)
            return diag_fail(m->a->diag, CM_E_NOT_FOUND, s->name, s->attribute_name[i],
                             "append it first: countermark scheme append",
                             "the list has no value '%.*s'", (int)value.len, (const char *)value.p);
        json_put_u64(w, NULL, index);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err put_date(struct maker *m, struct json_writer *w, struct json_value v) {
    struct cm_slice text;
    int32_t day = 0;
    const struct cm_scheme_numbers *n = &m->scheme.numbers;
    if (!m->scheme.has_date && !json_present(v)) return CM_OK;
    if (!m->scheme.has_date)
        return json_fail(v, CM_E_ARGUMENT, "leave it out", "the scheme has no date");
    TRY(json_text(v, 1, DATE_TEXT_CAP, &text));
    if (date_parse(text, &day) != CM_OK)
        return json_fail(v, CM_E_FORMAT, "write YYYY-MM-DD", "not a date");
    const int64_t since = (int64_t)day - n->epoch_day;
    if (since < 0 || (uint64_t)since >= n->date.cardinality) {
        char from[DATE_TEXT_CAP], to[DATE_TEXT_CAP];
        date_format(n->epoch_day, from);
        date_format(n->epoch_day + (int32_t)(n->date.cardinality - 1), to);
        return json_fail(v, CM_E_RANGE, NULL, "the scheme's dates run from %s to %s", from, to);
    }
    json_put_i64(w, "day", since);
    return CM_OK;
}

static cm_err batch_document(struct maker *m, struct json_value b, uint64_t index,
                             struct buffer *text) {
    static const char *const keys[] = {"name",    "attributes", "date", "quantity",
                                       "product", "gtin",       "line"};
    static const char *const texts[] = {"product", "gtin", "line"};
    struct json_writer w = json_writer_into(text, false);
    struct cm_slice s;
    uint64_t quantity = 0;
    TRY(json_only(b, keys, CM_ARRAY_N(keys)));
    json_object_begin(&w, NULL);
    json_put_u64(&w, "scheme", m->found.id);
    json_put_u64(&w, "batch", index);
    json_put_u64(&w, "key_version", m->version);
    TRY(json_text(json_get(b, "name"), 1, REGISTRY_NAME_CAP - 1, &s));
    json_put_text(&w, "name", s);
    TRY(put_attributes(m, &w, json_get(b, "attributes")));
    TRY(json_u64(json_get(b, "quantity"), 1, m->scheme.numbers.serials, &quantity));
    json_put_u64(&w, "quantity", quantity);
    TRY(put_date(m, &w, json_get(b, "date")));
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++) {
        if (!json_present(json_get(b, texts[i]))) continue;
        TRY(json_text(json_get(b, texts[i]), 0, SIZE_MAX, &s));
        if (s.len > 0) json_put_text(&w, texts[i], s);
    }
    json_object_end(&w);
    return buffer_err(text);
}

struct batch_check {
    struct maker *m;
    struct cm_slice text;
    uint64_t quantity; /* of all rows */
};
static cm_err check_read(void *ctx, const struct registry *r) {
    const struct batch_check *c = ctx;
    const uint32_t next = r->set_n > 0 ? r->set_n : 1;
    return registry_check(r, DOCUMENT_BATCH, next, c->text, c->m->a->diag);
}
static cm_err check_sum_read(void *ctx, const struct registry *r) {
    const struct batch_check *c = ctx;
    return promise_of_batch(r, registry_scheme(r, c->m->found.id), c->quantity, c->m->a->diag);
}

static cm_err check_one(struct maker *m, struct json_value row, uint64_t index,
                        struct values *names, struct batch_check *c) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cm_slice name;
    uint32_t place = 0;
    uint64_t quantity = 0;
    TRY(batch_document(m, row, index, &text));
    c->text = buffer_slice(&text);
    TRY(engine_read(m->a->ctx->engine, check_read, c));
    TRY(json_text(json_get(row, "name"), 1, REGISTRY_NAME_CAP, &name));
    TRY(json_u64(json_get(row, "quantity"), 1, SCHEME_COUNT_MAX, &quantity));
    c->quantity += quantity; /* 10,000 rows of at most 2^53 */
    if (values_append(names, name, &place) == CM_OK) return CM_OK;
    return json_fail(json_get(row, "name"), CM_E_EXISTS, "give each batch a name of its own",
                     "this name stands twice");
}

/* Every document is made and checked before the first is journaled, the rows against each other,
 * too: a mistake in the last row of a plan makes nothing. */
static cm_err check_all(struct maker *m, struct json_value batches, size_t n) {
    CM_CLEANUP(values_free) struct values names = VALUES_INIT;
    struct batch_check c = {.m = m};
    for (size_t i = 0; i < n; i++)
        TRY(check_one(m, json_at(batches, i), m->next_batch + i, &names, &c));
    return engine_read(m->a->ctx->engine, check_sum_read, &c);
}

static cm_err maker_open(struct maker *m) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(act_scheme(m->a, "scheme", &m->found));
    TRY(act_issue_version(m->a, &m->found, &m->version));
    TRY(act_scheme_document(m->a, m->found.id, &text));
    TRY(scheme_json_read(&m->scheme, buffer_slice(&text), m->found.name, SCHEME_JSON_FROZEN,
                         m->a->diag));
    return engine_read(m->a->ctx->engine, next_batch_read, m);
}

/* What batch.add would refuse. */
static cm_err batch_check(struct act *a) {
    CM_CLEANUP(maker_wipe) struct maker m = {.a = a};
    const struct json_value batches = json_get(a->args, "batches");
    size_t n = 0;
    scheme_init(&m.scheme);
    TRY(json_items(batches, 1, BATCHES_MAX, &n));
    TRY(maker_open(&m));
    TRY(check_all(&m, batches, n));
    json_put_u64(a->out, "batches", n);
    return CM_OK;
}

static cm_err batch_add(struct act *a) {
    CM_CLEANUP(maker_wipe) struct maker m = {.a = a};
    const struct json_value batches = json_get(a->args, "batches");
    size_t n = 0;
    scheme_init(&m.scheme);
    TRY(json_items(batches, 1, BATCHES_MAX, &n));
    TRY(maker_open(&m));
    TRY(check_all(&m, batches, n));
    json_array_begin(a->out, "batches");
    for (size_t i = 0; i < n; i++) {
        CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
        struct cm_slice name;
        uint64_t quantity = 0;
        uint32_t id = 0;
        TRY(batch_document(&m, json_at(batches, i), m.next_batch + i, &text));
        TRY(engine_document(a->ctx->engine, DOCUMENT_BATCH, &id, a->ctx->actor, buffer_slice(&text),
                            a->diag));
        TRY(json_text(json_get(json_at(batches, i), "name"), 1, REGISTRY_NAME_CAP, &name));
        TRY(json_u64(json_get(json_at(batches, i), "quantity"), 1, UINT64_MAX >> 1, &quantity));
        json_object_begin(a->out, NULL);
        json_put_text(a->out, "name", name);
        json_put_u64(a->out, "number", id);
        json_put_u64(a->out, "quantity", quantity);
        json_object_end(a->out);
    }
    json_array_end(a->out);
    return CM_OK;
}

/* ---- Listing --------------------------------------------------------------------------------- */

static void put_counters(struct json_writer *w, const struct set *s) {
    json_put_u64(w, "quantity", s->quantity);
    json_put_u64(w, "issued", s->counters.issued);
    json_put_u64(w, "next_serial", s->counters.next_serial);
    json_put_u64(w, "redeemed", s->counters.redeemed);
    json_put_u64(w, "voided", s->counters.voided);
}

static cm_err batch_list_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "batches");
    for (uint32_t i = 1; i < r->set_n; i++) {
        const struct set_entry *e = r->sets[i];
        if (e == NULL || e->set.kind != SET_BATCH) continue;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->name);
        json_put_u64(w, "number", i);
        json_put_cstr(w, "scheme", registry_scheme(r, e->set.of)->scheme->name);
        json_put_cstr(w, "phase", phase_name(e->set.counters.phase));
        put_counters(w, &e->set);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err batch_list(struct act *a) { return engine_read(a->ctx->engine, batch_list_read, a); }

/* Names of all sets, batches and pools, by number. */
static cm_err set_names_read(void *ctx, const struct registry *r) {
    struct json_writer *w = ((struct act *)ctx)->out;
    json_array_begin(w, "sets");
    for (uint32_t i = 1; i < r->set_n; i++) {
        if (r->sets[i] == NULL) continue;
        json_object_begin(w, NULL);
        json_put_u64(w, "number", i);
        json_put_cstr(w, "name", r->sets[i]->name);
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err set_names(struct act *a) { return engine_read(a->ctx->engine, set_names_read, a); }

struct batch_read {
    struct act *a;
    uint32_t number;
};

static void put_recalls(struct json_writer *w, const struct set *s) {
    if (s->recall_n == 0) return;
    json_array_begin(w, "recalled");
    for (size_t i = 0; i < s->recall_n; i++) {
        json_object_begin(w, NULL);
        json_put_u64(w, "first", s->recalls[i].first);
        json_put_u64(w, "last", s->recalls[i].last > INT64_MAX ? INT64_MAX : s->recalls[i].last);
        json_object_end(w);
    }
    json_array_end(w);
}

static cm_err batch_show_read(void *ctx, const struct registry *r) {
    const struct batch_read *b = ctx;
    struct json_writer *w = b->a->out;
    const struct set_entry *e = registry_set(r, b->number);
    json_put_cstr(w, "name", e->name);
    json_put_u64(w, "number", b->number);
    json_put_cstr(w, "mode", mode_name(e->set.test));
    json_put_cstr(w, "phase", phase_name(e->set.counters.phase));
    json_put_bool(w, "shipped", e->set.counters.shipped != 0);
    json_put_u64(w, "key_version", e->set.key_version);
    put_counters(w, &e->set);
    put_recalls(w, &e->set);
    json_put_raw(w, "answers_carry", buffer_slice(&e->description));
    return CM_OK;
}

static cm_err batch_show(struct act *a) {
    struct batch_read b = {.a = a};
    struct found_set s;
    TRY(act_batch(a, "batch", &s));
    b.number = s.set.number;
    return engine_read(a->ctx->engine, batch_show_read, &b);
}

const struct act_entry acts_batch[] = {
    {"batch.add", batch_add, {"scheme", "batches"}},
    {"batch.check", batch_check, {"scheme", "batches"}},
    {"batch.list", batch_list, {NULL}},
    {"set.names", set_names, {NULL}},
    {"batch.show", batch_show, {"batch"}},
    {NULL, NULL, {NULL}},
};

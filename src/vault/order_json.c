/* An order's document: strict reading, one way of writing. References as in order.h. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/macros.h"
#include "base/text.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "vault/order.h"

static const struct json_limits limits = {.text_max = ORDER_DOCUMENT_MAX, .depth_max = 8};
static const char *const states[ORDER_STATE_N] = {"reserving", "reserved", "sealed",
                                                  "released",  "closed",   "withdrawn"};
static const char *const roles[] = {"number", "pin"};
static const char *const kinds[] = {"cms", "pgp"};
static const char *const matches[] = {"control", "last4"};
static const char *const count_keys[] = {"produced", "spoiled", "remade",
                                         "shipped",  "held",    "quarantined"};

static uint64_t *count_at(struct order_counts *c, size_t i) {
    uint64_t *const places[] = {&c->produced, &c->spoiled, &c->remade,
                                &c->shipped,  &c->held,    &c->quarantined};
    return places[i];
}

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err u64(struct json_value root, const char *key, uint64_t max, uint64_t *out) {
    const struct json_value v = json_get(root, key);
    return json_present(v) ? json_u64(v, 0, max, out) : CM_OK;
}

static cm_err u32(struct json_value root, const char *key, uint32_t *out) {
    uint64_t value = *out;
    TRY(u64(root, key, UINT32_MAX, &value));
    *out = (uint32_t)value;
    return CM_OK;
}

static cm_err hash(struct json_value root, const char *key, struct hash256 *out) {
    struct cm_slice hex;
    const struct json_value v = json_get(root, key);
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, SIZE_MAX, &hex));
    if (hex_parse(hex, out->b, sizeof out->b) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, NULL, "not a SHA-256 in hex");
}

static cm_err text(struct json_value v, size_t max, struct buffer *out) {
    struct cm_slice t;
    TRY(json_text(v, 0, max, &t));
    buffer_put(out, t.p, t.len);
    return buffer_err(out);
}

static cm_err read_files(struct json_value v, struct order_part *part) {
    size_t n = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_items(v, 0, ORDER_FILES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value f = json_at(v, i);
        struct order_file file = {.bytes = 0};
        TRY(json_copy_text(json_get(f, "name"), 1, file.name, sizeof file.name));
        TRY(u64(f, "bytes", INT64_MAX, &file.bytes));
        TRY(u64(f, "records", INT64_MAX, &file.records));
        TRY(u64(f, "hash_total", INT64_MAX, &file.hash_total));
        if (json_present(json_get(f, "layout")))
            TRY(json_bool(json_get(f, "layout"), &file.layout));
        if (json_present(json_get(f, "images")))
            TRY(json_bool(json_get(f, "images"), &file.images));
        TRY(hash(f, "sha256", &file.hash));
        TRY(order_add_file(part, &file));
    }
    return CM_OK;
}

static cm_err read_part(struct json_value v, struct order_part *part) {
    static const char *const keys[] = {
        "role",     "recipient", "kind",      "keys",       "template", "format", "sequence",
        "previous", "manifest",  "reseal_of", "hash_total", "files",    "reseals"};
    size_t role = 0, kind = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_word(json_get(v, "role"), roles, CM_ARRAY_N(roles), &role));
    TRY(json_word(json_get(v, "kind"), kinds, CM_ARRAY_N(kinds), &kind));
    TRY(json_copy_text(json_get(v, "recipient"), 1, part->recipient, sizeof part->recipient));
    TRY(json_copy_text(json_get(v, "template"), 1, part->template_name,
                       sizeof part->template_name));
    TRY(text(json_get(v, "keys"), ORDER_KEYS_MAX, &part->keys));
    TRY(text(json_get(v, "format"), ORDER_DOCUMENT_MAX, &part->template_text));
    TRY(u64(v, "sequence", INT64_MAX, &part->sequence));
    TRY(hash(v, "reseal_of", &part->reseal_of));
    TRY(u64(v, "hash_total", INT64_MAX, &part->hash_total));
    TRY(u32(v, "reseals", &part->reseals));
    TRY(hash(v, "previous", &part->previous));
    TRY(hash(v, "manifest", &part->manifest));
    part->role = (enum order_role)role;
    part->pgp = kind != 0;
    return read_files(json_get(v, "files"), part);
}

static cm_err read_ranges(struct json_value v, struct order *o) {
    size_t n = 0;
    TRY(json_items(v, 0, ORDER_RANGES_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct order_range r;
        const struct json_value item = json_at(v, i);
        TRY(json_u64(json_at(item, 0), 0, INT64_MAX, &r.first));
        TRY(json_u64(json_at(item, 1), 1, INT64_MAX, &r.count));
        TRY(json_u64(json_at(item, 2), 0, r.count, &r.units));
        TRY(order_add_range(o, &r));
    }
    if (o->issued <= o->count) return CM_OK;
    return json_fail(v, CM_E_RANGE, NULL, "more units than were ordered");
}

static cm_err read_approvals(struct json_value v, struct order *o) {
    size_t n = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_items(v, 0, ORDER_APPROVALS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value item = json_at(v, i);
        struct order_approval a = {.at_ms = 0};
        struct cm_slice hex;
        TRY(json_copy_text(json_get(item, "what"), 1, a.what, sizeof a.what));
        TRY(json_copy_text(json_get(item, "operator"), 1, a.operator, sizeof a.operator));
        TRY(hash(item, "of", &a.of));
        TRY(u64(item, "at_ms", INT64_MAX, &a.at_ms));
        TRY(json_text(json_get(item, "signature"), 1, SIZE_MAX, &hex));
        TRY(hex_parse(hex, a.signature.b, sizeof a.signature.b));
        TRY(order_add_approval(o, &a));
    }
    return CM_OK;
}

static cm_err read_returns(struct json_value v, struct order *o) {
    size_t n = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_items(v, 0, ORDER_RETURNS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value item = json_at(v, i);
        struct order_return r = {.at_ms = 0};
        TRY(hash(item, "sha256", &r.hash));
        TRY(u64(item, "at_ms", INT64_MAX, &r.at_ms));
        TRY(u64(item, "lines", INT64_MAX, &r.lines));
        TRY(u64(item, "taken", INT64_MAX, &r.taken));
        TRY(u64(item, "quarantined", INT64_MAX, &r.quarantined));
        TRY(order_add_return(o, &r));
    }
    return CM_OK;
}

static cm_err read_options(struct json_value v, struct order_options *out) {
    static const char *const keys[] = {"per_file", "shards", "carton", "bundle",
                                       "match",    "url",    "images"};
    size_t match = 0;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(u64(v, "per_file", INT64_MAX, &out->per_file));
    TRY(u32(v, "shards", &out->shards));
    TRY(u32(v, "carton", &out->per_carton));
    TRY(u32(v, "bundle", &out->per_bundle));
    if (json_present(json_get(v, "match")))
        TRY(json_word(json_get(v, "match"), matches, CM_ARRAY_N(matches), &match));
    out->match = (enum order_match)match;
    if (json_present(json_get(v, "url")))
        TRY(json_copy_text(json_get(v, "url"), 1, out->url, sizeof out->url));
    if (json_present(json_get(v, "images")))
        TRY(json_copy_text(json_get(v, "images"), 1, out->images, sizeof out->images));
    return CM_OK;
}

static cm_err read_book(struct json_value v, struct order *o) {
    struct cm_slice t;
    uint64_t len = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_u64(json_get(v, "len"), 1, ORDER_DOCUMENT_MAX, &len));
    TRY(json_text(json_get(v, "rows"), 1, SIZE_MAX, &t));
    uint8_t *bytes = malloc(len);
    if (bytes == NULL) return CM_E_NO_MEMORY;
    const cm_err err = base64_read(t, bytes, len);
    if (err == CM_OK) buffer_put(&o->book, bytes, len);
    free(bytes);
    return err == CM_OK ? buffer_err(&o->book) : err;
}

static cm_err read_head(struct json_value root, struct order *o) {
    size_t state = 0;
    TRY(json_copy_text(json_get(root, "name"), 1, o->name, sizeof o->name));
    TRY(json_copy_text(json_get(root, "by"), 0, o->by, sizeof o->by));
    TRY(json_bool(json_get(root, "test"), &o->test));
    TRY(json_bool(json_get(root, "approval"), &o->approval));
    TRY(json_word(json_get(root, "state"), states, ORDER_STATE_N, &state));
    TRY(u32(root, "brand", &o->brand));
    TRY(u32(root, "set", &o->set));
    TRY(u32(root, "of", &o->of));
    TRY(u32(root, "items", &o->items));
    TRY(u64(root, "made_ms", INT64_MAX, &o->made_ms));
    TRY(json_u64(json_get(root, "count"), 1, INT64_MAX, &o->count));
    o->state = (enum order_state)state;
    return read_options(json_get(root, "options"), &o->options);
}

static cm_err read_controls(struct json_value v, struct order *o) {
    if (!json_present(v)) return CM_OK;
    TRY(json_copy_text(json_at(v, 0), 1, o->control_first, sizeof o->control_first));
    return json_copy_text(json_at(v, 1), 1, o->control_last, sizeof o->control_last);
}

static cm_err read_all(struct json_value root, struct order *o) {
    TRY(read_head(root, o));
    TRY(read_controls(json_get(root, "controls"), o));
    TRY(json_items(json_get(root, "parts"), 1, ORDER_PARTS_MAX, &o->part_n));
    for (size_t i = 0; i < o->part_n; i++)
        TRY(read_part(json_at(json_get(root, "parts"), i), &o->parts[i]));
    TRY(read_ranges(json_get(root, "ranges"), o));
    TRY(read_approvals(json_get(root, "approvals"), o));
    TRY(read_returns(json_get(root, "returns"), o));
    const struct json_value returned = json_get(root, "returned");
    for (size_t i = 0; json_present(returned) && i < CM_ARRAY_N(count_keys); i++)
        TRY(u64(returned, count_keys[i], INT64_MAX, count_at(&o->counts, i)));
    return read_book(json_get(root, "book"), o);
}

cm_err order_read(struct cm_slice document, uint32_t id, struct order *out, struct cm_diag *diag) {
    static const char *const keys[] = {"name",    "by",       "test",  "approval", "state",
                                       "brand",   "set",      "of",    "items",    "made_ms",
                                       "count",   "options",  "parts", "ranges",   "approvals",
                                       "returns", "returned", "book",  "controls"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(order_wipe) struct order o = ORDER_INIT;
    TRY(json_doc_new(&doc, document, "order", &limits, diag));
    TRY(json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
    o.id = id;
    TRY(read_all(json_root(doc), &o));
    *out = o;
    o = (struct order)ORDER_INIT;
    return CM_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void put_hash(struct json_writer *w, const char *key, const struct hash256 *h) {
    static const struct hash256 none = {{0}};
    char hex[2 * sizeof h->b + 1];
    if (slice_equal(slice_of(h->b, sizeof h->b), slice_of(none.b, sizeof none.b))) return;
    hex_format(h->b, sizeof h->b, hex);
    json_put_cstr(w, key, hex);
}

static void put_some(struct json_writer *w, const char *key, uint64_t value) {
    if (value != 0) json_put_u64(w, key, value);
}

static void write_part(struct json_writer *w, const struct order_part *p) {
    json_object_begin(w, NULL);
    json_put_cstr(w, "role", order_role_name(p->role));
    json_put_cstr(w, "recipient", p->recipient);
    json_put_cstr(w, "kind", kinds[p->pgp ? 1 : 0]);
    json_put_text(w, "keys", buffer_slice(&p->keys));
    json_put_cstr(w, "template", p->template_name);
    json_put_text(w, "format", buffer_slice(&p->template_text));
    json_put_u64(w, "sequence", p->sequence);
    put_hash(w, "previous", &p->previous);
    put_hash(w, "manifest", &p->manifest);
    put_hash(w, "reseal_of", &p->reseal_of);
    put_some(w, "reseals", p->reseals);
    put_some(w, "hash_total", p->hash_total);
    json_array_begin(w, "files");
    for (size_t i = 0; i < p->file_n; i++) {
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", p->files[i].name);
        json_put_u64(w, "bytes", p->files[i].bytes);
        json_put_u64(w, "records", p->files[i].records);
        put_some(w, "hash_total", p->files[i].hash_total);
        if (p->files[i].layout) json_put_bool(w, "layout", true);
        if (p->files[i].images) json_put_bool(w, "images", true);
        put_hash(w, "sha256", &p->files[i].hash);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

static void write_ranges(struct json_writer *w, const struct order *o) {
    json_array_begin(w, "ranges");
    for (size_t i = 0; i < o->range_n; i++) {
        json_array_begin(w, NULL);
        json_put_u64(w, NULL, o->ranges[i].first);
        json_put_u64(w, NULL, o->ranges[i].count);
        json_put_u64(w, NULL, o->ranges[i].units);
        json_array_end(w);
    }
    json_array_end(w);
}

static void write_approvals(struct json_writer *w, const struct order *o) {
    json_array_begin(w, "approvals");
    for (size_t i = 0; i < o->approval_n; i++) {
        const struct order_approval *a = &o->approvals[i];
        char hex[2 * SIGNATURE_LEN + 1];
        hex_format(a->signature.b, sizeof a->signature.b, hex);
        json_object_begin(w, NULL);
        json_put_cstr(w, "what", a->what);
        json_put_cstr(w, "operator", a->operator);
        put_hash(w, "of", &a->of);
        json_put_u64(w, "at_ms", a->at_ms);
        json_put_cstr(w, "signature", hex);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_returned(struct json_writer *w, const struct order *o) {
    struct order_counts counts = o->counts;
    json_array_begin(w, "returns");
    for (size_t i = 0; i < o->return_n; i++) {
        json_object_begin(w, NULL);
        put_hash(w, "sha256", &o->returns[i].hash);
        json_put_u64(w, "at_ms", o->returns[i].at_ms);
        json_put_u64(w, "lines", o->returns[i].lines);
        json_put_u64(w, "taken", o->returns[i].taken);
        json_put_u64(w, "quarantined", o->returns[i].quarantined);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_begin(w, "returned");
    for (size_t i = 0; i < CM_ARRAY_N(count_keys); i++)
        json_put_u64(w, count_keys[i], *count_at(&counts, i));
    json_object_end(w);
}

static cm_err write_book(struct json_writer *w, const struct order *o) {
    CM_CLEANUP(buffer_free) struct buffer rows = BUFFER_INIT;
    if (o->book.len == 0) return CM_OK;
    base64_put(&rows, buffer_slice(&o->book));
    TRY(buffer_err(&rows));
    json_object_begin(w, "book");
    json_put_u64(w, "len", o->book.len);
    json_put_text(w, "rows", buffer_slice(&rows));
    json_object_end(w);
    return CM_OK;
}

static void write_options(struct json_writer *w, const struct order_options *o) {
    json_object_begin(w, "options");
    put_some(w, "per_file", o->per_file);
    put_some(w, "shards", o->shards);
    put_some(w, "carton", o->per_carton);
    put_some(w, "bundle", o->per_bundle);
    json_put_cstr(w, "match", matches[o->match]);
    if (o->url[0] != '\0') json_put_cstr(w, "url", o->url);
    if (o->images[0] != '\0') json_put_cstr(w, "images", o->images);
    json_object_end(w);
}

cm_err order_write(const struct order *o, struct buffer *out) {
    struct json_writer writer = json_writer_into(out, false), *w = &writer;
    json_object_begin(w, NULL);
    json_put_cstr(w, "name", o->name);
    json_put_cstr(w, "by", o->by);
    json_put_bool(w, "test", o->test);
    json_put_bool(w, "approval", o->approval);
    json_put_cstr(w, "state", order_state_name(o->state));
    json_put_u64(w, "brand", o->brand);
    json_put_u64(w, "set", o->set);
    put_some(w, "of", o->of);
    json_put_u64(w, "items", o->items);
    json_put_u64(w, "made_ms", o->made_ms);
    json_put_u64(w, "count", o->count);
    write_options(w, &o->options);
    json_array_begin(w, "parts");
    for (size_t i = 0; i < o->part_n; i++)
        write_part(w, &o->parts[i]);
    json_array_end(w);
    write_ranges(w, o);
    if (o->control_first[0] != '\0') {
        json_array_begin(w, "controls");
        json_put_cstr(w, NULL, o->control_first);
        json_put_cstr(w, NULL, o->control_last);
        json_array_end(w);
    }
    write_approvals(w, o);
    write_returned(w, o);
    TRY(write_book(w, o));
    json_object_end(w);
    return buffer_err(out);
}

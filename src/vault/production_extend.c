/* An overrun: a full batch made larger, its document otherwise as it was. References as in
 * production.h. */
#include <string.h>

#include "base/macros.h"
#include "vault/production.h"

struct full_batch {
    uint32_t set;
    struct set_counters counters;
    uint64_t quantity, serials; /* ordered; what the scheme has room for */
    char name[REGISTRY_NAME_CAP];
    struct buffer document;
};
static void full_batch_wipe(struct full_batch *b) { buffer_free(&b->document); }

static cm_err copy_batch(void *ctx, const struct registry *r) {
    struct full_batch *b = ctx;
    const struct set_entry *e = registry_set(r, b->set);
    if (e == NULL || e->set.kind != SET_BATCH) return CM_E_NOT_FOUND;
    b->counters = e->set.counters;
    b->quantity = e->set.quantity;
    b->serials = registry_scheme(r, e->set.of)->numbers->serials;
    memcpy(b->name, e->name, sizeof b->name);
    buffer_put(&b->document, e->document.p, e->document.len);
    return buffer_err(&b->document);
}

static cm_err with_quantity(const struct full_batch *b, uint64_t quantity, struct buffer *out) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    struct json_writer w = json_writer_into(out, false);
    struct json_value v;
    const char *key = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&b->document), b->name, &JSON_LIMITS_DEFAULT, NULL));
    json_object_begin(&w, NULL);
    for (size_t i = 0; json_present(v = json_member(json_root(doc), i, &key)); i++) {
        buffer_clear(&value);
        if (strcmp(key, "quantity") == 0)
            buffer_printf(&value, "%llu", (unsigned long long)quantity);
        else
            TRY(json_copy_value(v, &value));
        json_put_raw(&w, key, buffer_slice(&value));
    }
    json_object_end(&w);
    return buffer_err(out);
}

cm_err production_extend(struct act *a, uint32_t set) {
    CM_CLEANUP(full_batch_wipe) struct full_batch b = {.set = set};
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(engine_read(a->ctx->engine, copy_batch, &b));
    /* Serials that the filters passed over are gone: the quantity can grow by those that are left.
     */
    const uint64_t left = b.serials - b.counters.next_serial;
    uint64_t growth = b.quantity / 10 > PRODUCTION_GROWTH ? b.quantity / 10 : PRODUCTION_GROWTH;
    if (growth > left) growth = left;
    if (growth > b.serials - b.quantity) growth = b.serials - b.quantity;
    if (growth == 0)
        return diag_fail(a->diag, CM_E_LIMIT, b.name, NULL,
                         "reserve more serials a batch in the next scheme",
                         "the batch is full, and no serials are left to extend it");
    TRY(with_quantity(&b, b.quantity + growth, &text));
    TRY(engine_document(a->ctx->engine, DOCUMENT_BATCH, &b.set, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    return act_note(a, "batch %s extended to %llu codes: its line went on", b.name,
                    (unsigned long long)b.quantity + growth);
}

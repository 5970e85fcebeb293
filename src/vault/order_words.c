/* Constants of an order's records: see order_words.h. */
#include "vault/order_words.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/macros.h"
#include "doc/json.h"

#define MS_PER_DAY 86400000u

static void put(struct order_words *w, enum record_constant which, struct cm_slice text) {
    const size_t len = text.len < ORDER_WORD_CAP ? text.len : ORDER_WORD_CAP - 1;
    memcpy(w->text[which], text.p, len);
    w->text[which][len] = '\0';
    w->constants.text[which] = slice_of(w->text[which], len);
}

/* A member of the batch's own document, if it is there. */
static void put_member(struct order_words *w, enum record_constant which, struct json_value root,
                       const char *key) {
    struct cm_slice text;
    const struct json_value v = json_get(root, key);
    if (json_kind_of(v) == JSON_KIND_TEXT && json_text(v, 0, SIZE_MAX, &text) == CM_OK)
        put(w, which, text);
}

struct look {
    struct order_words *w;
    const struct order *order;
};

/* YYMM: what the tracks of the pool say, so that stripe and print agree; or the day on which a card
 * ends that is sold when the order is made; or the last day of the set. */
static void put_expiry(struct order_words *w, const struct set_entry *e, const struct terms *terms,
                       uint64_t made_ms) {
    char date[DATE_TEXT_CAP] = "";
    const struct pool *p = e->pool != NULL ? &e->pool->pool : NULL;
    for (size_t i = 0; p != NULL && i < TRACKS; i++)
        if (p->identifiers.track[i].on && p->identifiers.track[i].words.expiry[0] != '\0') {
            put(w, RECORD_EXPIRY, slice_text(p->identifiers.track[i].words.expiry));
            return;
        }
    uint64_t end_ms = terms != NULL ? terms->until_ms : 0;
    if (p != NULL && p->life.on && p->life.valid_days > 0)
        end_ms = made_ms + (uint64_t)p->life.valid_days * MS_PER_DAY;
    if (end_ms == 0) return;
    date_format((int32_t)(end_ms / MS_PER_DAY), date);
    const char yymm[] = {date[2], date[3], date[5], date[6]}; /* of YYYY-MM-DD */
    put(w, RECORD_EXPIRY, slice_of(yymm, sizeof yymm));
}

static cm_err look(void *ctx, const struct registry *r) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const struct look *l = ctx;
    const struct set_entry *e = registry_set(r, l->order->set);
    if (e == NULL) return CM_E_NOT_FOUND;
    put(l->w, RECORD_SET, slice_text(e->name));
    for (size_t i = 0; i < r->brand_n; i++)
        if (r->brands[i]->id == l->order->brand)
            put(l->w, RECORD_BRAND, slice_text(r->brands[i]->name));
    if (e->pool != NULL && e->pool->pool.life.on)
        put(l->w, RECORD_CURRENCY, slice_text(e->pool->pool.life.currency));
    put_expiry(l->w, e, registry_terms(r, e), l->order->made_ms);
    if (e->document.len == 0) return CM_OK;
    TRY(json_doc_new(&doc, buffer_slice(&e->document), "batch", &JSON_LIMITS_DEFAULT, NULL));
    put_member(l->w, RECORD_PRODUCT, json_root(doc), "product");
    put_member(l->w, RECORD_GTIN, json_root(doc), "gtin");
    put_member(l->w, RECORD_DATE, json_root(doc), "date");
    return CM_OK;
}

cm_err order_words_fill(struct order_words *w, struct cm_engine *engine, const struct order *o) {
    char date[DATE_TEXT_CAP];
    struct look l = {.w = w, .order = o};
    *w = (struct order_words){.constants = {.text = {{0}}}};
    TRY(engine_read(engine, look, &l));
    date_format((int32_t)(o->made_ms / MS_PER_DAY), date);
    put(w, RECORD_ORDER, slice_text(o->name));
    put(w, RECORD_MODE, slice_text(o->test ? "TEST" : "LIVE"));
    put(w, RECORD_MADE, slice_text(date));
    return CM_OK;
}

void order_words_file(struct order_words *w, const struct order *o, size_t part, uint32_t no,
                      const char *extension) {
    char text[ORDER_WORD_CAP];
    (void)snprintf(text, sizeof text, "ORDER-%06u-%s-%04u%.16s", o->id,
                   o->parts[part].role == ORDER_PINS ? "pins" : "numbers", no, extension);
    put(w, RECORD_FILE, slice_text(text));
    (void)snprintf(text, sizeof text, "%u", no);
    put(w, RECORD_FILE_NO, slice_text(text));
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)o->parts[part].sequence);
    put(w, RECORD_FILE_SEQUENCE, slice_text(text));
}

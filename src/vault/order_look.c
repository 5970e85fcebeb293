/* Looking orders up: see order_look.h. */
#include "vault/order_look.h"

#include <string.h>

#include "base/macros.h"
#include "base/text.h"

static const char folder_prefix[] = "ORDER-";

struct copy {
    uint32_t number;
    struct buffer text;
};

static cm_err copy_document(void *ctx, const struct registry *r) {
    struct copy *c = ctx;
    const struct order_entry *e = registry_order(r, c->number);
    if (e == NULL) return CM_E_NOT_FOUND;
    buffer_put(&c->text, e->document.p, e->document.len);
    return buffer_err(&c->text);
}

cm_err order_load(struct cm_engine *engine, uint32_t number, struct order *out,
                  struct cm_diag *diag) {
    struct copy c = {.number = number, .text = BUFFER_INIT};
    cm_err err = engine_read(engine, copy_document, &c);
    if (err == CM_E_NOT_FOUND)
        cm_ignore(diag_fail(diag, err, NULL, NULL, "'countermark order list' shows them",
                            "no order has number %u", number));
    if (err == CM_OK) err = order_read(buffer_slice(&c.text), number, out, diag);
    buffer_free(&c.text);
    return err;
}

struct search {
    struct cm_slice name;
    uint64_t number;
    uint32_t found;
    size_t named; /* orders of this name */
};

/* A number is never taken for a name: an order called "7" must not stand for order 7. */
static cm_err search(void *ctx, const struct registry *r) {
    struct search *s = ctx;
    for (uint32_t i = 0; i < r->order_n; i++) {
        const struct order_entry *e = r->orders[i];
        if (e == NULL) continue;
        if (s->number != 0 ? e->id == s->number : slice_equal(slice_text(e->name), s->name)) {
            s->found = e->id;
            s->named++;
        }
    }
    return CM_OK;
}

cm_err order_number(struct cm_engine *engine, struct cm_slice text, uint32_t *out,
                    struct cm_diag *diag) {
    struct search s = {.name = text};
    struct cm_slice digits = text;
    const size_t prefix = sizeof folder_prefix - 1;
    if (text.len > prefix && slice_equal(slice_of(text.p, prefix), slice_text(folder_prefix)))
        digits = slice_of(text.p + prefix, text.len - prefix);
    if (text_u64(digits, REGISTRY_ORDERS_MAX, &s.number) != CM_OK) s.number = 0;
    TRY(engine_read(engine, search, &s));
    if (s.named > 1)
        return diag_fail(diag, CM_E_CONFLICT, NULL, NULL, "give its number",
                         "%zu orders are named '%.*s'", s.named,
                         (int)(text.len < 60 ? text.len : 60), (const char *)text.p);
    *out = s.found;
    if (s.found != 0) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, NULL, NULL, "'countermark order list' shows them",
                     "no order is '%.*s'", (int)(text.len < 60 ? text.len : 60),
                     (const char *)text.p);
}

struct sequence {
    uint32_t brand;
    const char *recipient;
    uint64_t last;
};

static cm_err last_sequence(void *ctx, const struct registry *r) {
    struct sequence *s = ctx;
    for (uint32_t i = 0; i < r->order_n; i++) {
        const struct order_entry *e = r->orders[i];
        for (size_t k = 0; e != NULL && e->brand == s->brand && k < e->part_n; k++)
            if (strcmp(e->parts[k].recipient, s->recipient) == 0 && e->parts[k].sequence > s->last)
                s->last = e->parts[k].sequence;
    }
    return CM_OK;
}

cm_err order_next_sequence(struct cm_engine *engine, uint32_t brand, const char *recipient,
                           uint64_t *out) {
    struct sequence s = {.brand = brand, .recipient = recipient};
    TRY(engine_read(engine, last_sequence, &s));
    *out = s.last + 1;
    return CM_OK;
}

/* ---- The chain ------------------------------------------------------------------------------- */

struct before {
    const struct order *order;
    size_t part;
    uint64_t sequence; /* the latest before ours that was released */
    uint32_t number;
    size_t at;     /* its part */
    uint32_t open; /* an earlier one that is still to come; 0 = none */
};

static cm_err look_before(void *ctx, const struct registry *r) {
    struct before *b = ctx;
    const struct order_part *p = &b->order->parts[b->part];
    for (uint32_t i = 0; i < r->order_n; i++) {
        const struct order_entry *e = r->orders[i];
        for (size_t k = 0; e != NULL && e->brand == b->order->brand && k < e->part_n; k++) {
            const struct order_channel *c = &e->parts[k];
            if (strcmp(c->recipient, p->recipient) != 0 || c->sequence >= p->sequence ||
                e->id == b->order->id || e->state == ORDER_WITHDRAWN)
                continue;
            if (e->state < ORDER_RELEASED) {
                b->open = e->id;
            } else if (c->sequence > b->sequence) {
                b->sequence = c->sequence;
                b->number = e->id;
                b->at = k;
            }
        }
    }
    return CM_OK;
}

static cm_err previous_of(struct cm_engine *engine, struct order *o, size_t part,
                          struct cm_diag *diag) {
    CM_CLEANUP(order_wipe) struct order last = ORDER_INIT;
    struct before b = {.order = o, .part = part};
    TRY(engine_read(engine, look_before, &b));
    if (b.open != 0)
        return diag_fail(diag, CM_E_STATE, o->name, NULL, "release or withdraw that one first",
                         "order %u for '%s' is not released: sequence numbers rise", b.open,
                         o->parts[part].recipient);
    o->parts[part].previous = (struct hash256){{0}};
    if (b.number == 0) return CM_OK;
    TRY(order_load(engine, b.number, &last, diag));
    o->parts[part].previous = last.parts[b.at].manifest;
    return CM_OK;
}

cm_err order_last_manifest(struct cm_engine *engine, uint32_t brand, const char *recipient,
                           struct hash256 *out, struct cm_diag *diag) {
    CM_CLEANUP(order_wipe) struct order last = ORDER_INIT;
    struct order ask = {.brand = brand}; /* none: every order is before it */
    struct before b = {.order = &ask};
    ask.parts[0].sequence = UINT64_MAX;
    memcpy(ask.parts[0].recipient, recipient, sizeof ask.parts[0].recipient);
    TRY(engine_read(engine, look_before, &b));
    *out = (struct hash256){{0}};
    if (b.number == 0) return CM_OK;
    TRY(order_load(engine, b.number, &last, diag));
    *out = last.parts[b.at].manifest;
    return CM_OK;
}

cm_err order_previous(struct cm_engine *engine, struct order *o, struct cm_diag *diag) {
    for (size_t i = 0; i < o->part_n; i++)
        TRY(previous_of(engine, o, i, diag));
    return CM_OK;
}

cm_err order_save(struct cm_engine *engine, uint32_t actor, const struct order *o,
                  struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    uint32_t id = o->id;
    TRY(order_write(o, &text));
    return engine_document(engine, DOCUMENT_ORDER, &id, actor, buffer_slice(&text), diag);
}

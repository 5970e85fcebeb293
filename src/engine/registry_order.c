/* Order documents and operators. Of an order the registry keeps what other documents and look-ups
 * need; files, ranges and returns are the vault's (vault/order.h). A later document replaces an
 * earlier one whole, but for what is for life, and states only go forward. Refused: another set,
 * brand, mode or count; a sequence number that a recipient has already; a step back.
 * Format: docs/design/registry.md, "Orders". */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/registry_inside.h"

static const struct json_limits limits = {.text_max = ORDER_DOCUMENT_MAX, .depth_max = 8};
static const char *const state_words[ORDER_STATE_N] = {"reserving", "reserved", "sealed",
                                                       "released",  "closed",   "withdrawn"};

const char *order_state_name(enum order_state state) {
    return (unsigned)state < ORDER_STATE_N ? state_words[state] : "unknown";
}

struct order_entry *registry_order(const struct registry *r, uint32_t number) {
    return number < r->order_n ? r->orders[number] : NULL;
}

struct operator_entry *registry_operator_named(const struct registry *r, struct cm_slice name) {
    for (size_t i = 0; i < r->operator_n; i++)
        if (slice_equal(slice_text(r->operators[i]->name), name)) return r->operators[i];
    return NULL;
}

void order_entry_free(struct order_entry *order) {
    if (order == NULL) return;
    buffer_free(&order->document);
    free(order);
}

static void order_entry_freep(struct order_entry **order) { order_entry_free(*order); }

/* ---- Reading --------------------------------------------------------------------------------- */

static cm_err parse_parts(struct json_value parts, struct order_entry *order) {
    TRY(json_items(parts, 1, ORDER_PARTS_MAX, &order->part_n));
    for (size_t i = 0; i < order->part_n; i++) {
        const struct json_value part = json_at(parts, i);
        struct order_channel *c = &order->parts[i];
        TRY(json_copy_text(json_get(part, "recipient"), 1, c->recipient, sizeof c->recipient));
        TRY(json_u64(json_get(part, "sequence"), 1, INT64_MAX, &c->sequence));
    }
    return CM_OK;
}

/* The numbers that must be there. */
static cm_err parse_numbers(struct json_value root, struct order_entry *order) {
    uint64_t brand = 0, set = 0, of = 0;
    TRY(json_u64(json_get(root, "brand"), 0, UINT32_MAX, &brand));
    TRY(json_u64(json_get(root, "set"), 1, REGISTRY_SETS_MAX, &set));
    TRY(json_u64(json_get(root, "count"), 1, INT64_MAX, &order->count));
    if (json_present(json_get(root, "of")))
        TRY(json_u64(json_get(root, "of"), 1, REGISTRY_ORDERS_MAX, &of));
    order->brand = (uint32_t)brand;
    order->set = (uint32_t)set;
    order->of = (uint32_t)of;
    return CM_OK;
}

static cm_err parse(struct json_value root, struct order_entry *order) {
    size_t state = 0;
    TRY(json_copy_text(json_get(root, "name"), 1, order->name, sizeof order->name));
    TRY(json_bool(json_get(root, "test"), &order->test));
    TRY(json_word(json_get(root, "state"), state_words, ORDER_STATE_N, &state));
    TRY(parse_numbers(root, order));
    order->state = (enum order_state)state;
    return parse_parts(json_get(root, "parts"), order);
}

/* ---- Checking -------------------------------------------------------------------------------- */

static cm_err check_set(const struct registry *r, const struct order_entry *order,
                        struct json_value root) {
    const struct set_entry *s = registry_set(r, order->set);
    const struct json_value v = json_get(root, "set");
    if (s == NULL)
        return json_fail(v, CM_E_NOT_FOUND, "'countermark batch list' and 'cards pool list'",
                         "no batch or pool has number %u", order->set);
    if (s->set.test == order->test && s->set.brand == order->brand) return CM_OK;
    return json_fail(v, CM_E_CONFLICT, "TEST and LIVE, and brands, each have their own orders",
                     "the set is of another mode or brand");
}

/* A number of one recipient's sequence is given once. */
static cm_err check_sequence(const struct registry *r, const struct order_entry *order,
                             struct json_value root) {
    for (uint32_t n = 0; n < r->order_n; n++) {
        const struct order_entry *o = r->orders[n];
        for (size_t k = 0; o != NULL && n != order->id && k < ORDER_PARTS_MAX * order->part_n;
             k++) {
            const struct order_channel *mine = &order->parts[k / ORDER_PARTS_MAX];
            const size_t theirs = k % ORDER_PARTS_MAX;
            if (theirs < o->part_n && o->brand == order->brand &&
                mine->sequence == o->parts[theirs].sequence &&
                strcmp(mine->recipient, o->parts[theirs].recipient) == 0)
                return json_fail(json_get(root, "parts"), CM_E_EXISTS, "take the next one",
                                 "the recipient has sequence number %llu already",
                                 (unsigned long long)mine->sequence);
        }
    }
    return CM_OK;
}

static bool may_follow(enum order_state from, enum order_state to) {
    if (from == ORDER_CLOSED || from == ORDER_WITHDRAWN) return from == to;
    if (to == ORDER_WITHDRAWN) return from < ORDER_RELEASED;
    return to >= from;
}

static cm_err check_frozen(const struct order_entry *old, const struct order_entry *order,
                           struct json_value root) {
    if (strcmp(old->name, order->name) != 0 || old->brand != order->brand ||
        old->test != order->test || old->set != order->set || old->count != order->count ||
        old->of != order->of)
        return json_fail(root, CM_E_CONFLICT, "make another order",
                         "an order's name, brand, mode, set and count are for life");
    if (may_follow(old->state, order->state)) return CM_OK;
    return json_fail(json_get(root, "state"), CM_E_STATE, NULL, "an order that is %s cannot be %s",
                     order_state_name(old->state), order_state_name(order->state));
}

static cm_err check_of(const struct registry *r, const struct order_entry *order,
                       struct json_value root) {
    const struct order_entry *of = registry_order(r, order->of);
    if (order->of == 0 || (of != NULL && of->set == order->set && order->of != order->id))
        return CM_OK;
    return json_fail(json_get(root, "of"), CM_E_CONFLICT, NULL,
                     "order %u is not of the same batch or pool", order->of);
}

cm_err order_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct order_entry order = {.id = id};
    TRY(json_doc_new(&doc, text, "order", &limits, diag));
    const struct json_value root = json_root(doc);
    TRY(parse(root, &order));
    if (id == 0 || id > REGISTRY_ORDERS_MAX)
        return json_fail(root, CM_E_RANGE, NULL, "number %u is no number of an order", id);
    TRY(check_set(r, &order, root));
    TRY(check_of(r, &order, root));
    TRY(check_sequence(r, &order, root));
    const struct order_entry *old = registry_order(r, id);
    return old != NULL ? check_frozen(old, &order, root) : CM_OK;
}

/* ---- Applying -------------------------------------------------------------------------------- */

cm_err order_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(order_entry_freep) struct order_entry *order = calloc(1, sizeof *order);
    if (order == NULL) return CM_E_NO_MEMORY;
    if (id == 0 || id > REGISTRY_ORDERS_MAX) return CM_E_CORRUPT; /* before room is made for it */
    TRY(json_doc_new(&doc, text, "order", &limits, diag));
    TRY(parse(json_root(doc), order));
    order->id = id;
    buffer_put(&order->document, text.p, text.len);
    TRY(buffer_err(&order->document));
    struct order_entry **orders = registry_room(r->orders, &r->order_n, id);
    if (orders == NULL) return CM_E_NO_MEMORY;
    r->orders = orders;
    order_entry_free(r->orders[id]);
    r->orders[id] = take(&order);
    return CM_OK;
}

/* ---- Operators ------------------------------------------------------------------------------- */

static cm_err parse_operator(struct json_value root, struct operator_entry *o) {
    static const char *const keys[] = {"name", "public_key", "revoked",    "added_ms",
                                       "by",   "wish",       "answered_by"};
    static const char *const wishes[OPERATOR_WISH_N] = {"", "add", "revoke"};
    struct cm_slice hex;
    size_t wish = OPERATOR_SETTLED;
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, o->name, sizeof o->name));
    if (json_present(json_get(root, "by")))
        TRY(json_copy_text(json_get(root, "by"), 0, o->by, sizeof o->by));
    if (json_present(json_get(root, "added_ms")))
        TRY(json_u64(json_get(root, "added_ms"), 0, INT64_MAX, &o->changed_ms));
    if (json_present(json_get(root, "wish"))) /* as old ledgers have none, so has what is settled */
        TRY(json_word(json_get(root, "wish"), wishes, CM_ARRAY_N(wishes), &wish));
    o->wish = (enum operator_wish)wish;
    TRY(json_text(json_get(root, "public_key"), 1, SIZE_MAX, &hex));
    if (json_present(json_get(root, "revoked")))
        TRY(json_bool(json_get(root, "revoked"), &o->revoked));
    if (hex_parse(hex, o->key, sizeof o->key) == CM_OK) return CM_OK;
    return json_fail(json_get(root, "public_key"), CM_E_FORMAT, "give an Ed25519 public key",
                     "not 64 hex digits");
}

static struct operator_entry *operator_of(const struct registry *r, uint32_t id) {
    for (size_t i = 0; i < r->operator_n; i++)
        if (r->operators[i]->id == id) return r->operators[i];
    return NULL;
}

cm_err operator_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                               struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct operator_entry o = {.id = id};
    TRY(json_doc_new(&doc, text, "operator", &JSON_LIMITS_DEFAULT, diag));
    const struct json_value root = json_root(doc);
    TRY(parse_operator(root, &o));
    if (!text_prints(slice_text(o.name)))
        return json_fail(json_get(root, "name"), CM_E_FORMAT, "write it in one line",
                         "the name stands in what others sign: no control characters");
    for (size_t i = 0; i < r->operator_n; i++) {
        const struct operator_entry *other = r->operators[i];
        if (other->id == id) continue;
        if (strcmp(other->name, o.name) == 0)
            return json_fail(json_get(root, "name"), CM_E_EXISTS, "give another name",
                             "an operator has this name");
        if (slice_equal(slice_of(other->key, sizeof o.key), slice_of(o.key, sizeof o.key)))
            return json_fail(json_get(root, "public_key"), CM_E_EXISTS,
                             "each person has a key of their own", "the key is operator '%s's",
                             other->name);
    }
    const struct operator_entry *old = operator_of(r, id);
    if (old == NULL ||
        (strcmp(old->name, o.name) == 0 &&
         slice_equal(slice_of(old->key, sizeof o.key), slice_of(o.key, sizeof o.key)) &&
         (o.revoked || !old->revoked)))
        return CM_OK;
    return json_fail(root, CM_E_CONFLICT, "add another operator",
                     "an operator's name and key are for life, and so is a revocation");
}

cm_err operator_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                               struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct operator_entry o = {.id = id}, *place = operator_of(r, id);
    TRY(json_doc_new(&doc, text, "operator", &JSON_LIMITS_DEFAULT, diag));
    TRY(parse_operator(json_root(doc), &o));
    if (place == NULL) {
        place = calloc(1, sizeof *place);
        if (place == NULL) return CM_E_NO_MEMORY;
        const cm_err err = registry_push((void ***)&r->operators, &r->operator_n, place);
        if (err != CM_OK) free(place);
        TRY(err);
    }
    *place = o;
    return CM_OK;
}

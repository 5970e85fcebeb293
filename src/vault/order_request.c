/* Requests for orders: see order_request.h. */
#include "vault/order_request.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "order/pgp.h"
#include "order/render.h"
#include "order/split.h"
#include "order/template.h"
#include "vault/order_extra.h"
#include "vault/order_images.h"
#include "vault/order_look.h"
#include "vault/order_recipients.h"
#include "vault/order_units.h"
#include "vault/order_words.h"

/* What the set is, as far as an order cares. */
struct request {
    struct act *a;
    struct json_value root;
    struct order order;
    uint64_t left;   /* units that can still be made */
    uint32_t values; /* that its units have, as bits of record_value */
    uint32_t tags;   /* key tags of one card */
    bool cards;
    bool pins;     /* cards with PINs */
    bool currency; /* cards with a balance */
    bool closed;
    char sample[CM_LENGTH_MAX + 2u]; /* codes: a text as theirs will be */
};

/* ---- The set --------------------------------------------------------------------------------- */

static cm_err look_set(void *ctx, const struct registry *r) {
    struct request *q = ctx;
    struct cm_slice name;
    TRY(json_text(json_get(q->root, "set"), 1, REGISTRY_NAME_CAP, &name));
    const struct set_entry *e = registry_set_named(r, name);
    if (e == NULL || (e->set.kind != SET_BATCH && e->set.kind != SET_POOL))
        return json_fail(json_get(q->root, "set"), CM_E_NOT_FOUND,
                         "'countermark batch list' and 'cards pool list' show them",
                         "no batch or pool has this name");
    q->order.set = e->set.number;
    q->order.brand = e->set.brand;
    q->order.test = e->set.test;
    q->left = e->set.quantity - e->set.counters.issued;
    q->closed = e->set.counters.phase == PHASE_CLOSED;
    q->values = order_units_values(e);
    q->tags = e->pool != NULL ? e->pool->pool.numbers.faces.tag_n : 0;
    q->cards = e->pool != NULL;
    const struct scheme_entry *s = q->cards ? NULL : registry_scheme(r, e->set.of);
    for (size_t i = 0; s != NULL && i < s->code_len; i++)
        q->sample[i] = s->numbers->alphabet.symbols[i % s->numbers->alphabet.n];
    q->pins = e->pool != NULL && e->pool->pool.numbers.pin_n > 0;
    q->currency =
        e->pool != NULL && e->pool->pool.life.on && e->pool->pool.life.currency[0] != '\0';
    if (!json_present(json_get(q->root, "name"))) /* else the request says it */
        (void)snprintf(q->order.name, sizeof q->order.name, "%.40s-order", e->name);
    return CM_OK;
}

static cm_err read_count(struct request *q) {
    const struct json_value v = json_get(q->root, "count");
    q->order.count = q->left;
    if (json_present(v)) TRY(json_u64(v, 1, INT64_MAX, &q->order.count));
    if (q->closed)
        return json_fail(json_get(q->root, "set"), CM_E_STATE, "open it again first",
                         "the set is closed");
    if (q->order.count > 0 && q->order.count <= q->left) return CM_OK;
    return json_fail(v, CM_E_LIMIT, "order fewer, or make a further set",
                     "%llu of its units are left", (unsigned long long)q->left);
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static cm_err check_values(const struct request *q, struct json_value v, const struct template *t) {
    const uint32_t missing = template_needs(t) & ~q->values;
    for (unsigned i = 0; i < RECORD_VALUE_N; i++)
        if ((missing & 1u << i) != 0)
            return json_fail(v, CM_E_NOT_FOUND,
                             i == RECORD_URL && !q->cards
                                 ? "say the codes' address: --url https://example.com/{code}"
                                 : "take another format, or another set",
                             "the format needs {%s}, which units of this set do not have",
                             record_value_name((enum record_value)i));
    return CM_OK;
}

/* Words that are the same in all records, and the files beside them: what cannot be written is said
 * before a unit is spent. */
static cm_err check_constants(struct request *q, struct json_value v, const struct template *t) {
    static const uint32_t of_files =
        1u << RECORD_FILE | 1u << RECORD_FILE_NO | 1u << RECORD_FILE_SEQUENCE;
    struct order_words words;
    TRY(order_words_fill(&words, q->a->ctx->engine, &q->order));
    for (unsigned i = 0; i < RECORD_CONSTANT_N; i++)
        if ((template_needs_constants(t) & ~of_files & 1u << i) != 0 &&
            words.constants.text[i].len == 0)
            return json_fail(v, CM_E_NOT_FOUND,
                             "take another format, or say \"optional\": true in its field",
                             "the format needs {%s}, of which this set says nothing",
                             record_constant_name((enum record_constant)i));
    for (size_t i = 0; i < template_companion_n(t); i++) {
        CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT, text = BUFFER_INIT;
        TRY(render_companion(t, &words.constants, i, &name, &text, q->a->diag));
    }
    return CM_OK;
}

static cm_err read_template(struct request *q, const char *key, struct order_part *part) {
    static const char *const keys[] = {"name", "text"};
    static const uint32_t tag_values = 1u << RECORD_TAG | 1u << RECORD_MEMBER;
    CM_CLEANUP(template_freep) struct template *t = NULL;
    struct cm_slice text;
    const struct json_value v = json_get(q->root, key);
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(v, "name"), 1, part->template_name, sizeof part->template_name));
    TRY(json_text(json_get(v, "text"), 1, TEMPLATE_TEXT_MAX, &text));
    TRY(template_read(text, part->template_name, &t, q->a->diag));
    TRY(check_values(q, v, t));
    TRY(check_constants(q, v, t));
    if (q->order.part_n == 1 && q->tags > 0 && (template_values(t) & tag_values) != 0)
        q->order.items = q->tags;
    buffer_put(&part->template_text, text.p, text.len);
    if (template_wants_pin(t) == (part->role == ORDER_PINS))
        return buffer_err(&part->template_text);
    return json_fail(v, CM_E_CONFLICT,
                     part->role == ORDER_PINS ? "take one with \"holds\": \"pin\""
                                              : "PINs travel apart: --pin-template and --pin-to",
                     part->role == ORDER_PINS ? "the format holds no PINs"
                                              : "the format holds PINs");
}

/* Who it is for: the name that was given, or what the certificate says. */
static cm_err read_keys(struct request *q, const char *keys, const char *kind,
                        const char *recipient, struct order_part *part) {
    static const char *const kinds[] = {"cms", "pgp"};
    CM_CLEANUP(order_recipients_wipe) struct order_recipients r = {.n = 0};
    char name[RECIPIENT_NAME_CAP] = "";
    uint8_t fingerprint[PGP_FINGERPRINT_LEN];
    struct cm_slice text;
    size_t which = 0;
    if (json_present(json_get(q->root, kind)))
        TRY(json_word(json_get(q->root, kind), kinds, CM_ARRAY_N(kinds), &which));
    TRY(json_text(json_get(q->root, keys), 1, ORDER_KEYS_MAX, &text));
    part->pgp = which != 0;
    if (part->pgp) {
        TRY(order_pgp_here(q->a->ctx, q->order.name, q->a->diag));
        TRY(pgp_key_look(text, fingerprint, name, q->a->diag));
    } else {
        TRY(order_recipients_read(text, q->a->now_unix_s, &r, q->a->diag));
        recipient_name(r.list[0], name);
    }
    buffer_put(&part->keys, text.p, text.len);
    memcpy(part->recipient, name, sizeof part->recipient);
    if (json_present(json_get(q->root, recipient)))
        TRY(json_copy_text(json_get(q->root, recipient), 1, part->recipient,
                           sizeof part->recipient));
    return buffer_err(&part->keys);
}

static cm_err read_part(struct request *q, enum order_role role) {
    struct order_part *part = &q->order.parts[q->order.part_n++];
    part->role = role;
    if (role == ORDER_PINS) {
        TRY(read_template(q, "pin_template", part));
        return read_keys(q, "pin_keys", "pin_kind", "pin_recipient", part);
    }
    TRY(read_template(q, "template", part));
    return read_keys(q, "keys", "kind", "recipient", part);
}

/* What stands in manifests, in files and in what people sign: one line each, and nothing that a
 * spreadsheet would take for a formula. Asked before units are spent on it. */
static cm_err check_name(struct request *q, const char *key, const char *name) {
    if (text_prints(slice_text(name)) && strchr("=+-@", name[0]) == NULL) return CM_OK;
    return json_fail(json_get(q->root, key), CM_E_FORMAT,
                     "write it in one line, beginning with a letter or digit",
                     "a name with control characters, or one that begins like a formula");
}

static cm_err check_names(struct request *q) {
    static const char *const keys[] = {"recipient", "pin_recipient"};
    const struct order *o = &q->order;
    TRY(check_name(q, "name", o->name));
    for (size_t i = 0; i < o->part_n; i++)
        TRY(check_name(q, keys[o->parts[i].role == ORDER_PINS], o->parts[i].recipient));
    return CM_OK;
}

/* Two files travel apart; a format that has all in one file is its own decision. */
static cm_err check_apart(struct request *q) {
    const struct order *o = &q->order;
    bool apart = true;
    if (o->part_n < 2 || o->test) return CM_OK;
    TRY(order_parts_apart(&o->parts[0], &o->parts[1], &apart, q->a->diag));
    if (apart) return CM_OK;
    return json_fail(json_get(q->root, "pin_keys"), CM_E_DENIED,
                     "name another recipient for the PINs",
                     "number file and PIN file of LIVE cards never go to one recipient");
}

static cm_err read_parts(struct request *q) {
    const bool numbers = json_present(json_get(q->root, "template"));
    const bool pins = json_present(json_get(q->root, "pin_template"));
    if (q->pins != pins)
        return json_fail(q->root, CM_E_ARGUMENT,
                         q->pins ? "say where the PINs go: --pin-template and --pin-to"
                                 : "leave --pin-template and --pin-to out",
                         "cards of this set have %s", q->pins ? "PINs" : "no PINs");
    if (!numbers && !pins)
        return json_fail(q->root, CM_E_ARGUMENT, "say which: --template", "no record format");
    if (numbers) TRY(read_part(q, ORDER_NUMBERS));
    if (pins) TRY(read_part(q, ORDER_PINS));
    return check_apart(q);
}

/* Numbers of the sequence of each recipient: two parts for one take two. */
static cm_err number_parts(struct request *q) {
    struct order *o = &q->order;
    for (size_t i = 0; i < o->part_n; i++)
        TRY(order_next_sequence(q->a->ctx->engine, o->brand, o->parts[i].recipient,
                                &o->parts[i].sequence));
    if (o->part_n > 1 && strcmp(o->parts[0].recipient, o->parts[1].recipient) == 0)
        o->parts[1].sequence = o->parts[0].sequence + 1;
    return CM_OK;
}

/* ---- Options --------------------------------------------------------------------------------- */

/* Codes have addresses; the number of a card stands in none. */
static cm_err read_url(struct request *q, struct json_value v) {
    struct order_options *o = &q->order.options;
    if (!json_present(v)) return CM_OK;
    if (q->cards)
        return json_fail(v, CM_E_CONFLICT, "leave --url out", "card numbers have no addresses");
    TRY(json_copy_text(v, 1, o->url, sizeof o->url));
    TRY(order_url_check(o->url, q->a->diag));
    q->values |= 1u << RECORD_URL;
    return CM_OK;
}

/* A text of the scheme's symbols, each in its turn, stands for the codes that are not made yet. */
static cm_err read_images(struct request *q, struct json_value v) {
    struct order_options *o = &q->order.options;
    if (!json_present(v)) return CM_OK;
    if (q->cards) return json_fail(v, CM_E_CONFLICT, "leave --images out", "pictures are of codes");
    TRY(json_copy_text(v, 1, o->images, sizeof o->images));
    return order_images_check(o->images, o->url, slice_text(q->sample), q->a->diag);
}

static cm_err read_options(struct request *q) {
    static const char *const keys[] = {"per_file", "shards", "carton", "bundle",
                                       "match",    "url",    "images"};
    static const char *const matches[] = {"control", "last4"};
    struct order_options *o = &q->order.options;
    const struct json_value v = json_get(q->root, "options");
    uint64_t shards = 0, carton = 0, bundle = 0;
    size_t match = 0;
    if (!json_present(v)) return CM_OK;
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    if (json_present(json_get(v, "per_file")))
        TRY(json_u64(json_get(v, "per_file"), 1, INT64_MAX, &o->per_file));
    if (json_present(json_get(v, "shards")))
        TRY(json_u64(json_get(v, "shards"), 1, SPLIT_FILES_MAX, &shards));
    if (json_present(json_get(v, "carton")))
        TRY(json_u64(json_get(v, "carton"), 1, UINT32_MAX, &carton));
    if (json_present(json_get(v, "bundle")))
        TRY(json_u64(json_get(v, "bundle"), 1, UINT32_MAX, &bundle));
    if (json_present(json_get(v, "match")))
        TRY(json_word(json_get(v, "match"), matches, CM_ARRAY_N(matches), &match));
    o->shards = (uint32_t)shards;
    o->per_carton = (uint32_t)carton;
    o->per_bundle = (uint32_t)bundle;
    o->match = (enum order_match)match;
    TRY(read_url(q, json_get(v, "url")));
    return read_images(q, json_get(v, "images"));
}

static cm_err check_split(struct request *q) {
    const struct order *o = &q->order;
    struct split split;
    const struct split_ask ask = {.records = order_records(o),
                                  .per_file = o->options.per_file,
                                  .shards = o->options.shards,
                                  .per_carton = o->options.per_carton,
                                  .items = o->items};
    return split_make(&ask, &split, q->a->diag);
}

/* Two people: by default where somebody could spend what is in the files; there LIVE ones cannot do
 * without. */
static cm_err read_approval(struct request *q) {
    const struct json_value v = json_get(q->root, "approval");
    const bool live_value = !q->order.test && (q->pins || q->currency);
    q->order.approval = q->pins || live_value;
    if (json_present(v)) TRY(json_bool(v, &q->order.approval));
    if (q->order.approval || !live_value) return CM_OK;
    return json_fail(v, CM_E_DENIED, "leave --no-approval out",
                     "LIVE cards with PINs or a balance need a second operator's approval");
}

/* ---- Remakes --------------------------------------------------------------------------------- */

static cm_err read_remake(struct request *q) {
    CM_CLEANUP(order_wipe) struct order of = ORDER_INIT;
    struct cm_slice name;
    const struct json_value v = json_get(q->root, "remake");
    if (!json_present(v)) return CM_OK;
    TRY(json_text(v, 1, REGISTRY_NAME_CAP, &name));
    TRY(order_number(q->a->ctx->engine, name, &q->order.of, q->a->diag));
    TRY(order_load(q->a->ctx->engine, q->order.of, &of, q->a->diag));
    if (of.set != q->order.set)
        return json_fail(v, CM_E_CONFLICT, "order from the same batch or pool",
                         "order %u is of another set", of.id);
    if (json_present(json_get(q->root, "count"))) return CM_OK;
    q->order.count = of.counts.spoiled / of.items;
    if (q->order.count > q->left)
        return json_fail(v, CM_E_LIMIT, "make the set larger, or remake a part: --count",
                         "%llu of its units are left", (unsigned long long)q->left);
    if (q->order.count > 0) return CM_OK;
    return json_fail(v, CM_E_STATE, "receive its return file first",
                     "order %u has no spoiled units", of.id);
}

static cm_err read_all(struct request *q) {
    static const char *const keys[] = {
        "set",          "count",    "name",     "template",      "recipient", "kind",   "keys",
        "pin_template", "pin_kind", "pin_keys", "pin_recipient", "options",   "remake", "approval"};
    struct order *o = &q->order;
    TRY(json_only(q->root, keys, CM_ARRAY_N(keys)));
    if (json_present(json_get(q->root, "name")))
        TRY(json_copy_text(json_get(q->root, "name"), 1, o->name, sizeof o->name));
    TRY(engine_read(q->a->ctx->engine, look_set, q));
    TRY(read_count(q));
    TRY(read_remake(q));
    TRY(read_options(q));
    TRY(read_parts(q));
    TRY(check_names(q));
    TRY(number_parts(q));
    TRY(check_split(q));
    return read_approval(q);
}

cm_err order_request(struct act *a, struct cm_slice text, struct order *out) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct request q = {.a = a, .order = ORDER_INIT};
    TRY(json_doc_new(&doc, text, "order", &JSON_LIMITS_DEFAULT, a->diag));
    q.root = json_root(doc);
    q.order.made_ms = a->now_unix_ms;
    const cm_err err = read_all(&q);
    if (err == CM_OK)
        *out = q.order;
    else
        order_wipe(&q.order);
    return err;
}

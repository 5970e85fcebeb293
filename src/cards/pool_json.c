/* The pool document as JSON. Unknown keys, wrong kinds and contradicting frozen numbers are
 * refused with line, column and path; numbers of cards on the list are never quoted in errors.
 * Form: docs/design/cards.md. */
#include "cards/pool.h"

#include "base/macros.h"
#include "base/text.h"
#include "cards/luhn.h"
#include "cards/receipt.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define POOL_TEXT_MAX   33554432u         /* bytes; a million listed numbers and some */
#define FIRST_INDEX_MAX 1000000000000000u /* as volumes: indices are given out in order */
#define SHARE_TEXT_CAP  12u               /* "0." and nine decimals, NUL */

static const char *const modes[] = {"LIVE", "TEST"};

static cm_err read_prefix(struct json_value v, struct cm_pool_numbers *numbers) {
    struct cm_slice prefix;
    TRY(json_text(v, CM_CARD_PREFIX_MIN, CM_CARD_PREFIX_MAX, &prefix));
    for (size_t i = 0; i < prefix.len; i++) {
        if (prefix.p[i] < '0' || prefix.p[i] > '9')
            return json_fail(v, CM_E_FORMAT, "use the digits 0 to 9 only",
                             "the prefix holds something else than digits");
        numbers->prefix[i] = (char)prefix.p[i];
    }
    numbers->prefix_n = (uint8_t)prefix.len;
    return CM_OK;
}

/* Report at `v` what the rule book found. */
static cm_err located(struct json_value v, cm_err err, const struct cm_diag *found) {
    if (err == CM_OK || found->problem[0] == '\0') return err;
    return json_fail(v, err, found->remedy, "%s", found->problem);
}

static cm_err read_patterns(struct json_value list, struct cm_card_rules *rules) {
    size_t n = 0;
    TRY(json_items(list, 0, RULES_PATTERNS_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_diag found = DIAG_INIT;
        struct cm_slice text;
        TRY(json_text(json_at(list, i), 0, PATTERN_TEXT_CAP - 1u, &text));
        const cm_err err = rules_add_pattern(rules, text, &found);
        TRY(located(json_at(list, i), err, &found));
    }
    return CM_OK;
}

static cm_err read_listed(struct json_value list, struct cm_card_rules *rules) {
    size_t n = 0;
    TRY(json_items(list, 0, RULES_LISTED_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_diag found = DIAG_INIT;
        struct cm_slice text;
        TRY(json_text(json_at(list, i), 0, CM_CARD_NUMBER_MAX, &text));
        const cm_err err = rules_add_number(rules, text, &found);
        TRY(located(json_at(list, i), err, &found));
    }
    return CM_OK;
}

static cm_err read_version(struct json_value v, uint64_t version, struct cm_card_rules *rules) {
    static const char *const keys[] = {"version",    "from_index", "held_out",
                                       "held_below", "patterns",   "listed"};
    TRY(json_only(v, keys, CM_ARRAY_N(keys)));
    uint64_t stated = 0, first_index = 0, held_below = 0;
    TRY(json_u64(json_get(v, "version"), version, version, &stated));
    TRY(json_u64(json_get(v, "from_index"), 0, FIRST_INDEX_MAX, &first_index));
    struct cm_slice text;
    uint32_t share = 0;
    const struct json_value held_out = json_get(v, "held_out");
    TRY(json_text(held_out, 1, SHARE_TEXT_CAP - 1u, &text));
    if (share_read(text, &share) != CM_OK)
        return json_fail(held_out, CM_E_FORMAT, "write it as \"0.02\": below 1, nine decimals",
                         "the held-out share is no decimal fraction");
    struct cm_diag found = DIAG_INIT;
    const cm_err err = rules_begin(rules, first_index, share, &found);
    TRY(located(v, err, &found));
    TRY(json_u64(json_get(v, "held_below"), 0, UINT32_MAX, &held_below));
    if (held_below != rules->versions[rules->version_n - 1].held_below)
        return json_fail(json_get(v, "held_below"), CM_E_CORRUPT,
                         "restore the document: this number was frozen when the rules were made",
                         "the frozen threshold contradicts the held-out share");
    TRY(read_patterns(json_get(v, "patterns"), rules));
    return read_listed(json_get(v, "listed"), rules);
}

static cm_err read_rules(struct json_value list, struct pool *pool) {
    size_t n = 0;
    TRY(rules_new(&pool->rules, &pool->numbers));
    TRY(json_items(list, 0, RULES_VERSIONS_MAX, &n));
    for (size_t i = 0; i < n; i++)
        TRY(read_version(json_at(list, i), i + 1, pool->rules));
    struct cm_diag found = DIAG_INIT;
    const cm_err err = rules_seal(pool->rules, &found);
    pool->numbers.rules = pool->rules;
    return located(list, err, &found);
}

/* Absent: every card is numbered under version 1. */
static cm_err read_keys(struct json_value list, struct pool *pool) {
    static const char *const keys[] = {"version", "from_index"};
    pool->key_n = 1;
    pool->keys[0] = (struct pool_key){.first_index = 0, .version = 1};
    if (!json_present(list)) return CM_OK;
    uint64_t version = 0, first_index = 0;
    TRY(json_items(list, 1, POOL_KEYS_MAX, &pool->key_n));
    for (size_t i = 0; i < pool->key_n; i++) {
        const struct json_value v = json_at(list, i);
        TRY(json_only(v, keys, CM_ARRAY_N(keys)));
        TRY(json_u64(json_get(v, "version"), version + 1, UINT8_MAX, &version));
        TRY(json_u64(json_get(v, "from_index"), i == 0 ? 0 : first_index + 1,
                     i == 0 ? 0 : FIRST_INDEX_MAX, &first_index));
        pool->keys[i] = (struct pool_key){.first_index = first_index, .version = (uint8_t)version};
    }
    return CM_OK;
}

static cm_err read_numbers(struct json_value root, struct cm_pool_numbers *numbers) {
    uint64_t id = 0, body_n = 0, pin_n = 0, number_n = 0;
    size_t mode = 0;
    TRY(json_u64(json_get(root, "id"), 1, UINT32_MAX, &id));
    TRY(json_word(json_get(root, "mode"), modes, CM_ARRAY_N(modes), &mode));
    TRY(read_prefix(json_get(root, "prefix"), numbers));
    TRY(json_u64(json_get(root, "body_digits"), CM_CARD_BODY_MIN, CM_CARD_BODY_MAX, &body_n));
    TRY(json_u64(json_get(root, "number_digits"), CM_CARD_NUMBER_MIN, CM_CARD_NUMBER_MAX,
                 &number_n));
    TRY(json_u64(json_get(root, "pin_digits"), 0, CM_CARD_PIN_MAX, &pin_n));
    numbers->id = (uint32_t)id;
    numbers->test = mode == 1;
    numbers->body_n = (uint8_t)body_n;
    numbers->pin_n = (uint8_t)pin_n;
    if (cm_card_number_n(numbers) != number_n)
        return json_fail(json_get(root, "number_digits"), CM_E_CORRUPT,
                         "number_digits is prefix, body and Luhn digit together",
                         "the whole number would have %zu digits", cm_card_number_n(numbers));
    return CM_OK;
}

static cm_err read_root(struct json_value root, struct pool *pool) {
    static const char *const keys[] = {"format",      "name",          "brand",
                                       "id",          "mode",          "prefix",
                                       "body_digits", "number_digits", "pin_digits",
                                       "volume",      "odds",          "payment_prefix_forced",
                                       "rules",       "keys",          "life",
                                       "receipt",     "identifiers"};
    uint64_t format = 0;
    TRY(json_u64(json_get(root, "format"), 1, UINT32_MAX, &format));
    if (format != POOL_FORMAT)
        return json_fail(json_get(root, "format"), CM_E_VERSION, "use a newer countermark",
                         "pool documents of format %llu are unknown; the newest is %u",
                         (unsigned long long)format, POOL_FORMAT);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_copy_text(json_get(root, "name"), 1, pool->name, sizeof pool->name));
    TRY(json_copy_text(json_get(root, "brand"), 1, pool->brand, sizeof pool->brand));
    TRY(read_numbers(root, &pool->numbers));
    TRY(identifiers_read(json_get(root, "identifiers"), &pool->numbers, &pool->identifiers));
    TRY(json_u64(json_get(root, "volume"), 1, DENSITY_VOLUME_MAX, &pool->volume));
    TRY(json_u64(json_get(root, "odds"), 1, DENSITY_ONE_IN_MAX, &pool->one_in));
    TRY(json_bool(json_get(root, "payment_prefix_forced"), &pool->payment_forced));
    TRY(read_keys(json_get(root, "keys"), pool));
    if (json_present(json_get(root, "life"))) TRY(life_read(json_get(root, "life"), &pool->life));
    if (json_present(json_get(root, "receipt")))
        TRY(receipt_read(json_get(root, "receipt"), &pool->receipt));
    return read_rules(json_get(root, "rules"), pool);
}

cm_err pool_read(struct cm_slice text, const char *input, struct pool *out, struct cm_diag *diag) {
    const struct json_limits limits = {.text_max = POOL_TEXT_MAX, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, text, input, &limits, diag));
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    TRY(read_root(json_root(doc), &pool));
    const cm_err err = pool_check(&pool, NULL, diag);
    if (err != CM_OK) {
        diag_locate(diag, input, NULL);
        return err;
    }
    *out = pool;
    pool.rules = NULL; /* handed over */
    pool.receipt = NULL;
    return CM_OK;
}

static void share_text(uint32_t share, char out[static SHARE_TEXT_CAP]) {
    size_t n = 0;
    out[n++] = '0';
    if (share > 0) out[n++] = '.';
    for (uint32_t unit = SHARE_ONE / 10u; share > 0; unit /= 10u) {
        out[n++] = (char)('0' + share / unit);
        share %= unit;
    }
    out[n] = '\0';
}

static void write_listed(struct json_writer *w, const struct cm_card_rules *rules, uint64_t body) {
    const size_t number_n = (size_t)rules->prefix_n + rules->body_n + 1u;
    char number[CM_CARD_NUMBER_MAX + 1u] = {0};
    for (size_t i = 0; i < rules->prefix_n; i++)
        number[i] = rules->prefix[i];
    for (size_t i = number_n - 1u; i > rules->prefix_n; i--) {
        number[i - 1u] = (char)('0' + body % 10u);
        body /= 10u;
    }
    number[number_n - 1u] = (char)('0' + luhn_digit(number, number_n - 1u));
    json_put_cstr(w, NULL, number);
}

static void write_rules(struct json_writer *w, const struct cm_card_rules *rules) {
    json_array_begin(w, "rules");
    for (size_t i = 0; rules != NULL && i < rules->version_n; i++) {
        const struct rules_version *v = &rules->versions[i];
        char share[SHARE_TEXT_CAP];
        share_text(v->held_share, share);
        json_object_begin(w, NULL);
        json_put_u64(w, "version", i + 1);
        json_put_u64(w, "from_index", v->first_index);
        json_put_cstr(w, "held_out", share);
        json_put_u64(w, "held_below", v->held_below);
        json_array_begin(w, "patterns");
        for (size_t k = 0; k < v->pattern_n; k++)
            json_put_cstr(w, NULL, v->patterns[k].text);
        json_array_end(w);
        json_array_begin(w, "listed");
        for (size_t k = 0; k < v->listed_n; k++)
            write_listed(w, rules, v->listed[k]);
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_keys(struct json_writer *w, const struct pool *pool) {
    if (pool->key_n == 0 || (pool->key_n == 1 && pool->keys[0].version == 1)) return;
    json_array_begin(w, "keys");
    for (size_t i = 0; i < pool->key_n; i++) {
        json_object_begin(w, NULL);
        json_put_u64(w, "version", pool->keys[i].version);
        json_put_u64(w, "from_index", pool->keys[i].first_index);
        json_object_end(w);
    }
    json_array_end(w);
}

void pool_write(const struct pool *pool, struct buffer *out) {
    struct json_writer w = json_writer_into(out, true);
    char prefix[CM_CARD_PREFIX_MAX + 1u] = {0};
    for (size_t i = 0; i < pool->numbers.prefix_n; i++)
        prefix[i] = pool->numbers.prefix[i];
    json_object_begin(&w, NULL);
    json_put_u64(&w, "format", POOL_FORMAT);
    json_put_cstr(&w, "name", pool->name);
    json_put_cstr(&w, "brand", pool->brand);
    json_put_u64(&w, "id", pool->numbers.id);
    json_put_cstr(&w, "mode", modes[pool->numbers.test ? 1 : 0]);
    json_put_cstr(&w, "prefix", prefix);
    json_put_u64(&w, "body_digits", pool->numbers.body_n);
    json_put_u64(&w, "number_digits", cm_card_number_n(&pool->numbers));
    json_put_u64(&w, "pin_digits", pool->numbers.pin_n);
    json_put_u64(&w, "volume", pool->volume);
    json_put_u64(&w, "odds", pool->one_in);
    json_put_bool(&w, "payment_prefix_forced", pool->payment_forced);
    life_write(&w, &pool->life);
    receipt_write(&w, pool->receipt);
    identifiers_write(&w, &pool->numbers, &pool->identifiers);
    write_rules(&w, pool->rules);
    write_keys(&w, pool);
    json_object_end(&w);
}

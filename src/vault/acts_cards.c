/* Pools of card numbers: a pool gets its number and keys when it is added, as a scheme does, and
 * cards are made chunk by chunk. Numbers and PINs leave in separate members, for separate files. */
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "cards/pool.h"
#include "engine/workspace.h"
#include "vault/acts_inside.h"
#include "vault/card_minter.h"
#include "vault/set_number.h"

static cm_err pool_sandbox_check(struct act *a, const struct pool *pool) {
    struct workspace w;
    TRY(workspace_read(a->ctx->workspace, &w, a->diag));
    if (!w.sandbox || pool->numbers.test) return CM_OK;
    return diag_fail(a->diag, CM_E_DENIED, pool->name, "mode", "set \"mode\": \"TEST\"",
                     "a sandbox workspace holds TEST pools only");
}

/* A published key, so that anyone can make the same numbers again. */
static cm_err test_key(struct act *a, const struct pool *pool, struct cm_key *key) {
    struct cm_slice hex;
    TRY(json_text(json_get(a->args, "test_key"), 1, SIZE_MAX, &hex));
    if (!pool->numbers.test)
        return diag_fail(a->diag, CM_E_DENIED, pool->name, "mode", "make the pool TEST",
                         "a key that people know is for TEST pools only");
    if (hex_parse(hex, key->b, sizeof key->b) == CM_OK) return CM_OK;
    return diag_fail(a->diag, CM_E_FORMAT, "test key", NULL, NULL, "not 64 hex digits");
}

/* One key for each version that the document names. */
static cm_err add_keys(struct act *a, const struct pool *pool) {
    struct keystore *ks = a->ctx->keystore;
    const uint32_t id = pool->numbers.id;
    CM_KEY_SCOPED struct cm_key key = {{0}};
    const bool given = json_present(json_get(a->args, "test_key"));
    if (given) TRY(test_key(a, pool, &key));
    for (size_t i = 0; i < pool->key_n; i++) {
        const uint8_t version = pool->keys[i].version;
        TRY(given ? keystore_add(ks, KEY_POOL, id, version, a->now_unix_s, &key)
                  : keystore_generate(ks, KEY_POOL, id, version, a->now_unix_s));
    }
    TRY(keystore_generate(ks, KEY_PSEUDONYM, CAMPAIGN_OF_POOL | id, 1, a->now_unix_s));
    return keystore_save(ks, a->diag);
}

static cm_err pool_add(struct act *a) {
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cm_slice draft;
    char input[REGISTRY_NAME_CAP] = "pool";
    uint32_t id = 0;
    bool dry = false;
    TRY(act_dry(a, &dry));
    if (json_present(json_get(a->args, "input")))
        TRY(json_copy_text(json_get(a->args, "input"), 1, input, sizeof input));
    TRY(json_text(json_get(a->args, "document"), 1, ACT_ARGS_MAX, &draft));
    TRY(pool_read(draft, input, &pool, a->diag));
    TRY(pool_sandbox_check(a, &pool));
    /* With a published key the document's own number stays: it is in every card of the pool. */
    if (json_present(json_get(a->args, "test_key")))
        id = pool.numbers.id;
    else
        TRY(set_number_free(a->ctx->engine, a->ctx->keystore, &id));
    pool.numbers.id = id;
    pool_write(&pool, &text);
    TRY(buffer_err(&text));
    TRY(act_document(a, DOCUMENT_POOL, &id, buffer_slice(&text), true));
    if (!dry) TRY(add_keys(a, &pool));
    TRY(act_document(a, DOCUMENT_POOL, &id, buffer_slice(&text), dry));
    json_put_cstr(a->out, "pool", pool.name);
    json_put_u64(a->out, "number", id);
    json_put_cstr(a->out, "mode", mode_name(pool.numbers.test));
    json_put_u64(a->out, "digits", cm_card_number_n(&pool.numbers));
    json_put_u64(a->out, "pin_digits", pool.numbers.pin_n);
    if (dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

struct pool_list {
    struct act *a;
    struct guess_count counts[ENGINE_GUESSES_MAX];
    size_t n;
};

static uint64_t guesses_at(const struct pool_list *l, uint32_t pool) {
    for (size_t i = 0; i < l->n; i++)
        if (l->counts[i].pool == pool) return l->counts[i].n;
    return 0;
}

static cm_err pool_list_read(void *ctx, const struct registry *r) {
    const struct pool_list *l = ctx;
    struct json_writer *w = l->a->out;
    json_array_begin(w, "pools");
    for (uint32_t i = 1; i < r->set_n; i++) {
        const struct set_entry *e = r->sets[i];
        if (e == NULL || e->pool == NULL) continue;
        const struct cm_pool_numbers *n = &e->pool->pool.numbers;
        json_object_begin(w, NULL);
        json_put_cstr(w, "name", e->name);
        json_put_u64(w, "number", i);
        json_put_cstr(w, "mode", mode_name(n->test));
        json_put_text(w, "prefix", slice_of(n->prefix, n->prefix_n));
        json_put_u64(w, "digits", cm_card_number_n(n));
        json_put_u64(w, "pin_digits", n->pin_n);
        json_put_u64(w, "volume", e->set.quantity);
        json_put_u64(w, "made", e->set.counters.issued);
        json_put_u64(w, "guesses", guesses_at(l, i));
        json_put_cstr(w, "phase", phase_name(e->set.counters.phase));
        json_object_end(w);
    }
    json_array_end(w);
    return CM_OK;
}

static cm_err pool_list(struct act *a) {
    struct pool_list l = {.a = a};
    TRY(engine_guesses(a->ctx->engine, l.counts, ENGINE_GUESSES_MAX, &l.n));
    return engine_read(a->ctx->engine, pool_list_read, &l);
}

static cm_err door_pool(struct act *a) {
    struct found_set s;
    struct door d;
    TRY(act_door(a, "door", &d));
    TRY(act_pool(a, "pool", &s));
    return act_door_take(a, &d, d.pools, &d.pool_n, DOOR_POOLS_MAX, &s, "pool");
}

/* ---- Making ---------------------------------------------------------------------------------- */

static void put_column(struct json_writer *w, const char *key, const struct card_rows *rows,
                       const char *digits, uint8_t width) {
    json_array_begin(w, key);
    for (size_t i = 0; i < rows->n; i++)
        if (rows->skip[i] == 0) json_put_text(w, NULL, slice_of(digits + i * width, width));
    json_array_end(w);
}

static void put_indices(struct json_writer *w, const struct card_rows *rows) {
    json_array_begin(w, "indices");
    for (size_t i = 0; i < rows->n; i++)
        if (rows->skip[i] == 0) json_put_u64(w, NULL, rows->first + i);
    json_array_end(w);
}

/* Where two people release cards, one alone does not make them in the clear. */
static cm_err needs_two(void *ctx, const struct registry *r) {
    const struct found_set *s = ctx;
    const struct set_entry *e = registry_set(r, s->set.number);
    const struct pool *pool = &e->pool->pool;
    const bool worth =
        pool->numbers.pin_n > 0 || (e->set.life != NULL && e->set.life->currency[0] != 0);
    return !e->set.test && worth && r->operator_n > 0 ? CM_E_DENIED : CM_OK;
}

/* The next cards, new ones only, at most `most`, at most one chunk. */
static cm_err cards_make(struct act *a) {
    CM_CLEANUP(card_minter_closep) struct card_minter *m = NULL;
    struct card_rows rows;
    struct found_set s;
    struct card_minter_options options = {.engine = a->ctx->engine, .keystore = a->ctx->keystore};
    uint64_t most = 0;
    TRY(act_pool(a, "pool", &s));
    options.set = s.set.number;
    if (engine_read(a->ctx->engine, needs_two, &s) == CM_E_DENIED)
        return diag_fail(a->diag, CM_E_DENIED, s.name, NULL, "order them: countermark order make",
                         "LIVE cards with PINs or money leave this workspace as orders, which two "
                         "people release");
    TRY(json_u64(json_get(a->args, "most"), 1, UINT64_MAX >> 1, &most));
    TRY(card_minter_open(&m, &options, a->diag));
    TRY(card_minter_next(m, most, &rows, a->diag));
    json_put_u64(a->out, "cards", rows.cards);
    json_put_bool(a->out, "ended", rows.n == 0);
    put_indices(a->out, &rows);
    put_column(a->out, "numbers", &rows, rows.numbers, rows.number_n);
    if (rows.pins != NULL) put_column(a->out, "pins", &rows, rows.pins, rows.pin_n);
    return CM_OK;
}

const struct act_entry acts_cards[] = {
    {"pool.add", pool_add, {"document", "input", "test_key", "dry_run"}},
    {"pool.list", pool_list, {NULL}},
    {"door.pool", door_pool, {"door", "pool", "dry_run"}},
    {"cards.make", cards_make, {"pool", "most"}},
    {NULL, NULL, {NULL}},
};

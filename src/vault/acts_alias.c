/* Other names of cards: given and taken away one by one or by rows of a CSV, counted; and tokens,
 * which activate a card once. A name is hashed as it came, letter for letter, and kept nowhere
 * else; tokens are handed out here and can never be read back. Reference: docs/design/stock.md,
 * "Aliases". */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/random.h"
#include "doc/csv.h"
#include "engine/alias.h"
#include "vault/acts_inside.h"

#define MS_PER_HOUR 3600000u
#define HOURS_MAX   876000u                   /* a hundred years: our choice */
#define TOKENS_MAX  1000u                     /* of one act */
#define TOKEN_LEN   20u                       /* characters of 23: 90 bits, beyond any guessing */
#define TOKEN_ABC   "234679BCDFGHJKMPQRTVWXY" /* the house's alphabet */

/* One key for the workspace, made when the first name is given. */
static cm_err need_key(struct act *a) {
    const struct cm_key *key = NULL;
    struct keystore *ks = a->ctx->keystore;
    if (keystore_find(ks, KEY_ALIAS, ALIAS_KEY_ID, 1, &key) != CM_E_NOT_FOUND) return CM_OK;
    TRY(keystore_generate(ks, KEY_ALIAS, ALIAS_KEY_ID, 1, a->now_unix_s));
    return keystore_save(ks, a->diag);
}

/* ---- Which card -------------------------------------------------------------------------------
 */

struct card_reader {
    struct act *a;
    struct found_set set;
    struct pool pool;                             /* own copy: the numberers borrow its rules */
    struct cm_numberer *numberers[POOL_KEYS_MAX]; /* beside pool.keys; NULL: not needed yet */
};

static void card_reader_wipe(struct card_reader *r) {
    for (size_t i = 0; i < POOL_KEYS_MAX; i++)
        cm_numberer_free(r->numberers[i]);
    pool_clear(&r->pool);
}

static cm_err card_reader_open(struct card_reader *r, struct act *a) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    uint8_t first = 0;
    *r = (struct card_reader){.a = a, .pool = POOL_INIT};
    TRY(act_pool(a, "pool", &r->set));
    TRY(act_pool_document(a, r->set.set.number, &text, &first));
    return pool_read(buffer_slice(&text), r->set.name, &r->pool, a->diag);
}

/* Under the i-th key version. @retval CM_E_STATE  it was destroyed */
static cm_err numberer_at(struct card_reader *r, size_t i) {
    const struct cm_key *root = NULL;
    const uint8_t version = r->pool.keys[i].version;
    if (r->numberers[i] != NULL) return CM_OK;
    TRY(keystore_find(r->a->ctx->keystore, KEY_POOL, r->pool.numbers.id, version, &root));
    return cm_numberer_new(&r->numberers[i], &r->pool.numbers, root, version);
}

/* An index that the pool's rules skip, or that another text owns, has never been a card.
 * @retval CM_E_NOT_FOUND  it is none */
static cm_err check_index(struct card_reader *r, uint64_t index) {
    char number[CM_CARD_NUMBER_MAX];
    uint8_t skip = 0;
    bool exists = false;
    TRY(engine_exist(r->a->ctx->engine, r->set.set.number, index, 1, &exists));
    if (!exists) return CM_E_NOT_FOUND;
    const uint8_t version = pool_key_version(&r->pool, index);
    for (size_t i = 0; i < r->pool.key_n; i++) {
        if (r->pool.keys[i].version != version) continue;
        TRY(numberer_at(r, i));
        const cm_err err = cm_numberer_make(r->numberers[i], index, 1, number, &skip);
        wipe(number, sizeof number);
        TRY(err);
        return skip == 0 ? CM_OK : CM_E_NOT_FOUND;
    }
    return CM_E_NOT_FOUND;
}

static cm_err open_under(struct card_reader *r, size_t i, struct cm_slice text, uint64_t *index,
                         bool *found) {
    struct cm_card_opened opened = {.reading = CM_CARD_NONE};
    char number[CM_CARD_NUMBER_MAX];
    const cm_err key = numberer_at(r, i);
    if (key == CM_E_STATE) return CM_OK; /* its cards are no cards any more */
    TRY(key);
    cm_numberer_read(r->numberers[i], &text, 1, number);
    const cm_err err = cm_numberer_open(r->numberers[i], number, 1, &opened);
    wipe(number, sizeof number);
    TRY(err);
    *found = opened.reading == CM_CARD_INDEX && opened.skip == 0 &&
             pool_key_version(&r->pool, opened.index) == r->pool.keys[i].version;
    if (*found) *index = opened.index;
    return CM_OK;
}

/* A card by its number or by its index: a number has more digits than any index. */
static cm_err card_of(struct card_reader *r, struct cm_slice text, uint64_t *index) {
    bool found = false;
    if (text.len <= r->pool.numbers.body_n && text_u64(text, INT64_MAX, index) == CM_OK)
        return check_index(r, *index);
    for (size_t i = 0; i < r->pool.key_n && !found; i++)
        TRY(open_under(r, i, text, index, &found));
    return found ? CM_OK : CM_E_NOT_FOUND;
}

/* ---- Giving and taking away -------------------------------------------------------------------
 */

struct changing {
    struct card_reader cards;
    struct alias_change *changes; /* ALIAS_CHANGES_MAX */
    size_t n;
    struct alias_done all;
    bool dry; /* nothing is changed */
};

static void changing_wipe(struct changing *c) {
    card_reader_wipe(&c->cards);
    free(c->changes);
}

static cm_err changing_open(struct changing *c, struct act *a) {
    TRY(act_dry(a, &c->dry));
    TRY(card_reader_open(&c->cards, a));
    if (!c->dry) TRY(need_key(a));
    c->changes = calloc(ALIAS_CHANGES_MAX, sizeof *c->changes);
    return c->changes != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err change_now(struct changing *c) {
    struct alias_done done = {0};
    struct act *a = c->cards.a;
    if (c->n == 0) return CM_OK;
    if (c->dry)
        TRY(engine_alias_judge(a->ctx->engine, c->changes, c->n, &done, a->diag));
    else
        TRY(engine_alias(a->ctx->engine, c->changes, c->n, a->ctx->actor, &done, a->diag));
    c->all.changed += done.changed;
    c->all.same += done.same;
    c->n = 0;
    return CM_OK;
}

static const char *const kinds[] = {"id", "uid", "token", "tag", "other"};

static cm_err read_kind(struct act *a, enum alias_kind *kind) {
    size_t at = 0;
    if (json_present(json_get(a->args, "kind")))
        TRY(json_word(json_get(a->args, "kind"), kinds, CM_ARRAY_N(kinds), &at));
    *kind = (enum alias_kind)(ALIAS_ID + at);
    return CM_OK;
}

static cm_err read_end(struct act *a, uint64_t *until_ms) {
    uint64_t hours = 0;
    *until_ms = 0;
    if (!json_present(json_get(a->args, "hours"))) return CM_OK;
    TRY(json_u64(json_get(a->args, "hours"), 1, HOURS_MAX, &hours));
    *until_ms = a->now_unix_ms + hours * MS_PER_HOUR;
    return CM_OK;
}

/* Rows "card,alias", a head allowed; names are borrowed from `names`, which never moves: it has
 * room for all of the text. */
static cm_err add_rows(struct changing *c, struct cm_slice rows, const struct alias_change *like,
                       struct buffer *names) {
    CM_CLEANUP(csv_reader_free) struct csv_reader r;
    bool more = false;
    struct act *a = c->cards.a;
    csv_reader_init(&r, rows, 0, "aliases", &CSV_LIMITS_DEFAULT, a->diag);
    if (buffer_reserve(names, rows.len + 1) == NULL) return CM_E_NO_MEMORY;
    for (bool head = true;; head = false) {
        TRY(csv_next(&r, &more));
        if (!more) return change_now(c);
        const struct cm_slice card = csv_field(&r, 0), name = csv_field(&r, 1);
        if (head && slice_equal(card, slice_text("card"))) continue;
        struct alias_change *change = &c->changes[c->n];
        *change = *like;
        if (r.n != 2 || name.len == 0 || name.len > ALIAS_TEXT_MAX)
            return csv_fail(&r, 1, "alias", CM_E_FORMAT, "write card,alias",
                            "not a card and a name");
        if (card_of(&c->cards, card, &change->serial) != CM_OK)
            return csv_fail(&r, 0, "card", CM_E_NOT_FOUND, NULL, "not a card of this pool");
        change->text = slice_of(names->p + names->len, name.len);
        buffer_put(names, name.p, name.len);
        if (++c->n == ALIAS_CHANGES_MAX) TRY(change_now(c));
    }
}

static cm_err add_one(struct changing *c, const struct alias_change *like) {
    struct act *a = c->cards.a;
    struct cm_slice card;
    c->changes[0] = *like;
    TRY(json_text(json_get(a->args, "card"), 1, CM_CODE_TEXT_MAX, &card));
    TRY(json_text(json_get(a->args, "alias"), 1, ALIAS_TEXT_MAX, &c->changes[0].text));
    if (card_of(&c->cards, card, &c->changes[0].serial) != CM_OK)
        return diag_fail(a->diag, CM_E_NOT_FOUND, c->cards.set.name, "card", NULL,
                         "not a card of this pool");
    c->n = 1;
    return change_now(c);
}

static cm_err alias_add(struct act *a) {
    CM_CLEANUP(changing_wipe) struct changing c = {.n = 0};
    CM_CLEANUP(buffer_wipe) struct buffer names = BUFFER_INIT;
    struct alias_change like = {.on = true};
    struct cm_slice rows;
    TRY(changing_open(&c, a));
    like.set = c.cards.set.set.number;
    TRY(read_kind(a, &like.kind));
    TRY(read_end(a, &like.until_ms));
    if (json_present(json_get(a->args, "rows"))) {
        TRY(json_text(json_get(a->args, "rows"), 1, ACT_ARGS_MAX, &rows));
        TRY(add_rows(&c, rows, &like, &names));
    } else {
        TRY(add_one(&c, &like));
    }
    json_put_cstr(a->out, "pool", c.cards.set.name);
    json_put_u64(a->out, "added", c.all.changed);
    json_put_u64(a->out, "stood_already", c.all.same);
    if (c.dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static cm_err alias_remove(struct act *a) {
    CM_CLEANUP(changing_wipe) struct changing c = {.n = 0};
    TRY(changing_open(&c, a));
    c.changes[0] = (struct alias_change){.set = c.cards.set.set.number};
    TRY(json_text(json_get(a->args, "alias"), 1, ALIAS_TEXT_MAX, &c.changes[0].text));
    c.n = 1;
    TRY(change_now(&c));
    json_put_cstr(a->out, "pool", c.cards.set.name);
    json_put_u64(a->out, "removed", c.all.changed);
    if (c.dry) json_put_bool(a->out, "dry_run", true);
    return CM_OK;
}

static cm_err alias_count(struct act *a) {
    uint64_t counts[ALIAS_KIND_N];
    TRY(engine_alias_counts(a->ctx->engine, counts));
    for (unsigned k = ALIAS_ID; k < ALIAS_KIND_N; k++)
        json_put_u64(a->out, alias_kind_name((enum alias_kind)k), counts[k]);
    return CM_OK;
}

/* ---- Tokens -----------------------------------------------------------------------------------
 */

static void draw(char out[static TOKEN_LEN]) {
    for (size_t i = 0; i < TOKEN_LEN; i++)
        out[i] = TOKEN_ABC[random_below(sizeof TOKEN_ABC - 1)];
}

static void put_tokens(struct act *a, const struct alias_change *changes, size_t n) {
    json_array_begin(a->out, "tokens");
    for (size_t i = 0; i < n; i++) {
        json_object_begin(a->out, NULL);
        json_put_u64(a->out, "index", changes[i].serial);
        json_put_text(a->out, "token", changes[i].text);
        json_object_end(a->out);
    }
    json_array_end(a->out);
}

/* One for each of the next cards; `to` has room for them. */
static cm_err draw_tokens(struct changing *c, const struct alias_change *like, uint64_t first,
                          uint64_t count, char *to) {
    const uint64_t made = c->cards.set.set.counters.next_serial;
    for (uint64_t index = first; c->n < count; index++) {
        if (index >= made)
            return diag_fail(c->cards.a->diag, CM_E_RANGE, c->cards.set.name, NULL,
                             "make more cards first", "there are only %zu cards from index %llu on",
                             c->n, (unsigned long long)first);
        const cm_err card = check_index(&c->cards, index);
        if (card == CM_E_NOT_FOUND) continue; /* skipped for good */
        TRY(card);
        char *token = to + c->n * TOKEN_LEN;
        draw(token);
        c->changes[c->n] = *like;
        c->changes[c->n].serial = index;
        c->changes[c->n++].text = slice_of(token, TOKEN_LEN);
    }
    return CM_OK;
}

static cm_err token_make(struct act *a) {
    CM_CLEANUP(changing_wipe) struct changing c = {.n = 0};
    CM_CLEANUP(buffer_wipe) struct buffer tokens = BUFFER_INIT;
    struct alias_change like = {.kind = ALIAS_TOKEN, .on = true};
    uint64_t first = 0, count = 0;
    TRY(changing_open(&c, a));
    TRY(json_u64(json_get(a->args, "first"), 0, INT64_MAX, &first));
    TRY(json_u64(json_get(a->args, "count"), 1, TOKENS_MAX, &count));
    TRY(read_end(a, &like.until_ms));
    if (like.until_ms == 0)
        return diag_fail(a->diag, CM_E_ARGUMENT, NULL, NULL, "say how long: --hours N",
                         "a token has an end");
    like.set = c.cards.set.set.number;
    char *all = (char *)buffer_reserve(&tokens, (size_t)count * TOKEN_LEN);
    if (all == NULL) return CM_E_NO_MEMORY;
    tokens.len = (size_t)count * TOKEN_LEN; /* what is to be wiped */
    TRY(draw_tokens(&c, &like, first, count, all));
    TRY(change_now(&c));
    json_put_cstr(a->out, "pool", c.cards.set.name);
    json_put_u64(a->out, "until_ms", like.until_ms);
    if (c.dry) { /* the texts that were drawn to judge them are nobody's */
        json_put_u64(a->out, "tokens", count);
        json_put_bool(a->out, "dry_run", true);
        return CM_OK;
    }
    put_tokens(a, c.changes, (size_t)count);
    return CM_OK;
}

const struct act_entry acts_alias[] = {
    {"alias.add", alias_add, {"pool", "card", "alias", "kind", "hours", "rows", "dry_run"}},
    {"alias.remove", alias_remove, {"pool", "alias", "dry_run"}},
    {"alias.count", alias_count, {NULL}},
    {"token.make", token_make, {"pool", "first", "count", "hours", "dry_run"}},
    {NULL, NULL, {NULL}},
};

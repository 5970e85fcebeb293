/* Instant win: the draw of a batch before its first code, what has been won, and the seed when the
 * batch is over. Results name no winner before the batch is closed: the seed alone tells who wins,
 * and it stays in the keystore. Reference: docs/design/prizes.md. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "countermark/code.h"
#include "crypto/hash.h"
#include "engine/prizes.h"
#include "vault/acts_inside.h"

#define COUNT_BLOCK 4096u   /* serials looked at together */
#define ROWS_MAX    100000u /* winners in one answer */

struct draw_read {
    struct found_set *set;
    struct cm_scheme_numbers numbers;
};
static cm_err draw_read(void *ctx, const struct registry *r) {
    struct draw_read *d = ctx;
    d->numbers = *registry_scheme(r, d->set->set.of)->numbers;
    return CM_OK;
}

static void coder_freep(struct cm_coder **coder) { cm_coder_free(*coder); }

/* Serials from 0 on among which lie as many units as were ordered: those that filters forbid are
 * none. Every unit of the batch is then as likely to win as any other. */
static cm_err serials_for(struct act *a, struct found_set *s, uint64_t *out) {
    CM_CLEANUP(coder_freep) struct cm_coder *coder = NULL;
    struct draw_read d = {.set = s};
    const struct cm_key *root = NULL;
    TRY(engine_read(a->ctx->engine, draw_read, &d));
    TRY(keystore_find(a->ctx->keystore, KEY_SCHEME, s->set.of, s->set.key_version, &root));
    TRY(cm_coder_new(&coder, &d.numbers, root, s->set.key_version));
    CM_CLEANUP(buffer_free) struct buffer rows = BUFFER_INIT;
    uint8_t skip[COUNT_BLOCK];
    uint8_t *numerals = buffer_reserve(&rows, (size_t)COUNT_BLOCK * CM_LENGTH_MAX);
    if (numerals == NULL) return CM_E_NO_MEMORY;
    uint64_t units = 0, at = 0;
    while (units < s->set.quantity && at < d.numbers.serials) {
        const uint64_t left = d.numbers.serials - at;
        const size_t n = left < COUNT_BLOCK ? (size_t)left : COUNT_BLOCK;
        TRY(cm_coder_mint_range(coder, &s->set.fields, at, n, numerals, skip));
        for (size_t i = 0; i < n && units < s->set.quantity; i++, at++)
            units += skip[i] == 0;
    }
    wipe(numerals, (size_t)COUNT_BLOCK * CM_LENGTH_MAX);
    *out = at;
    return CM_OK;
}

/* The seed; one of a draw that stopped half-way serves, nobody has seen it. */
static cm_err seed_of(struct act *a, uint32_t set, const struct cm_key **seed) {
    struct keystore *ks = a->ctx->keystore;
    const cm_err err = keystore_generate(ks, KEY_PRIZE, set, 1, a->now_unix_s);
    if (err != CM_OK && err != CM_E_EXISTS) return err;
    if (err == CM_OK) TRY(keystore_save(ks, a->diag));
    return keystore_find(ks, KEY_PRIZE, set, 1, seed);
}

/* A member as it is. */
static cm_err copy_member(struct json_value from, const char *key, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer value = BUFFER_INIT;
    TRY(json_copy_value(json_get(from, key), &value));
    json_put_raw(w, key, buffer_slice(&value));
    return CM_OK;
}

static void put_hex(struct json_writer *w, const char *key, const uint8_t bytes[static 32]) {
    char hex[2 * 32 + 1];
    hex_format(bytes, 32, hex);
    json_put_cstr(w, key, hex);
    wipe(hex, sizeof hex);
}

struct prize_check {
    uint32_t set;
    struct cm_slice text;
    struct cm_diag *diag;
};
static cm_err prize_check(void *ctx, const struct registry *r) {
    const struct prize_check *c = ctx;
    return registry_check(r, DOCUMENT_PRIZE, c->set, c->text, c->diag);
}

static cm_err write_document(struct act *a, const struct found_set *s, struct cm_slice tiers,
                             const struct cm_key *seed, struct buffer *out) {
    static const char *const keys[] = {"tiers"};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    char input[REGISTRY_NAME_CAP] = "tiers";
    struct hash256 commit = {{0}};
    uint64_t serials = s->set.quantity;
    if (json_present(json_get(a->args, "input")))
        TRY(json_copy_text(json_get(a->args, "input"), 1, input, sizeof input));
    TRY(json_doc_new(&doc, tiers, input, &JSON_LIMITS_DEFAULT, a->diag));
    TRY(json_only(json_root(doc), keys, CM_ARRAY_N(keys)));
    TRY(prizes_tiers_check(json_get(json_root(doc), "tiers")));
    if (seed != NULL) {
        hash_sha256(slice_of(seed->b, sizeof seed->b), &commit);
        struct found_set set = *s;
        TRY(serials_for(a, &set, &serials));
    }
    struct json_writer w = json_writer_into(out, false);
    json_object_begin(&w, NULL);
    json_put_u64(&w, "serials", serials);
    TRY(copy_member(json_root(doc), "tiers", &w));
    put_hex(&w, "commit", commit.b);
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err draw_check(struct act *a, const struct found_set *s, struct cm_slice text) {
    struct prize_check check = {.set = s->set.number, .text = text, .diag = a->diag};
    return engine_read(a->ctx->engine, prize_check, &check);
}

/* What would be refused is refused before a seed is made. */
static cm_err prize_draw(struct act *a) {
    CM_CLEANUP(buffer_free) struct buffer trial = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct found_set s;
    struct cm_slice tiers;
    const struct cm_key *seed = NULL;
    bool dry = false;
    TRY(act_batch(a, "batch", &s));
    TRY(json_text(json_get(a->args, "document"), 1, ACT_ARGS_MAX, &tiers));
    if (json_present(json_get(a->args, "dry_run")))
        TRY(json_bool(json_get(a->args, "dry_run"), &dry));
    TRY(write_document(a, &s, tiers, NULL, &trial));
    TRY(draw_check(a, &s, buffer_slice(&trial)));
    json_put_cstr(a->out, "batch", s.name);
    json_put_u64(a->out, "units", s.set.quantity);
    json_put_bool(a->out, "dry_run", dry);
    if (dry) return CM_OK;
    TRY(seed_of(a, s.set.number, &seed));
    TRY(write_document(a, &s, tiers, seed, &text));
    uint32_t id = s.set.number;
    TRY(engine_document(a->ctx->engine, DOCUMENT_PRIZE, &id, a->ctx->actor, buffer_slice(&text),
                        a->diag));
    struct hash256 commit;
    hash_sha256(slice_of(seed->b, sizeof seed->b), &commit);
    put_hex(a->out, "commit", commit.b);
    return CM_OK;
}

/* ---- Looking --------------------------------------------------------------------------------- */

struct document_read {
    uint32_t set;
    struct buffer *out;
};
static cm_err document_read(void *ctx, const struct registry *r) {
    const struct document_read *d = ctx;
    const struct cm_slice text = buffer_slice(&registry_set(r, d->set)->prize_document);
    buffer_put(d->out, text.p, text.len);
    return buffer_err(d->out);
}

/* The batch's prizes as they stand, and its document. */
struct standing_prizes {
    struct found_set set;
    struct prize_view *rows;
    size_t n;
    struct buffer text;
    struct json_doc *doc;
    struct json_value tiers;
};
static void prizes_wipe(struct standing_prizes *p) {
    json_doc_free(p->doc);
    buffer_free(&p->text);
    free(p->rows);
}

static cm_err find_prizes(struct act *a, struct standing_prizes *p) {
    TRY(act_batch(a, "batch", &p->set));
    const uint32_t set = p->set.set.number;
    TRY(engine_prizes(a->ctx->engine, set, &p->rows, &p->n, a->diag));
    struct document_read read = {.set = set, .out = &p->text};
    TRY(engine_read(a->ctx->engine, document_read, &read));
    TRY(json_doc_new(&p->doc, buffer_slice(&p->text), "prizes", &JSON_LIMITS_DEFAULT, a->diag));
    p->tiers = json_get(json_root(p->doc), "tiers");
    return CM_OK;
}

static cm_err put_tier(struct act *a, const struct standing_prizes *p, size_t tier) {
    uint64_t given = 0, open = 0;
    struct cm_slice name;
    for (size_t i = 0; i < p->n; i++) {
        if (p->rows[i].tier != tier + 1) continue;
        given += p->rows[i].given;
        open += !p->rows[i].given;
    }
    TRY(json_text(json_get(json_at(p->tiers, tier), "name"), 1, SIZE_MAX, &name));
    json_object_begin(a->out, NULL);
    json_put_u64(a->out, "tier", tier + 1);
    json_put_text(a->out, "name", name);
    json_put_u64(a->out, "prizes", given + open);
    json_put_u64(a->out, "given", given);
    json_put_u64(a->out, "open", open);
    json_object_end(a->out);
    return CM_OK;
}

static cm_err prize_show(struct act *a) {
    CM_CLEANUP(prizes_wipe) struct standing_prizes p = {.text = BUFFER_INIT};
    size_t tiers = 0;
    TRY(find_prizes(a, &p));
    TRY(json_items(p.tiers, 1, PRIZE_TIERS_MAX, &tiers));
    json_put_cstr(a->out, "batch", p.set.name);
    json_put_u64(a->out, "units", p.set.set.quantity);
    TRY(copy_member(json_root(p.doc), "serials", a->out));
    TRY(copy_member(json_root(p.doc), "commit", a->out));
    if (json_present(json_get(json_root(p.doc), "seed")))
        TRY(copy_member(json_root(p.doc), "seed", a->out));
    json_array_begin(a->out, "tiers");
    for (size_t i = 0; i < tiers; i++)
        TRY(put_tier(a, &p, i));
    json_array_end(a->out);
    return CM_OK;
}

/* ---- The close ------------------------------------------------------------------------------- */

static cm_err reveal_seed(struct act *a, const struct standing_prizes *p) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const struct cm_key *seed = NULL;
    uint32_t id = p->set.set.number;
    TRY(keystore_find(a->ctx->keystore, KEY_PRIZE, id, 1, &seed));
    struct json_writer w = json_writer_into(&text, false);
    json_object_begin(&w, NULL);
    TRY(copy_member(json_root(p->doc), "serials", &w));
    TRY(copy_member(json_root(p->doc), "tiers", &w));
    TRY(copy_member(json_root(p->doc), "commit", &w));
    put_hex(&w, "seed", seed->b);
    json_object_end(&w);
    TRY(buffer_err(&text));
    return engine_document(a->ctx->engine, DOCUMENT_PRIZE, &id, a->ctx->actor, buffer_slice(&text),
                           a->diag);
}

static cm_err prize_reveal(struct act *a) {
    CM_CLEANUP(prizes_wipe) struct standing_prizes p = {.text = BUFFER_INIT};
    TRY(find_prizes(a, &p));
    if (!json_present(json_get(json_root(p.doc), "seed"))) TRY(reveal_seed(a, &p));
    CM_CLEANUP(prizes_wipe) struct standing_prizes now = {.text = BUFFER_INIT};
    TRY(find_prizes(a, &now));
    json_put_cstr(a->out, "batch", now.set.name);
    json_put_u64(a->out, "number", now.set.set.number);
    json_put_u64(a->out, "winners", now.n);
    TRY(copy_member(json_root(now.doc), "serials", a->out));
    TRY(copy_member(json_root(now.doc), "commit", a->out));
    return copy_member(json_root(now.doc), "seed", a->out);
}

static void put_numbers(struct json_writer *w, const char *key, const struct prize_view *rows,
                        size_t n, uint64_t (*get)(const struct prize_view *row)) {
    json_array_begin(w, key);
    for (size_t i = 0; i < n; i++)
        json_put_u64(w, NULL, get(&rows[i]));
    json_array_end(w);
}
static uint64_t serial_of(const struct prize_view *row) { return row->serial; }
static uint64_t candidate_of(const struct prize_view *row) { return row->candidate; }
static uint64_t tier_of(const struct prize_view *row) { return row->tier; }
static uint64_t given_of(const struct prize_view *row) { return row->given; }

/* Who won, by serial, once the seed is out. */
static cm_err prize_rows(struct act *a) {
    CM_CLEANUP(prizes_wipe) struct standing_prizes p = {.text = BUFFER_INIT};
    uint64_t from = 0;
    TRY(json_u64(json_get(a->args, "from"), 0, PRIZES_MAX, &from));
    TRY(find_prizes(a, &p));
    if (!json_present(json_get(json_root(p.doc), "seed")))
        return diag_fail(a->diag, CM_E_STATE, p.set.name, NULL,
                         "close the batch, then: countermark prize reveal",
                         "nobody learns the winners before the batch is over");
    const size_t left = from < p.n ? p.n - (size_t)from : 0;
    const size_t n = left < ROWS_MAX ? left : ROWS_MAX;
    const struct prize_view *rows = n > 0 ? p.rows + from : p.rows;
    put_numbers(a->out, "serials", rows, n, serial_of);
    put_numbers(a->out, "candidates", rows, n, candidate_of);
    put_numbers(a->out, "tiers", rows, n, tier_of);
    put_numbers(a->out, "given", rows, n, given_of);
    return CM_OK;
}

const struct act_entry acts_prize[] = {
    {"prize.draw", prize_draw, {"batch", "document", "input", "dry_run"}},
    {"prize.show", prize_show, {"batch"}},
    {"prize.reveal", prize_reveal, {"batch"}},
    {"prize.rows", prize_rows, {"batch", "from"}},
    {NULL, NULL, {NULL}},
};

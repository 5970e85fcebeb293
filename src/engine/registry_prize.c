/* Prize documents: what may be won in a batch, and the hash that binds its seed before the first
 * code exists. A later document of the batch may add the seed, once it is closed, and nothing else.
 * Refused: a batch of which serials are spent, more prizes than units, a seed of another hash.
 * Format: docs/design/registry.md, "Prizes"; docs/design/prizes.md. */
#include <string.h>

#include "base/text.h"
#include "crypto/hash.h"
#include "doc/json_write.h"
#include "engine/prizes.h"
#include "engine/registry_inside.h"

#define COMMIT_LEN    32u
#define COMMIT_TEXT   ((size_t)2 * COMMIT_LEN) /* hex digits */
#define TIER_NAME_MAX 63u

static const struct json_limits limits = {.text_max = 1u << 20, .depth_max = JSON_DEPTH_MAX};

struct prize_document {
    uint64_t serials;
    uint32_t counts[PRIZE_TIERS_MAX];
    size_t tier_n;
    uint64_t prizes;
    uint8_t commit[COMMIT_LEN];
    bool revealed;
    uint8_t seed[COMMIT_LEN]; /* with revealed */
};

static cm_err read_hex(struct json_value v, uint8_t out[static COMMIT_LEN]) {
    struct cm_slice text;
    TRY(json_text(v, COMMIT_TEXT, COMMIT_TEXT, &text));
    if (hex_parse(text, out, COMMIT_LEN) == CM_OK) return CM_OK;
    return json_fail(v, CM_E_FORMAT, NULL, "not 64 hex digits");
}

static cm_err read_tiers(struct json_value v, struct prize_document *d) {
    static const char *const keys[] = {"name", "count"};
    TRY(json_items(v, 1, PRIZE_TIERS_MAX, &d->tier_n));
    for (size_t i = 0; i < d->tier_n; i++) {
        const struct json_value tier = json_at(v, i);
        struct cm_slice name;
        uint64_t count = 0;
        TRY(json_only(tier, keys, CM_ARRAY_N(keys)));
        TRY(json_text(json_get(tier, "name"), 1, TIER_NAME_MAX, &name));
        TRY(json_u64(json_get(tier, "count"), 1, PRIZES_MAX, &count));
        d->counts[i] = (uint32_t)count;
        d->prizes += count;
    }
    if (d->prizes <= PRIZES_MAX) return CM_OK;
    return json_fail(v, CM_E_LIMIT, "draw fewer prizes, or more batches",
                     "%llu prizes: a batch takes at most %u", (unsigned long long)d->prizes,
                     PRIZES_MAX);
}

cm_err prizes_tiers_check(struct json_value tiers) {
    struct prize_document d = {0};
    return read_tiers(tiers, &d);
}

static cm_err parse(struct json_value root, struct prize_document *d) {
    static const char *const keys[] = {"serials", "tiers", "commit", "seed"};
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    TRY(json_u64(json_get(root, "serials"), 1, INT64_MAX, &d->serials));
    TRY(read_tiers(json_get(root, "tiers"), d));
    TRY(read_hex(json_get(root, "commit"), d->commit));
    d->revealed = json_present(json_get(root, "seed"));
    if (!d->revealed) return CM_OK;
    TRY(read_hex(json_get(root, "seed"), d->seed));
    struct hash256 hash;
    hash_sha256(slice_of(d->seed, sizeof d->seed), &hash);
    if (memcmp(hash.b, d->commit, COMMIT_LEN) == 0) return CM_OK;
    return json_fail(json_get(root, "seed"), CM_E_CONFLICT, NULL,
                     "the seed does not have the hash that was committed");
}

static cm_err check_first(const struct set_entry *s, const struct prize_document *d,
                          struct json_value root) {
    if (s->set.counters.next_serial > 0)
        return json_fail(root, CM_E_STATE, "make a new batch, draw, then mint",
                         "codes of batch '%s' exist: prizes are drawn before the first one",
                         s->name);
    if (d->prizes > s->set.quantity || d->serials < s->set.quantity)
        return json_fail(root, CM_E_LIMIT, NULL, "batch '%s' has %llu units, not %llu prizes",
                         s->name, (unsigned long long)s->set.quantity,
                         (unsigned long long)d->prizes);
    if (d->revealed)
        return json_fail(json_get(root, "seed"), CM_E_STATE, NULL, "nothing was drawn yet");
    return CM_OK;
}

static bool same_draw(const struct prizes *p, const struct prize_document *d) {
    if (p->serials != d->serials || p->tier_n != d->tier_n) return false;
    return memcmp(p->counts, d->counts, d->tier_n * sizeof d->counts[0]) == 0;
}

static cm_err check_later(const struct set_entry *s, const struct prize_document *d,
                          struct json_value root) {
    struct prize_document old = {0};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&s->prize_document), "prizes", &limits, NULL));
    TRY(parse(json_root(doc), &old));
    if (old.revealed || !d->revealed || !same_draw(s->set.prizes, d) ||
        memcmp(old.commit, d->commit, COMMIT_LEN) != 0)
        return json_fail(root, CM_E_EXISTS, NULL, "prizes of batch '%s' were drawn: they stand",
                         s->name);
    if (s->set.counters.phase != PHASE_CLOSED)
        return json_fail(root, CM_E_STATE, "close it first: countermark batch close",
                         "who has the seed knows the winners, and batch '%s' is not closed",
                         s->name);
    return CM_OK;
}

cm_err prize_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct prize_document d = {0};
    TRY(json_doc_new(&doc, text, "prizes", &limits, diag));
    TRY(parse(json_root(doc), &d));
    const struct set_entry *s = registry_set(r, id);
    if (s == NULL || s->set.kind != SET_BATCH)
        return json_fail(json_root(doc), CM_E_NOT_FOUND, NULL, "no batch has number %u", id);
    return s->set.prizes == NULL ? check_first(s, &d, json_root(doc))
                                 : check_later(s, &d, json_root(doc));
}

cm_err prize_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                            struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct prize_document d = {0};
    TRY(json_doc_new(&doc, text, "prizes", &limits, diag));
    TRY(parse(json_root(doc), &d));
    struct set_entry *s = registry_set(r, id);
    if (s == NULL) return CM_E_CORRUPT;
    buffer_clear(&s->prize_document);
    buffer_put(&s->prize_document, text.p, text.len);
    TRY(buffer_err(&s->prize_document));
    if (s->set.prizes != NULL) {
        s->set.prizes->revealed = d.revealed;
        return CM_OK;
    }
    struct prizes *p = prizes_new(id);
    if (p == NULL) return CM_E_NO_MEMORY;
    p->revealed = d.revealed;
    p->serials = d.serials;
    p->tier_n = (uint32_t)d.tier_n;
    memcpy(p->counts, d.counts, sizeof p->counts);
    s->set.prizes = p;
    return CM_OK;
}

/* ---- Moves, as the image has them: [[serial, candidate], ...] ---------------------------------
 */

cm_err redrawn_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    (void)r, (void)id, (void)text;
    return diag_fail(diag, CM_E_UNSUPPORTED, "prizes", NULL, NULL,
                     "which prizes were drawn again is written by the ledger alone");
}

cm_err redrawn_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                              struct cm_diag *diag) {
    static const struct json_limits many = {.text_max = 64u << 20, .depth_max = JSON_DEPTH_MAX};
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct set_entry *s = registry_set(r, id);
    size_t n = 0;
    if (s == NULL || s->set.prizes == NULL) return CM_E_CORRUPT;
    TRY(json_doc_new(&doc, text, "prizes drawn again", &many, diag));
    TRY(json_items(json_root(doc), 0, SIZE_MAX, &n));
    s->set.prizes->move_n = 0;
    TRY(prizes_room(s->set.prizes, n));
    for (size_t i = 0; i < n; i++) {
        const struct json_value pair = json_at(json_root(doc), i);
        struct prize_move move;
        TRY(json_u64(json_at(pair, 0), 0, INT64_MAX, &move.from));
        TRY(json_u64(json_at(pair, 1), 0, INT64_MAX, &move.candidate));
        TRY(prizes_move(s->set.prizes, &move));
    }
    return CM_OK;
}

void prizes_write_moves(const struct prizes *p, struct buffer *out) {
    struct json_writer w = json_writer_into(out, false);
    json_array_begin(&w, NULL);
    for (size_t i = 0; i < p->move_n; i++) {
        json_array_begin(&w, NULL);
        json_put_u64(&w, NULL, p->moves[i].from);
        json_put_u64(&w, NULL, p->moves[i].candidate);
        json_array_end(&w);
    }
    json_array_end(&w);
}

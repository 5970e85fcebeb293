/* Pool documents: added once; later ones may only append rule and key versions, from the next index
 * on.
 * A pool is a set of its own kind, so its cards are units like any other. Refused: a name that is
 * taken, an unknown brand, numbers that another pool of its mode could own, and whatever the cards
 * room refuses (payment prefixes, more cards than the promised odds allow).
 * Format: docs/design/cards.md. */
#include <stdlib.h>
#include <string.h>

#include "engine/registry_inside.h"

static cm_err parse(struct cm_slice text, uint32_t id, struct pool *out, struct cm_diag *diag) {
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    TRY(pool_read(text, "pool", &pool, diag));
    if (pool.numbers.id != id)
        return diag_fail(diag, CM_E_CONFLICT, pool.name, "id", "write the number it is given",
                         "its id is %u, not %u", pool.numbers.id, id);
    if (strlen(pool.name) >= REGISTRY_NAME_CAP)
        return diag_fail(diag, CM_E_RANGE, pool.name, "name", "give it a shorter name",
                         "the name is longer than %u bytes", REGISTRY_NAME_CAP - 1u);
    *out = pool;
    pool = (struct pool)POOL_INIT;
    return CM_OK;
}

/* ---- May it stand here? -----------------------------------------------------------------------
 */

/* TEST and LIVE never share a door, so a rehearsal may use the numbers of the real thing. */
static cm_err check_overlap(const struct registry *r, const struct pool *pool,
                            struct cm_diag *diag) {
    for (uint32_t i = 1; i < r->set_n; i++) {
        const struct set_entry *s = r->sets[i];
        if (s == NULL || s->pool == NULL || s->set.test != pool->numbers.test) continue;
        if (!pool_overlaps(&s->pool->pool.numbers, &pool->numbers)) continue;
        return diag_fail(diag, CM_E_CONFLICT, pool->name, "prefix",
                         "choose another prefix or length",
                         "a number could belong to it and to pool '%s'", s->name);
    }
    return CM_OK;
}

static cm_err check_new(const struct registry *r, uint32_t id, const struct pool *pool,
                        struct cm_diag *diag) {
    if (id >= REGISTRY_SETS_MAX || registry_set(r, id) != NULL)
        return diag_fail(diag, CM_E_EXISTS, pool->name, "id", NULL,
                         "number %u is taken or too large", id);
    if (registry_set_named(r, slice_text(pool->name)) != NULL)
        return diag_fail(diag, CM_E_EXISTS, pool->name, "name", "give it another name",
                         "a batch or pool of this name exists");
    if (registry_brand_named(r, slice_text(pool->brand)) == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, pool->brand, NULL,
                         "make it first: countermark brand add", "no such brand");
    return check_overlap(r, pool, diag);
}

/* The same pool gives the same bytes: compare both as of the versions that the old one has. */
static cm_err same_until(const struct pool *old, struct pool *new, bool *same) {
    CM_CLEANUP(buffer_free) struct buffer before = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer after = BUFFER_INIT;
    const size_t version_n = new->rules->version_n, key_n = new->key_n;
    *same = false;
    if (version_n < old->rules->version_n || key_n < old->key_n) return CM_OK;
    pool_write(old, &before);
    new->rules->version_n = old->rules->version_n;
    new->key_n = old->key_n;
    pool_write(new, &after);
    new->rules->version_n = version_n;
    new->key_n = key_n;
    TRY(buffer_err(&before));
    TRY(buffer_err(&after));
    *same = slice_equal(buffer_slice(&before), buffer_slice(&after));
    return CM_OK;
}

/* What was issued stays judged by the rules it was issued under. */
static cm_err check_replacement(const struct set_entry *old, struct pool *new,
                                struct cm_diag *diag) {
    const struct pool *pool = &old->pool->pool;
    bool same = false;
    TRY(same_until(pool, new, &same));
    if (!same)
        return diag_fail(diag, CM_E_CONFLICT, old->name, NULL, "only append rule and key versions",
                         "a pool's numbers, promise and earlier rules never change");
    for (size_t v = pool->rules->version_n; v < new->rules->version_n; v++)
        if (new->rules->versions[v].first_index < old->set.counters.next_serial)
            return diag_fail(diag, CM_E_CONFLICT, old->name, "rules",
                             "let it begin at the next index",
                             "rule version %zu would govern cards that are issued already", v + 1);
    for (size_t k = pool->key_n; k < new->key_n; k++)
        if (new->keys[k].first_index < old->set.counters.next_serial)
            return diag_fail(diag, CM_E_CONFLICT, old->name, "keys",
                             "let it begin at the next index",
                             "key version %u would number cards that are issued already",
                             (unsigned)new->keys[k].version);
    return CM_OK;
}

cm_err pool_document_check(const struct registry *r, uint32_t id, struct cm_slice text,
                           struct cm_diag *diag) {
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    TRY(parse(text, id, &pool, diag));
    const struct set_entry *old = registry_set(r, id);
    if (old != NULL && old->pool != NULL) return check_replacement(old, &pool, diag);
    return check_new(r, id, &pool, diag);
}

/* ---- Applying ---------------------------------------------------------------------------------
 */

/* PINs are read like card numbers: digits, however they are grouped, and no look-alikes. */
static cm_err pin_reader_init(struct normaliser *out, uint8_t pin_n) {
    struct cm_alphabet digits;
    if (pin_n == 0) return CM_OK;
    TRY(cm_alphabet_init(&digits, slice_text("0123456789"), NULL));
    TRY(normaliser_init(out, &digits, pin_n, NORMALISE_TABLE_VERSION, NULL));
    for (size_t c = 0; c < CM_ARRAY_N(out->ascii); c++)
        if (out->ascii[c] != NORMALISE_DELETE) out->ascii[c] = digits.index[c];
    return CM_OK;
}

static cm_err add_pool(struct registry *r, struct pool *give_pool) {
    CM_CLEANUP(set_entry_freep) struct set_entry *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    terms_init(&s->terms);
    s->pool = calloc(1, sizeof *s->pool);
    if (s->pool == NULL) return CM_E_NO_MEMORY;
    s->pool->pool = *give_pool;
    *give_pool = (struct pool)POOL_INIT;
    const struct pool *pool = &s->pool->pool;
    TRY(pin_reader_init(&s->pool->pin_reader, pool->numbers.pin_n));
    memcpy(s->name, pool->name, sizeof s->name); /* parse saw that it fits with its NUL */
    const struct brand *brand = registry_brand_named(r, slice_text(pool->brand));
    s->set = (struct set){.number = pool->numbers.id,
                          .kind = SET_POOL,
                          .of = pool->numbers.id,
                          .brand = brand != NULL ? brand->id : 0,
                          .test = pool->numbers.test,
                          .quantity = pool->volume,
                          .life = pool->life.on ? &pool->life : NULL};
    TRY(set_refresh(r, s));
    TRY(registry_set_room(r, pool->numbers.id));
    r->sets[pool->numbers.id] = s;
    s = NULL;
    return CM_OK;
}

cm_err pool_document_apply(struct registry *r, uint32_t id, struct cm_slice text,
                           struct cm_diag *diag) {
    CM_CLEANUP(pool_clear) struct pool pool = POOL_INIT;
    TRY(parse(text, id, &pool, diag));
    struct set_entry *old = registry_set(r, id);
    if (old == NULL) return add_pool(r, &pool);
    if (old->pool == NULL) return CM_E_CORRUPT;
    /* Openers hold numberers on the old rules; the new generation makes them let go first. */
    const struct pool before = old->pool->pool;
    old->pool->pool = pool;
    pool = before;
    return CM_OK;
}

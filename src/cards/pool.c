/* What makes a pool a sound promise. It computes no number and holds no key.
 * References: see cards/pool.h. */
#include "cards/pool.h"

#include <stdlib.h>

#include "base/macros.h"
#include "cards/payment.h"
#include "cards/shape.h"

void pool_clear(struct pool *pool) {
    rules_free(pool->rules);
    free(pool->receipt);
    *pool = (struct pool)POOL_INIT;
}

static cm_err check_payment(const struct pool *pool, const char *prefix, uint8_t prefix_n,
                            const char *place, struct cm_diag *diag) {
    const struct payment_range *range = payment_overlap(prefix, prefix_n);
    if (range == NULL || pool->payment_forced) return CM_OK;
    return diag_fail(diag, CM_E_DENIED, pool->name, place,
                     "take a prefix with 9 and your country's number, such as 9528, or set "
                     "payment_prefix_forced",
                     "numbers under this prefix can be taken for payment cards: %s, %u to %u",
                     range->scheme, (unsigned)range->first, (unsigned)range->last);
}

/* Numbers of cards and of key tags look like those of payment cards; EAN-13 and GSRN have ranges of
 * their own. */
static cm_err check_prefixes(const struct pool *pool, struct cm_diag *diag) {
    const struct cm_pool_numbers *n = &pool->numbers;
    TRY(check_payment(pool, n->prefix, n->prefix_n, "prefix", diag));
    if (n->faces.tag.number_n == 0) return CM_OK;
    return check_payment(pool, n->faces.tag.prefix, n->faces.tag.prefix_n, "identifiers", diag);
}

/* Every face is a way to guess. */
static void ask_faces(const struct cm_pool_numbers *numbers, struct density_ask *ask) {
    static const struct {
        enum cm_card_face face;
        const char *name;
    } faces[DENSITY_FACES] = {
        {CM_FACE_EAN13, "EAN-13"}, {CM_FACE_GSRN, "GSRN"}, {CM_FACE_TAG, "key tag"}};
    for (size_t i = 0; i < DENSITY_FACES; i++) {
        const struct cm_card_shape shape = cm_card_shape(numbers, faces[i].face);
        if (shape.number_n == 0) continue;
        ask->face[i] = (struct density_face){
            .name = faces[i].name,
            .body_n = shape_body_n(&shape),
            .times = faces[i].face == CM_FACE_TAG ? numbers->faces.tag_n : 1u};
    }
}

cm_err pool_check(const struct pool *pool, struct density_plan *plan, struct cm_diag *diag) {
    TRY(cm_pool_numbers_check(&pool->numbers, diag));
    TRY(check_prefixes(pool, diag));
    struct density_ask ask = {.volume = pool->volume,
                              .one_in = pool->one_in,
                              .prefix_n = pool->numbers.prefix_n,
                              .number_n = (uint8_t)cm_card_number_n(&pool->numbers),
                              .pin_n = pool->numbers.pin_n};
    /* Later rule versions may be stricter than the first: the strictest decides the room. */
    for (size_t version = 1; pool->rules != NULL && version <= pool->rules->version_n; version++) {
        const uint32_t share = rules_skipped_share(pool->rules, version);
        if (share > ask.skipped_share) ask.skipped_share = share;
    }
    ask_faces(&pool->numbers, &ask);
    struct density_plan planned;
    TRY(density_plan(&ask, &planned, diag));
    if (plan != NULL) *plan = planned;
    return CM_OK;
}

bool pool_overlaps(const struct cm_pool_numbers *a, const struct cm_pool_numbers *b) {
    struct cm_card_shape of_a[CARD_SHAPES_MAX], of_b[CARD_SHAPES_MAX];
    const size_t a_n = shapes_of(a, of_a), b_n = shapes_of(b, of_b);
    for (size_t i = 0; i < a_n; i++)
        for (size_t k = 0; k < b_n; k++)
            if (shapes_overlap(&of_a[i], &of_b[k])) return true;
    return false;
}

uint8_t pool_key_version(const struct pool *pool, uint64_t index) {
    uint8_t version = 1;
    for (size_t i = 0; i < pool->key_n; i++)
        if (pool->keys[i].first_index <= index) version = pool->keys[i].version;
    return version;
}

uint64_t pool_key_end(const struct pool *pool, uint64_t index) {
    for (size_t i = 0; i < pool->key_n; i++)
        if (pool->keys[i].first_index > index) return pool->keys[i].first_index;
    return UINT64_MAX;
}

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

static cm_err check_payment(const struct pool *pool, struct cm_diag *diag) {
    const struct payment_range *range =
        payment_overlap(pool->numbers.prefix, pool->numbers.prefix_n);
    if (range == NULL || pool->payment_forced) return CM_OK;
    return diag_fail(diag, CM_E_DENIED, pool->name, "prefix",
                     "take a prefix with 9 and your country's number, such as 9528, or set "
                     "payment_prefix_forced",
                     "numbers under this prefix can be taken for payment cards: %s, %u to %u",
                     range->scheme, (unsigned)range->first, (unsigned)range->last);
}

cm_err pool_check(const struct pool *pool, struct density_plan *plan, struct cm_diag *diag) {
    TRY(cm_pool_numbers_check(&pool->numbers, diag));
    TRY(check_payment(pool, diag));
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

/* The shape of a pool's numbers: how long, and whether such a pool can be.
 * Refuses what the construction cannot number. Reference: docs/design/construction.md section 11;
 * ISO/IEC 7812-1 for the greatest length. */
#include "base/diag.h"
#include "cards/shape.h"
#include "countermark/card.h"

size_t cm_card_number_n(const struct cm_pool_numbers *pool) {
    return (size_t)pool->prefix_n + pool->body_n + 1u;
}

static cm_err check_prefix(const struct cm_pool_numbers *pool, struct cm_diag *diag) {
    if (pool->prefix_n < CM_CARD_PREFIX_MIN || pool->prefix_n > CM_CARD_PREFIX_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "prefix", "use 1 to 12 digits",
                         "a prefix of %u digits", (unsigned)pool->prefix_n);
    for (size_t i = 0; i < pool->prefix_n; i++)
        if (pool->prefix[i] < '0' || pool->prefix[i] > '9')
            return diag_fail(diag, CM_E_FORMAT, NULL, "prefix", "use the digits 0 to 9 only",
                             "character %zu is no digit", i + 1);
    return CM_OK;
}

cm_err cm_pool_numbers_check(const struct cm_pool_numbers *pool, struct cm_diag *diag) {
    if (pool == NULL) return CM_E_ARGUMENT;
    if (pool->id == 0)
        return diag_fail(diag, CM_E_RANGE, NULL, "id", "use 1 to 4294967295", "the pool id is 0");
    const cm_err err = check_prefix(pool, diag);
    if (err != CM_OK) return err;
    if (pool->body_n < CM_CARD_BODY_MIN)
        return diag_fail(diag, CM_E_RANGE, NULL, "digits",
                         "use at least 6: a longer number or a shorter prefix",
                         "a body of %u digits cannot be enciphered safely", (unsigned)pool->body_n);
    const size_t number_n = cm_card_number_n(pool);
    if (number_n > CM_CARD_NUMBER_MAX)
        return diag_fail(diag, CM_E_RANGE, NULL, "digits", "shorten the prefix or the body",
                         "the whole number has %zu digits, ISO/IEC 7812-1 allows %u", number_n,
                         CM_CARD_NUMBER_MAX);
    if (pool->pin_n != 0 && (pool->pin_n < CM_CARD_PIN_MIN || pool->pin_n > CM_CARD_PIN_MAX))
        return diag_fail(diag, CM_E_RANGE, NULL, "pin_digits", "use 4 to 8 digits, or 0 for none",
                         "a PIN of %u digits", (unsigned)pool->pin_n);
    return shapes_check(pool, diag);
}

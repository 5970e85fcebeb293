/* The frozen numbers of a scheme: computed once, checked whenever they come from outside.
 * Refuses everything outside the construction, with what would mend it.
 * Source: docs/design/construction.md, sections 2, 5 and 6. See countermark/scheme.h. */
#include <inttypes.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "codes/check.h"
#include "codes/filter.h"
#include "codes/group.h"
#include "codes/normalise.h"
#include "codes/pack.h"

#define NUMBERS_INPUT    "scheme numbers"
#define NUMBERS_DAYS_MAX ((uint64_t)INT32_MAX + 1) /* a civil day fits 32 bits */

/* The alphabet must be what cm_alphabet_init makes of its symbols, index included. */
static cm_err check_alphabet(const struct cm_alphabet *alphabet, struct cm_diag *diag) {
    if (alphabet->n < CM_ALPHABET_MIN || alphabet->n > CM_ALPHABET_MAX)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "alphabet", "give 2 to 64 symbols",
                         "it has %u symbols", alphabet->n);
    struct cm_alphabet made;
    TRY(cm_alphabet_init(&made, slice_of(alphabet->symbols, alphabet->n), diag));
    if (!slice_equal(slice_of(made.index, sizeof made.index),
                     slice_of(alphabet->index, sizeof alphabet->index)))
        return diag_fail(diag, CM_E_CORRUPT, NUMBERS_INPUT, "alphabet",
                         "make the alphabet with cm_alphabet_init",
                         "its index contradicts its symbols");
    return CM_OK;
}

static cm_err check_counts(const struct cm_scheme_numbers *numbers, struct cm_diag *diag) {
    if (numbers->key_version_first == 0)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "key version", "start with 1",
                         "key version 0 does not exist");
    if (numbers->length == 0 || numbers->length > CM_LENGTH_MAX)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "length", "give 1 to 119 characters",
                         "%u characters are not possible", numbers->length);
    if (numbers->attribute_n > CM_ATTRIBUTES_MAX)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "attributes",
                         "keep at most 8, register the others in your own system",
                         "%u attributes are too many", numbers->attribute_n);
    if (numbers->date.present_inline && numbers->date.cardinality > NUMBERS_DAYS_MAX)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "date", "3650 days are ten years",
                         "%" PRIu64 " days are beyond the calendar", numbers->date.cardinality);
    return CM_OK;
}

static cm_err check_versions(const struct cm_scheme_numbers *numbers, struct cm_diag *diag) {
    if (numbers->filter_version > FILTER_VERSION)
        return diag_fail(diag, CM_E_VERSION, NUMBERS_INPUT, "filter", "update countermark",
                         "word list %u is newer than this program", numbers->filter_version);
    if (numbers->table_version == 0 || numbers->table_version > NORMALISE_TABLE_VERSION)
        return diag_fail(diag, CM_E_VERSION, NUMBERS_INPUT, "table version", "update countermark",
                         "tables of version %u are not known here", numbers->table_version);
    return CM_OK;
}

/* Everything but T; then T as it must be. */
static cm_err compute(const struct cm_scheme_numbers *numbers, uint64_t *t_minus_1,
                      struct cm_diag *diag) {
    TRY(check_alphabet(&numbers->alphabet, diag));
    TRY(check_counts(numbers, diag));
    TRY(check_versions(numbers, diag));
    struct check_table table;
    TRY(check_table_init(&table, numbers->check, numbers->alphabet.n, numbers->length, diag));
    const struct grouping grouping = grouping_of(numbers);
    TRY(grouping_check(&grouping, cm_scheme_code_len(numbers), diag));
    cm_u128 space = 0, payloads = 0;
    if (pack_space(numbers->alphabet.n, numbers->length, &space) != CM_OK)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "length",
                         "at least 1,000,000 and less than 2^120 texts are needed",
                         "%u characters of %u symbols are too few or too many", numbers->length,
                         numbers->alphabet.n);
    if (pack_payloads(numbers, &payloads) != CM_OK)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "fields",
                         "register some fields in the batch record, or give them less room",
                         "an inline field has no room, or all together pass 2^88 values");
    const cm_u128 t = pack_tag_modulus(space, payloads);
    if (t == 0)
        return diag_fail(diag, CM_E_RANGE, NUMBERS_INPUT, "length",
                         "use more characters, a larger alphabet or fewer inline fields",
                         "%u characters of %u symbols cannot hold the fields", numbers->length,
                         numbers->alphabet.n);
    *t_minus_1 = (uint64_t)(t - 1);
    return CM_OK;
}

cm_err cm_scheme_numbers_freeze(struct cm_scheme_numbers *numbers, struct cm_diag *diag) {
    uint64_t t_minus_1 = 0;
    TRY(compute(numbers, &t_minus_1, diag));
    numbers->t_minus_1 = t_minus_1;
    return CM_OK;
}

cm_err cm_scheme_numbers_check(const struct cm_scheme_numbers *numbers, struct cm_diag *diag) {
    uint64_t t_minus_1 = 0;
    TRY(compute(numbers, &t_minus_1, diag));
    if (numbers->t_minus_1 != t_minus_1)
        return diag_fail(diag, CM_E_CORRUPT, NUMBERS_INPUT, "T",
                         "restore the scheme as it was made; frozen numbers never change",
                         "T - 1 is stored as %" PRIu64 ", the other numbers give %" PRIu64,
                         numbers->t_minus_1, t_minus_1);
    return CM_OK;
}

uint8_t cm_scheme_code_len(const struct cm_scheme_numbers *numbers) {
    return (uint8_t)(numbers->length + check_n(numbers->check));
}

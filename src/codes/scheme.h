/* The scheme document: the frozen numbers of a code format, and around them its name, brand, lists
 * of values and promise (volume, one in G). Immutable but for its lists, which only grow; what may
 * change otherwise (dates, rewards, limits) are terms (codes/terms.h).
 * Reference: docs/design/construction.md; file format: docs/design/plan.md, "The scheme file". */
#ifndef CM_CODES_SCHEME_H
#define CM_CODES_SCHEME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "codes/values.h"
#include "countermark/scheme.h"

#define SCHEME_NAME_CAP  65u                 /* name and brand with NUL */
#define SCHEME_WORD_CAP  33u                 /* attribute, alphabet and technology names with NUL */
#define SCHEME_COUNT_MAX ((uint64_t)1 << 53) /* cardinalities; exact in every JSON reader */
#define SCHEME_NO_FIELD  UINT8_MAX

struct scheme {
    struct cm_scheme_numbers numbers;
    char name[SCHEME_NAME_CAP], brand[SCHEME_NAME_CAP]; /* brand may be empty */
    char technology[SCHEME_WORD_CAP];                   /* empty: not stated */
    char alphabet_name[SCHEME_WORD_CAP];                /* preset it was taken from, or empty */
    char attribute_name[CM_ATTRIBUTES_MAX][SCHEME_WORD_CAP];
    struct values values[CM_ATTRIBUTES_MAX]; /* numbers.attribute[i].cardinality is their room */
    bool has_date;   /* false: numbers.date is registered with cardinality 1 */
    uint64_t volume; /* codes that may be live at once */
    uint64_t one_in; /* promise: one guess hits at most once in so many */
};

void scheme_init(struct scheme *scheme);
void scheme_wipe(struct scheme *scheme); /* frees the lists */

/** Names of schemes and brands: letter or digit, then letters, digits, '.', '_', '-'; at most 64.
 */
bool scheme_name_valid(struct cm_slice name);
/** Names of attributes: a-z, then a-z, 0-9, '_', '-'; at most 32; not date, batch, serial. */
bool scheme_attribute_name_valid(struct cm_slice name);

/** Everything that must hold of a complete scheme: names, lists within their room, printed groups,
 * the numbers (as cm_scheme_numbers_check) and the promise S >= volume * G.
 * @retval CM_E_FORMAT  a name or grouping   @retval CM_E_LIMIT  the promise or a list's room
 * @retval others as cm_scheme_numbers_check */
CM_MUST_CHECK cm_err scheme_check(const struct scheme *scheme, struct cm_diag *diag);

/** Add a value to an attribute's list.
 * @param[in]  attribute  its place in the scheme's order
 * @param[out] index      the value's number in codes; untouched on error
 * @retval CM_E_EXISTS  it is in the list      @retval CM_E_LIMIT  the reserved room is full
 * @retval CM_E_NOT_FOUND  no such attribute   @retval CM_E_FORMAT, CM_E_RANGE  no fit text */
CM_MUST_CHECK cm_err scheme_append_value(struct scheme *scheme, uint8_t attribute,
                                         struct cm_slice value, uint32_t *index,
                                         struct cm_diag *diag);
/* Place of an attribute by name, or SCHEME_NO_FIELD. */
uint8_t scheme_attribute_find(const struct scheme *scheme, struct cm_slice name);
/** Most codes that may be live under the promise: floor(S / G), at most 2^64 - 1.
 * @retval CM_E_RANGE  the numbers have no valid space */
CM_MUST_CHECK cm_err scheme_most_live(const struct scheme *scheme, uint64_t *most);

#endif

/* An append-only list of texts with distinct entries: the values of an attribute. A value's index
 * is printed inside codes, so nothing is ever removed, reordered or renamed here. */
#ifndef CM_CODES_VALUES_H
#define CM_CODES_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define VALUE_MAX   96u      /* bytes of one value; our choice */
#define VALUES_MAX  1048576u /* entries of one list; our choice */
#define VALUES_NONE UINT32_MAX

struct values {
    struct buffer bytes; /* the texts, back to back */
    uint32_t *end;       /* end[i] = where text i ends */
    uint32_t *slot;      /* open addressing over a hash: index, or VALUES_NONE */
    uint32_t n, cap, slots;
};
#define VALUES_INIT                                                                                \
    { .bytes = BUFFER_INIT, .end = NULL, .slot = NULL, .n = 0, .cap = 0, .slots = 0 }

void values_free(struct values *v);
/** Add a text of 1..VALUE_MAX bytes of UTF-8; *index is its place.
 * @retval CM_E_EXISTS  it is there already; *index is where
 * @retval CM_E_RANGE   length     @retval CM_E_FORMAT  not UTF-8, or a control character
 * @retval CM_E_LIMIT   VALUES_MAX reached     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err values_append(struct values *v, struct cm_slice text, uint32_t *index);
/* Index of a text, or VALUES_NONE. */
uint32_t values_find(const struct values *v, struct cm_slice text);
/* Text i; empty when there is none. Valid until the next append. */
struct cm_slice values_at(const struct values *v, uint32_t i);

#endif

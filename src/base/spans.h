/* What stands of long rows of serials, as few spans: consecutive serials of one set with the same
 * stage and cause are one span. Ten million printed units are one; a unit that differs costs two
 * more. Sorted by set and first serial; never overlapping. Pure, no I/O. */
#ifndef CM_BASE_SPANS_H
#define CM_BASE_SPANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "countermark/run.h"

struct span {
    uint32_t set;
    uint8_t stage, cause; /* enum cm_stage, enum cm_cause */
    uint64_t first, count;
};

struct spans {
    struct span *p; /* owned; sorted */
    size_t n, cap;
};
#define SPANS_INIT                                                                                 \
    { NULL, 0, 0 }

void spans_wipe(struct spans *s);

/** Room so that the next n calls of spans_put cannot fail.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err spans_reserve(struct spans *s, size_t n);
/** Lay a span over whatever was there, and melt it with equal neighbours. It does not judge the
 * transition: cm_stage_may does, before.
 * @retval CM_E_RANGE      count is 0 or first + count overflows    @retval CM_E_NO_MEMORY
 * Nothing changed on error. */
CM_MUST_CHECK cm_err spans_put(struct spans *s, const struct span *span);
/** Take a range of serials out, whatever stands there; first + count may not overflow.
 * @retval CM_E_RANGE, CM_E_NO_MEMORY  as spans_put; nothing changed */
CM_MUST_CHECK cm_err spans_cut(struct spans *s, uint32_t set, uint64_t first, uint64_t count);
/* The span that a serial lies in, or NULL. */
const struct span *spans_find(const struct spans *s, uint32_t set, uint64_t serial);
/* Index of the first span that ends behind (set, serial); s->n when there is none. */
size_t spans_from(const struct spans *s, uint32_t set, uint64_t serial);
/* Serials in a stage, over all sets. */
uint64_t spans_count(const struct spans *s, enum cm_stage stage);

#endif

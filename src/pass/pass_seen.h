/* What the passes of a run have given out already: serial numbers, object ids. Only hashes are
 * kept, 25 bytes each. */
#ifndef CM_PASS_PASS_SEEN_H
#define CM_PASS_PASS_SEEN_H

#include "base/bytes.h"
#include "base/map.h"

struct pass_seen {
    struct map rows;
};

void pass_seen_init(struct pass_seen *s);
void pass_seen_wipe(struct pass_seen *s);
/** @param[out] first  the row that has it, on CM_E_EXISTS
 * @retval CM_E_EXISTS      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_seen_take(struct pass_seen *s, struct cm_slice text, uint64_t row,
                                    uint64_t *first);

#endif

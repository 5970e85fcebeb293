/* What a ledger takes in memory and on the disk when so many of so many live codes were redeemed
 * in random order. It is made in a process of its own, so that memory is that of one engine. */
#ifndef CM_TESTS_BENCH_FOOTPRINT_H
#define CM_TESTS_BENCH_FOOTPRINT_H

#include <stdint.h>

#include "bench.h"

struct footprint {
    const char *name;
    uint64_t live, spent;
    /* Filled in, bytes: in memory, the pages of states and all that the process holds beyond what
     * it held before (anonymous: what LMDB maps is not in it), then and at most; on the disk, the
     * image's tables of states, details and audit nodes, its whole file, journal and archive. */
    double pages, memory, peak, states, details, nodes, image, journal;
};

/** @retval CM_E_IO  the process failed; what failed stands on the standard error */
CM_MUST_CHECK cm_err footprint_take(struct footprint *f, const char *parent, struct cm_diag *diag);

#endif

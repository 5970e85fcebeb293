/* How the records of an order fall into files: so many a file, or so many files, in one piece each,
 * with cartons and key tag sets never cut in two. It refuses sizes that would cut them.
 * Example: the first test of tests/unit/order/test_split.c. */
#ifndef CM_ORDER_SPLIT_H
#define CM_ORDER_SPLIT_H

#include <stdint.h>

#include "base/diag.h"

#define SPLIT_FILES_MAX 4000u /* what one manifest names, and some for what goes with them */

struct split_ask {
    uint64_t records;    /* of the order, at least 1 */
    uint64_t per_file;   /* records; 0 = all in one file, or as `shards` says */
    uint32_t shards;     /* files of about equal size; 0 = as per_file says */
    uint32_t per_carton; /* records; 0 = no cartons */
    uint32_t items;      /* records of one unit, at least 1 */
};

struct split {
    uint64_t records, per_file;
    uint32_t files;
};

/* One file: its first record, from 1, and how many it has. */
struct split_file {
    uint64_t first, records;
};

/** Plan.
 * @retval CM_E_ARGUMENT  both per_file and shards; sets or cartons would be cut; more files than
 *                        records      @retval CM_E_LIMIT  more than SPLIT_FILES_MAX files */
CM_MUST_CHECK cm_err split_make(const struct split_ask *ask, struct split *out,
                                struct cm_diag *diag);
/* File i, below split->files. */
struct split_file split_at(const struct split *s, uint32_t i);

#endif

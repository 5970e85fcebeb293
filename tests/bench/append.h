/* The bound of every durable ledger: append the same bytes to a preallocated, zero-filled file, one
 * write and one fdatasync a group, and nothing else. It starts again at the front when the file is
 * full, as no ledger may. */
#ifndef CM_TESTS_BENCH_APPEND_H
#define CM_TESTS_BENCH_APPEND_H

#include <sys/types.h>

#include "meter.h"

struct append {
    int fd;
    size_t group_len; /* bytes of a group */
    double group_n;   /* items that a group stands for */
    uint8_t *bytes;   /* of a group */
    off_t at;
    struct latencies latencies;
};
#define APPEND_INIT                                                                                \
    { .fd = -1 }

/** @param[in] folder  on the disk to measure      @retval CM_E_IO, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err append_open(struct append *a, const char *folder, size_t group_len,
                                 size_t group_n, struct cm_diag *diag);
void append_close(struct append *a);
bench_run append_run;

#endif

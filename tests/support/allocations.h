/* Counts what a test program allocates, shared libraries included, on all threads: the proof that a
 * path allocates nothing per code is that a run over 100,000 takes as many as one over 1,000.
 * Link cm_allocations. It counts; it never refuses (that is starve.h).
 *
 *     const uint64_t before = allocations_made();
 *     work();
 *     assert_int_equal(allocations_made(), before);
 */
#ifndef CM_TESTS_SUPPORT_ALLOCATIONS_H
#define CM_TESTS_SUPPORT_ALLOCATIONS_H

#include <stdint.h>

/* Successful calls of malloc, calloc, realloc and their aligned kin since the program began. */
uint64_t allocations_made(void);

#endif

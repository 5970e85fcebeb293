/* Constant time, judged by valgrind: mark a secret undefined, run the code, count the branches and
 * addresses that depended on it. Outside valgrind the counts would be zero for anything, so
 * ct_require_valgrind fails the test. Method: Langley's ctgrind (2010), memcheck's client requests.
 */
#ifndef CM_TESTS_SUPPORT_UNDEFINED_H
#define CM_TESTS_SUPPORT_UNDEFINED_H

#include "support/cm.h"

#include <stdbool.h>

#include <valgrind/memcheck.h>

/* Marks len bytes as secret: memcheck complains when control flow or an address rests on them. */
#define ct_secret(p, len) (void)VALGRIND_MAKE_MEM_UNDEFINED(p, len)
/* Makes a result public, so that the test itself may look at it. */
#define ct_public(p, len) (void)VALGRIND_MAKE_MEM_DEFINED(p, len)

/* True if any of the bytes rests on a secret; asking is no complaint. */
static inline bool ct_is_secret(const void *p, size_t len) {
    VALGRIND_DISABLE_ERROR_REPORTING;
    const bool marked = VALGRIND_CHECK_MEM_IS_DEFINED(p, len) != 0;
    VALGRIND_ENABLE_ERROR_REPORTING;
    return marked;
}

static inline unsigned ct_complaints(void) { return (unsigned)VALGRIND_COUNT_ERRORS; }

static inline void ct_require_valgrind(void) {
    if (RUNNING_ON_VALGRIND == 0) fail_msg("run this program under valgrind (ctest -L ct does)");
}

#endif

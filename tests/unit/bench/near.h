/* cmocka 1.1 compares floats only: doubles that must agree but for rounding. */
#ifndef CM_TESTS_UNIT_BENCH_NEAR_H
#define CM_TESTS_UNIT_BENCH_NEAR_H

#include <math.h>

#include "support/cm.h"

#define NEAR_SHARE 1e-12 /* of the figure: a few roundings of 2^-53 */

#define assert_near(got, want)                                                                     \
    do {                                                                                           \
        const double near_got = (got), near_want = (want);                                         \
        if (!(fabs(near_got - near_want) <= NEAR_SHARE * (1 + fabs(near_want))))                   \
            fail_msg("%s: got %.17g, want %.17g", #got, near_got, near_want);                      \
    } while (0)

#endif

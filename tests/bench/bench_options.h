/* What the bench was asked for: `countermark_bench [OPTIONS] [full] [AREA ...]`. It refuses what it
 * does not know and figures out of range, by name. */
#ifndef CM_TESTS_BENCH_BENCH_OPTIONS_H
#define CM_TESTS_BENCH_BENCH_OPTIONS_H

#include "bench.h"

#define BENCH_AREAS_MAX 32u

struct bench_options {
    const char *dir, *out; /* folder on the disk to measure, file of results */
    double leg_s;
    unsigned pairs;
    unsigned long live;
    bool full;
    bool wanted[BENCH_AREAS_MAX]; /* by area's number */
};
#define BENCH_OPTIONS_DEFAULTS                                                                     \
    { .leg_s = 2, .pairs = 5, .live = 10000000 }

/** @param[in,out] o      defaults, of which what was asked replaces some; all areas if none is
 * named
 * @param[in] names      area_n of them
 * @retval CM_E_ARGUMENT  unknown option or area, missing value      @retval CM_E_RANGE  a figure */
CM_MUST_CHECK cm_err bench_options_parse(struct bench_options *o, const char *const *names,
                                         size_t area_n, int argc, const char *const *argv,
                                         struct cm_diag *diag);

#endif

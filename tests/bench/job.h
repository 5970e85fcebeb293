/* A command that is run to its end and measured from outside: time, CPU of all its processes, and
 * the most memory that the first of them held, as the kernel tells while it runs. Nothing of the
 * command itself is believed.
 *     struct leg leg = {.items = 10000000};
 *     TRY(job_run(&folder, argv, &leg, &b->diag)); */
#ifndef CM_TESTS_BENCH_JOB_H
#define CM_TESTS_BENCH_JOB_H

#include "bench.h"
#include "server.h"

/** Run it in the folder, as whom the folder belongs to, with the environment that servers get.
 * @param[in]     argv  NULL at the end; argv[0] is looked for in PATH
 * @param[in,out] leg   seconds, cpu_s and peak are set; items are the caller's
 * @retval CM_E_STATE  it failed; the end of what it said is in the error     @retval CM_E_IO */
CM_MUST_CHECK cm_err job_run(const struct server *folder, const char *const *argv, struct leg *leg,
                             struct cm_diag *diag);

#endif

/* The same lines through countermarkd: what its line process and its vault cost, each as a process
 * of its own. Reference: docs/design/performance.md, "Lines". */
#ifndef CM_TESTS_BENCH_PLANT_H
#define CM_TESTS_BENCH_PLANT_H

#include "http_host.h"
#include "stand.h"

struct plant {
    struct stand stand; /* printers, workspace and session; it has no lines of its own */
    struct http_host daemon;
    pid_t line, vault;
    double line_each; /* bytes that a further line takes in the line process */
    double rate;      /* codes a second that the printers take */
};
#define PLANT_INIT                                                                                 \
    { .stand = STAND_INIT, .daemon = HTTP_HOST_NONE }

/** Start printers and daemon, and runs; wait until every line prints.
 * @retval CM_E_STATE  not every line prints after 30 s     @retval as stand_open, http_host_daemon
 */
CM_MUST_CHECK cm_err plant_open(struct plant *p, const struct stand_plan *plan, const char *scratch,
                                struct cm_diag *diag);
void plant_close(struct plant *p);
/* Let time pass; the CPU is that of the line process, or of the vault. Items are what the printers
 * take at their pace: in-process rows show that they get it. */
bench_run plant_run_line, plant_run_vault;
/* Bytes of memory a line, as a rate so that a row can show it. */
bench_run plant_run_memory;

#endif

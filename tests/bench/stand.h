/* Packaging lines for the bench, all real: a workspace with its ledger, the acts of the vault in
 * this process, the run journal on the disk to measure, loop, links and drivers; the printers are
 * the tests' emulators in a process of their own. Reference: docs/design/performance.md. */
#ifndef CM_TESTS_BENCH_STAND_H
#define CM_TESTS_BENCH_STAND_H

#include "cli/session.h"
#include "line/lines.h"
#include "meter.h"
#include "server.h"
#include "shop.h"

#define STAND_LINES_MAX 64u
#define STAND_PRINTERS  (STAND_LINES_MAX + 2u)

struct stand_plan {
    size_t lines;
    size_t spare;      /* further printers, for peers */
    uint64_t rate;     /* the printers', a minute; 0: sinks that drain as fast as they can */
    size_t window;     /* units in a printer; 0: as the driver likes it */
    uint64_t quantity; /* codes of each line's batch */
};

struct stand {
    struct shop shop;
    struct session session;
    struct server printers;
    unsigned ports[STAND_PRINTERS];
    size_t printer_n;
    struct loop *loop;
    struct lines *lines;
    struct cm_diag *diag;
};
#define STAND_INIT                                                                                 \
    { .printers = SERVER_INIT }

/** Start printers, make batches and runs, connect, and wait until every line prints.
 * @retval CM_E_STATE  a line does not come to print within 20 s     @retval as shop_open,
 * server_start, act_run; stand_close it anyway */
CM_MUST_CHECK cm_err stand_open(struct stand *s, const struct stand_plan *plan, const char *scratch,
                                struct cm_diag *diag);
void stand_close(struct stand *s);
/* Its steps, for who puts something else in the place of our loop. */
CM_MUST_CHECK cm_err stand_printers(struct stand *s, const struct stand_plan *plan,
                                    const char *scratch);
CM_MUST_CHECK cm_err stand_batches(struct stand *s, const struct stand_plan *plan);
CM_MUST_CHECK cm_err stand_start(struct stand *s, const struct stand_plan *plan, size_t i);
/* Units handed to drivers so far. */
uint64_t stand_given(const struct stand *s);
/* Stream; the ctx is a struct stand. Items are units; p99 is of readiness to bytes sent. */
bench_run stand_run;

#endif

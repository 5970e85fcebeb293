/* Runs in a world (world.h): a run of one printer, and batches that are issued as the run takes
 * them. */
#ifndef CM_TESTS_SUPPORT_WORLD_RUN_H
#define CM_TESTS_SUPPORT_WORLD_RUN_H

#include "engine/runs.h"
#include "support/world.h"

/* A batch of which nothing is issued yet. Returns its set number. */
uint32_t world_run_batch(struct world *w, uint64_t quantity);
/* A run named `name` of batch `set`, wished to run. Returns its number. */
uint32_t world_run(struct world *w, const char *name, uint32_t set);
/* Say another wish of it: "run", "pause", "stop", "closed". */
void world_run_wish(struct world *w, uint32_t run, const char *wish);
/* The next `count` serials of a set for a run, every `hole_every`-th of them no unit (0: none).
 * Returns the first. */
uint64_t world_hold(struct world *w, uint32_t run, uint32_t set, uint32_t count,
                    uint32_t hole_every);
/* One move, which must succeed; and one whose status is the answer. */
void world_move(struct world *w, uint32_t run, struct run_move move);
cm_err world_try_move(struct world *w, uint32_t run, struct run_move move, struct cm_diag *diag);
struct run_totals world_totals(struct world *w, uint32_t run);

#endif

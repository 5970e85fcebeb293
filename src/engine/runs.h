/* What the ledger knows of packaging lines: which serials a run holds and what became of them, as
 * ranges. It refuses every way back: a unit that was sent is never reserved again. Texts, printers
 * and journals of lines are not its business. Source: docs/design/runs.md, "Ledger and engine". */
#ifndef CM_ENGINE_RUNS_H
#define CM_ENGINE_RUNS_H

#include "base/spans.h"
#include "countermark/verdict.h"
#include "engine/engine.h"

/* Set, first and count of a hold are those of the range being issued. */
struct run_hold {
    uint32_t run;
    const uint32_t *holes; /* serials of the range that are no units: offsets, ascending */
    size_t hole_n;         /* at most EVENT_HOLES_MAX */
};
/** Spend serials and give them to a run: one group, durable before CM_OK and so before any of their
 * texts leaves.
 * @param[in] issue  as of engine_issue; issue->count <= EVENT_HOLD_MAX, issue->issued = count -
 *                   hole_n
 * @retval CM_E_NOT_FOUND  no such run    @retval CM_E_CONFLICT  other brand or mode than the batch
 * @retval CM_E_STATE  its wish is "stop" or "closed"; the workspace was restored
 * @retval CM_E_ARGUMENT  holes and range disagree    @retval as engine_issue */
CM_MUST_CHECK cm_err engine_run_hold(struct cm_engine *engine, const struct issue_event *issue,
                                     const struct run_hold *hold, struct cm_diag *diag);

struct run_move {
    uint32_t set;
    uint64_t first, count; /* serials; holes among them are passed over */
    enum cm_stage stage;
    enum cm_cause cause;
};
#define RUN_MOVES_MAX 65536u /* of one call */
#define RUN_SCRAP_MAX                                                                              \
    (UINT64_C(4) * EVENT_SCRAP_MAX) /* serials to rejected or void in one call                     \
                                     */
/** Say what became of units, all or nothing, in order; one group. What stands there already writes
 * nothing and keeps its first cause: the same report twice changes nothing.
 * To CM_STAGE_REJECTED and CM_STAGE_VOID: the units become void, unless used up before.
 * @param[in] actor  registry number of the caller's API key; 0 = the operator, a line
 * @retval CM_E_CONFLICT  cm_stage_may says no: the diag names the serial
 * @retval CM_E_NOT_FOUND  no such run, or it does not hold them all
 * @retval CM_E_ARGUMENT  an empty range, no such stage or cause, stage reserved
 * @retval CM_E_LIMIT  more than RUN_MOVES_MAX or RUN_SCRAP_MAX
 * @retval CM_E_STATE (restored), CM_E_DEAD, CM_E_NO_SPACE, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err engine_run_move(struct cm_engine *engine, uint32_t run, uint32_t actor,
                                     const struct run_move *moves, size_t n, struct cm_diag *diag);
/** The same from a line, which tells late, twice and in its own order: where the ledger knows more
 * already (a camera or an operator was quicker, the same was reported before) it stays as it is.
 * What a camera read good stays good.
 * @param[out] contradicted  units of which the line says what cannot be true as well; may be NULL
 * @retval as engine_run_move, but never CM_E_CONFLICT */
CM_MUST_CHECK cm_err engine_run_report(struct cm_engine *engine, uint32_t run, uint32_t actor,
                                       const struct run_move *moves, size_t n,
                                       uint64_t *contradicted, struct cm_diag *diag);

/* Move every unit that stands in some stages, however many, in groups of bounded size: what was
 * done stays done when it fails, and asking again goes on. */
#define RUN_FROM(stage) (1u << (unsigned)(stage))
struct run_sweep {
    unsigned from; /* RUN_FROM(CM_STAGE_SENT) | ... */
    enum cm_stage stage;
    enum cm_cause cause;
    /* Only units up to and including (set, serial) in the order of sending, or only those behind.
     */
    enum { SWEEP_ALL, SWEEP_UP_TO, SWEEP_BEHIND } part;
    uint32_t set;
    uint64_t serial;
};
/** @param[out] units  moved by this call; may be NULL; written on error, too
 * @retval as engine_run_move, and CM_E_NOT_FOUND  part names a serial that it does not hold */
CM_MUST_CHECK cm_err engine_run_sweep(struct cm_engine *engine, uint32_t run, uint32_t actor,
                                      const struct run_sweep *sweep, uint64_t *units,
                                      struct cm_diag *diag);
/** How many units a sweep would move. Nothing is changed. @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err engine_run_sweep_count(struct cm_engine *engine, uint32_t run,
                                            const struct run_sweep *sweep, uint64_t *units,
                                            struct cm_diag *diag);

struct run_totals {
    uint64_t units[CM_STAGE_N], causes[CM_CAUSE_N]; /* as they stand */
    uint64_t reserved_total;                        /* units that it was ever given */
    uint64_t sent_total; /* not reserved, and not void as CM_CAUSE_RETURNED */
    uint64_t used;       /* rejected or void units that had been redeemed before */
};
/** Units, holes not counted. @retval CM_E_NOT_FOUND  no such run */
CM_MUST_CHECK cm_err engine_run_totals(struct cm_engine *engine, uint32_t run,
                                       struct run_totals *out);

/** Every span of a run in the order of sending: batch after batch as they were first held, serials
 * ascending. Whole batches are copied before they are visited: `visit` may call the engine.
 * @param units  of the span, holes not counted
 * @retval CM_E_NOT_FOUND  no such run     @retval CM_E_NO_MEMORY, or what visit returned */
typedef cm_err run_visit(void *ctx, const struct span *span, uint64_t units);
CM_MUST_CHECK cm_err engine_run_spans(struct cm_engine *engine, uint32_t run, run_visit *visit,
                                      void *ctx);
/** Offsets from `first` of the serials in a range that the run holds and that are no units.
 * @param[out] n  of them; more than cap: the first cap are told
 * @retval CM_E_NOT_FOUND  no such run, or it holds nothing of the set */
CM_MUST_CHECK cm_err engine_run_holes(struct cm_engine *engine, uint32_t run, uint32_t set,
                                      uint64_t first, uint64_t count, uint32_t *out, size_t cap,
                                      size_t *n);
/** The run that holds a serial, and the span it stands in.
 * @retval CM_E_NOT_FOUND  none does, or it is a hole */
CM_MUST_CHECK cm_err engine_run_of(struct cm_engine *engine, uint32_t set, uint64_t serial,
                                   uint32_t *run, struct span *out);

/* A text read on a line, and the unit it names. */
struct found_unit {
    enum cm_verdict verdict; /* CM_V_ACCEPTED: set and serial are told; else why there is none */
    uint32_t set;
    uint64_t serial;
};
/** Open texts through the schemes of the batches that a run holds. Whether the unit was issued, is
 * of this run, or was redeemed is not asked.
 * @retval CM_E_NOT_FOUND  no such run    @retval CM_E_CRYPTO, CM_E_NO_MEMORY, CM_E_LIMIT (schemes)
 */
CM_MUST_CHECK cm_err engine_run_find(struct cm_engine *engine, uint32_t run,
                                     const struct cm_slice *codes, size_t n,
                                     struct found_unit *out);

#endif

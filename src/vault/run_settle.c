/* The operator's word on a run's units: the last good code after a jam, and the rule "only good" at
 * the close. Reference: run_verify.h; docs/design/runs.md, "Verification". */
#include <stdio.h>

#include "base/macros.h"
#include "vault/run_verify.h"

#define JAM_FROM (RUN_FROM(CM_STAGE_SENT) | RUN_FROM(CM_STAGE_UNKNOWN))

/* ---- The last good code --------------------------------------------------------------------- */

struct state_read {
    uint32_t run;
    struct cm_diag *diag;
};

static cm_err read_settleable(void *ctx, const struct registry *r) {
    const struct state_read *s = ctx;
    const struct run_entry *run = registry_run(r, s->run);
    if (run == NULL)
        return diag_fail(s->diag, CM_E_NOT_FOUND, "run", NULL,
                         "list them with 'countermark run list'", "no run has number %u", s->run);
    if (run->wish == WISH_RUN)
        return diag_fail(s->diag, CM_E_STATE, run->name, NULL,
                         "pause it first, and wait until the line stands",
                         "the run is streaming: what is behind the last good code changes yet");
    if (run->wish == WISH_CLOSED)
        return diag_fail(s->diag, CM_E_STATE, run->name, NULL, NULL,
                         "the run is closed: its report stands");
    return CM_OK;
}

static cm_err tell_unknown(enum cm_verdict verdict, struct cm_diag *diag) {
    const char *what = verdict == CM_V_TYPING_ERROR    ? "it is mistyped or misread"
                       : verdict == CM_V_UNKNOWN_BATCH ? "its batch is not known here"
                                                       : "it is no code of this run's scheme";
    return diag_fail(diag, CM_E_NOT_FOUND, "last good code", NULL,
                     "scan the last good product once more, or type its code", "%s", what);
}

/* What stands of the unit that the operator holds in the hand. */
static cm_err check_unit(struct cm_engine *engine, uint32_t run, const struct found_unit *unit,
                         struct cm_diag *diag) {
    uint32_t of = 0;
    struct span span;
    const cm_err err = engine_run_of(engine, unit->set, unit->serial, &of, &span);
    if (err != CM_OK && err != CM_E_NOT_FOUND) return err;
    if (err == CM_E_NOT_FOUND || of != run)
        return diag_fail(diag, CM_E_NOT_FOUND, "last good code", NULL, "take a product of this run",
                         "the code is ours, but not of this run");
    if (span.stage == CM_STAGE_RESERVED)
        return diag_fail(diag, CM_E_CONFLICT, "last good code", NULL,
                         "take the last product that came out before the jam",
                         "the unit was never sent to the printer");
    if (span.stage != CM_STAGE_VOID && span.stage != CM_STAGE_REJECTED) return CM_OK;
    return diag_fail(diag, CM_E_CONFLICT, "last good code", NULL,
                     "throw this product out, and take the last good one before it",
                     "the unit is %s (%s): its code is worthless",
                     cm_stage_name((enum cm_stage)span.stage),
                     cm_cause_name((enum cm_cause)span.cause));
}

cm_err run_find_last_good(struct cm_engine *engine, uint32_t run, struct cm_slice code,
                          struct run_settled *out, struct cm_diag *diag) {
    struct state_read state = {.run = run, .diag = diag};
    struct found_unit unit;
    TRY(engine_read(engine, read_settleable, &state));
    TRY(engine_run_find(engine, run, &code, 1, &unit));
    if (unit.verdict != CM_V_ACCEPTED) return tell_unknown(unit.verdict, diag);
    TRY(check_unit(engine, run, &unit, diag));
    *out = (struct run_settled){.set = unit.set, .serial = unit.serial};
    return CM_OK;
}

cm_err run_settle_last_good(struct cm_engine *engine, uint32_t run, uint32_t actor,
                            struct run_settled *settled, struct cm_diag *diag) {
    struct run_sweep sweep = {.from = JAM_FROM,
                              .stage = CM_STAGE_PRINTED,
                              .cause = CM_CAUSE_OPERATOR,
                              .part = SWEEP_UP_TO,
                              .set = settled->set,
                              .serial = settled->serial};
    struct run_settled done = *settled;
    TRY(engine_run_sweep(engine, run, actor, &sweep, &done.printed, diag));
    sweep.stage = CM_STAGE_VOID;
    sweep.part = SWEEP_BEHIND;
    TRY(engine_run_sweep(engine, run, actor, &sweep, &done.voided, diag));
    *settled = done;
    return CM_OK;
}

/* ---- Only good ------------------------------------------------------------------------------ */

static const struct run_sweep only_good = {
    .from = RUN_FROM(CM_STAGE_SENT) | RUN_FROM(CM_STAGE_PRINTED) | RUN_FROM(CM_STAGE_UNKNOWN),
    .stage = CM_STAGE_VOID,
    .cause = CM_CAUSE_RULE};

cm_err run_only_good_count(struct cm_engine *engine, uint32_t run, struct run_kill *out,
                           struct cm_diag *diag) {
    struct run_totals totals;
    struct run_kill kill = {0};
    TRY(engine_run_sweep_count(engine, run, &only_good, &kill.killed, diag));
    TRY(engine_run_totals(engine, run, &totals));
    kill.verified = totals.units[CM_STAGE_GOOD];
    *out = kill;
    return CM_OK;
}

cm_err run_only_good(struct cm_engine *engine, uint32_t run, uint32_t actor, uint64_t confirmed,
                     struct run_kill *out, struct cm_diag *diag) {
    struct run_kill kill;
    TRY(run_only_good_count(engine, run, &kill, diag));
    if (kill.verified == 0)
        return diag_fail(diag, CM_E_STATE, "run", "rule", "close it under the default rule",
                         "no camera verified this run: the rule would kill every code of it");
    if (kill.killed != confirmed)
        return diag_fail(diag, CM_E_CONFLICT, "run", "confirm", "give this number to confirm it",
                         "the rule would make %llu codes worthless, %llu were good",
                         (unsigned long long)kill.killed, (unsigned long long)kill.verified);
    TRY(engine_run_sweep(engine, run, actor, &only_good, &kill.killed, diag));
    *out = kill;
    return CM_OK;
}

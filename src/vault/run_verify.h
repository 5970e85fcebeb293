/* What a camera or a hand scanner on a line says of a run's units, and the operator's "last good
 * code" after a jam. Reads come in arrays, in the order in which the units passed; what they settle
 * goes to the ledger as ranges. It guesses nothing: a unit that nobody read stays as it is.
 * Texts are borrowed for the call and never kept. Source: docs/design/runs.md, "Verification". */
#ifndef CM_VAULT_RUN_VERIFY_H
#define CM_VAULT_RUN_VERIFY_H

#include "engine/runs.h"
#include "vault/run_feed.h"

/* What the camera saw. */
enum read_kind {
    READ_CODE, /* a code, printed well */
    READ_BAD,  /* a code, legible but graded as bad: the unit is thrown out */
    READ_NONE  /* nothing legible */
};
struct run_read {
    enum read_kind kind;
    struct cm_slice code; /* of READ_CODE and READ_BAD */
};

struct run_verify_options {
    uint32_t run, actor;
    /* The line ejects what it cannot read: where exactly one unit is missing between two reads,
     * and exactly one product between them could not be read, that unit is rejected. */
    bool no_read_rejects;
};
#define RUN_READS_MAX 16384u /* of one call; our choice */

/** Judge reads and journal what they settle (good and rejected, cause camera); all or nothing.
 * @param[in,out] feed  advanced when CM_OK, untouched on error
 * @param[out] out  n verdicts
 * @retval CM_E_NOT_FOUND  no such run   @retval CM_E_LIMIT  n > RUN_READS_MAX
 * @retval CM_E_STATE  the run is closed, or the workspace restored
 * @retval CM_E_CRYPTO, CM_E_NO_MEMORY, CM_E_NO_SPACE, CM_E_DEAD */
CM_MUST_CHECK cm_err run_verify_lines(struct cm_engine *engine,
                                      const struct run_verify_options *options,
                                      struct run_feed *feed, const struct run_read *reads, size_t n,
                                      enum read_verdict *out, struct cm_diag *diag);

/* What "last good code" settled. */
struct run_settled {
    uint32_t set;
    uint64_t serial; /* of the last good unit */
    uint64_t printed, voided;
};
/** After a jam: whether this can be the last good code of the run. Changes nothing.
 * @param[out] out  its unit
 * @retval CM_E_NOT_FOUND  not a code of this run: the diag says what it is
 * @retval CM_E_CONFLICT   the unit was never sent, or is void or rejected
 * @retval CM_E_STATE      the run is streaming or closed: pause it first */
CM_MUST_CHECK cm_err run_find_last_good(struct cm_engine *engine, uint32_t run,
                                        struct cm_slice code, struct run_settled *out,
                                        struct cm_diag *diag);
/** Units sent up to and including the one that was found are printed, those behind are void (cause
 * operator); what a camera or the printer proved already stays.
 * @param[in,out] settled  of run_find_last_good; its counts are set
 * @retval as engine_run_move */
CM_MUST_CHECK cm_err run_settle_last_good(struct cm_engine *engine, uint32_t run, uint32_t actor,
                                          struct run_settled *settled, struct cm_diag *diag);

/* The rule "only good" at a run's close: units that no camera read become void (cause rule). */
struct run_kill {
    uint64_t killed;   /* sent, printed or unknown */
    uint64_t verified; /* good: 0 means that no camera verified the run, and the rule is refused */
};
/** How many it would kill; nothing changes. @retval CM_E_NOT_FOUND */
CM_MUST_CHECK cm_err run_only_good_count(struct cm_engine *engine, uint32_t run,
                                         struct run_kill *out, struct cm_diag *diag);
/** Kill them, if they are as many as `confirmed` says.
 * @retval CM_E_STATE     nothing was read good in this run
 * @retval CM_E_CONFLICT  another number by now: the diag says which
 * @retval as engine_run_sweep */
CM_MUST_CHECK cm_err run_only_good(struct cm_engine *engine, uint32_t run, uint32_t actor,
                                   uint64_t confirmed, struct run_kill *out, struct cm_diag *diag);

#endif

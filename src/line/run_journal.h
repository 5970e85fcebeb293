/* The run journal: what a line process may have sent, unit by unit, in one append-only file for all
 * of its runs. It is the fine end of the ledger: the ledger knows which serials a run holds, this
 * file which of them never left. Units are journaled as sent, written and synced, BEFORE their
 * bytes leave; what is journaled as sent can never be journaled as sent again.
 *
 * It holds no texts of codes. It refuses: a second process in the folder, a transition that would
 * send a unit twice, and a file whose damage is not a torn last group (set aside: what it knew is
 * lost, and the host calls it unknown). Byte table: docs/design/runs.md, "Run journal". */
#ifndef CM_LINE_RUN_JOURNAL_H
#define CM_LINE_RUN_JOURNAL_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"
#include "base/macros.h"
#include "base/spans.h"
#include "line/driver.h"

#define RUN_JOURNAL_NAME     "journal"
#define RUN_JOURNAL_LOCK     "journal.lock"
#define RUN_JOURNAL_ASIDE    "journal.damaged"
#define RUN_JOURNAL_FILE_LEN 4194304u /* bytes prepared; full, a snapshot begins the next file */
#define RUN_MEMORY_MAX       64u      /* bytes that a driver remembers; driver.h */
#define RUN_IDENTITY_MAX     64u      /* bytes that name workspace and epoch */

/* Beside enum cm_stage, in spans of this file: a serial that is no unit. */
#define RUN_STAGE_HOLE CM_STAGE_N

/* What is known of one run. Settled spans stand until run_journal_forget. */
struct run_past {
    uint32_t run;
    struct spans spans; /* reserved, hole, sent, settled */
    uint32_t *sets;     /* in the order in which they were first held: the order of sending */
    size_t set_n, set_cap;
    uint8_t memory[RUN_MEMORY_MAX];
    size_t memory_len;
    uint64_t cleared; /* run_journal_cleared */
};

enum run_journal_found {
    RUN_JOURNAL_NEW,     /* no file was there */
    RUN_JOURNAL_WHOLE,   /* read to its end; a torn last group was cut */
    RUN_JOURNAL_DAMAGED, /* set aside as RUN_JOURNAL_ASIDE */
    RUN_JOURNAL_FOREIGN  /* of another workspace or epoch: set aside likewise */
};

struct run_journal;

/** Take the folder's lock and read its journal.
 * @param[in]  folder  path, made by the caller
 * @param[out] found   what was there; a loud line in the log tells of damage
 * @retval CM_E_BUSY   another process has it (diag: which)
 * @retval CM_E_NOT_FOUND  no such folder     @retval CM_E_VERSION  a newer format: untouched
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_NO_MEMORY, CM_E_DENIED */
CM_MUST_CHECK cm_err run_journal_open(const char *folder, struct run_journal **out,
                                      enum run_journal_found *found, struct cm_diag *diag);
/* What is pending is not written. */
void run_journal_close(struct run_journal *j);
void run_journal_closep(struct run_journal **j);

/** Bind the journal to a workspace and epoch: with another identity than it has, everything it
 * knows is set aside.
 * @param[in] identity  1..RUN_IDENTITY_MAX bytes      @retval CM_E_RANGE  another length
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_bind(struct run_journal *j, struct cm_slice identity,
                                      enum run_journal_found *found);

/* What is known of a run, or NULL: then this journal never had it. Valid until the run is dropped.
 */
const struct run_past *run_journal_past(const struct run_journal *j, uint32_t run);

/* ---- Appending: applied at once, written by the next commit. On error nothing is applied. */

/** The run begins here; known already: nothing is written. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_begin(struct run_journal *j, uint32_t run);
/** Units are given to the run. @param[in] holes  offsets from first, ascending
 * @retval CM_E_CONFLICT   some serial is known already     @retval CM_E_RANGE  count, holes
 * @retval CM_E_NOT_FOUND  the run was not begun            @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_hold(struct run_journal *j, uint32_t run, uint32_t set,
                                      uint64_t first, uint64_t count, const uint32_t *holes,
                                      size_t hole_n);
/** Units will be sent once this is committed.
 * @retval CM_E_CONFLICT  a serial is neither reserved nor a hole: it must never be sent (again)
 * @retval CM_E_RANGE     count is 0     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_sent(struct run_journal *j, uint32_t run, uint32_t set,
                                      uint64_t first, uint64_t count);
/** Units are settled: stage is behind sent. Reserved ones may go to void or unknown only; serials
 * that the journal does not know may be settled too (a lost journal's).
 * @retval CM_E_CONFLICT  settled already with another stage     @retval CM_E_NO_MEMORY
 * @retval CM_E_RANGE     count is 0, or not a settled stage */
CM_MUST_CHECK cm_err run_journal_fate(struct run_journal *j, uint32_t run, const struct span *fate);
/** The ledger has these; settled spans among them are dropped, others stay.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_forget(struct run_journal *j, uint32_t run,
                                        const struct span *span);
/** What the run's driver needs in another life; the same bytes as before write nothing.
 * @retval CM_E_RANGE  longer than RUN_MEMORY_MAX     @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_memory(struct run_journal *j, uint32_t run,
                                        struct cm_slice memory);
/** The printer has let go of what was given up, the n-th time that an operator settled a jam; the
 * same number as before writes nothing. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_cleared(struct run_journal *j, uint32_t run, uint64_t n);
/** The run is closed: nothing of it is needed any more. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_journal_drop(struct run_journal *j, uint32_t run);

/* Whether records wait to be written, and whether one of them must be synced before anything
 * leaves (a unit journaled as sent). */
bool run_journal_is_pending(const struct run_journal *j);
bool run_journal_is_urgent(const struct run_journal *j);
/** Write what is pending as one group and sync it.
 * @retval CM_E_NO_SPACE, CM_E_IO  not durable: nothing may leave; what is pending stays so and the
 *                                 next commit tries again (after a failed sync in a new file) */
CM_MUST_CHECK cm_err run_journal_commit(struct run_journal *j);
/* Groups synced since it was opened. */
uint64_t run_journal_commits(const struct run_journal *j);

#endif

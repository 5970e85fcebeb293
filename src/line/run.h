/* One run: units of its batches to one printer, each at most once. Sans I/O like its driver; the
 * host (lines.h) brings time, bytes, texts and the journal's commits.
 *
 *     run_collect(r, now)     at the end of a turn: fates are journaled, and the units that may go
 *     ... run_journal_commit  one for all runs
 *     run_give(r, now)        only after it: the driver has their bytes; link_write(run_out(r))
 *
 * A unit goes to the driver only if the journal has just moved it from reserved to sent. Fates and
 * stages: docs/design/runs.md. It refuses texts that its language cannot say: the unit is void, and
 * the run waits for the operator, since the next one would go the same way. One thread. */
#ifndef CM_LINE_RUN_H
#define CM_LINE_RUN_H

#include <stdbool.h>

#include "doc/json.h"
#include "doc/json_write.h"
#include "line/fields.h"
#include "line/run_document.h"
#include "line/run_journal.h"

#define RUN_STATE_CAP 40u
#define RUN_ERROR_CAP 160u
#define RUN_TAKE_MAX  16384u /* units of one line.take */

/* Both clocks: monotonic for waits, the wall's for production days. */
struct run_now {
    uint64_t us, wall_ms;
};

struct run_options {
    const struct run_document *document; /* read for the call */
    const struct driver_options *driver; /* of run_document_driver */
    struct run_journal *journal;         /* borrowed for life */
};

struct run;

/** Make a run: known to the journal, or begun there.
 * @param[in] held  the run's object of the pushed list: "reserved" and "sent" are what the ledger
 *                  thinks it has; what the journal cannot account for is settled (runs.md)
 * @retval as driver_new      @retval CM_E_FORMAT  held is no such object      @retval
 * CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_new(const struct run_options *o, struct json_value held,
                             struct run_now now, struct run **out, struct cm_diag *diag);
/* Texts are wiped. Neither the journal nor the printer is told anything. */
void run_free(struct run *r);

/* ---- What comes in */

void run_up(struct run *r, struct run_now now);
void run_down(struct run *r, const char *words, struct run_now now);
void run_heard(struct run *r, struct cm_slice bytes, struct run_now now);
/* A camera saw so many products pass; whether that means something is the language's to say. */
void run_passed(struct run *r, uint64_t n, struct run_now now);
void run_left(struct run *r, size_t len, struct run_now now);
/* The document as pushed anew: wish and why count, "resumed" and "settled" (numbers that grow).
 * After a jam was settled the printer is cleared, and what is in flight is left to the ledger. */
void run_told(struct run *r, const struct run_document *d, struct run_now now);
/* No new units from here on; what is in flight settles or stays for the next life. */
void run_rest(struct run *r);
/* The journal cannot be written, or can again. */
void run_blocked(struct run *r, cm_err err);

/* A question for line.take or line.again. */
struct run_ask {
    bool again;
    uint32_t set;
    uint64_t first;
    uint32_t count;
    uint64_t waiting; /* units that it has, or has asked for, and has not sent */
};
/** What the run would like to ask now. @return false: nothing. Each true is answered by run_answer
 * or run_unanswered. */
bool run_asks(struct run *r, struct run_now now, struct run_ask *out);
/** Units came (line.take, line.again): journaled as held, texts kept until they are sent.
 * @retval CM_E_FORMAT  not what was asked for: nothing is taken, the run reports it
 * @retval CM_E_NO_MEMORY, CM_E_CONFLICT, CM_E_RANGE */
CM_MUST_CHECK cm_err run_answer(struct run *r, const struct run_ask *ask, struct json_value answer,
                                struct run_now now);
/* No answer, or a no: asked again after a growing while; units of an earlier life that the ledger
 * does not hold as reserved any more are given up. words are for people. */
void run_unanswered(struct run *r, const struct run_ask *ask, cm_err err, const char *words,
                    struct run_now now);

/* ---- The end of a turn */

/* Journal fates and what may be sent now. Returns how many units wait for the commit. */
size_t run_collect(struct run *r, struct run_now now);
void run_give(struct run *r, struct run_now now);
struct cm_slice run_out(const struct run *r);
/* The link looks dead and should be cut; true once a wish. */
bool run_wants_cut(struct run *r);
/* When run_collect has something to do, UINT64_MAX: when something happens. */
uint64_t run_wakes_us(const struct run *r, struct run_now now);

/* ---- Reports */

/* Whether the ledger should hear now: enough units settled, long enough ago, or the state changed.
 */
bool run_report_due(const struct run *r, struct run_now now);
/* Write the run's object of line.report; what it tells is remembered until its answer.
 * @param[in] durable  the journal has committed all of its fates: only then are they told, lest
 *                     another life tell the ledger something else */
void run_report(struct run *r, bool durable, struct json_writer *w, struct run_now now);
/* Its answer: on CM_OK the ledger has what was told. What it refuses for good (conflict, not found)
 * is told alone next time, and then given up with a word to the operator; anything else is told
 * again. */
void run_reported(struct run *r, cm_err err, struct run_now now);
/* Nothing is in flight, and the ledger knows all that became of its units. */
bool run_is_told(const struct run *r);
/* Whether its next report should travel alone. */
bool run_is_cautious(const struct run *r);

struct run_view {
    uint32_t number;
    const char *name; /* borrowed from the run */
    char state[RUN_STATE_CAP];
    char words[REPORT_WORDS_CAP];
    char error[RUN_ERROR_CAP];                 /* the last one */
    uint64_t given, printed, unknown, voided;  /* units of this life */
    uint64_t waiting, in_flight, window, rate; /* rate: measured, units a minute */
    uint64_t duplicates;
    bool attention, done, settled; /* done: reported to its end; settled: nothing in flight */
};
void run_view(const struct run *r, struct run_now now, struct run_view *out);

#endif

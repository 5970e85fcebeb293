/* All runs of one line process over one loop: printers, journal and supply brought together.
 *
 * At the end of each turn of the loop: what every run wants to send is journaled as sent, with ONE
 * write and ONE fdatasync for all of them; then the drivers get the units and the links their
 * bytes. A printer that is slow, dead or mad waits in its own memory and slows nobody.
 * It refuses a folder that another process works in. Design: docs/design/runs.md. One thread. */
#ifndef CM_LINE_LINES_H
#define CM_LINE_LINES_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/diag.h"
#include "line/loop.h"
#include "line/run.h"
#include "line/supply.h"

struct lines;

struct lines_options {
    struct loop *loop;         /* borrowed; its end-of-turn hook becomes ours */
    const char *folder;        /* of the run journal, made by the caller with mode 0700 */
    const char *files;         /* where `file:` printers without a slash in front lie */
    struct clock_source clock; /* the wall's: when production days roll */
    struct supply *supply;     /* consumed, also on error */
    uint64_t seed;             /* of the jitter between two tries to connect */
    /* A run's state as people see it has changed; for a log. May be NULL. */
    void (*changed)(void *ctx, const struct run_view *view);
    void *ctx;
};

/** Open the journal of the folder and join the supply.
 * @retval CM_E_BUSY  another process streams from this folder
 * @retval CM_E_NO_SPACE, CM_E_IO, CM_E_NO_MEMORY, CM_E_NOT_FOUND (the folder)
 * A damaged journal is set aside, with a loud line in the log: what it knew is unknown. */
CM_MUST_CHECK cm_err lines_new(const struct lines_options *o, struct lines **out,
                               struct cm_diag *diag);
/* Links are cut; what is in flight stays in the journal for the next life. */
void lines_free(struct lines *l);
void lines_freep(struct lines **l);

/* ---- From the supply */

/* The runs of this process, as pushed (FRAME_RUNS): JSON {"runs":[...]}, the whole list, and maybe
 * "workspace": a text that is another one for another workspace or epoch. Runs are
 * made, told their wish, or ended. A list that cannot be read changes nothing and is logged. */
void lines_runs(struct lines *l, struct cm_slice json);
/* The answer to a question of ours; result is JSON and may hold codes: it is not kept. Unknown
 * tokens are passed over. @param[in] diag  may be NULL */
void lines_answer(struct lines *l, uint32_t token, cm_err err, struct cm_slice result,
                  const struct cm_diag *diag);

/* ---- From the process */

/* No new units from here on (SIGTERM, Ctrl-C): printers keep what they have, and at most settle_ms
 * go by until what is in flight has settled and was reported. */
void lines_stop(struct lines *l, uint64_t settle_ms);
/* True when that stop has come to its end. */
bool lines_ended(const struct lines *l);
/* Every run that there is has ended by itself or was stopped, and the ledger knows all of it. */
bool lines_done(const struct lines *l);
size_t lines_n(const struct lines *l);
/* How the i-th run stands. */
void lines_view(const struct lines *l, size_t i, struct run_view *out);
/* How long units waited between a line's readiness (its printer has room, the rate allows it) and
 * their bytes being handed to the system: the bound below which this share of all sendings stayed,
 * in microseconds, since the start or since lines_delay_clear. 0: nothing was sent. */
uint64_t lines_delay_us(const struct lines *l, double share);
void lines_delay_clear(struct lines *l);
/* Groups written and synced since the start, for the bench. */
uint64_t lines_commits(const struct lines *l);

#endif

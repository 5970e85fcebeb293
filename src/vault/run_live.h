/* What line processes told of their runs last: state, words, rate, what is in flight. It is lost
 * with the process, and nothing that a printer did hangs on it: that is in the ledger. One thread.
 * Design: docs/design/runs.md, "Acts". */
#ifndef CM_VAULT_RUN_LIVE_H
#define CM_VAULT_RUN_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/macros.h"
#include "vault/run_feed.h"

#define LIVE_WORDS_CAP 96u /* bytes of words for people with their NUL; a longer text is cut */
/* Counts and times of one life of a line, and their sums: more is taken for this, lest a hostile
 * one make numbers that no run document takes, and the run could not even be stopped. Exact in
 * every reader of JSON. */
#define LIVE_COUNT_MAX ((uint64_t)1 << 53)
#define LIVE_CAUSES    16u /* of standing still; further ones count as the last */

struct live_down {
    char cause[32];
    uint64_t ms, before_ms; /* in this life of the line, and in those before */
};

struct live_row {
    uint32_t run;
    char state[32], words[LIVE_WORDS_CAP], error[LIVE_WORDS_CAP];
    uint64_t in_flight, window, rate;       /* units, units, units a minute */
    uint64_t duplicates, duplicates_before; /* copies in this life of the line, and in others */
    uint64_t reported_ms;
    uint64_t saved_ms; /* when duplicates and down went into the run document */
    struct live_down down[LIVE_CAUSES];
    size_t down_n;
    struct run_feed feed; /* of its camera; counts are those since reads_saved_ms */
    uint64_t reads_saved_ms;
    uint64_t passed; /* products that its camera saw pass, legible or not */
    bool told;       /* the line that is connected spoke of it */
    bool attention;
    bool alarm; /* a camera saw a copy, or a code that must not be there; until a resume */
    bool done;  /* the line has settled all it had and sends no more */
};

struct run_live {
    struct live_row *rows; /* owned; ascending by run */
    size_t n, cap;
    uint32_t lines; /* line processes that are connected */
};
#define RUN_LIVE_INIT                                                                              \
    { NULL, 0, 0, 0 }

void run_live_wipe(struct run_live *l);
/* The row of a run, or NULL. */
struct live_row *run_live_find(const struct run_live *l, uint32_t run);
/** The row of a run, an empty one if there was none; valid until the next call.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_live_row(struct run_live *l, uint32_t run, struct live_row **out);
/* Forget a run that was closed. */
void run_live_drop(struct run_live *l, uint32_t run);
/* The row's entry of a cause of standing still. */
struct live_down *run_live_down(struct live_row *row, struct cm_slice cause);
/* What was counted before and now together, LIVE_COUNT_MAX at most. */
uint64_t run_live_sum(uint64_t before, uint64_t now);
/* A line process came or went. Without any, what was told is not true any more, except that what
 * was counted stays counted. */
void run_live_came(struct run_live *l);
void run_live_went(struct run_live *l);

#endif

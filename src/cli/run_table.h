/* Runs as lines for a terminal of any width: a head, one line a run, and below it what the printer
 * or the operator should know. Pure: JSON in, lines out. It never shows a code: run records hold
 * none. Words of printers are made harmless (plain.h). */
#ifndef CM_CLI_RUN_TABLE_H
#define CM_CLI_RUN_TABLE_H

#include "base/buffer.h"
#include "doc/json.h"

#define RUN_TABLE_COLUMNS_MIN 20u
#define RUN_TABLE_COLUMNS     80u /* of a pipe, and of a terminal that does not tell */

struct run_window {
    size_t columns;
    size_t rows;      /* lines at most; the last says how many runs are not shown. 0: all */
    uint64_t time_ms; /* for the title; 0: no title */
    bool open_only;   /* closed runs are left out */
};

/** The runs of {"runs":[...]} as lines, each ended by a line end, none wider than columns.
 * @retval CM_E_FORMAT  not that shape      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err run_table(struct cm_slice runs, const struct run_window *view,
                               struct buffer *out, struct cm_diag *diag);

/* What of a run is worth a line in a log: its state, words, wish, sums that should stay zero. */
#define RUN_NEWS_CAP 512u
struct run_news {
    uint64_t number;
    char mark[RUN_NEWS_CAP]; /* what was said of it last; empty: nothing yet */
};
/** One run as one plain line, when what it says differs from `news`, which is then renewed.
 * @param[in] json  as a line of JSON instead
 * @retval as run_table */
CM_MUST_CHECK cm_err run_news_line(struct json_value run, struct run_news *news, bool json,
                                   uint64_t now_ms, struct buffer *out);
/* A run's text member, or "". */
struct cm_slice run_record_text(struct json_value run, const char *key);
/* A run's count, or 0. */
uint64_t run_record_count(struct json_value run, const char *key);
/* Whether nothing more will happen without an operator: done or closed. */
bool run_record_over(struct json_value run);

#endif

/* Between lines.c (turns), lines_runs.c (which runs there are) and lines_ask.c (questions and
 * reports). Reference: lines.h. */
#ifndef CM_LINE_LINES_INSIDE_H
#define CM_LINE_LINES_INSIDE_H

#include "line/lines.h"
#include "line/link.h"

#define DELAY_STEP_US 50u
#define DELAY_STEPS   200u /* the last one counts all that took longer */

/* One run and its way to the printer. */
struct line {
    struct lines *host;
    uint32_t number;
    char name[RUN_NAME_CAP];
    struct run *run;         /* NULL: it could not be made, error says why */
    struct link *link;       /* NULL: it needs none (any more) */
    struct loop_timer wakes; /* when the run has something to do */
    struct line *next_touched, *next_giving;
    uint64_t passed;   /* products that its camera saw, as last told */
    bool passed_known; /* told once in this life: what came before is not counted */
    uint64_t ready_us; /* of the units that wait for the commit; 0: none */
    bool touched, giving;
    bool looked;     /* in this turn: it may have something to ask */
    bool listed;     /* in the list that is being read */
    bool told;       /* of one that could not be made: the vault knows why */
    uint32_t report; /* token of the report that has it, 0: none */
    char error[RUN_ERROR_CAP];
    /* state, words and last error as last shown */
    char shown[RUN_STATE_CAP + REPORT_WORDS_CAP + RUN_ERROR_CAP];
};

/* A question under way. */
struct question {
    uint32_t token;
    uint32_t number; /* of the run; 0: a report */
    struct run_ask ask;
};

struct lines {
    struct lines_options o;
    struct run_journal *journal;
    struct resolver *resolver;
    struct line **all;
    size_t n, cap;
    struct line *touched, *giving;
    struct loop_timer tick, commit;
    uint64_t committed_us; /* the last try */
    cm_err blocked;        /* of the last commit */
    uint64_t lazy_us;      /* since when something waits that need not be synced at once */
    struct question *questions;
    size_t question_n, question_cap;
    uint32_t token;
    uint32_t report;              /* token of the one under way */
    struct buffer json;           /* of questions and reports */
    uint64_t delays[DELAY_STEPS]; /* sendings by how long they waited */
    bool stopping;
    uint64_t stop_us;
};

/* ---- lines.c */
struct run_now lines_now(const struct lines *l);
/* It is looked at when the turn ends. */
void lines_touch(struct line *line);
/* Commit what is pending; whether all is durable then. */
bool lines_durable(struct lines *l);
void line_free(struct line *line);
struct line *lines_find(const struct lines *l, uint32_t number);
void line_view(const struct line *line, struct run_view *out);

/* ---- lines_ask.c */
/* Let a run ask for what it needs. */
void lines_ask_for(struct line *line);
/* One report of all runs that have something to say, unless one is under way. */
void lines_report(struct lines *l);

#endif

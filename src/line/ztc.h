/* The ZTC driver's inside: ztc.c speaks and hears, ztc_judge.c says what became of the records.
 * References as in ztc.c. */
#ifndef CM_LINE_ZTC_H
#define CM_LINE_ZTC_H

#include "line/kinds.h"

#define MESSAGE_MAX 128u
#define HEADER_CAP  512u

enum {
    ASK_FLUSH = ASK_OWN,
    ASK_QUIET,
    ASK_STATE,
    ASK_FAULTS,
    ASK_HALT,
    ASK_SELECT,
    ASK_CLEAR,
    ASK_HEADER,
    ASK_RUN,
    ASK_PRINTED,
    ASK_PRINTED_AGAIN,
    ASK_LEFT,
    ASK_NEXT,
    ASK_COUNTS,
    ASK_LAST
};

struct ztc {
    char message[MESSAGE_MAX]; /* the job in the printer, or empty: the one that is selected */
    char header[HEADER_CAP];
    bool running, offline;
    bool ran;      /* on this link it was found running: its power was not cut */
    bool clearing; /* halted and judged; the buffer is being cleared */
    enum unit_fate verdict;
    bool known;                   /* numbers begin behind what the printer last printed */
    uint64_t next;                /* number of the next record, 1 at least */
    uint64_t seen;                /* SLR when last believed */
    uint64_t first, last;         /* SLR before and after the other readings */
    uint64_t left;                /* SRC */
    uint64_t prints_next;         /* SNI */
    uint64_t missing, missing_us; /* prints that GPC lacks, and since when */
    bool counts;                  /* this printer knows GPC */
    uint64_t good, good_base;     /* GPC as read, and when last believed */
};

/* The plans that the judge walks by itself. */
extern const int ztc_clear_plan[], ztc_run_plan[], ztc_halt_plan[];

bool ztc_rested(struct driver *d);
void ztc_polled(struct driver *d);
enum peek ztc_peeked(struct driver *d);
void ztc_lost(struct driver *d);
void ztc_memory(const struct driver *d, struct buffer *out);
bool ztc_remember(struct driver *d, struct cm_slice memory);

#endif

/* Between run.c (life and state), run_begin.c (what earlier lives left), run_feed.c (texts in,
 * units out) and run_report.c (what the ledger hears). Reference: run.h. */
#ifndef CM_LINE_RUN_INSIDE_H
#define CM_LINE_RUN_INSIDE_H

#include "line/kind.h"
#include "line/run.h"

#define US_PER_MS     1000u
#define US_PER_S      1000000u
#define US_PER_MINUTE 60000000u

/* A driver knows a unit by one number: set and serial. */
#define KEY_SERIAL_BITS 40u
static inline uint64_t key_of(uint32_t set, uint64_t serial) {
    return (uint64_t)set << KEY_SERIAL_BITS | serial;
}
static inline uint32_t key_set(uint64_t key) { return (uint32_t)(key >> KEY_SERIAL_BITS); }
static inline uint64_t key_serial(uint64_t key) {
    return key & (((uint64_t)1 << KEY_SERIAL_BITS) - 1);
}

/* Texts that came, in the order in which they will be sent. */
struct take {
    struct take *next;
    uint32_t set, count;
    uint64_t first;
    uint32_t journaled, given; /* serials from first on; journaled >= given */
    uint32_t units;            /* not yet journaled */
    uint64_t until_ms;         /* wall clock: not sent afterwards; UINT64_MAX: no end */
    size_t code_len;
    struct fields *fields;
    uint8_t texts[]; /* count * code_len; a serial that is no unit is all zeros */
};

struct run {
    uint32_t number;
    char name[RUN_NAME_CAP], line[RUN_NAME_CAP];
    struct run_journal *journal;
    struct driver *driver;
    bool piped;
    size_t window;
    uint64_t rate; /* units a minute at most, 0: no limit */
    struct run_now now;

    enum line_wish wish;
    char why[RUN_ERROR_CAP];
    size_t code_len;    /* of the last texts that came; 0: none yet */
    uint64_t resumed;   /* of the document */
    uint64_t settled;   /* likewise; the printer has let go that often, */
    bool clearing;      /* or must, once more */
    bool giving_up;     /* fates of now are an operator's word */
    bool resting;       /* no new units: the process ends */
    bool ended;         /* the vault has no more for it */
    bool returned;      /* units went back: once the ledger knows, its order has room for others */
    bool returned_told; /* the report under way tells it */
    bool stuck;         /* a text cannot be said: waits for the operator */
    bool leaving;       /* driver_stop was called */
    bool was_up;
    bool wants_cut;
    bool reopens;   /* by its own wish: the next end of the link is no fault */
    cm_err blocked; /* of the journal's last commit */

    struct take *takes, *takes_last;
    uint64_t waiting;  /* units not journaled as sent */
    uint64_t pending;  /* units journaled and not given: only while a commit fails */
    struct spans past; /* units in flight that earlier lives sent */

    struct run_ask *again; /* ranges that an earlier life held and never sent */
    size_t again_n, again_at;
    unsigned asks_n; /* under way */
    uint64_t asked;  /* units of them */
    uint64_t ask_at_us, ask_wait_us;
    uint64_t ahead; /* units that should be waiting */
    bool ran_dry;

    uint64_t rate_us;                         /* since when the limit is what it is */
    cm_u128 budget;                           /* of it: us * rate that is spent */
    uint64_t meter_us, meter_given, measured; /* units a minute */

    enum driver_state state;
    uint64_t state_us;
    char words[REPORT_WORDS_CAP], error[RUN_ERROR_CAP];
    bool attention;
    /* Of this life: the vault adds lives up. */
    uint64_t duplicates, down_ms[DRIVER_STATE_N];
    uint64_t given, printed, unknown, voided;
    bool fated; /* a fate was journaled since the driver's memory was */

    struct spans told; /* settled spans of the report under way */
    bool reporting;    /* a report is under way */
    bool changed;      /* what people see, since the last one */
    uint64_t bite;     /* the ledger refused one: units to tell at once until it has all; 0: any */
    bool told_done, done;
    uint64_t report_us, moves_us; /* of the last report; of the last one with moves */
    uint64_t settled_n, told_given;
};

/* ---- run.c */
void run_set_error(struct run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A settled span into the journal; counts it. */
void run_settle(struct run *r, const struct span *span);
/* Time in the present state, up to now, counts. */
void run_clock(struct run *r);
const char *run_state_text(const struct run *r);
/* Nothing is in flight; and: the printer was set at rest and nothing more will happen. */
bool run_is_settled(const struct run *r);
bool run_has_finished(const struct run *r);
/* Whether it may ask for and send units. */
bool run_flows(const struct run *r);
void run_fail(struct run *r, const char *what, cm_err err);

/* ---- run_begin.c */
CM_MUST_CHECK cm_err run_account(struct run *r, struct json_value held, bool known);

/* ---- run_take.c */
/* The text of the i-th serial of a take; empty: it is no unit, or not ours to send. */
struct cm_slice run_text(const struct take *t, uint32_t i);
void run_pop_take(struct run *r);
void run_free_takes(struct run *r);
bool run_wants_again(const struct run *r);
bool run_wants_more(const struct run *r);
/* How fast it is, and how much should be in stock for that. */
void run_measure(struct run *r);

/* ---- run_feed.c */
/* Serials of a take become void, with that cause. */
void run_settle_part(struct run *r, const struct take *t, uint32_t from, uint32_t to,
                     enum cm_cause cause);
/* Everything that never left goes back: journaled ones as unsent, the others as returned. */
void run_return_all(struct run *r);
/* Units journaled and not given: they are journaled as unsent. */
void run_return_pending(struct run *r);
/* Production days end: what was not sent by then goes back. */
void run_return_late(struct run *r);
/* Journal as sent what may be given behind the next commit. */
void run_journal_next(struct run *r);
uint64_t run_feed_wakes_us(const struct run *r);

#endif

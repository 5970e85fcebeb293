/* What a language adds to a driver, and what the driver offers to it. A language is a table of
 * functions over short plans of questions: the driver asks one at a time, keeps the time, and calls
 * back with what was heard. A question that goes unanswered is followed by one whose answer cannot
 * be mistaken (`sync`): answers never overtake each other, so what was owed before it has come.
 * Only a unit is never asked twice. */
#ifndef CM_LINE_KIND_H
#define CM_LINE_KIND_H

#include "base/buffer.h"
#include "line/driver.h"

#define ASK_NONE 0 /* ends a plan */
#define ASK_UNIT 1 /* the answer to a unit; a kind's own questions begin behind it */
#define ASK_OWN  2

#define READS_MAX 16u /* readings owed whose times are kept */

#define MEMORY_HEAD    (1u + 1u + 1u + 8u) /* version, tag, whether units fly, serial of the first */
#define MEMORY_OWN_MAX (DRIVER_MEMORY_MAX - MEMORY_HEAD)

enum phase {
    PHASE_DOWN,
    PHASE_OPENING, /* first to rest, then set up */
    PHASE_RUNNING,
    PHASE_SETTLING, /* as running, without new units */
    PHASE_STOPPING,
    PHASE_STOPPED,
    PHASE_HELD
};

#define PEEKS 30u /* looks at a printer that runs, before it is brought to rest */
/* What a look at a running printer, on a new link, says of the units that were in flight. */
enum peek {
    PEEK_KEEP,  /* those that still are, are in its buffer, every one: go on */
    PEEK_AGAIN, /* not yet clear */
    PEEK_REST   /* bring it to rest first */
};

struct flight {
    uint64_t serial;
    uint64_t begins; /* its first byte, counted over the life of the driver */
    uint64_t number; /* the kind's own, of driver.number when it was given */
};

struct driver_kind {
    const char *name;
    const char *summary; /* one line: delivery model and its proof */
    enum driver_model model;
    size_t window;     /* by default */
    uint64_t reply_ms; /* by default */
    size_t own_len;    /* bytes of the kind's own memory, zeroed */
    size_t frame_max;  /* bytes without the end of a frame that are noise; 0: 8 KiB */
    bool piped;        /* units need no answer: they may follow each other */
    int sync;          /* the question whose answer cannot be mistaken */
    /* Whether a question is the sync one and its answer a reading: an answer may be that of an
     * earlier asking, and old (driver.read_us). NULL: answers to sync are no readings. */
    bool (*reads)(const struct driver *d, int ask);

    const int *rest_plan; /* bring the printer to rest and read it */
    const int *open_plan; /* set it up */
    const int *poll_plan; /* read it while it prints */
    const int *shut_plan; /* stop it until there is a new text; judged as the poll; may be NULL */
    const int *peek_plan; /* read it on a new link before it is halted; NULL: it always is */

    cm_err (*begin)(struct driver *d, const struct driver_options *o, struct cm_diag *diag);
    void (*end)(struct driver *d); /* may be NULL */
    /* Append the words of a question; false: it has no answer. */
    bool (*say)(struct driver *d, int ask);
    /* Append the words of a unit, or refuse a text and append nothing. */
    cm_err (*unit)(struct driver *d, const struct unit *u, struct cm_diag *diag);
    /* Length of the first whole frame, 0: more is needed. */
    size_t (*frame)(const struct driver *d, struct cm_slice rest);
    void (*heard)(struct driver *d, struct cm_slice frame);
    /* The plan was walked to its end: settle what is proved. `rested` tells whether the printer is
     * at rest: then, with nothing in flight, the driver sets it up or stops; else it looks again.
     */
    bool (*rested)(struct driver *d);
    void (*polled)(struct driver *d);
    enum peek (*peeked)(struct driver *d); /* of peek_plan; not of a printer without flights */
    /* Its units were given up, and the printer shall let go of them (driver.clear): from now on
     * `rested` tells so only when it has. NULL: its plans do that anyway. */
    void (*clear)(struct driver *d);
    void (*lost)(struct driver *d);               /* the link is gone; may be NULL */
    void (*passed)(struct driver *d, uint64_t n); /* may be NULL */
    bool (*blind)(const struct driver *d);        /* needs driver_passed; NULL: never */
    void (*left)(struct driver *d);               /* bytes left us; may be NULL */

    /* Another life (driver.h). A kind without them keeps nothing: its units become unknown. */
    uint8_t memory_tag; /* of its memories, unlike any other kind's */
    void (*memory)(const struct driver *d, struct buffer *out); /* MEMORY_OWN_MAX at most */
    /* The units stand in flight, numbers 0: give them theirs. False: the bytes say nothing. */
    bool (*remember)(struct driver *d, struct cm_slice memory);
};

struct driver {
    const struct driver_kind *kind;
    void *own;
    uint64_t now_us;
    size_t window, fields_n;
    uint64_t reply_us, poll_us, rest_us;
    uint64_t sooner_us; /* by which the next look comes earlier than poll_us */

    enum phase phase;
    enum driver_state state;
    bool linked;
    bool doubt;                         /* the last unit went unanswered */
    bool halting;                       /* a stop was wished: it outlives the link */
    bool clear;                         /* the printer must let go of what it holds first */
    bool counted, clear_knows;          /* its counter was read on this link; and before that */
    uint64_t clear_from;                /* what it was then */
    enum driver_state cause;            /* what is in the way; DRIVER_RUNNING: nothing */
    char cause_words[REPORT_WORDS_CAP]; /* of the printer or of us, about it */
    char words[REPORT_WORDS_CAP];       /* as last reported */

    const int *plan;   /* the next question; NULL: none runs */
    const int *walk;   /* the plan that runs */
    int asking;        /* outstanding question */
    uint64_t due_us;   /* when it counts as unanswered */
    uint64_t pause_us; /* nothing is asked before */
    uint64_t poll_due_us;
    uint64_t quiet_since_us; /* since when nothing came, or when the first owed answer was asked */
    unsigned silent_n, denied_n;
    uint64_t asked_us[READS_MAX]; /* a ring: when readings were asked that may still come */
    unsigned reads_first, reads_n;
    uint64_t read_us;    /* the last reading is as of then, or of later */
    unsigned peeks_left; /* the printer is being read as it runs */

    struct buffer in, out;
    size_t out_gone;     /* of out, handed over */
    uint64_t out_before; /* bytes of the driver's life in front of out */

    struct flight *flights; /* a ring of flight_cap, which is the window or more */
    size_t flight_cap, flight_first, flight_n;
    bool relinked; /* their link was lost meanwhile, and perhaps the printer's power */
    bool late;     /* bytes of an earlier life may still be on their way when the link comes up */
    uint64_t late_until_us;
    bool past; /* of an earlier life: the last ones, any number of them, may never have left */
    uint64_t number; /* set by the kind for each unit */
    uint64_t given, fated[FATE_N];

    struct kept_report *told; /* reports that wait: driver_report.c */
    size_t told_first, told_n, told_cap;
    struct buffer told_words;

    uint64_t told_counter, told_depth;         /* in the last report of them */
    uint64_t still_a, still_b, still_since_us; /* readings that stand */
    uint64_t print_since_us; /* the print that comes next began then or later; 0: who knows */
    uint64_t longest_us;     /* from one print to the next, while nothing was in the way; 0: none */
    bool owed;               /* units were called unknown: their prints may still come */
};

/* ---- Talking */

/* Begin a plan; what ran is dropped. */
void driver_walk(struct driver *d, const int *plan);
/* The outstanding question is answered. */
void driver_answered(struct driver *d);
/* It was answered by a no that may pass: ask it again a little later. */
void driver_denied(struct driver *d);
/* The printer said something that only it can say, though not the answer: the link is not dead. */
void driver_alive(struct driver *d);
void driver_say(struct driver *d, const char *text);
void driver_put(struct driver *d, struct cm_slice bytes);

/* ---- Settling: the first n, or the last one, leave with that fate. */

void driver_settle(struct driver *d, size_t n, enum unit_fate fate);
void driver_settle_last(struct driver *d, enum unit_fate fate);
/* How many of the first have numbers up to this one. */
size_t driver_up_to(const struct driver *d, uint64_t number);
/* The number of the i-th in flight, which there must be. */
uint64_t driver_number(const struct driver *d, size_t i);
/* The outstanding unit was taken, or refused. */
void driver_took(struct driver *d);
void driver_refused(struct driver *d, const char *why);

/* ---- Judging */

/* Whether two readings have stood still for so long, as of the last one. */
bool driver_still(struct driver *d, uint64_t a, uint64_t b, uint64_t rest_us);
/* The printer's own resting times, from the longest time that it took for a print: where one may be
 * to come, and where all were counted and only a copy may be. */
uint64_t driver_lag_us(const struct driver *d);
uint64_t driver_copy_lag_us(const struct driver *d);
/* Unrest: whatever stands, stands from now on. */
void driver_stirs(struct driver *d);
/* Copies are on the line: say how many, and wait for the operator unless it is the end anyway. */
void driver_hold(struct driver *d, uint64_t copies, const char *why);
/* Bring the printer to rest and set it up anew: what cannot be judged while it runs. */
void driver_reopen(struct driver *d);
/* No new units until those in flight are settled. */
void driver_drain(struct driver *d);
/* Every unit in flight is in the printer, and it is set up: print on with them. */
void driver_keep(struct driver *d);
/* What is in the way; DRIVER_RUNNING: nothing. */
void driver_block(struct driver *d, enum driver_state cause, const char *words);
/* Of each look: tell them where they changed, and learn how long a print takes. */
void driver_count(struct driver *d, uint64_t counter, uint64_t depth);

/* ---- Between driver.c, driver_flight.c and driver_talk.c */

/* Whether the fates of so many units can be told whatever happens. */
bool report_room(struct driver *d, size_t flights);
/* A fate, or that the printer has it: joined to the last report where it continues that one. */
void report_units(struct driver *d, enum report_kind kind, enum unit_fate fate, uint64_t serial);
void report_state(struct driver *d, enum driver_state state, const char *words);
void report_counter(struct driver *d, uint64_t counter, uint64_t depth);
void report_copies(struct driver *d, uint64_t n);
void report_reconnect(struct driver *d);
void report_end(struct driver *d);
/* The link is up: read the printer as it runs if that may spare its units, else bring it to rest.
 */
void driver_peek(struct driver *d);
/* An answer is owed from now on. */
void driver_owed(struct driver *d, int what);
/* Ask what is to be asked now, then tell the operator what changed. */
void driver_advance(struct driver *d);
/* The outstanding question went unanswered. */
void driver_silence(struct driver *d);

#endif

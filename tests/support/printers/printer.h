/* One emulated printer: a body (what prints, what stops it, what counts), connections, faults, and
 * a grammar that gives it its language. It does no I/O and reads no clock: bytes and the time come
 * in through calls, bytes to send wait in each link's outbox. hall.h puts it on the network.
 *
 * It is written from the makers' descriptions and never from our drivers, and knows nothing of
 * countermark. Where the descriptions are silent it behaves as hurts a careless driver most;
 * docs/design/lines-emulators.md lists those readings. Not thread-safe. */
#ifndef CM_TESTS_PRINTERS_PRINTER_H
#define CM_TESTS_PRINTERS_PRINTER_H

#include "base/diag.h"
#include "support/printers/fault.h"
#include "support/printers/item.h"
#include "support/printers/outbox.h"
#include "support/printers/record.h"

#define PRINTER_LINKS 4u /* clients at once */

struct printer;

/* What is in the way of printing; as bits 1 << cause in printer.stops. */
enum stop { STOP_PAPER_OUT, STOP_RIBBON_OUT, STOP_HEAD_OPEN, STOP_MENU, STOP_OFF, STOP_N };

/* One client's connection. */
struct link {
    bool open;
    bool reset;         /* the transport must cut it, sending nothing more */
    struct buffer in;   /* bytes that came */
    size_t eaten;       /* of them, understood */
    struct outbox out;  /* answers that go */
    struct buffer held; /* answers of a `join` that wait for the next one */
    unsigned marks;     /* the grammar's own; 0 on a new connection */
};

enum supply {
    SUPPLY_STOPPED, /* the printer is not set to print */
    SUPPLY_EMPTY,   /* it would, and has nothing (new) */
    SUPPLY_ITEM
};

struct grammar {
    const char *name;
    const char *summary;     /* one line, with its delivery model */
    const char *quirks;      /* words that printer_options.quirks may hold, or "" */
    const char *unsolicited; /* what a printer of this kind may say unasked; escaped */
    bool repeats_empty;      /* by default, with nothing new it prints the old again */
    bool prints_in_menu;     /* an operator in a menu blocks the answers alone */
    size_t depth;            /* units it holds, by default */
    size_t own_len;          /* bytes of the grammar's own memory, zeroed */
    cm_err (*begin)(struct printer *p, struct cm_diag *diag); /* may be NULL */
    void (*end)(struct printer *p);
    void (*hear)(struct printer *p, struct link *l); /* act on what is whole, leave the rest */
    enum supply (*next)(struct printer *p, struct item *to);
    void (*starts)(struct printer *p);           /* an item begins to print; may be NULL */
    void (*done)(struct printer *p);             /* it ended; p->current; may be NULL */
    void (*stops)(struct printer *p);            /* p->stops changed; may be NULL */
    void (*power)(struct printer *p, bool kept); /* back to what it is after switching on */
    bool (*retries)(struct printer *p);          /* a cut print begins anew; may be NULL */
    size_t (*held)(const struct printer *p);     /* units taken that wait to be printed */
};

struct printer_options {
    const struct grammar *grammar;
    const void *grammar_data; /* of a grammar that is data (protocol.h); borrowed */
    struct cm_slice faults;   /* a script (fault.h), may be empty */
    const char *faults_name;  /* what to call it in errors */
    const char *fields;       /* names of the label's fields, "code,date"; NULL: "code" */
    const char *quirks;       /* "crlf,spaced"; NULL: none */
    const char *record_path;  /* NULL: none */
    bool keep_record;         /* in memory */
    size_t depth;             /* 0: the grammar's */
    uint64_t rate_per_minute; /* 0: at once */
    bool manual;              /* prints only what printer_products lets pass */
    uint64_t total;           /* units of its life before ours */
    uint64_t seed;
    uint64_t boot_ms; /* time it needs to start */
};

struct printer {
    const struct grammar *grammar;
    void *own;
    struct printer_options o;
    struct record *record;
    uint64_t now_us;
    struct link links[PRINTER_LINKS];
    struct link *serving; /* whose bytes are being acted on */

    unsigned stops; /* bits 1 << enum stop */
    uint64_t until_us[STOP_N];
    struct item current, last;
    bool busy;                 /* current prints until done_us */
    bool again;                /* current was cut and begins anew when the stop ends */
    enum record_event outcome; /* of current, when it comes out */
    bool idle;                 /* nothing to print at the last look */
    bool has_last, empty_repeats;
    uint64_t done_us;
    uint64_t products; /* manual: may still print */

    uint64_t total, batch; /* units of its life; since the last reset of the grammar */
    uint64_t missed;       /* units that it knows it did not print */

    struct fault_script script;
    uint64_t moments[FAULT_MOMENT_N];
    uint64_t rng;
    const struct fault *reply_faults[FAULT_RESET]; /* armed for the next answer */
    const struct fault *skip;                      /* armed for the next print */
    bool reprint;
};

/** Make one. @retval CM_E_FORMAT  the fault script, diag says where
 * @retval CM_E_ARGUMENT  a quirk the grammar has not     @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err printer_new(const struct printer_options *o, struct printer **out,
                                 struct cm_diag *diag);
void printer_free(struct printer *p);
void printer_freep(struct printer **p);

/* ---- For the transport and for tests */

/* A client connects; NULL when all links are taken or the printer is off. */
struct link *printer_connect(struct printer *p, uint64_t now_us);
void printer_disconnect(struct link *l);
/* Bytes came on a link. */
void printer_hear(struct printer *p, struct link *l, struct cm_slice bytes, uint64_t now_us);
/* Whether the link's bytes wait unread because the printer's buffer is full. */
bool printer_is_full(const struct link *l);
/* Let the time pass until now. */
void printer_tick(struct printer *p, uint64_t now_us);
/* When printer_tick has something to do next, or UINT64_MAX. */
uint64_t printer_wakes_us(const struct printer *p);
/* Let n products pass the printer (manual), then tick. */
void printer_products(struct printer *p, uint64_t n);
/* Let a fault strike now; borrowed until it has struck. */
void printer_fault(struct printer *p, const struct fault *f);
/* Somebody puts right what was wrong: all stops but the power end. */
void printer_mend(struct printer *p);

/* ---- For grammars */

/* Bytes not yet understood; none on a link that was cut meanwhile. */
static inline struct cm_slice link_rest(const struct link *l) {
    return slice_of(l->in.p + l->eaten, l->reset ? 0 : l->in.len - l->eaten);
}
static inline void link_eat(struct link *l, size_t len) { l->eaten += len; }

/* Answer a request: faults apply. printer_say is for what is no answer. */
void printer_reply(struct printer *p, struct link *l, struct cm_slice bytes);
void printer_say(struct printer *p, struct link *l, struct cm_slice bytes);
/* The grammar accepted a unit. */
void printer_took(struct printer *p, const struct item *i);
/* Empty a queue; each item meets the event. */
void printer_drop(struct printer *p, struct fifo *f, enum record_event event);
bool printer_has_quirk(const struct printer *p, const char *name);
static inline bool printer_is_stopped(const struct printer *p, enum stop cause) {
    return (p->stops & 1u << cause) != 0;
}
/* The i-th name of printer_options.fields; empty when there are fewer. */
struct cm_slice printer_field(const struct printer *p, size_t i);

/* ---- Between printer.c and press.c */

void press_run(struct printer *p);
void press_fault(struct printer *p, const struct fault *f);
void printer_moment(struct printer *p, enum fault_moment moment);

#endif

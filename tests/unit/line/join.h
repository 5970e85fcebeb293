/* A driver of ours joined to an emulated printer, in one process and in a time of its own: bytes
 * are carried in pieces of any size, links break and come again, products pass. The printer's own
 * record judges: nothing is taken twice, nothing that we call voidable is on paper. */
#ifndef CM_TESTS_UNIT_LINE_JOIN_H
#define CM_TESTS_UNIT_LINE_JOIN_H

#include "line/kinds.h"
#include "support/printers/grammars.h"
#include "support/printers/protocol.h"

#define JOIN_UNITS_MAX 1024u

struct join_plan {
    const char *kind;    /* of the driver */
    const char *grammar; /* of the emulator, or the name of its rules file */
    const char *faults;  /* its script; NULL: none */
    const char *message; /* template_name of the driver */
    const char *field;   /* of a unit; NULL: code */
    size_t units, window;
    size_t chop;              /* bytes carried at once, 0: all */
    uint64_t rate_per_minute; /* 0: a product passes every product_ms */
    uint64_t tempo;           /* times of the driver: 100, 10 and 100 ms; times this, 0: one */
    uint64_t product_ms;
    uint64_t seed;
    uint64_t limit_ms; /* then the driver is abandoned */
    bool finish;       /* stop only when nothing is in flight, if that ever comes */
    bool passing;      /* the driver is told of each product that passes */
    size_t split;      /* each answer comes in two: so many bytes, and the rest a step later */
    size_t ahead;      /* units journaled as sent at once; 0: as many as there is room for */
    unsigned deaths;   /* the program is killed so often, */
    unsigned one_in;   /* at moments with these odds */
};

struct join {
    struct join_plan plan;
    struct driver *driver;
    struct printer *printer;
    struct protocol *rules;
    struct link *link;
    uint64_t now_us, retry_us, product_us;
    uint8_t fates[JOIN_UNITS_MAX]; /* 1 << fate of each serial, 0: in flight */
    uint64_t accepted, copies;
    unsigned states;              /* seen, bits 1 << enum driver_state */
    char words[REPORT_WORDS_CAP]; /* of the last state with words of the printer's or about it */
    size_t given;
    uint64_t products;
    struct buffer said; /* all bytes of the driver */
    bool stopping;

    /* What a run's journal keeps (driver.h), which outlives the driver. */
    size_t sent;                     /* serials below it are written as sent */
    uint8_t written[JOIN_UNITS_MAX]; /* fates */
    struct buffer memory;
    unsigned deaths;
    uint64_t rng;
    struct link *ghost; /* of an earlier life, whose last bytes are still on their way */
    uint64_t ghost_us;  /* when they arrive */
    struct buffer ghost_bytes;
    uint64_t split_us; /* when the first part of an answer came */
};

/* Its own death: the driver goes with all it had not written, bytes on their way still arrive or do
 * not, and a new driver remembers. */
void join_die(struct join *j);
/* Run from the first connection to the driver's stop, then judge. */
void join_run(struct join *j, const struct join_plan *plan);
void join_close(struct join *j);
/* For tests that go step by step: 1 ms passes. */
void join_open(struct join *j, const struct join_plan *plan);
void join_step(struct join *j);
void join_judge(struct join *j);

/* Counts out of the record. */
uint64_t join_met(const struct join *j, enum record_event event);

#endif

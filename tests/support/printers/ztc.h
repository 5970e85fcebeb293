/* The ZTC emulator's inside: its state, and the thirds of its commands: states and counts (ztc.c),
 * jobs and their queue (ztc_jobs.c), records with our own index (ztc_serial.c). */
#ifndef CM_TESTS_PRINTERS_ZTC_H
#define CM_TESTS_PRINTERS_ZTC_H

#include "support/printers/printer.h"

#define ZTC_PARAMETERS 32u /* of one command */
#define ZTC_QUEUE_MOST 16u /* queued jobs; ours */

/* Overall states of GST. */
enum ztc_state { ZTC_DOWN, ZTC_STARTING, ZTC_SHUTTING, ZTC_RUNNING, ZTC_OFFLINE };

struct ztc {
    enum ztc_state state;
    uint64_t booted_us;    /* when STARTING becomes OFFLINE */
    struct item job, line; /* job: text is the name; line: the values that are set */
    struct fifo waiting;   /* JDI, SLI: index is the queue id */
    struct fifo records;   /* SID, SDO, SHD */
    struct buffer header;  /* field names of the serial records, as "a|b|" */
    bool serial;           /* a header was given: records are what prints */
    uint64_t next_id;      /* of the queue */
    uint64_t last_given;   /* index of the last record that came */
    uint64_t last_printed; /* SLR */
    uint64_t most;         /* SMR */
    uint64_t failed;
    uint64_t map;         /* SAN */
    bool line_waits;      /* JDU, JDA: taken, not yet printed */
    bool one_shot;        /* PRN: the current job once */
    struct link *shooter; /* who waits for its ACK */
};

/* A command and its parameters. */
struct ztc_request {
    struct cm_slice name;
    struct cm_slice at[ZTC_PARAMETERS];
    size_t n;
};

void ztc_ack(struct printer *p, struct link *l);
void ztc_err(struct printer *p, struct link *l);
void ztc_answer(struct printer *p, struct link *l, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The current job gets new values; what waited to be printed meets the event. */
void ztc_renew_line(struct printer *p, const struct ztc_request *r, size_t from,
                    enum record_event event);
/* Append "name=value" parameters from..n to the item. */
void ztc_named(struct item *to, const struct ztc_request *r, size_t from);

/* An asynchronous line to everyone who asked for such. */
void ztc_announce(struct printer *p, const char *line);

/* True if the request was one of the jobs' (serialization's) and is answered. */
bool ztc_jobs(struct printer *p, struct link *l, const struct ztc_request *r);
bool ztc_serial(struct printer *p, struct link *l, const struct ztc_request *r);

#endif

/* What happened to every item inside one emulated printer, in order and with its time: the judge of
 * our drivers, who never see it. It lives in memory, in an append-only file, or in both; counts are
 * kept in every case. It refuses nothing and forgets nothing. */
#ifndef CM_TESTS_PRINTERS_RECORD_H
#define CM_TESTS_PRINTERS_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/diag.h"

enum record_event {
    RECORD_TAKEN,     /* accepted into the buffer: this is what we sent */
    RECORD_PRINTED,   /* came out whole */
    RECORD_RETRIED,   /* came out whole after it had been cut */
    RECORD_REPRINTED, /* came out again by the printer's own doing */
    RECORD_REPEATED,  /* came out again because the buffer was empty or the slot was not renewed */
    RECORD_SKIPPED,   /* left the buffer, is on nothing */
    RECORD_CUT,       /* began to print and did not end */
    RECORD_CLEARED,   /* taken from the buffer by a command, or replaced in the slot */
    RECORD_LOST,      /* lost with the power */
    RECORD_REFUSED,   /* taken, but cannot be printed: the template is not there */
    RECORD_FAULT,     /* no item: the fault of the script that now strikes */
    RECORD_EVENT_N
};
const char *record_event_name(enum record_event event);

struct record_entry {
    uint64_t time_us;
    enum record_event event;
    struct cm_slice text; /* name=value|name=value, escaped (escape.h) */
};

struct record;

/** A record. @param[in] path  file to append to, "N TIME_US EVENT TEXT" a line; NULL: none
 * @param[in] keep  whether entries stay in memory
 * @retval CM_E_IO, CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err record_open(const char *path, bool keep, struct record **out,
                                 struct cm_diag *diag);
void record_close(struct record *r);
void record_closep(struct record **r);

void record_add(struct record *r, uint64_t time_us, enum record_event event, struct cm_slice text);
/** Hand what is written to the system. @retval CM_E_IO */
CM_MUST_CHECK cm_err record_flush(struct record *r);

uint64_t record_count(const struct record *r, enum record_event event);
/* Entries in memory, oldest first. */
size_t record_n(const struct record *r);
struct record_entry record_at(const struct record *r, size_t i);
/* How often this very text met that event; for tests, it walks. */
uint64_t record_count_of(const struct record *r, enum record_event event, const char *text);
/* How many texts met one of the events of `mask` (bits 1 << event) more than once. */
size_t record_duplicates(const struct record *r, unsigned mask);

/* Everything that put ink on something. */
#define RECORD_ON_PAPER                                                                            \
    (1u << RECORD_PRINTED | 1u << RECORD_RETRIED | 1u << RECORD_REPRINTED |                        \
     1u << RECORD_REPEATED | 1u << RECORD_CUT)

#endif

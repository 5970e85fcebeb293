/* An ipp driver beside a queue in memory, and what became of each unit. */
#ifndef CM_TESTS_LINE_IPP_ROOM_H
#define CM_TESTS_LINE_IPP_ROOM_H

#include "ipp_queue.h"
#include "line/kinds.h"

#define MS     1000u
#define WINDOW 4u

struct room {
    struct queue q;
    struct driver *d;
    uint64_t now_us;
    unsigned given;
    enum unit_fate fates[QUEUE_UNITS]; /* FATE_N: none */
    enum driver_state state;
    char words[REPORT_WORDS_CAP];
};

/* One room at a time. */
struct room *room_enter(void);
void room_leave(struct room *r);
/* The driver anew, as after a fall; the queue goes on. */
void room_new_driver(struct room *r);
void room_reports(struct room *r);
/* Give up to n units, serials counted up. */
void room_give(struct room *r, unsigned n);
/* The first request that waits, as a frame of its own; false: none. */
bool room_request(struct room *r, struct buffer *request);
/* All requests answered, every 10 ms. */
void room_pass(struct room *r, uint64_t ms);
void room_connect(struct room *r);
void room_disconnect(struct room *r);
void room_all_are(const struct room *r, unsigned first, unsigned n, enum unit_fate fate);
void room_books_close(const struct room *r);

#endif

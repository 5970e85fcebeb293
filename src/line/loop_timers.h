/* The timers of a loop: a pairing heap in their owners' memory, the soonest first and among equals
 * the one that was set first. Adding is O(1), removing O(log n) on average. Reference: Fredman,
 * Sedgewick, Sleator, Tarjan, The pairing heap, 1986. */
#ifndef CM_LINE_LOOP_TIMERS_H
#define CM_LINE_LOOP_TIMERS_H

#include "line/loop.h"

struct loop_timers {
    struct loop_timer *first; /* the root: NULL when there is none */
    uint64_t order;           /* of the last that was set */
};

void loop_timers_add(struct loop_timers *h, struct loop_timer *t);
void loop_timers_remove(struct loop_timers *h, struct loop_timer *t);

#endif

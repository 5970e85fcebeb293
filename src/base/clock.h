/* Time comes in through this interface, so that tests and replays own it.
 * Only this file's wall clock reads the system; codes, cards and wire never see a clock. */
#ifndef CM_BASE_CLOCK_H
#define CM_BASE_CLOCK_H

#include <stdint.h>

struct clock_source {
    uint64_t (*now_ms)(void *self); /* milliseconds since 1970-01-01T00:00:00Z */
    void *self;
};

/* The system's wall clock. */
struct clock_source clock_wall(void);
static inline uint64_t clock_now_ms(struct clock_source c) { return c.now_ms(c.self); }
/* Monotonic microseconds for measuring durations. */
uint64_t clock_monotonic_us(void);

#endif

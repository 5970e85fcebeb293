/* The two system clocks. */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

#define MS_PER_S  1000u
#define US_PER_S  1000000u
#define NS_PER_MS 1000000u
#define NS_PER_US 1000u

static uint64_t wall_now_ms(void *self) {
    (void)self;
    struct timespec ts = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail for this clock */
    return (uint64_t)ts.tv_sec * MS_PER_S + (uint64_t)ts.tv_nsec / NS_PER_MS;
}

struct clock_source clock_wall(void) {
    return (struct clock_source){.now_ms = wall_now_ms, .self = NULL};
}

uint64_t clock_monotonic_us(void) {
    struct timespec ts = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * US_PER_S + (uint64_t)ts.tv_nsec / NS_PER_US;
}

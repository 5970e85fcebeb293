/* The generic cell rate algorithm: one number a customer says when the next unit is due. Here the
 * charge comes after the fact (a wrong answer is known only when it is given), so a debt may be
 * large; it is bounded, so that a mistake does not last for ever.
 * Source: ITU-T I.371, Annex A. Pure: the caller brings the time. */
#ifndef CM_BASE_GCRA_H
#define CM_BASE_GCRA_H

#include <stdint.h>

#define GCRA_DEBT_MAX_US 3600000000u /* an hour */

struct gcra {
    uint64_t interval_us; /* one unit is earned back in this time; 0 = no limit */
    uint64_t burst_us;    /* units that may come at once, as time */
};

/* `units` in `seconds`, after `burst` at once; 0 units = no limit. */
static inline struct gcra gcra_of(uint32_t units, uint32_t seconds, uint32_t burst) {
    if (units == 0) return (struct gcra){0, 0};
    const uint64_t interval = ((uint64_t)seconds * 1000000u + units - 1) / units;
    return (struct gcra){.interval_us = interval, .burst_us = interval * burst};
}

/* Microseconds until this customer may ask again; 0 = now. */
static inline uint64_t gcra_wait_us(struct gcra g, uint64_t due_us, uint64_t now_us) {
    if (g.interval_us == 0 || due_us < now_us + g.burst_us) return 0;
    return due_us - now_us - g.burst_us + 1;
}

/* The new due time after `units` more. */
static inline uint64_t gcra_charged(struct gcra g, uint64_t due_us, uint64_t now_us,
                                    uint64_t units) {
    const uint64_t from = due_us > now_us ? due_us : now_us;
    const uint64_t most = now_us + g.burst_us + GCRA_DEBT_MAX_US;
    if (g.interval_us == 0) return due_us;
    if (units > GCRA_DEBT_MAX_US / g.interval_us) return most;
    const uint64_t due = from + units * g.interval_us;
    return due < most ? due : most;
}

#endif

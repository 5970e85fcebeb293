/* Units in flight. Every unit that is given leaves exactly once, with one fate. Reports of them:
 * driver_report.c. */
#include "line/kind.h"

const char *unit_fate_name(enum unit_fate fate) {
    switch (fate) {
    case FATE_PRINTED: return "printed";
    case FATE_UNSENT: return "unsent";
    case FATE_REFUSED: return "refused";
    case FATE_CLEARED: return "cleared";
    case FATE_UNKNOWN: return "unknown";
    case FATE_DELIVERED: return "delivered";
    case FATE_N:
    default: break;
    }
    return "no fate";
}

const char *driver_state_name(enum driver_state state) {
    static const char *const names[DRIVER_STATE_N] = {
        [DRIVER_DOWN] = "no link",
        [DRIVER_OPENING] = "opening",
        [DRIVER_RUNNING] = "running",
        [DRIVER_SETTLING] = "settling",
        [DRIVER_SILENT] = "no answer",
        [DRIVER_PAPER_OUT] = "paper out",
        [DRIVER_RIBBON_OUT] = "ribbon out",
        [DRIVER_HEAD_OPEN] = "head open",
        [DRIVER_PAUSED] = "paused",
        [DRIVER_MENU] = "operator in a menu",
        [DRIVER_FULL] = "buffer full",
        [DRIVER_FAULT] = "printer fault",
        [DRIVER_HELD] = "held",
        [DRIVER_STOPPING] = "stopping",
        [DRIVER_STOPPED] = "stopped",
    };
    return (unsigned)state < DRIVER_STATE_N ? names[state] : "no state";
}

static void leaves(struct driver *d, const struct flight *f, enum unit_fate fate) {
    d->fated[fate]++;
    report_units(d, REPORT_FATE, fate, f->serial);
}

void driver_settle(struct driver *d, size_t n, enum unit_fate fate) {
    for (size_t i = 0; i < n && d->flight_n > 0; i++) {
        leaves(d, &d->flights[d->flight_first], fate);
        d->flight_first = (d->flight_first + 1) % d->flight_cap;
        d->flight_n--;
    }
    d->owed |= n > 0 && fate == FATE_UNKNOWN;
    if (d->flight_n > 0) return;
    d->doubt = d->past = d->relinked = false;
    if (!d->owed) d->print_since_us = 0;
}

void driver_settle_last(struct driver *d, enum unit_fate fate) {
    if (d->flight_n == 0) return;
    d->flight_n--;
    leaves(d, &d->flights[(d->flight_first + d->flight_n) % d->flight_cap], fate);
    d->doubt = false;
    if (d->flight_n == 0) d->past = d->relinked = false;
}

uint64_t driver_number(const struct driver *d, size_t i) {
    return d->flights[(d->flight_first + i) % d->flight_cap].number;
}

size_t driver_up_to(const struct driver *d, uint64_t number) {
    size_t n = 0;
    while (n < d->flight_n && driver_number(d, n) <= number)
        n++;
    return n;
}

void driver_took(struct driver *d) {
    if (d->asking == ASK_UNIT) driver_answered(d);
    d->doubt = false;
    if (d->flight_n == 0) return;
    const size_t last = (d->flight_first + d->flight_n - 1) % d->flight_cap;
    report_units(d, REPORT_ACCEPTED, FATE_N, d->flights[last].serial);
}

void driver_refused(struct driver *d, const char *why) {
    if (d->asking == ASK_UNIT) driver_answered(d);
    driver_settle_last(d, FATE_REFUSED);
    report_state(d, d->state, why);
}

/* A time that began while something was in the way, or before we looked, is no print's. */
static void learn_pace(struct driver *d, uint64_t counter) {
    const bool moved = d->counted && counter > d->told_counter;
    const uint64_t took_us = d->print_since_us == 0 ? 0 : d->now_us - d->print_since_us;
    d->counted = true;
    if (d->cause != DRIVER_RUNNING && d->cause != DRIVER_FULL) {
        d->print_since_us = 0;
    } else if (moved) {
        if (took_us > d->longest_us) d->longest_us = took_us;
        d->print_since_us = d->now_us;
    }
}

void driver_count(struct driver *d, uint64_t counter, uint64_t depth) {
    learn_pace(d, counter);
    if (counter == d->told_counter && depth == d->told_depth) return;
    d->told_counter = counter;
    d->told_depth = depth;
    report_counter(d, counter, depth);
}

size_t driver_room(const struct driver *d) {
    if (!d->linked || d->phase != PHASE_RUNNING || d->cause != DRIVER_RUNNING) return 0;
    if (d->doubt || d->silent_n > 0) return 0;
    const size_t free_n = d->flight_n < d->window ? d->window - d->flight_n : 0;
    if (d->kind->piped) return free_n;
    return d->asking == ASK_NONE && d->plan == NULL && free_n > 0 ? 1 : 0;
}

size_t driver_in_flight(const struct driver *d) { return d->flight_n; }
bool driver_clears(const struct driver *d) { return d->clear; }
enum driver_state driver_state(const struct driver *d) { return d->state; }
enum driver_model driver_model(const struct driver *d) { return d->kind->model; }
uint64_t driver_given(const struct driver *d) { return d->given; }
uint64_t driver_fated(const struct driver *d, enum unit_fate fate) { return d->fated[fate]; }

/* Units in flight and reports. Every unit that is given leaves exactly once, with one fate; reports
 * of neighbouring serials become one, so that a clean run of a million units is few records. */
#include "base/text.h"
#include "line/kind.h"

const char *unit_fate_name(enum unit_fate fate) {
    switch (fate) {
    case FATE_PRINTED: return "printed";
    case FATE_UNSENT: return "unsent";
    case FATE_REFUSED: return "refused";
    case FATE_CLEARED: return "cleared";
    case FATE_UNKNOWN: return "unknown";
    case FATE_DELIVERED: return "delivered";
    case FATE_N: break;
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

struct report *driver_push(struct driver *d, enum report_kind kind) {
    uint8_t *p = buffer_reserve(&d->reports, sizeof(struct report));
    if (p == NULL) return NULL;
    struct report *r = (struct report *)(void *)p;
    *r = (struct report){.kind = kind, .state = d->state};
    d->reports.len += sizeof *r;
    return r;
}

bool driver_report(struct driver *d, struct report *out) {
    const struct report *all = (const struct report *)(const void *)d->reports.p;
    const size_t n = d->reports.len / sizeof *all;
    if (d->report_first == n) {
        buffer_clear(&d->reports);
        d->report_first = 0;
        return false;
    }
    *out = all[d->report_first++];
    return true;
}

/* The report of one serial, joined to the last one where it continues it. */
static void tell(struct driver *d, enum report_kind kind, enum unit_fate fate, uint64_t serial) {
    const size_t n = d->reports.len / sizeof(struct report);
    if (n > d->report_first) {
        struct report *last = (struct report *)(void *)d->reports.p + n - 1;
        if (last->kind == kind && last->fate == fate && last->serial + last->n == serial) {
            last->n++;
            return;
        }
    }
    struct report *r = driver_push(d, kind);
    if (r == NULL) return;
    r->fate = fate;
    r->serial = serial;
    r->n = 1;
}

static void leaves(struct driver *d, const struct flight *f, enum unit_fate fate) {
    d->fated[fate]++;
    tell(d, REPORT_FATE, fate, f->serial);
}

void driver_settle(struct driver *d, size_t n, enum unit_fate fate) {
    for (size_t i = 0; i < n && d->flight_n > 0; i++) {
        leaves(d, &d->flights[d->flight_first], fate);
        d->flight_first = (d->flight_first + 1) % d->flight_cap;
        d->flight_n--;
    }
    if (d->flight_n == 0) d->doubt = false;
}

void driver_settle_last(struct driver *d, enum unit_fate fate) {
    if (d->flight_n == 0) return;
    d->flight_n--;
    leaves(d, &d->flights[(d->flight_first + d->flight_n) % d->flight_cap], fate);
    d->doubt = false;
}

size_t driver_up_to(const struct driver *d, uint64_t number) {
    size_t n = 0;
    while (n < d->flight_n && d->flights[(d->flight_first + n) % d->flight_cap].number <= number)
        n++;
    return n;
}

void driver_took(struct driver *d) {
    if (d->asking == ASK_UNIT) driver_answered(d);
    d->doubt = false;
    if (d->flight_n == 0) return;
    const size_t last = (d->flight_first + d->flight_n - 1) % d->flight_cap;
    tell(d, REPORT_ACCEPTED, FATE_N, d->flights[last].serial);
}

void driver_refused(struct driver *d, const char *why) {
    if (d->asking == ASK_UNIT) driver_answered(d);
    driver_settle_last(d, FATE_REFUSED);
    struct report *r = driver_push(d, REPORT_STATE);
    if (r != NULL) text_append(r->words, sizeof r->words, "%s", why);
}

void driver_count(struct driver *d, uint64_t counter, uint64_t depth) {
    if (counter == d->told_counter && depth == d->told_depth) return;
    d->told_counter = counter;
    d->told_depth = depth;
    struct report *r = driver_push(d, REPORT_COUNTER);
    if (r == NULL) return;
    r->counter = counter;
    r->depth = depth;
}

size_t driver_room(const struct driver *d) {
    if (!d->linked || d->phase != PHASE_RUNNING || d->cause != DRIVER_RUNNING) return 0;
    if (d->doubt || d->silent_n > 0) return 0;
    const size_t free_n = d->flight_n < d->window ? d->window - d->flight_n : 0;
    if (d->kind->piped) return free_n;
    return d->asking == ASK_NONE && d->plan == NULL && free_n > 0 ? 1 : 0;
}

size_t driver_in_flight(const struct driver *d) { return d->flight_n; }
enum driver_state driver_state(const struct driver *d) { return d->state; }
enum driver_model driver_model(const struct driver *d) { return d->kind->model; }
uint64_t driver_given(const struct driver *d) { return d->given; }
uint64_t driver_fated(const struct driver *d, enum unit_fate fate) { return d->fated[fate]; }

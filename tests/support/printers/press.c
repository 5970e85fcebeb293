/* The body of an emulated printer: one unit after the other, each with the time it takes, and all
 * that can happen to it on the way. References as in printer.h. */
#include "support/printers/printer.h"

#define US_PER_MINUTE 60000000u
#define US_PER_MS     1000u

static uint64_t period_us(const struct printer *p) {
    return p->o.rate_per_minute == 0 ? 0 : US_PER_MINUTE / p->o.rate_per_minute;
}

static void note(struct printer *p, enum record_event event, uint64_t at_us) {
    record_add(p->record, at_us, event, buffer_slice(&p->current.text));
}

/* ---- Stops ---------------------------------------------------------------------------------- */

static void stop(struct printer *p, enum stop cause, uint64_t ms) {
    p->stops |= 1u << cause;
    p->until_us[cause] = ms == 0 ? UINT64_MAX : p->now_us + ms * US_PER_MS;
    if (p->grammar->stops != NULL) p->grammar->stops(p);
}

static void end_stop(struct printer *p, enum stop cause) {
    p->stops &= ~(1u << cause);
    if (p->grammar->stops != NULL) p->grammar->stops(p);
}

static void end_stops(struct printer *p) {
    for (unsigned c = 0; c < STOP_N; c++)
        if (printer_is_stopped(p, (enum stop)c) && p->until_us[c] <= p->now_us)
            end_stop(p, (enum stop)c);
}

void printer_mend(struct printer *p) {
    for (unsigned c = 0; c < STOP_N; c++)
        if (c != STOP_OFF && printer_is_stopped(p, (enum stop)c)) end_stop(p, (enum stop)c);
    press_run(p);
}

/* The unit that prints is spoilt. */
static void cut(struct printer *p) {
    note(p, RECORD_CUT, p->now_us);
    p->busy = false;
    p->again = p->grammar->retries != NULL && p->grammar->retries(p);
}

static void break_off(struct printer *p, enum stop cause, uint64_t ms) {
    if (p->busy) cut(p);
    stop(p, cause, ms);
}

static void power(struct printer *p, const struct fault *f) {
    if (p->busy) cut(p);
    p->again = false; /* what was cut is forgotten with the power */
    for (unsigned i = 0; i < PRINTER_LINKS; i++)
        p->links[i].reset = p->links[i].open;
    p->grammar->power(p, f->kept);
    stop(p, STOP_OFF, f->ms == 0 ? 1 : f->ms);
    if (!f->kept) p->has_last = false;
}

void press_fault(struct printer *p, const struct fault *f) {
    switch (f->what) {
    case FAULT_MENU: stop(p, STOP_MENU, f->ms); break;
    case FAULT_POWER: power(p, f); break;
    case FAULT_REPEAT_LAST: p->empty_repeats = true; break;
    case FAULT_STOP_EMPTY: p->empty_repeats = false; break;
    case FAULT_SKIP: p->skip = f; break;
    case FAULT_REPRINT: p->reprint = true; break;
    case FAULT_PAPER_OUT: break_off(p, STOP_PAPER_OUT, f->ms); break;
    case FAULT_RIBBON_OUT: break_off(p, STOP_RIBBON_OUT, f->ms); break;
    case FAULT_HEAD_OPEN: break_off(p, STOP_HEAD_OPEN, f->ms); break;
    case FAULT_NO_REPLY:
    case FAULT_LATE:
    case FAULT_SPLIT:
    case FAULT_JOIN:
    case FAULT_UNSOLICITED:
    case FAULT_RESET:
    case FAULT_WHAT_N:
    default: break; /* the links' business, printer.c */
    }
}

/* ---- One unit ------------------------------------------------------------------------------- */

static void count(struct printer *p) {
    p->total++;
    p->batch++;
    if (p->grammar->done != NULL) p->grammar->done(p);
}

/* Whether the unit that begins never gets onto paper: it is skipped, or cut by what just struck. */
static bool spoilt(struct printer *p) {
    const struct fault *f = p->skip;
    p->skip = NULL;
    if (!p->busy || f == NULL) return !p->busy;
    note(p, RECORD_SKIPPED, p->now_us);
    p->busy = false;
    p->missed++;
    if (f->counted) count(p);
    return true;
}

static void begin(struct printer *p, uint64_t from_us, enum record_event outcome) {
    p->busy = true;
    p->outcome = outcome;
    p->done_us = from_us + period_us(p);
    if (p->o.manual && outcome != RECORD_RETRIED) p->products--;
    if (outcome != RECORD_PRINTED) return;
    if (p->grammar->starts != NULL) p->grammar->starts(p);
    printer_moment(p, FAULT_AT_PRINT);
    p->busy = !spoilt(p);
}

/* The unit in the press is out. */
static void finish(struct printer *p) {
    p->busy = false;
    note(p, p->outcome, p->done_us);
    item_copy(&p->last, &p->current);
    p->has_last = true;
    count(p);
    if (!p->reprint) return;
    p->reprint = false;
    note(p, RECORD_REPRINTED, p->done_us);
    count(p);
}

static bool stands_still(const struct printer *p) {
    const unsigned harmless = p->grammar->prints_in_menu ? 1u << STOP_MENU : 0;
    const bool waits = p->o.manual && p->products == 0 && !p->again;
    return (p->stops & ~harmless) != 0 || waits;
}

/* Begin with the cut unit, the next one, or the last one; false when there is nothing to do. */
static bool begin_any(struct printer *p) {
    if (stands_still(p)) return false;
    const uint64_t from_us = p->idle ? p->now_us : p->done_us;
    if (p->again) {
        p->again = false;
        begin(p, p->now_us, RECORD_RETRIED);
        return true;
    }
    const enum supply supply = p->grammar->next(p, &p->current);
    if (supply == SUPPLY_ITEM) {
        begin(p, from_us, RECORD_PRINTED);
        return true;
    }
    const bool paced = p->o.manual || p->o.rate_per_minute > 0;
    if (supply == SUPPLY_STOPPED || !p->empty_repeats || !p->has_last || !paced) return false;
    item_copy(&p->current, &p->last);
    begin(p, from_us, RECORD_REPEATED);
    return true;
}

void press_run(struct printer *p) {
    end_stops(p);
    for (;;) {
        if (p->busy && p->done_us > p->now_us) return;
        if (p->busy) finish(p);
        const bool begun = begin_any(p);
        p->idle = !begun;
        if (!begun) return;
    }
}

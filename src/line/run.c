/* The life of a run: what the operator wishes, what the driver reports, how it stands. References
 * as in run.h. */
#include "line/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "line/mask.h"
#include "line/run_inside.h"

void run_set_error(struct run *r, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vsnprintf(r->error, sizeof r->error, format, args);
    va_end(args);
    r->changed = true;
}

void run_fail(struct run *r, const char *what, cm_err err) {
    r->attention = true;
    run_set_error(r, "%s: %s", what, cm_err_name(err));
    log_event(LOG_ERROR, "run %s: %s: %s", r->name, what, cm_err_name(err));
}

cm_err run_new(const struct run_options *o, struct json_value held, struct run_now now,
               struct run **out, struct cm_diag *diag) {
    const struct run_document *d = o->document;
    struct run *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->number = d->number;
    memcpy(r->name, d->name, sizeof r->name);
    memcpy(r->line, d->line, sizeof r->line);
    r->journal = o->journal;
    r->piped = o->driver->kind->piped;
    r->window = o->driver->window == 0 ? o->driver->kind->window : o->driver->window;
    r->now = now;
    r->wish = RUN_WISH_RUN;
    r->ahead = 2 * r->window;
    r->meter_us = r->state_us = r->report_us = r->moves_us = now.us;
    const bool known = run_journal_past(r->journal, r->number) != NULL;
    r->settled = known ? run_journal_past(r->journal, r->number)->cleared : 0;
    cm_err err = driver_new(o->driver, &r->driver, diag);
    if (err == CM_OK) err = run_journal_begin(r->journal, r->number);
    if (err == CM_OK) err = run_account(r, held, known);
    if (err != CM_OK) {
        run_free(r);
        return err;
    }
    r->changed = true;
    run_told(r, d, now);
    *out = r;
    return CM_OK;
}

void run_free(struct run *r) {
    if (r == NULL) return;
    run_free_takes(r);
    driver_free(r->driver);
    free(r->again);
    spans_wipe(&r->past);
    spans_wipe(&r->told);
    free(r);
}

bool run_flows(const struct run *r) {
    return r->wish == RUN_WISH_RUN && !r->resting && !r->stuck && !r->leaving;
}

/* ---- What the operator wishes --------------------------------------------------------------- */

static void begin_stop(struct run *r) {
    if (r->leaving) return;
    r->leaving = true;
    run_return_all(r);
    driver_stop(r->driver, r->now.us);
}

/* The printer is being brought to rest, or is: it is opened anew. */
static void take_stop_back(struct run *r) {
    r->leaving = r->told_done = false;
    driver_disconnected(r->driver, r->now.us);
    driver_restart(r->driver);
    r->wants_cut = r->reopens = true;
}

static void go_on(struct run *r) {
    r->stuck = r->ended = r->attention = false;
    r->error[0] = '\0';
    r->ask_wait_us = r->ask_at_us = 0;
    driver_resume(r->driver, r->now.us);
}

static void take_reports(struct run *r);

/* The operator has said what came out and what did not; the ledger has that word, and keeps it.
 * What the printer still holds may be dead by it, so nothing of it may come out any more. */
static void give_up(struct run *r) {
    run_return_pending(r);
    take_reports(r); /* what is proved stands */
    r->giving_up = true;
    driver_clear(r->driver, r->now.us);
    take_reports(r);
    r->giving_up = false;
    r->clearing = true;
}

void run_told(struct run *r, const struct run_document *d, struct run_now now) {
    char why[RUN_ERROR_CAP] = "";
    r->now = now;
    text_append(why, sizeof why, "%.*s", (int)(d->why.len < sizeof why ? d->why.len : sizeof why),
                d->why.len == 0 ? "" : (const char *)d->why.p);
    const bool same = r->wish == d->wish && strcmp(why, r->why) == 0 && r->resumed == d->resumed &&
                      r->settled == d->settled;
    const bool goes_on = !same && d->wish == RUN_WISH_RUN && (r->was_up || r->leaving);
    if (goes_on && r->leaving)
        take_stop_back(r); /* first: a driver that has stopped clears nothing */
    if (r->settled != d->settled) give_up(r);
    r->settled = d->settled;
    r->resumed = d->resumed;
    if (r->rate != d->rate) {
        r->rate = d->rate;
        r->rate_us = now.us;
        r->budget = 0;
    }
    if (same) return;
    if (goes_on) go_on(r);
    r->wish = d->wish;
    memcpy(r->why, why, sizeof why);
    r->changed = true;
    if (r->wish == RUN_WISH_STOP || r->wish == RUN_WISH_CLOSED) begin_stop(r);
}

void run_rest(struct run *r) {
    r->resting = true;
    r->changed = true;
}

void run_blocked(struct run *r, cm_err err) {
    if (r->blocked == err) return;
    if (err != CM_OK) run_fail(r, "the line journal cannot be written", err);
    if (err == CM_OK) r->error[0] = '\0';
    r->attention = err != CM_OK;
    r->blocked = err;
    r->changed = true;
}

/* ---- What the link and the driver say ------------------------------------------------------- */

void run_up(struct run *r, struct run_now now) {
    r->now = now;
    r->was_up = true;
    driver_connected(r->driver, now.us);
}

void run_down(struct run *r, const char *words, struct run_now now) {
    r->now = now;
    if (words != NULL && words[0] != '\0' && !r->reopens) run_set_error(r, "%s", words);
    r->reopens = false;
    driver_disconnected(r->driver, now.us);
}

void run_heard(struct run *r, struct cm_slice bytes, struct run_now now) {
    r->now = now;
    driver_hear(r->driver, bytes, now.us);
}

void run_passed(struct run *r, uint64_t n, struct run_now now) {
    r->now = now;
    driver_passed(r->driver, n, now.us);
}

void run_left(struct run *r, size_t len, struct run_now now) {
    r->now = now;
    driver_left(r->driver, len, now.us);
}

/* States in which a line stands still. */
static bool stands_still(enum driver_state s) {
    const unsigned still = 1u << DRIVER_DOWN | 1u << DRIVER_SILENT | 1u << DRIVER_PAPER_OUT |
                           1u << DRIVER_RIBBON_OUT | 1u << DRIVER_HEAD_OPEN | 1u << DRIVER_PAUSED |
                           1u << DRIVER_MENU | 1u << DRIVER_FAULT | 1u << DRIVER_HELD;
    return (still >> (unsigned)s & 1u) != 0;
}

/* Add the time in the present state, up to now, to what it counts as. */
void run_clock(struct run *r) {
    const uint64_t ms = (r->now.us - r->state_us) / US_PER_MS;
    if (r->wish == RUN_WISH_RUN && stands_still(r->state)) r->down_ms[r->state] += ms;
    r->state_us += ms * US_PER_MS;
}

static void take_state(struct run *r, const struct report *report) {
    run_clock(r);
    memcpy(r->words, report->words, sizeof r->words);
    mask_codes(r->words, r->code_len); /* a printer may quote what it could not print */
    if (stands_still(report->state) && r->words[0] != '\0')
        run_set_error(r, "%s: %s", driver_state_name(report->state), r->words);
    r->state = report->state;
    r->state_us = r->now.us;
    if (r->state == DRIVER_HELD) r->attention = true;
    r->changed = true;
}

void run_settle(struct run *r, const struct span *span) {
    const cm_err err = run_journal_fate(r->journal, r->number, span);
    if (err != CM_OK) {
        run_fail(r, "a fate cannot be journaled", err);
        return;
    }
    r->fated = true;
    r->settled_n += span->count;
}

/* What a driver's fates become: docs/design/runs.md, "Fates". */
static void take_fate(struct run *r, const struct report *report) {
    static const struct {
        uint8_t stage, cause;
    } to[FATE_N] = {
        [FATE_PRINTED] = {CM_STAGE_PRINTED, CM_CAUSE_NONE},
        [FATE_UNSENT] = {CM_STAGE_VOID, CM_CAUSE_UNSENT},
        [FATE_REFUSED] = {CM_STAGE_VOID, CM_CAUSE_REFUSED},
        [FATE_CLEARED] = {CM_STAGE_VOID, CM_CAUSE_CLEARED},
        [FATE_UNKNOWN] = {CM_STAGE_UNKNOWN, CM_CAUSE_FAULT},
        [FATE_DELIVERED] = {CM_STAGE_UNKNOWN, CM_CAUSE_DELIVERED},
    };
    struct span span = {.set = key_set(report->serial),
                        .first = key_serial(report->serial),
                        .count = report->n,
                        .stage = to[report->fate].stage,
                        .cause = to[report->fate].cause};
    if (report->fate == FATE_UNKNOWN && spans_find(&r->past, span.set, span.first) != NULL)
        span.cause = CM_CAUSE_CRASH;
    if (report->fate == FATE_UNKNOWN && r->giving_up) span.cause = CM_CAUSE_OPERATOR;
    if (report->fate == FATE_PRINTED) r->printed += report->n;
    if (span.stage == CM_STAGE_UNKNOWN && !r->giving_up) r->unknown += report->n;
    if (span.stage == CM_STAGE_VOID) r->voided += report->n;
    run_settle(r, &span);
}

/* An operator who stops a run does not want it held: what is in flight is unknown. */
static void end_held(struct run *r) {
    if (r->leaving && driver_state(r->driver) == DRIVER_HELD) driver_abandon(r->driver, r->now.us);
}

static void take_reports(struct run *r) {
    struct report report;
    while (driver_report(r->driver, &report)) {
        switch (report.kind) {
        case REPORT_STATE: take_state(r, &report); break;
        case REPORT_FATE: take_fate(r, &report); break;
        case REPORT_DUPLICATE:
            r->duplicates += report.n;
            r->attention = r->changed = true;
            break;
        case REPORT_RECONNECT: r->wants_cut = true; break;
        case REPORT_ACCEPTED:
        case REPORT_COUNTER:
        default: break;
        }
    }
}

bool run_wants_cut(struct run *r) {
    const bool wants = r->wants_cut;
    r->wants_cut = false;
    return wants;
}

/* ---- The end of a turn ---------------------------------------------------------------------- */

/* The last unit has settled and no more will come: the printer is set at rest. */
static void end_if_all_is_done(struct run *r) {
    const bool more = !r->ended || r->returned || r->waiting > 0 || r->pending > 0 ||
                      r->asks_n > 0 || run_wants_again(r);
    if (!more && run_flows(r) && driver_in_flight(r->driver) == 0) begin_stop(r);
}

/* Another life need not clear the printer again. */
static void note_cleared(struct run *r) {
    if (!r->clearing || driver_clears(r->driver)) return;
    const cm_err err = run_journal_cleared(r->journal, r->number, r->settled);
    if (err != CM_OK) run_fail(r, "that the printer was cleared cannot be journaled", err);
    r->clearing = err != CM_OK;
}

/* The driver's memory belongs to each commit that writes units as sent or fates. */
static void write_memory(struct run *r) {
    uint8_t bytes[RUN_MEMORY_MAX * 2];
    struct buffer memory = {.p = bytes, .cap = sizeof bytes};
    driver_memory(r->driver, &memory);
    const cm_err err = run_journal_memory(r->journal, r->number, buffer_slice(&memory));
    if (err != CM_OK) run_fail(r, "the driver's memory cannot be journaled", err);
    r->fated = false;
}

size_t run_collect(struct run *r, struct run_now now) {
    r->now = now;
    driver_tick(r->driver, now.us);
    take_reports(r);
    run_return_late(r);
    if (r->resting) run_return_pending(r);
    end_if_all_is_done(r);
    end_held(r);
    take_reports(r);
    run_measure(r);
    note_cleared(r);
    if (!r->clearing) run_journal_next(r);
    if (r->fated || r->pending > 0) write_memory(r);
    return (size_t)r->pending;
}

struct cm_slice run_out(const struct run *r) {
    return driver_out(r->driver);
}

uint64_t run_wakes_us(const struct run *r, struct run_now now) {
    (void)now;
    const uint64_t driver_us = driver_wakes_us(r->driver), feed_us = run_feed_wakes_us(r);
    return driver_us < feed_us ? driver_us : feed_us;
}

/* ---- How it stands -------------------------------------------------------------------------- */

bool run_is_settled(const struct run *r) {
    return driver_in_flight(r->driver) == 0 && r->pending == 0 && !driver_clears(r->driver);
}

bool run_has_finished(const struct run *r) {
    /* Units that are on their way here would be held by a run that is done. */
    return r->leaving && r->asks_n == 0 && r->state == DRIVER_STOPPED && run_is_settled(r);
}

const char *run_state_text(const struct run *r) {
    if (r->done) return "done";
    if (r->blocked != CM_OK) return r->blocked == CM_E_NO_SPACE ? "disk full" : "journal fault";
    if (r->stuck) return "text refused";
    if (r->leaving) return driver_state_name(r->state);
    if (r->wish == RUN_WISH_PAUSE && !stands_still(r->state)) return "paused";
    const bool starves = r->state == DRIVER_RUNNING && r->waiting == 0 && run_is_settled(r);
    return starves && !r->ended ? "waiting for codes" : driver_state_name(r->state);
}

void run_view(const struct run *r, struct run_now now, struct run_view *out) {
    (void)now;
    *out = (struct run_view){.number = r->number,
                             .name = r->name,
                             .given = r->given,
                             .printed = r->printed,
                             .unknown = r->unknown,
                             .voided = r->voided,
                             .waiting = r->waiting,
                             .in_flight = driver_in_flight(r->driver) + r->pending,
                             .window = r->window,
                             .rate = r->measured,
                             .duplicates = r->duplicates,
                             .attention = r->attention,
                             .done = r->done,
                             .settled = run_is_settled(r)};
    text_append(out->state, sizeof out->state, "%s", run_state_text(r));
    memcpy(out->words, r->words, sizeof out->words);
    if (r->wish == RUN_WISH_PAUSE && out->words[0] == '\0')
        text_append(out->words, sizeof out->words, "%.60s", r->why);
    memcpy(out->error, r->error, sizeof out->error);
}

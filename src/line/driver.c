/* The life of a driver and what comes into it: links, bytes, units, time, wishes of the operator.
 * It knows no language: kind.h. */
#include "line/driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "line/kind.h"

#define US_PER_MS 1000u
#define MS_MAX    86400000u /* a day: longer waits are mistakes */
#define POLL_MS   100u  /* a printed unit is known soon enough for a line of 10 units a second */
#define REST_MS   1000u /* longer than one print of any kind of the reference */
#define IN_CAP    8192u /* bytes without an end of frame: noise */
#define OUT_KEEP  4096u /* bytes handed over before the rest moves up */

static cm_err check_options(const struct driver_options *o, struct cm_diag *diag) {
    if (o->window > DRIVER_WINDOW_MAX)
        return diag_fail(diag, CM_E_RANGE, "window", NULL, "choose a smaller one",
                         "%zu units in flight, at most %u", o->window, DRIVER_WINDOW_MAX);
    if (o->reply_ms > MS_MAX || o->poll_ms > MS_MAX || o->rest_ms > MS_MAX)
        return diag_fail(diag, CM_E_RANGE, "times", NULL, "milliseconds are meant",
                         "a wait of more than a day");
    if (o->fields[0] == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, "fields", NULL, "name at least one, such as code",
                         "a unit has no texts");
    return CM_OK;
}

static uint64_t or_us(uint64_t ms, uint64_t otherwise_ms) {
    return (ms == 0 ? otherwise_ms : ms) * US_PER_MS;
}

cm_err driver_new(const struct driver_options *o, struct driver **out, struct cm_diag *diag) {
    TRY(check_options(o, diag));
    CM_CLEANUP(driver_freep) struct driver *d = calloc(1, sizeof *d);
    if (d == NULL) return CM_E_NO_MEMORY;
    d->kind = o->kind;
    d->window = o->window == 0 ? o->kind->window : o->window;
    d->reply_us = or_us(o->reply_ms, o->kind->reply_ms);
    d->poll_us = or_us(o->poll_ms, POLL_MS);
    d->rest_us = or_us(o->rest_ms, REST_MS);
    d->cause = DRIVER_RUNNING;
    while (d->fields_n < DRIVER_FIELDS && o->fields[d->fields_n] != NULL)
        d->fields_n++;
    d->own = calloc(1, o->kind->own_len);
    if (d->own == NULL) return CM_E_NO_MEMORY;
    TRY(o->kind->begin(d, o, diag)); /* a slot may set the window to 1 */
    d->flight_cap = d->window;
    d->flights = calloc(d->flight_cap, sizeof *d->flights);
    if (d->flights == NULL) return CM_E_NO_MEMORY;
    *out = take(&d);
    return CM_OK;
}

void driver_free(struct driver *d) {
    if (d == NULL) return;
    if (d->own != NULL && d->kind->end != NULL) d->kind->end(d);
    free(d->own);
    free(d->flights);
    buffer_wipe(&d->in); /* codes went through both */
    buffer_wipe(&d->out);
    report_end(d);
    free(d);
}

void driver_freep(struct driver **d) { driver_free(*d); }

void driver_connected(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (d->linked || d->phase == PHASE_STOPPED) return;
    d->linked = true;
    d->silent_n = 0;
    d->pause_us = 0;
    d->reads_n = 0;
    d->read_us = now_us;
    if (d->late) d->late_until_us = now_us + d->rest_us;
    d->late = false;
    if (d->phase != PHASE_HELD) {
        driver_block(d, DRIVER_RUNNING, "");
        driver_peek(d);
    }
    driver_advance(d);
}

/* A unit of which not one byte left: the printer cannot have it. Those are the last ones. */
static void settle_unsent(struct driver *d) {
    const uint64_t left = d->out_before + d->out_gone;
    while (d->flight_n > 0) {
        const struct flight *last =
            &d->flights[(d->flight_first + d->flight_n - 1) % d->flight_cap];
        if (last->begins < left) return;
        driver_settle_last(d, FATE_UNSENT);
    }
}

void driver_disconnected(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (!d->linked) return;
    const size_t before = d->flight_n;
    settle_unsent(d);
    d->out_before += d->out_gone;
    d->out_gone = 0;
    buffer_recycle(&d->out, OUT_KEEP);
    buffer_recycle(&d->in, OUT_KEEP);
    if (d->asking == ASK_UNIT && d->flight_n == before) d->doubt = true;
    d->asking = ASK_NONE;
    d->plan = d->walk = NULL;
    d->peeks_left = 0;
    d->linked = d->counted = false;
    d->print_since_us = 0;
    d->relinked = d->flight_n > 0;
    d->late |= d->clear; /* what the lost link carried may come behind what the next one says */
    if (d->kind->lost != NULL) d->kind->lost(d);
    if (d->phase != PHASE_STOPPED && d->phase != PHASE_HELD) d->phase = PHASE_DOWN;
    if (d->halting && d->flight_n == 0 && !d->clear) d->phase = PHASE_STOPPED;
    driver_advance(d);
}

void driver_hear(struct driver *d, struct cm_slice bytes, uint64_t now_us) {
    d->now_us = now_us;
    if (!d->linked || bytes.len == 0) return;
    d->quiet_since_us = now_us;
    buffer_put(&d->in, bytes.p, bytes.len);
    size_t at = 0;
    while (at < d->in.len) {
        const struct cm_slice rest = slice_of(d->in.p + at, d->in.len - at);
        const size_t len = d->kind->frame(d, rest);
        if (len == 0) break;
        d->kind->heard(d, slice_of(rest.p, len));
        at += len;
    }
    if (d->in.len - at > (d->kind->frame_max > 0 ? d->kind->frame_max : IN_CAP)) at = d->in.len;
    if (at > 0) memmove(d->in.p, d->in.p + at, d->in.len - at);
    d->in.len -= at;
    driver_advance(d);
}

void driver_tick(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (d->linked && d->asking != ASK_NONE && now_us >= d->due_us) driver_silence(d);
    driver_advance(d);
}

static cm_err check_unit(const struct driver *d, const struct unit *u, struct cm_diag *diag) {
    for (size_t i = 0; i < d->fields_n; i++)
        if (u->texts[i].len > DRIVER_TEXT_MAX)
            return diag_fail(diag, CM_E_RANGE, "unit", NULL, "shorten the text",
                             "field %zu has %zu bytes, at most %u", i + 1, u->texts[i].len,
                             DRIVER_TEXT_MAX);
    return CM_OK;
}

cm_err driver_give(struct driver *d, const struct unit *u, uint64_t now_us, struct cm_diag *diag) {
    d->now_us = now_us;
    if (driver_room(d) == 0) return CM_E_STATE;
    TRY(check_unit(d, u, diag));
    if (!report_room(d, d->flight_n + 1)) return CM_E_NO_MEMORY;
    const size_t before = d->out.len;
    cm_err err = d->kind->unit(d, u, diag);
    if (err == CM_OK) err = buffer_err(&d->out);
    if (err != CM_OK) {
        d->out.len = before;
        return err;
    }
    d->flights[(d->flight_first + d->flight_n++) % d->flight_cap] =
        (struct flight){.serial = u->serial, .begins = d->out_before + before, .number = d->number};
    d->given++;
    d->still_since_us = now_us;
    if (d->flight_n == 1) d->print_since_us = now_us;
    if (!d->kind->piped) driver_owed(d, ASK_UNIT);
    return CM_OK;
}

void driver_passed(struct driver *d, uint64_t n, uint64_t now_us) {
    d->now_us = now_us;
    if (d->kind->passed != NULL && d->linked) d->kind->passed(d, n);
    driver_advance(d);
}

bool driver_is_blind(const struct driver *d) { return d->kind->blind != NULL && d->kind->blind(d); }

void driver_resume(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (d->phase != PHASE_HELD) return;
    d->phase = PHASE_DOWN;
    if (d->linked) driver_reopen(d);
    driver_advance(d);
}

void driver_restart(struct driver *d) {
    d->halting = false;
    if (d->phase == PHASE_STOPPED && !d->linked) d->phase = PHASE_DOWN;
}

void driver_stop(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (d->phase == PHASE_STOPPED) return;
    d->halting = true;
    if (d->clear && d->phase == PHASE_HELD) d->phase = PHASE_DOWN;
    if (d->linked) driver_reopen(d);
    if (!d->linked && d->flight_n == 0 && !d->clear) d->phase = PHASE_STOPPED;
    driver_advance(d);
}

/* What has not begun to leave us never will. A job's frame that has begun is whole or nothing. */
static void drop_unsent(struct driver *d) {
    const uint64_t left = d->out_before + d->out_gone;
    size_t begun = 0;
    while (begun < d->flight_n &&
           d->flights[(d->flight_first + begun) % d->flight_cap].begins < left)
        begun++;
    if (begun == d->flight_n || (begun > 0 && d->kind->model == DRIVER_JOB)) return;
    const struct flight *first = &d->flights[(d->flight_first + begun) % d->flight_cap];
    d->out.len = (size_t)(first->begins - d->out_before);
    d->asking = ASK_NONE; /* it may have stood behind them */
    while (d->flight_n > begun)
        driver_settle_last(d, FATE_UNSENT);
}

void driver_clear(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    if (d->phase == PHASE_STOPPED) return;
    d->clear = true;
    d->clear_knows = d->counted;
    d->clear_from = d->told_counter;
    d->late |= !d->linked;
    drop_unsent(d);
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    if (d->kind->clear != NULL) d->kind->clear(d);
    if (d->phase == PHASE_HELD) d->phase = PHASE_DOWN;
    if (d->linked) driver_reopen(d);
    driver_advance(d);
}

void driver_abandon(struct driver *d, uint64_t now_us) {
    d->now_us = now_us;
    d->clear = false;
    driver_settle(d, d->flight_n, FATE_UNKNOWN);
    d->halting = true;
    d->phase = PHASE_STOPPED;
    d->plan = d->walk = NULL;
    d->asking = ASK_NONE;
    driver_advance(d);
}

struct cm_slice driver_out(const struct driver *d) {
    if (d->out.p == NULL) return slice_of(NULL, 0); /* NULL + 0 is undefined */
    return slice_of(d->out.p + d->out_gone, d->out.len - d->out_gone);
}

void driver_left(struct driver *d, size_t len, uint64_t now_us) {
    d->now_us = now_us;
    const size_t most = d->out.len - d->out_gone;
    d->out_gone += len < most ? len : most;
    if (d->kind->left != NULL) d->kind->left(d);
    if (d->out_gone < d->out.len && (d->out_gone < OUT_KEEP || d->out_gone * 2 < d->out.len))
        return;
    d->out_before += d->out_gone;
    d->out.len -= d->out_gone;
    if (d->out.len > 0) memmove(d->out.p, d->out.p + d->out_gone, d->out.len);
    d->out_gone = 0;
}

uint64_t driver_wakes_us(const struct driver *d) {
    if (!d->linked || d->phase == PHASE_STOPPED || d->phase == PHASE_HELD) return UINT64_MAX;
    if (d->asking != ASK_NONE) return d->due_us;
    if (d->plan != NULL) return d->pause_us;
    return d->poll_due_us > d->pause_us ? d->poll_due_us : d->pause_us;
}

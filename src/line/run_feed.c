/* Units out: how many may go at the end of a turn, and what goes back unsent. References as in
 * run.h. */
#include "line/run_inside.h"

#define RATE_BITE_US 20000u /* with a rate limit: bites of so much time */

/* ---- Going back ----------------------------------------------------------------------------- */

void run_settle_part(struct run *r, const struct take *t, uint32_t from, uint32_t to,
                     enum cm_cause cause) {
    if (from < to)
        run_settle(r, &(struct span){.set = t->set,
                                     .stage = CM_STAGE_VOID,
                                     .cause = (uint8_t)cause,
                                     .first = t->first + from,
                                     .count = to - from});
}

/* Those whose part that is not given is empty have no more to do. */
static void pop_done(struct run *r) {
    while (r->takes != NULL && r->takes->given == r->takes->count)
        run_pop_take(r);
}

void run_return_pending(struct run *r) {
    if (r->pending == 0) return;
    for (struct take *t = r->takes; t != NULL; t = t->next) {
        run_settle_part(r, t, t->given, t->journaled, CM_CAUSE_UNSENT);
        t->given = t->journaled;
    }
    r->voided += r->pending;
    r->pending = 0;
    pop_done(r);
}

void run_return_all(struct run *r) {
    run_return_pending(r);
    run_free_takes(r);
    r->again_at = r->again_n;
    const struct run_past *p = run_journal_past(r->journal, r->number);
    for (size_t i = 0; i < p->spans.n;) {
        struct span s = p->spans.p[i++];
        if (s.stage != CM_STAGE_RESERVED) continue;
        s.stage = CM_STAGE_VOID;
        s.cause = CM_CAUSE_RETURNED;
        run_settle(r, &s);
        if (spans_find(&p->spans, s.set, s.first)->stage != CM_STAGE_VOID) return; /* no memory */
        i = 0; /* they have melted with their neighbours */
    }
}

void run_return_late(struct run *r) {
    for (struct take *t = r->takes; t != NULL; t = t->next) {
        if (t->until_ms > r->now.wall_ms || t->journaled == t->count) continue;
        run_settle_part(r, t, t->journaled, t->count, CM_CAUSE_RETURNED);
        wipe(t->texts + t->journaled * t->code_len, (t->count - t->journaled) * t->code_len);
        t->count = t->journaled;
        r->waiting -= t->units;
        t->units = 0;
        r->returned = r->changed = true;
        r->returned_told = false; /* a report under way is older */
    }
    pop_done(r);
}

/* ---- Sending -------------------------------------------------------------------------------- */

static cm_u128 earned(const struct run *r) { return (cm_u128)(r->now.us - r->rate_us) * r->rate; }

/* Units that the rate allows now: what was not used is kept for one window at most. */
static uint64_t allowed(struct run *r) {
    if (r->rate == 0) return UINT64_MAX;
    const cm_u128 most = (cm_u128)r->window * US_PER_MINUTE, now = earned(r);
    if (now > r->budget + most) r->budget = now - most;
    return (uint64_t)((now - r->budget) / US_PER_MINUTE);
}

/* Small rooms are left to grow, so that a fast line costs few turns and few syncs. */
static uint64_t mark(const struct run *r) {
    if (!r->piped || driver_in_flight(r->driver) + r->pending == 0) return 1;
    uint64_t units = r->window / 4;
    const uint64_t bite = r->rate * RATE_BITE_US / US_PER_MINUTE;
    if (r->rate > 0 && bite < units) units = bite;
    return units == 0 ? 1 : units;
}

static uint64_t room_left(const struct run *r) {
    const uint64_t room = driver_room(r->driver);
    return room > r->pending ? room - r->pending : 0;
}

/* Journal the next units of one take, at most n. Returns how many. */
static uint64_t journal_take(struct run *r, struct take *t, uint64_t n) {
    uint32_t to = t->journaled;
    uint64_t units = 0;
    while (to < t->count && units < n)
        units += run_text(t, to++).len > 0;
    if (units == t->units) to = t->count; /* holes at its end */
    const cm_err err =
        run_journal_sent(r->journal, r->number, t->set, t->first + t->journaled, to - t->journaled);
    if (err != CM_OK) { /* it must not go: neither this one nor what follows */
        if (err != CM_E_NO_MEMORY) r->stuck = true;
        run_fail(r, "the line journal refuses to send", err);
        return 0;
    }
    t->journaled = to;
    t->units -= (uint32_t)units;
    return units;
}

void run_journal_next(struct run *r) {
    if (!run_flows(r) || r->blocked != CM_OK) return;
    const uint64_t room = room_left(r), may = allowed(r);
    uint64_t n = room < may ? room : may;
    if (room > 0 && r->waiting == 0 && r->asks_n > 0) r->ran_dry = true;
    if (n < mark(r)) return;
    if (n > r->waiting) n = r->waiting;
    for (struct take *t = r->takes; t != NULL && n > 0; t = t->next) {
        if (t->units == 0) continue;
        const uint64_t units = journal_take(r, t, n);
        if (units == 0) return;
        n -= units;
        r->waiting -= units;
        r->pending += units;
        r->budget += (cm_u128)units * US_PER_MINUTE;
    }
}

/* The text cannot be said. What else was journaled with it goes back, too, and the run waits: the
 * next unit would go the same way. */
static void refuse(struct run *r, struct take *t, const struct cm_diag *diag, cm_err err) {
    run_settle_part(r, t, t->given, t->given + 1, CM_CAUSE_UNSENT);
    t->given++;
    r->pending--;
    r->voided++;
    run_return_pending(r);
    r->stuck = r->attention = true;
    run_set_error(r, "the printer's language cannot say a text: %.80s",
                  diag->problem[0] == '\0' ? cm_err_name(err) : diag->problem);
}

static bool give_next(struct run *r) {
    struct take *t = r->takes;
    while (t->given < t->journaled && run_text(t, t->given).len == 0)
        t->given++;
    if (t->given == t->journaled) { /* holes were left */
        if (t->given < t->count) return false;
        run_pop_take(r);
        return r->takes != NULL;
    }
    struct unit unit = {.serial = key_of(t->set, t->first + t->given)};
    struct cm_diag diag = DIAG_INIT;
    fields_fill(t->fields, run_text(t, t->given), t->first + t->given, &unit);
    const cm_err err = driver_give(r->driver, &unit, r->now.us, &diag);
    if (err == CM_E_STATE || err == CM_E_NO_MEMORY) return false; /* it waits */
    if (err != CM_OK) {
        refuse(r, t, &diag, err);
        return false;
    }
    t->given++;
    r->pending--;
    r->given++;
    return true;
}

void run_give(struct run *r, struct run_now now) {
    r->now = now;
    while (r->pending > 0 && driver_room(r->driver) > 0 && give_next(r)) {
    }
    pop_done(r);
}

/* ---- Waiting -------------------------------------------------------------------------------- */

static uint64_t rate_wakes_us(const struct run *r) {
    if (r->rate == 0 || r->waiting == 0 || room_left(r) < mark(r)) return UINT64_MAX;
    const cm_u128 needs = r->budget + (cm_u128)mark(r) * US_PER_MINUTE;
    return r->rate_us + (uint64_t)((needs + r->rate - 1) / r->rate);
}

/* When the first of the days that units wait for ends. */
static uint64_t roll_wakes_us(const struct run *r) {
    uint64_t wakes_us = UINT64_MAX;
    for (const struct take *t = r->takes; t != NULL; t = t->next) {
        if (t->until_ms == UINT64_MAX || t->units == 0) continue;
        const uint64_t ms = t->until_ms > r->now.wall_ms ? t->until_ms - r->now.wall_ms : 0;
        const uint64_t at_us = r->now.us + ms * US_PER_MS;
        if (at_us < wakes_us) wakes_us = at_us;
    }
    return wakes_us;
}

uint64_t run_feed_wakes_us(const struct run *r) {
    if (!run_flows(r)) return UINT64_MAX;
    const uint64_t rate_us = rate_wakes_us(r), roll_us = roll_wakes_us(r);
    const uint64_t wakes_us = rate_us < roll_us ? rate_us : roll_us;
    const uint64_t may = r->waiting == 0 || r->rate > 0 || r->blocked != CM_OK ? 0 : room_left(r);
    if (may >= mark(r)) return r->now.us; /* there is more to send at once */
    const bool asks = r->was_up && r->asks_n == 0 && (run_wants_again(r) || run_wants_more(r));
    return asks && r->ask_at_us < wakes_us ? r->ask_at_us : wakes_us;
}

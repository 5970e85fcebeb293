/* What the ledger hears of a run: how it stands, and what became of units, as ranges. Settled units
 * stay in the journal until the ledger has said that it has them. References as in run.h. */
#include "base/log.h"
#include "line/run_inside.h"

#define LIVE_US     US_PER_S
#define QUIET_US    (UINT64_C(10) * US_PER_S) /* nothing happens: still a sign of life */
#define MOVES_US    (UINT64_C(10) * US_PER_S)
#define MOVES_UNITS 65536u
#define CHANGED_US  (US_PER_S / 5) /* states that change faster wait so long */
#define SPANS_MAX   2000u          /* of a report */
#define SCRAP_MAX   32768u         /* units to void in a report; engine/runs.h allows more */
#define RETRY_US    (UINT64_C(2) * US_PER_S)

static bool moves_due(const struct run *r) {
    const bool end = run_has_finished(r) && !r->told_done;
    return r->changed || end || r->bite > 0 || r->settled_n >= MOVES_UNITS ||
           r->now.us - r->moves_us >= MOVES_US || (r->resting && run_is_settled(r));
}

bool run_report_due(const struct run *r, struct run_now now) {
    if (r->reporting || r->done || now.us < r->report_us) return false;
    const uint64_t since_us = now.us - r->report_us;
    if (r->settled_n >= MOVES_UNITS) return true;
    const bool end = run_has_finished(r) && !r->told_done;
    const bool rest = r->resting && r->settled_n > 0 && run_is_settled(r);
    if (r->changed || end || rest) return since_us >= CHANGED_US;
    const bool lives = r->given != r->told_given || !run_is_settled(r) || r->settled_n > 0;
    return since_us >= (lives ? LIVE_US : QUIET_US);
}

/* ---- Moves ---------------------------------------------------------------------------------- */

static void put_move(struct json_writer *w, const struct span *s) {
    json_array_begin(w, NULL);
    json_put_u64(w, NULL, s->set);
    json_put_u64(w, NULL, s->first);
    json_put_u64(w, NULL, s->count);
    json_put_cstr(w, NULL, cm_stage_name((enum cm_stage)s->stage));
    json_put_cstr(w, NULL, cm_cause_name((enum cm_cause)s->cause));
    json_array_end(w);
}

static bool is_settled(const struct span *s) {
    return s->stage > CM_STAGE_SENT && s->stage < CM_STAGE_N;
}

/* As much of a span as one report may tell. */
static struct span part_of(const struct run *r, const struct span *whole, uint64_t *scrap) {
    struct span s = *whole;
    if (r->bite > 0 && s.count > r->bite) s.count = r->bite;
    if (s.stage != CM_STAGE_VOID) return s;
    if (s.count > *scrap) s.count = *scrap;
    *scrap -= s.count;
    return s;
}

static bool settled_from(const struct spans *s, size_t i) {
    while (i < s->n && !is_settled(&s->p[i]))
        i++;
    return i < s->n;
}

/* Tell what fits; whether something is left for the next report. */
static bool put_moves(struct run *r, struct json_writer *w) {
    const struct run_past *p = run_journal_past(r->journal, r->number);
    const size_t most = r->bite > 0 ? 1 : SPANS_MAX;
    uint64_t scrap = SCRAP_MAX;
    size_t n = 0, i = 0;
    for (; i < p->spans.n && n < most && scrap > 0; i++) {
        const bool settled = is_settled(&p->spans.p[i]);
        if (!settled && (r->bite > 0 || p->spans.p[i].stage != CM_STAGE_SENT)) continue;
        const struct span s = part_of(r, &p->spans.p[i], &scrap);
        if (settled && spans_put(&r->told, &s) != CM_OK) break;
        put_move(w, &s);
        n++;
    }
    return settled_from(&p->spans, i) || scrap == 0 || (r->bite > 0 && n > 0);
}

/* ---- Reports -------------------------------------------------------------------------------- */

static void put_down(const struct run *r, struct json_writer *w) {
    json_object_begin(w, "down");
    for (size_t i = 0; i < DRIVER_STATE_N; i++)
        if (r->down_ms[i] > 0)
            json_put_u64(w, driver_state_name((enum driver_state)i), r->down_ms[i]);
    json_object_end(w);
}

void run_report(struct run *r, bool durable, struct json_writer *w, struct run_now now) {
    r->now = now;
    run_clock(r);
    const bool moves = durable && moves_due(r), finished = run_has_finished(r);
    bool more = false;
    json_object_begin(w, NULL);
    json_put_u64(w, "number", r->number);
    if (moves) {
        r->moves_us = now.us;
        r->settled_n = 0;
        json_array_begin(w, "moves");
        more = put_moves(r, w);
        json_array_end(w);
    }
    json_put_cstr(w, "state", run_state_text(r));
    json_put_cstr(w, "words", r->words);
    json_put_u64(w, "in_flight", driver_in_flight(r->driver) + r->pending);
    json_put_u64(w, "window", r->window);
    json_put_u64(w, "rate", r->measured);
    json_put_u64(w, "duplicates", r->duplicates);
    put_down(r, w);
    json_put_bool(w, "attention", r->attention);
    json_put_cstr(w, "error", r->error);
    json_put_bool(w, "done", finished && moves && !more);
    json_object_end(w);
    r->told_done = finished && moves && !more;
    r->returned_told = r->returned && moves && !more;
    r->reporting = true;
    r->changed = more; /* the rest follows soon */
    r->told_given = r->given;
    r->report_us = now.us;
}

/* The ledger will never take it. */
static bool is_refusal(cm_err err) {
    return err == CM_E_CONFLICT || err == CM_E_NOT_FOUND || err == CM_E_ARGUMENT ||
           err == CM_E_RANGE || err == CM_E_FORMAT || err == CM_E_LIMIT;
}

static void forget_told(struct run *r) {
    for (size_t i = 0; i < r->told.n; i++) {
        const cm_err err = run_journal_forget(r->journal, r->number, &r->told.p[i]);
        if (err != CM_OK) run_fail(r, "what was reported cannot be forgotten", err);
    }
    r->told.n = 0;
}

static void give_up_told(struct run *r, cm_err err) {
    for (size_t i = 0; i < r->told.n; i++) {
        const struct span *s = &r->told.p[i];
        log_event(LOG_ERROR, "run %s: the ledger refuses %llu units from %u/%llu as %s: %s",
                  r->name, (unsigned long long)s->count, s->set, (unsigned long long)s->first,
                  cm_stage_name((enum cm_stage)s->stage), cm_err_name(err));
    }
    run_fail(r, "the ledger refuses a report", err);
    forget_told(r);
}

void run_reported(struct run *r, cm_err err, struct run_now now) {
    r->now = now;
    r->reporting = false;
    if (err == CM_OK) {
        forget_told(r);
        r->bite = r->changed ? 2 * r->bite : 0; /* nothing is left: all is as before */
        if (r->returned_told) r->returned = r->ended = false;
        if (r->told_done) r->done = true;
        return;
    }
    r->told_done = false;
    r->settled_n++; /* the moves are still to be told */
    r->changed = true;
    if (!is_refusal(err)) {
        r->told.n = 0;
        r->report_us = now.us + RETRY_US;
        run_set_error(r, "the vault takes no report: %s", cm_err_name(err));
        return;
    }
    const uint64_t told = r->told.n == 0 ? 0 : r->told.p[0].count;
    const bool alone = r->bite > 0;
    r->bite = alone ? (told + 1) / 2 : UINT32_MAX;
    if (alone && told <= 1) give_up_told(r, err);
    r->told.n = 0;
}

bool run_is_cautious(const struct run *r) { return r->bite > 0; }

bool run_is_told(const struct run *r) {
    return run_is_settled(r) && !r->reporting && r->settled_n == 0 && r->bite == 0;
}

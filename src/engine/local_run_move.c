/* A run is given serials, and somebody says what became of them: both are decided here, by the
 * owner, and journaled as one group each. Refused: what cm_stage_may refuses, serials that the run
 * does not hold, a hold whose holes and units do not add up, strangers of another brand or mode.
 * Source: docs/design/runs.md, "Ledger and engine". */
#include <stdio.h>

#include "base/macros.h"
#include "engine/local.h"
#include "engine/runs.h"

cm_err admin_run(const struct local *l, uint32_t number, struct cm_diag *diag,
                 struct run_entry **out) {
    *out = registry_run(&l->registry, number);
    if (*out != NULL) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, "run", NULL, "list them with 'countermark run list'",
                     "no run has number %u", number);
}

/* ---- Holding -------------------------------------------------------------------------------- */

struct hold_act {
    const struct issue_event *issue;
    const struct run_hold *hold;
    struct cm_slice holes; /* as the event has them */
    struct cm_diag *diag;
};

static cm_err check_hold(const struct local *l, const struct hold_act *a) {
    struct run_entry *run = NULL;
    struct set_entry *s = NULL;
    TRY(admin_accepted(l, a->diag));
    TRY(admin_run(l, a->hold->run, a->diag, &run));
    TRY(admin_set(l, a->issue->set, a->diag, &s));
    if (run->wish == WISH_STOP || run->wish == WISH_CLOSED)
        return diag_fail(a->diag, CM_E_STATE, run->name, NULL, "start another run",
                         "the run is %s: it takes no more codes",
                         run->wish == WISH_STOP ? "stopped" : "closed");
    if (s->set.kind != SET_BATCH)
        return diag_fail(a->diag, CM_E_UNSUPPORTED, s->name, NULL, "name a batch",
                         "a run streams codes of batches, not cards");
    if (s->set.test == run->test && s->set.brand == run->brand) return CM_OK;
    return diag_fail(a->diag, CM_E_CONFLICT, run->name, NULL,
                     "TEST and LIVE, and brands, each have their own runs",
                     "batch %s is of another mode or brand", s->name);
}

static cm_err hold_as_owner(struct local *l, void *ctx) {
    const struct hold_act *a = ctx;
    const struct issue_event *issue = a->issue;
    TRY(check_hold(l, a));
    TRY(local_check_issue(l, issue, a->diag));
    const struct event events[2] = {{.type = EVENT_ISSUE, .u.issue = *issue},
                                    {.type = EVENT_HOLD,
                                     .u.hold = {.run = a->hold->run,
                                                .set = issue->set,
                                                .first = issue->first,
                                                .count = (uint32_t)issue->count,
                                                .holes = a->holes}}};
    return local_commit_events(l, events, CM_ARRAY_N(events));
}

/* Ascending offsets within the range, as many as it has serials without a unit. */
static bool holes_fit(const struct issue_event *issue, const struct run_hold *hold) {
    if (issue->count == 0 || issue->count > EVENT_HOLD_MAX || hold->hole_n > EVENT_HOLES_MAX)
        return false;
    for (size_t i = 0; i < hold->hole_n; i++)
        if (hold->holes[i] >= issue->count || (i > 0 && hold->holes[i] <= hold->holes[i - 1]))
            return false;
    return issue->issued == issue->count - hold->hole_n;
}

cm_err engine_run_hold(struct cm_engine *engine, const struct issue_event *issue,
                       const struct run_hold *hold, struct cm_diag *diag) {
    if (!holes_fit(issue, hold))
        return diag_fail(diag, CM_E_ARGUMENT, "run", NULL, "take fewer at once",
                         "holes and units of the range do not add up, or are too many");
    CM_CLEANUP(buffer_free) struct buffer holes = BUFFER_INIT;
    for (size_t i = 0; i < hold->hole_n; i++)
        buffer_u32be(&holes, hold->holes[i]);
    TRY(buffer_err(&holes));
    struct hold_act act = {
        .issue = issue, .hold = hold, .holes = buffer_slice(&holes), .diag = diag};
    return local_as_owner(local_of(engine), hold_as_owner, &act);
}

/* ---- Moving --------------------------------------------------------------------------------- */

/* The moves of one call being decided: `pending` lies over what the ledger says, so that a later
 * one of them is judged by what an earlier one will have done. */
struct mover {
    const struct local *l;
    uint32_t run, actor;
    struct event_list *out;
    struct spans pending;
    uint64_t scrapped;
    bool late; /* a line's report: what the ledger knows better is passed over */
    uint64_t contradicted;
    struct cm_diag *diag;
};
static void mover_wipe(struct mover *m) { spans_wipe(&m->pending); }

static cm_err refuse_serial(const struct mover *m, cm_err err, uint32_t set, uint64_t serial,
                            const char *why) {
    const struct run_entry *run = registry_run(&m->l->registry, m->run);
    const struct set_entry *s = registry_set(&m->l->registry, set);
    char place[REGISTRY_NAME_CAP + 40];
    (void)snprintf(place, sizeof place, "%s, serial %llu", s != NULL ? s->name : "no such batch",
                   (unsigned long long)serial);
    return diag_fail(m->diag, err, run->name, place, NULL, "%s", why);
}

/* What stands from a serial on, up to `end` at most: the piece that is of one stage and cause. */
static bool standing(const struct mover *m, const struct held_row *row, uint64_t serial,
                     uint64_t end, struct span *out) {
    const struct span *base = spans_find(&row->spans, row->set, serial);
    if (base == NULL) return false;
    *out = *base;
    if (base->first + base->count < end) end = base->first + base->count;
    const size_t at = spans_from(&m->pending, row->set, serial);
    const struct span *over = at < m->pending.n ? &m->pending.p[at] : NULL;
    if (over != NULL && over->set == row->set) {
        const bool inside = over->first <= serial;
        const uint64_t until = inside ? over->first + over->count : over->first;
        if (inside) *out = *over;
        if (until < end) end = until;
    }
    out->first = serial;
    out->count = end - serial;
    return true;
}

/* Serials that change, in events of bounded size. */
static cm_err emit(struct mover *m, const struct run_move *move, uint64_t first, uint64_t end) {
    if (first == end) return CM_OK;
    const bool scraps = stage_scraps(move->stage);
    const uint64_t most = scraps ? EVENT_SCRAP_MAX : UINT64_MAX;
    const struct span over = {.set = move->set,
                              .stage = (uint8_t)move->stage,
                              .cause = (uint8_t)move->cause,
                              .first = first,
                              .count = end - first};
    TRY(spans_put(&m->pending, &over));
    if (scraps) m->scrapped += end - first;
    if (m->scrapped > RUN_SCRAP_MAX)
        return refuse_serial(m, CM_E_LIMIT, move->set, first, "too many units become void at once");
    for (uint64_t n = 0; first < end; first += n) {
        n = end - first < most ? end - first : most;
        const struct event e = {.type = EVENT_MOVE,
                                .u.move = {.run = m->run,
                                           .actor = m->actor,
                                           .set = move->set,
                                           .first = first,
                                           .count = n,
                                           .stage = move->stage,
                                           .cause = move->cause}};
        if (m->out->n >= RUN_MOVES_MAX) return CM_E_LIMIT;
        TRY(event_list_put(m->out, &e));
    }
    return CM_OK;
}

static cm_err refuse_stage(const struct mover *m, const struct run_move *move,
                           const struct span *now) {
    char why[96];
    (void)snprintf(why, sizeof why, "it is %s and cannot become %s",
                   cm_stage_name((enum cm_stage)now->stage), cm_stage_name(move->stage));
    return refuse_serial(m, CM_E_CONFLICT, move->set, now->first, why);
}

/* Whether a piece stays as it is. */
static bool stays(const struct mover *m, const struct run_move *move, const struct span *now) {
    const enum cm_stage stage = (enum cm_stage)now->stage;
    if (stage == move->stage) return true; /* its first cause stays */
    return m->late && (stage == CM_STAGE_GOOD || !cm_stage_may(stage, move->stage));
}

static cm_err decide_move(struct mover *m, const struct run_move *move) {
    const struct held_entry *entry = held_find(&m->l->held, m->run, move->set);
    const uint64_t end = move->first + move->count;
    uint64_t from = move->first, serial = from; /* [from, serial) is to change */
    while (serial < end) {
        struct span now;
        if (entry == NULL || !standing(m, &entry->row, serial, end, &now))
            return refuse_serial(m, CM_E_NOT_FOUND, move->set, serial, "the run does not hold it");
        if (stays(m, move, &now)) {
            /* News of what led here is only late; anything else cannot be true beside it. */
            if (!cm_stage_may(move->stage, (enum cm_stage)now.stage))
                m->contradicted += held_units(&entry->row, &now);
            TRY(emit(m, move, from, serial));
            from = serial + now.count;
        } else if (!cm_stage_may((enum cm_stage)now.stage, move->stage)) {
            return refuse_stage(m, move, &now);
        }
        serial += now.count;
    }
    return emit(m, move, from, end);
}

static bool move_sound(const struct run_move *move) {
    return move->count > 0 && move->first <= UINT64_MAX - move->count &&
           (unsigned)move->stage < CM_STAGE_N && move->stage != CM_STAGE_RESERVED &&
           (unsigned)move->cause < CM_CAUSE_N;
}

static cm_err decide_all(struct mover *m, const struct run_move *moves, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (!move_sound(&moves[i])) return CM_E_ARGUMENT;
        TRY(decide_move(m, &moves[i]));
    }
    return CM_OK;
}

cm_err run_moves_decide(struct local *l, uint32_t run, uint32_t actor, const struct run_move *moves,
                        size_t n, struct event_list *out, struct cm_diag *diag) {
    CM_CLEANUP(mover_wipe)
    struct mover m = {
        .l = l, .run = run, .actor = actor, .out = out, .pending = SPANS_INIT, .diag = diag};
    return decide_all(&m, moves, n);
}

struct move_act {
    uint32_t run, actor;
    const struct run_move *moves;
    size_t n;
    bool late;
    uint64_t contradicted;
    struct cm_diag *diag;
};

static cm_err move_as_owner(struct local *l, void *ctx) {
    struct move_act *a = ctx;
    struct run_entry *run = NULL;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    TRY(admin_accepted(l, a->diag));
    TRY(admin_run(l, a->run, a->diag, &run));
    CM_CLEANUP(mover_wipe)
    struct mover m = {.l = l,
                      .run = a->run,
                      .actor = a->actor,
                      .out = &events,
                      .pending = SPANS_INIT,
                      .late = a->late,
                      .diag = a->diag};
    TRY(decide_all(&m, a->moves, a->n));
    if (events.n > 0) TRY(local_commit_events(l, events.p, (uint32_t)events.n));
    a->contradicted = m.contradicted;
    return CM_OK;
}

static cm_err run_act(struct cm_engine *engine, struct move_act *act) {
    if (act->n > RUN_MOVES_MAX) return CM_E_LIMIT;
    const cm_err err = local_as_owner(local_of(engine), move_as_owner, act);
    return err == CM_E_RANGE ? CM_E_LIMIT : err; /* more than one group holds */
}

cm_err engine_run_move(struct cm_engine *engine, uint32_t run, uint32_t actor,
                       const struct run_move *moves, size_t n, struct cm_diag *diag) {
    struct move_act act = {.run = run, .actor = actor, .moves = moves, .n = n, .diag = diag};
    return run_act(engine, &act);
}

cm_err engine_run_report(struct cm_engine *engine, uint32_t run, uint32_t actor,
                         const struct run_move *moves, size_t n, uint64_t *contradicted,
                         struct cm_diag *diag) {
    struct move_act act = {
        .run = run, .actor = actor, .moves = moves, .n = n, .late = true, .diag = diag};
    TRY(run_act(engine, &act));
    if (contradicted != NULL) *contradicted = act.contradicted;
    return CM_OK;
}

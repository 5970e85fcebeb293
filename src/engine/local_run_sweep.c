/* Units of a run moved by the stage they are in, however many there are: in groups of bounded size,
 * each decided anew. It refuses a part that begins at a serial which the run does not hold. */
#include <stdlib.h>

#include "base/macros.h"
#include "engine/local.h"
#include "engine/runs.h"

#define SWEEP_MOVES (EVENT_SCRAP_MAX / 16u) /* ranges of one group; our choice */

struct sweep_act {
    uint32_t run, actor;
    const struct run_sweep *sweep;
    uint64_t units;
    bool count_only, done;
    struct cm_diag *diag;
};

struct held_list {
    struct held_entry **p; /* in the order of sending */
    size_t n;
};
static void held_list_wipe(struct held_list *list) { free(list->p); }

/* The part of a span that the sweep speaks of. @param place  of the sweep's set in the order;
 * `at` that of the span's */
static struct span part_of(const struct run_sweep *s, size_t place, size_t at, struct span span) {
    if (s->part == SWEEP_ALL) return span;
    const bool up_to = s->part == SWEEP_UP_TO;
    if (at != place) {
        if ((at < place) != up_to) span.count = 0;
        return span;
    }
    const uint64_t end = span.first + span.count, cut = s->serial + 1;
    if (up_to) {
        span.count = cut <= span.first ? 0 : cut < end ? cut - span.first : span.count;
    } else if (cut > span.first) {
        span.count = cut < end ? end - cut : 0;
        span.first = cut;
    }
    return span;
}

static cm_err find_place(const struct local *l, const struct sweep_act *a,
                         const struct held_list *list, size_t *place) {
    const struct run_sweep *s = a->sweep;
    *place = 0;
    if (s->part == SWEEP_ALL) return CM_OK;
    const struct held_entry *entry = held_find(&l->held, a->run, s->set);
    if (entry == NULL || spans_find(&entry->row.spans, s->set, s->serial) == NULL)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "run", NULL, NULL,
                         "it does not hold serial %llu of batch %u", (unsigned long long)s->serial,
                         s->set);
    while (*place < list->n && list->p[*place] != entry)
        ++*place;
    return CM_OK;
}

/* What one group moves: never more serials to void than one event takes. */
struct gathered {
    struct run_move *moves;
    size_t n;
    uint64_t serials, units;
    bool full;
};
static void gathered_wipe(struct gathered *g) { free(g->moves); }

static void gather(const struct sweep_act *a, const struct held_row *row, struct span span,
                   struct gathered *g) {
    if (g->moves == NULL) { /* they are only counted */
        g->units += held_units(row, &span);
        return;
    }
    const uint64_t left = EVENT_SCRAP_MAX - g->serials;
    if (stage_scraps(a->sweep->stage) && span.count > left) {
        span.count = left;
        g->full = true;
    }
    if (span.count == 0) return;
    g->serials += stage_scraps(a->sweep->stage) ? span.count : 0;
    g->units += held_units(row, &span);
    g->moves[g->n++] = (struct run_move){.set = span.set,
                                         .first = span.first,
                                         .count = span.count,
                                         .stage = a->sweep->stage,
                                         .cause = a->sweep->cause};
    if (g->n == SWEEP_MOVES) g->full = true;
}

static bool wanted(const struct run_sweep *s, const struct span *span) {
    return (s->from >> span->stage & 1u) != 0 && span->stage != (uint8_t)s->stage;
}

static cm_err gather_all(const struct local *l, const struct sweep_act *a, struct gathered *g) {
    CM_CLEANUP(held_list_wipe) struct held_list list = {NULL, 0};
    size_t place = 0;
    TRY(held_in_order(&l->held, a->run, &list.p, &list.n));
    TRY(find_place(l, a, &list, &place));
    for (size_t at = 0; at < list.n && !g->full; at++) {
        const struct held_row *row = &list.p[at]->row;
        for (size_t i = 0; i < row->spans.n && !g->full; i++) {
            const struct span *span = &row->spans.p[i];
            if (!wanted(a->sweep, span)) continue;
            const struct span part = part_of(a->sweep, place, at, *span);
            if (part.count > 0) gather(a, row, part, g);
        }
    }
    return CM_OK;
}

static cm_err sweep_as_owner(struct local *l, void *ctx) {
    struct sweep_act *a = ctx;
    struct run_entry *run = NULL;
    CM_CLEANUP(gathered_wipe) struct gathered g = {.n = 0};
    TRY(admin_run(l, a->run, a->diag, &run));
    if (!a->count_only) {
        TRY(admin_accepted(l, a->diag));
        g.moves = calloc(SWEEP_MOVES, sizeof *g.moves);
        if (g.moves == NULL) return CM_E_NO_MEMORY;
    }
    TRY(gather_all(l, a, &g));
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    if (g.n > 0) {
        TRY(run_moves_decide(l, a->run, a->actor, g.moves, g.n, &events, a->diag));
        TRY(local_commit_events(l, events.p, (uint32_t)events.n));
    }
    a->units += g.units;
    a->done = !g.full;
    return CM_OK;
}

static cm_err run_sweep(struct cm_engine *engine, struct sweep_act *a, uint64_t *units) {
    cm_err err = CM_OK;
    if ((unsigned)a->sweep->stage >= CM_STAGE_N || a->sweep->stage == CM_STAGE_RESERVED ||
        (unsigned)a->sweep->cause >= CM_CAUSE_N)
        return CM_E_ARGUMENT;
    while (err == CM_OK && !a->done)
        err = local_as_owner(local_of(engine), sweep_as_owner, a);
    if (units != NULL) *units = a->units;
    return err;
}

cm_err engine_run_sweep(struct cm_engine *engine, uint32_t run, uint32_t actor,
                        const struct run_sweep *sweep, uint64_t *units, struct cm_diag *diag) {
    struct sweep_act act = {.run = run, .actor = actor, .sweep = sweep, .diag = diag};
    return run_sweep(engine, &act, units);
}

cm_err engine_run_sweep_count(struct cm_engine *engine, uint32_t run, const struct run_sweep *sweep,
                              uint64_t *units, struct cm_diag *diag) {
    struct sweep_act act = {.run = run, .sweep = sweep, .count_only = true, .diag = diag};
    return run_sweep(engine, &act, units);
}

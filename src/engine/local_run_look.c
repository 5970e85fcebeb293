/* Looking at runs: totals, spans, holes, the run of a unit, and the unit that a text names. Nothing
 * is changed and nothing is journaled. */
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "engine/local.h"
#include "engine/runs.h"

#define FIND_CHUNK 1024u /* texts at once: the opener's own chunk */

/* ---- Totals --------------------------------------------------------------------------------- */

struct totals_act {
    uint32_t run;
    struct run_totals totals;
};

static void count_row(const struct held_row *row, struct run_totals *t) {
    t->used += row->used;
    for (size_t i = 0; i < row->spans.n; i++) {
        const struct span *s = &row->spans.p[i];
        const uint64_t units = held_units(row, s);
        t->units[s->stage] += units;
        t->causes[s->cause] += units;
        t->reserved_total += units;
        const bool returned = s->stage == CM_STAGE_VOID && s->cause == CM_CAUSE_RETURNED;
        if (s->stage != CM_STAGE_RESERVED && !returned) t->sent_total += units;
    }
}

static cm_err totals_as_owner(struct local *l, void *ctx) {
    struct totals_act *a = ctx;
    struct run_entry *run = NULL;
    TRY(admin_run(l, a->run, NULL, &run));
    for (size_t i = held_first(&l->held, a->run); i < l->held.n; i++) {
        if (l->held.p[i]->row.run != a->run) break;
        count_row(&l->held.p[i]->row, &a->totals);
    }
    return CM_OK;
}

cm_err engine_run_totals(struct cm_engine *engine, uint32_t run, struct run_totals *out) {
    struct totals_act act = {.run = run};
    TRY(local_as_owner(local_of(engine), totals_as_owner, &act));
    *out = act.totals;
    return CM_OK;
}

/* ---- Spans and holes ------------------------------------------------------------------------ */

/* One batch of a run at a time is copied: the n-th in the order of sending. */
struct copy_act {
    uint32_t run;
    size_t nth;
    struct span *spans;
    uint64_t *units;
    size_t n;
    bool end;
};
static void copy_wipe(struct copy_act *a) {
    free(a->spans);
    free(a->units);
    a->spans = NULL;
    a->units = NULL;
}

static cm_err copy_row(const struct held_row *row, struct copy_act *a) {
    a->n = row->spans.n;
    a->spans = calloc(a->n, sizeof *a->spans);
    a->units = calloc(a->n, sizeof *a->units);
    if (a->spans == NULL || a->units == NULL) return CM_E_NO_MEMORY;
    memcpy(a->spans, row->spans.p, a->n * sizeof *a->spans);
    for (size_t i = 0; i < a->n; i++)
        a->units[i] = held_units(row, &a->spans[i]);
    return CM_OK;
}

static cm_err copy_as_owner(struct local *l, void *ctx) {
    struct copy_act *a = ctx;
    struct run_entry *run = NULL;
    struct held_entry **list = NULL;
    size_t n = 0;
    TRY(admin_run(l, a->run, NULL, &run));
    TRY(held_in_order(&l->held, a->run, &list, &n));
    a->end = a->nth >= n;
    const cm_err err = a->end ? CM_OK : copy_row(&list[a->nth]->row, a);
    free(list);
    return err;
}

cm_err engine_run_spans(struct cm_engine *engine, uint32_t run, run_visit *visit, void *ctx) {
    for (size_t nth = 0;; nth++) {
        CM_CLEANUP(copy_wipe) struct copy_act act = {.run = run, .nth = nth};
        TRY(local_as_owner(local_of(engine), copy_as_owner, &act));
        if (act.end) return CM_OK;
        for (size_t i = 0; i < act.n; i++)
            TRY(visit(ctx, &act.spans[i], act.units[i]));
    }
}

struct holes_act {
    uint32_t run, set;
    uint64_t first, count;
    uint32_t *out;
    size_t cap, n;
};

static cm_err holes_as_owner(struct local *l, void *ctx) {
    struct holes_act *a = ctx;
    const struct held_entry *entry = held_find(&l->held, a->run, a->set);
    if (entry == NULL || entry->row.spans.n == 0) return CM_E_NOT_FOUND;
    size_t at = 0;
    a->n = held_holes(&entry->row, a->first, a->count, &at);
    for (size_t i = 0; i < a->n && i < a->cap; i++)
        a->out[i] = (uint32_t)(entry->row.holes[at + i] - a->first);
    return CM_OK;
}

cm_err engine_run_holes(struct cm_engine *engine, uint32_t run, uint32_t set, uint64_t first,
                        uint64_t count, uint32_t *out, size_t cap, size_t *n) {
    struct holes_act act = {
        .run = run, .set = set, .first = first, .count = count, .out = out, .cap = cap};
    if (count > UINT32_MAX || first > UINT64_MAX - count) return CM_E_ARGUMENT;
    TRY(local_as_owner(local_of(engine), holes_as_owner, &act));
    *n = act.n;
    return CM_OK;
}

struct of_act {
    uint32_t set, run;
    uint64_t serial;
    struct span span;
};

static cm_err of_as_owner(struct local *l, void *ctx) {
    struct of_act *a = ctx;
    for (size_t i = 0; i < l->held.n; i++) {
        const struct held_row *row = &l->held.p[i]->row;
        const struct span *s =
            row->set == a->set ? spans_find(&row->spans, a->set, a->serial) : NULL;
        if (s == NULL) continue;
        if (held_hole(row, a->serial)) return CM_E_NOT_FOUND;
        a->run = row->run;
        a->span = *s;
        return CM_OK;
    }
    return CM_E_NOT_FOUND;
}

cm_err engine_run_of(struct cm_engine *engine, uint32_t set, uint64_t serial, uint32_t *run,
                     struct span *out) {
    struct of_act act = {.set = set, .serial = serial};
    TRY(local_as_owner(local_of(engine), of_as_owner, &act));
    *run = act.run;
    *out = act.span;
    return CM_OK;
}

/* ---- Texts ---------------------------------------------------------------------------------- */

struct door_act {
    uint32_t run;
    struct door door;
};

/* The schemes of what the run holds, as a door of its own. */
static cm_err door_as_owner(struct local *l, void *ctx) {
    struct door_act *a = ctx;
    struct run_entry *run = NULL;
    TRY(admin_run(l, a->run, NULL, &run));
    a->door.test = run->test;
    a->door.brand = run->brand;
    for (size_t i = held_first(&l->held, a->run); i < l->held.n; i++) {
        if (l->held.p[i]->row.run != a->run) break;
        const uint32_t scheme = registry_set(&l->registry, l->held.p[i]->row.set)->set.of;
        uint32_t k = 0;
        while (k < a->door.scheme_n && a->door.schemes[k] != scheme)
            k++;
        if (k < a->door.scheme_n) continue;
        if (k == DOOR_SCHEMES_MAX) return CM_E_LIMIT;
        a->door.schemes[a->door.scheme_n++] = scheme;
    }
    return CM_OK;
}

static cm_err find_chunk(struct local *l, struct bench_place *place, const struct door *door,
                         const struct cm_slice *codes, size_t n, struct found_unit *out) {
    struct cm_request *requests = calloc(n, sizeof *requests);
    struct resolved *resolved = calloc(n, sizeof *resolved);
    cm_err err = requests == NULL || resolved == NULL ? CM_E_NO_MEMORY : CM_OK;
    for (size_t i = 0; i < n && err == CM_OK; i++)
        requests[i].code = codes[i];
    const struct cm_call call = {.requests = requests, .n = n};
    if (err == CM_OK) {
        (void)pthread_rwlock_rdlock(&l->registry_lock);
        err = opener_resolve(place->opener, door, &call, 1, resolved);
        (void)pthread_rwlock_unlock(&l->registry_lock);
    }
    for (size_t i = 0; i < n && err == CM_OK; i++) {
        const bool ours = resolved[i].verdict == CM_V_ACCEPTED;
        out[i] = (struct found_unit){.verdict = resolved[i].verdict,
                                     .set = ours ? resolved[i].set->number : 0,
                                     .serial = ours ? resolved[i].serial : 0};
    }
    free(requests);
    free(resolved);
    return err;
}

cm_err engine_run_find(struct cm_engine *engine, uint32_t run, const struct cm_slice *codes,
                       size_t n, struct found_unit *out) {
    struct local *l = local_of(engine);
    struct door_act act = {.run = run};
    struct bench_place *place = NULL;
    TRY(local_as_owner(l, door_as_owner, &act));
    TRY(bench_take(l, &place));
    cm_err err = CM_OK;
    for (size_t at = 0; at < n && err == CM_OK; at += FIND_CHUNK) {
        const size_t chunk = n - at < FIND_CHUNK ? n - at : FIND_CHUNK;
        err = find_chunk(l, place, &act.door, codes + at, chunk, out + at);
    }
    bench_give(l, place);
    return err;
}

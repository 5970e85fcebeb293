/* Imported lists by the owner and beside him: a list enters the ledger with all its units in one
 * group; its files are opened before the workspace is ready; and who owns a text is told to those
 * who are about to give it an owner. Source: docs/design/imports.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/imports.h"
#include "engine/legacy_row.h"
#include "engine/local.h"

/* ---- Judging --------------------------------------------------------------------------------- */

static cm_err prove(const struct set_entry *s, struct cm_diag *diag) {
    struct cm_diag why;
    if (s->legacy->files != NULL) return legacy_prove(s->legacy->files, diag);
    if (!registry_list_damaged(s, &why)) return CM_E_STATE;
    return diag_fail(diag, CM_E_CORRUPT, why.input, why.place, why.remedy, "%s", why.problem);
}

cm_err local_legacy_prove(struct local *l, uint64_t *lists, uint64_t *damaged,
                          struct cm_diag *diag) {
    const struct registry *r = &l->registry;
    cm_err first = CM_OK;
    for (uint32_t i = 1; i < r->set_n && r->legacy_n > 0; i++) {
        if (r->sets[i] == NULL || r->sets[i]->legacy == NULL) continue;
        const cm_err err = prove(r->sets[i], diag);
        (*lists)++;
        *damaged += err != CM_OK;
        if (first == CM_OK) first = err;
    }
    return first;
}

static cm_err read_damage(void *ctx, const struct registry *r) {
    struct cm_diag why;
    if (registry_damaged_list(r, &why) == NULL) return CM_OK;
    diag_set(ctx, why.input, why.place, why.remedy, "%s", why.problem);
    return CM_OK;
}

cm_err engine_blame_list(struct cm_engine *engine, cm_err err, struct cm_diag *diag) {
    if (err == CM_E_CORRUPT && diag != NULL) cm_ignore(engine_read(engine, read_damage, diag));
    return err;
}

/* ---- Entering -------------------------------------------------------------------------------- */

struct import_act {
    const struct engine_import *import;
    struct cm_diag *diag;
};

static cm_err import_as_owner(struct local *l, void *ctx) {
    const struct import_act *a = ctx;
    const struct engine_import *m = a->import;
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    const struct event issue = {
        .type = EVENT_ISSUE,
        .u.issue = {.set = m->set, .first = 0, .count = m->units, .issued = m->imported}};
    TRY(admin_accepted(l, a->diag));
    TRY(registry_check(&l->registry, DOCUMENT_LEGACY, m->set, m->document, a->diag));
    TRY(event_list_document(&events, DOCUMENT_LEGACY, m->set, m->actor, m->document));
    if (m->units > 0) TRY(event_list_put(&events, &issue));
    return local_commit_events(l, events.p, (uint32_t)events.n);
}

/* The files must open before the journal says that they are there: afterwards it is too late. */
cm_err engine_import(struct cm_engine *engine, const struct engine_import *import,
                     const struct legacy_wanted *files, struct cm_diag *diag) {
    CM_CLEANUP(legacy_closep) struct legacy *opened = NULL;
    struct import_act act = {.import = import, .diag = diag};
    TRY(legacy_open(&opened, files, diag));
    return local_as_owner(local_of(engine), import_as_owner, &act);
}

/* ---- Whose is a text? ------------------------------------------------------------------------ */

/* Doors that no caller sees, over everything of one brand and mode. */
struct gathering {
    const struct registry *registry;
    const struct owned_ask *ask;
    uint32_t next;      /* set to look at */
    size_t next_scheme; /* likewise */
};

/* What was made before there was a brand may stand at any brand's door. */
static bool same_house(const struct owned_ask *ask, uint32_t brand, bool test) {
    return (brand == ask->brand || brand == 0 || ask->brand == 0) && test == ask->test;
}

static void gather_schemes(struct gathering *g, struct door *d) {
    const struct registry *r = g->registry;
    for (; g->next_scheme < r->scheme_n && d->scheme_n < DOOR_SCHEMES_MAX; g->next_scheme++) {
        const struct scheme_entry *s = r->schemes[g->next_scheme];
        if (same_house(g->ask, s->brand, s->numbers->test)) d->schemes[d->scheme_n++] = s->id;
    }
}

static void gather_set(const struct gathering *g, const struct set_entry *s, struct door *d) {
    if (!same_house(g->ask, s->set.brand, s->set.test)) return;
    if (s->set.kind == SET_POOL && g->ask->own) d->pools[d->pool_n++] = s->set.number;
    if (s->set.kind == SET_LEGACY && g->ask->lists) d->legacy[d->legacy_n++] = s->set.number;
}

static bool gather(struct gathering *g, struct door *d) {
    *d = (struct door){.brand = g->ask->brand, .test = g->ask->test};
    if (g->ask->own) gather_schemes(g, d);
    for (; g->next < g->registry->set_n && d->pool_n < DOOR_POOLS_MAX &&
           d->legacy_n < DOOR_LEGACY_MAX;
         g->next++)
        if (g->registry->sets[g->next] != NULL) gather_set(g, g->registry->sets[g->next], d);
    return d->scheme_n + d->pool_n + d->legacy_n > 0;
}

struct exist_one {
    struct resolved *r;
    struct owned *out;
    bool there;
    const struct door *door;
    const struct cm_request *request;
};

static cm_err exists(struct local *l, const struct set *s, uint64_t serial, bool *there) {
    *there = false;
    if (serial >= s->counters.next_serial) return CM_OK;
    TRY(book_reserve(&l->book, 1));
    TRY(book_touch(&l->book, s->number, serial, false, NULL));
    *there = book_bits(&l->book, s->number, serial) != UNIT_ABSENT;
    return CM_OK;
}

/* As a redemption would: the unit found first may never have been issued. */
static cm_err settle_as_owner(struct local *l, void *ctx) {
    struct exist_one *x = ctx;
    while (x->r->verdict == CM_V_ACCEPTED) {
        TRY(exists(l, x->r->set, x->r->serial, &x->there));
        if (x->there) *x->out = (struct owned){.set = x->r->set->number, .serial = x->r->serial};
        if (x->there) return CM_OK;
        TRY(opener_next(l->own->opener, x->door, x->request, x->r));
    }
    if (x->r->verdict == CM_V_BUSY) return CM_E_CORRUPT; /* as in ask_door */
    /* A card whose PIN nobody gave. */
    const struct set_entry *pool = registry_set(&l->registry, x->r->guess);
    if (x->r->guess == 0 || x->r->guess_serial == GUESS_NEVER || pool == NULL) return CM_OK;
    TRY(exists(l, &pool->set, x->r->guess_serial, &x->there));
    if (x->there) *x->out = (struct owned){.set = x->r->guess, .serial = x->r->guess_serial};
    return CM_OK;
}

static cm_err ask_door(struct local *l, struct bench_place *place, const struct door *door,
                       struct cm_call *call, struct owned *out) {
    struct call_work w = {.calls = call, .n = 1, .request_n = call->n};
    TRY(bench_room(place, &w));
    (void)pthread_rwlock_rdlock(&l->registry_lock);
    const cm_err err = opener_resolve(place->opener, door, call, 1, w.resolved);
    (void)pthread_rwlock_unlock(&l->registry_lock);
    TRY(err);
    for (size_t i = 0; i < call->n; i++) {
        struct exist_one x = {
            .r = &w.resolved[i], .out = &out[i], .door = door, .request = &call->requests[i]};
        /* Perhaps a list's whose files cannot be read: whoever gives it an owner must know. */
        if (x.r->verdict == CM_V_BUSY) return CM_E_CORRUPT;
        if (out[i].set == 0 && (x.r->verdict == CM_V_ACCEPTED || x.r->guess != 0))
            TRY(local_as_owner(l, settle_as_owner, &x));
    }
    return CM_OK;
}

static cm_err ask_all(struct local *l, struct bench_place *place, const struct owned_ask *ask,
                      struct cm_call *call, struct owned *out) {
    struct gathering g = {.registry = &l->registry, .ask = ask, .next = 1};
    struct door door;
    for (;;) {
        (void)pthread_rwlock_rdlock(&l->registry_lock);
        const bool more = gather(&g, &door);
        (void)pthread_rwlock_unlock(&l->registry_lock);
        if (!more) return CM_OK;
        TRY(ask_door(l, place, &door, call, out));
    }
}

cm_err engine_owned(struct cm_engine *engine, const struct owned_ask *ask,
                    const struct cm_slice *texts, size_t n, struct owned *out) {
    struct local *l = local_of(engine);
    struct bench_place *place = NULL;
    struct cm_request *requests = calloc(n + 1, sizeof *requests);
    if (requests == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct owned){.set = 0};
        requests[i] = (struct cm_request){.operation = CM_OP_CHECK, .code = texts[i]};
    }
    struct cm_call call = {.requests = requests, .n = n};
    cm_err err = n > 0 ? bench_take(l, &place) : CM_OK;
    if (place != NULL) {
        err = ask_all(l, place, ask, &call, out);
        bench_give(l, place);
    }
    free(requests);
    return err;
}

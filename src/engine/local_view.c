/* Looking without changing units: registry, one unit, statistics; and folding on demand. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/local.h"

struct read_act {
    registry_reader *read;
    void *ctx;
};

static cm_err read_as_owner(struct local *l, void *ctx) {
    const struct read_act *a = ctx;
    return a->read(a->ctx, &l->registry);
}

cm_err engine_read(struct cm_engine *engine, registry_reader *read, void *ctx) {
    struct read_act act = {.read = read, .ctx = ctx};
    return local_as_owner(local_of(engine), read_as_owner, &act);
}

struct lookup_act {
    struct lookup_event event;
    struct unit_view *out;
    struct cm_diag *diag;
};

static cm_err lookup_as_owner(struct local *l, void *ctx) {
    const struct lookup_act *a = ctx;
    const struct set_entry *s = registry_set(&l->registry, a->event.set);
    if (s == NULL || a->event.serial >= s->set.counters.next_serial)
        return diag_fail(a->diag, CM_E_NOT_FOUND, "unit", NULL, NULL,
                         "no such serial was issued in this batch");
    TRY(book_reserve(&l->book, 1));
    TRY(book_touch(&l->book, a->event.set, a->event.serial, true, NULL));
    const struct event e = {.type = EVENT_LOOKUP, .u.lookup = a->event};
    TRY(local_commit_event(l, &e)); /* people's look-ups are part of the record */
    struct unit_view v = {.bits = book_bits(&l->book, a->event.set, a->event.serial)};
    if (v.bits == UNIT_OTHER) v.extra = book_extra(&l->book, a->event.set, a->event.serial);
    TRY(book_detail(&l->book, a->event.set, a->event.serial, &v.detail, &v.has_detail));
    *a->out = v;
    return CM_OK;
}

cm_err engine_lookup(struct cm_engine *engine, uint32_t actor, uint32_t set, uint64_t serial,
                     struct unit_view *out, struct cm_diag *diag) {
    struct lookup_act act = {
        .event = {.set = set, .actor = actor, .serial = serial}, .out = out, .diag = diag};
    return local_as_owner(local_of(engine), lookup_as_owner, &act);
}

struct exist_act {
    uint32_t set;
    uint64_t first;
    size_t n;
    bool *exist;
    bool alive; /* ask for that, too */
};

static bool is_void(const struct local *l, uint32_t set, uint64_t serial) {
    return book_bits(&l->book, set, serial) == UNIT_OTHER &&
           (book_extra(&l->book, set, serial).flags & UNIT_VOID) != 0;
}

static cm_err exist_as_owner(struct local *l, void *ctx) {
    const struct exist_act *a = ctx;
    const struct set_entry *s = registry_set(&l->registry, a->set);
    if (s == NULL) return CM_E_NOT_FOUND;
    TRY(book_reserve(&l->book, a->n));
    for (size_t i = 0; i < a->n; i++) {
        const uint64_t serial = a->first + i;
        a->exist[i] = serial < s->set.counters.next_serial;
        if (!a->exist[i]) continue;
        TRY(book_touch(&l->book, a->set, serial, 0, NULL));
        a->exist[i] = book_bits(&l->book, a->set, serial) != UNIT_ABSENT &&
                      !(a->alive && is_void(l, a->set, serial));
    }
    return CM_OK;
}

cm_err engine_exist(struct cm_engine *engine, uint32_t set, uint64_t first, size_t n, bool *exist) {
    struct exist_act act = {.set = set, .first = first, .n = n, .exist = exist};
    return local_as_owner(local_of(engine), exist_as_owner, &act);
}

cm_err engine_alive(struct cm_engine *engine, uint32_t set, uint64_t first, size_t n, bool *alive) {
    struct exist_act act = {.set = set, .first = first, .n = n, .exist = alive, .alive = true};
    return local_as_owner(local_of(engine), exist_as_owner, &act);
}

/* Two turns: the first may only finish a fold under way, whose job lacks the latest changes. */
static cm_err fold_as_owner(struct local *l, void *ctx) {
    (void)ctx;
    const uint64_t wanted = l->book.sequence;
    if (!l->folder_runs) return CM_E_STATE; /* opened for reading: nobody would ever do it */
    while (l->stats.folded_to < wanted && !atomic_load(&l->dead)) {
        fold_turn(l, true);
        (void)pthread_mutex_lock(&l->fold_lock);
        while (l->phase == FOLD_ASKED)
            (void)pthread_cond_wait(&l->fold_changed, &l->fold_lock);
        const bool failed = l->phase == FOLD_FAILED;
        (void)pthread_mutex_unlock(&l->fold_lock);
        fold_turn(l, false);
        if (failed) return CM_E_IO;
    }
    return atomic_load(&l->dead) ? CM_E_DEAD : CM_OK;
}

cm_err engine_fold(struct cm_engine *engine) {
    return local_as_owner(local_of(engine), fold_as_owner, NULL);
}

static cm_err stats_as_owner(struct local *l, void *ctx) {
    struct engine_stats *out = ctx;
    *out = l->stats;
    out->sequence = l->book.sequence;
    out->journal_bytes = l->unfolded_len;
    out->unit_memory = units_memory(&l->book.units);
    out->overlay_n = book_weight(&l->book);
    out->restored = l->restored;
    for (size_t i = 0; i < l->refusing_n; i++)
        for (size_t v = 0; v < CM_VERDICT_N; v++)
            out->refusals[v] += l->refused[i][v];
    return CM_OK;
}

void engine_stats(struct cm_engine *engine, struct engine_stats *out) {
    struct local *l = local_of(engine);
    struct engine_stats stats = {0};
    if (local_as_owner(l, stats_as_owner, &stats) != CM_OK) stats.dead = true;
    *out = stats;
}

bool engine_restored(struct cm_engine *engine) {
    struct engine_stats stats;
    engine_stats(engine, &stats);
    return stats.restored;
}

/* Both stand from the opening on. */
void engine_identity(struct cm_engine *engine, char out[static ENGINE_IDENTITY_CAP]) {
    const struct local *l = local_of(engine);
    char id[2 * WORKSPACE_ID_LEN + 1];
    hex_format(l->workspace_id, sizeof l->workspace_id, id);
    (void)snprintf(out, ENGINE_IDENTITY_CAP, "%s/%u", id, l->epoch);
}

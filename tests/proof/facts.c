/* Reading a workspace's journal with the journal's reader: no engine, no image. See facts.h. */
#include "support/cm.h"

#include "facts.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/event_frame.h"
#include "ledger/journal_read.h"

/* Its number among the distinct ones; a new one gets the next. */
static cm_err number_of(struct facts *f, const struct unit_event *u, uint32_t *number) {
    *number = 0;
    if (!u->has_redeemer) return CM_OK;
    for (uint32_t i = 0; i < f->pseudonym_n && *number == 0; i++)
        if (memcmp(f->pseudonyms[i], u->redeemer, sizeof u->redeemer) == 0) *number = i + 1;
    if (*number != 0) return CM_OK;
    if (f->pseudonym_n == HISTORY_REDEEMERS) return CM_E_CORRUPT;
    memcpy(f->pseudonyms[f->pseudonym_n], u->redeemer, sizeof u->redeemer);
    *number = ++f->pseudonym_n;
    return CM_OK;
}

static cm_err add(struct facts *f, const struct unit_event *u, uint64_t sequence,
                  uint64_t time_ms) {
    uint32_t pseudonym = 0;
    if (u->serial >= f->unit_n) return CM_E_CORRUPT;
    TRY(number_of(f, u, &pseudonym));
    if (f->n == f->cap) {
        const size_t cap = f->cap * 2 + 1024;
        struct history_fact *p = realloc(f->p, cap * sizeof *p);
        if (p == NULL) return CM_E_NO_MEMORY;
        f->p = p;
        f->cap = cap;
    }
    f->p[f->n++] = (struct history_fact){.type = u->type,
                                         .unit = (uint32_t)u->serial,
                                         .actor = u->actor,
                                         .use = u->use,
                                         .pseudonym = pseudonym,
                                         .spent = u->spent,
                                         .sequence = sequence,
                                         .time_ms = time_ms,
                                         .until_ms = u->until_ms};
    return CM_OK;
}

static cm_err read_group(struct facts *f, const struct journal_group *group) {
    struct cm_slice rest = group->events;
    struct event_frame frame;
    f->segment = group->segment;
    for (uint64_t at = group->first_sequence; frame_next(&rest, &frame); at++) {
        struct event e;
        TRY(event_read(frame.type, frame.flags, frame.payload, &e));
        const bool unit = e.type >= EVENT_REDEEM && e.type <= EVENT_VOID;
        if (unit && e.u.unit.set == f->set) TRY(add(f, &e.u.unit, at, group->time_ms));
    }
    return CM_OK;
}

cm_err facts_try(struct facts *f, const struct world *w, uint32_t set, uint32_t unit_n,
                 struct cm_diag *diag) {
    struct workspace_paths paths;
    struct workspace file;
    *f = (struct facts){.set = set, .unit_n = unit_n};
    TRY(workspace_paths(w->dir, &paths, diag));
    TRY(workspace_read(w->dir, &file, diag));
    struct journal_reader_options options = {.dir = paths.journal, .archive_dir = paths.archive};
    memcpy(options.workspace_id, file.id, sizeof options.workspace_id);
    CM_CLEANUP(journal_reader_closep) struct journal_reader *r = NULL;
    TRY(journal_reader_open(&r, &options, 0, diag));
    for (bool found = true; found;) {
        struct journal_group group;
        TRY(journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, diag));
        if (found) TRY(read_group(f, &group));
    }
    return CM_OK;
}

void facts_read(struct facts *f, const struct world *w, uint32_t set, uint32_t unit_n) {
    struct cm_diag diag = DIAG_INIT;
    const cm_err err = facts_try(f, w, set, unit_n, &diag);
    if (err != CM_OK) fail_msg("%s: %s %s", cm_err_name(err), diag.input, diag.problem);
}

struct totals_of {
    uint32_t set;
    struct history_totals totals;
};

static cm_err read_totals(void *ctx, const struct registry *registry) {
    struct totals_of *t = ctx;
    const struct set_entry *entry = registry->sets[t->set];
    const struct set_counters *c = &entry->set.counters;
    t->totals = (struct history_totals){.redeemed = (int64_t)c->redeemed,
                                        .reversed = (int64_t)c->reversed,
                                        .reserved = (int64_t)c->reserved,
                                        .voided = (int64_t)c->voided};
    return CM_OK;
}

struct history_totals facts_totals(struct world *w, uint32_t set) {
    struct totals_of t = {.set = set};
    assert_ok(engine_read(w->engine, read_totals, &t));
    return t.totals;
}

/* Backing a running workspace up, and accepting one that was restored. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "engine/local.h"

#define ACCEPT_SETS_MAX 4096u /* sets still issuing when the backup was made; our choice */

/* ---- Backup ------------------------------------------------------------------------------------
 */

static cm_err durable_as_owner(struct local *l, void *ctx) {
    *(uint64_t *)ctx = l->book.sequence;
    return CM_OK;
}

/* The owner answers between two groups: everything before its next sequence is durable. */
static uint64_t durable_sequence(void *ctx) {
    uint64_t sequence = 0;
    const cm_err err = local_as_owner(ctx, durable_as_owner, &sequence);
    return err == CM_OK ? sequence : 0;
}

/* What bureaus have pinned: another certificate over the same key would be a stranger to them. A
 * workspace that never signed an order has none. */
static cm_err read_signer(const char *folder, struct buffer *out, struct cm_diag *diag) {
    char path[WORKSPACE_PATH_CAP + sizeof BACKUP_SIGNER_FILE];
    (void)snprintf(path, sizeof path, "%s/" BACKUP_SIGNER_FILE, folder);
    const cm_err err = file_read(path, BACKUP_SMALL_MAX, out, NULL);
    return err == CM_OK || err == CM_E_NOT_FOUND ? CM_OK
                                                 : file_read(path, BACKUP_SMALL_MAX, out, diag);
}

cm_err engine_backup(struct cm_engine *engine, bool history, const struct backup_sink *sink,
                     struct backup_report *report, struct cm_diag *diag) {
    struct local *l = local_of(engine);
    struct workspace_paths paths;
    TRY(workspace_paths(l->folder_path, &paths, diag));
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer keys = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer signer = BUFFER_INIT;
    TRY(file_read(paths.file, BACKUP_SMALL_MAX, &file, diag));
    TRY(file_read(paths.keystore, BACKUP_SMALL_MAX, &keys, diag));
    TRY(read_signer(l->folder_path, &signer, diag));
    TRY(engine_note(engine, 0, slice_text("backup"), diag));
    TRY(engine_fold(engine)); /* a fresh image keeps the backup small and its restore quick */
    struct workspace w;
    TRY(workspace_read(l->folder_path, &w, diag));
    struct backup_source source = {.state = l->state,
                                   .journal_dir = paths.journal,
                                   .archive_dir = paths.archive,
                                   .lists_dir = l->legacy_path,
                                   .durable = durable_sequence,
                                   .durable_ctx = l,
                                   .workspace_file = buffer_slice(&file),
                                   .keystore_file = buffer_slice(&keys),
                                   .signer_file = buffer_slice(&signer),
                                   .now_ms = clock_now_ms(l->clock),
                                   .history = history};
    memcpy(source.workspace_id, w.id, sizeof source.workspace_id);
    return backup_write(&source, sink, report, diag);
}

/* ---- Accepting a restore ------------------------------------------------------------------------
 */

struct accept_act {
    const struct engine_skip *skips;
    size_t n;
    struct cm_diag *diag;
};

/* Each event spends from the set's next serial on: a second one would begin there again. */
static cm_err each_once(const struct engine_skip *skips, size_t n, struct cm_diag *diag) {
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i; k++)
            if (skips[i].set == skips[k].set)
                return diag_fail(diag, CM_E_CONFLICT, "restore", NULL, "name each set once",
                                 "set %u stands twice", skips[i].set);
    return CM_OK;
}

static cm_err skip_event(const struct local *l, const struct engine_skip *skip, struct event *out,
                         struct cm_diag *diag) {
    const struct set_entry *s = registry_set(&l->registry, skip->set);
    if (s == NULL)
        return diag_fail(diag, CM_E_NOT_FOUND, "restore", NULL, "see 'countermark batch list'",
                         "no batch or pool has number %u", skip->set);
    const struct scheme_entry *scheme = registry_scheme(&l->registry, s->set.of);
    const uint64_t room = s->set.kind == SET_BATCH && scheme != NULL
                              ? scheme->numbers->serials - s->set.counters.next_serial
                              : INT64_MAX;
    if (skip->serials > room)
        return diag_fail(diag, CM_E_LIMIT, s->name, NULL, "skip fewer, or close this batch",
                         "only %llu serials are left", (unsigned long long)room);
    const uint64_t due = s->set.quantity - s->set.counters.issued;
    *out = (struct event){.type = EVENT_ISSUE,
                          .u.issue = {.set = skip->set,
                                      .first = s->set.counters.next_serial,
                                      .count = skip->serials,
                                      .issued = skip->serials < due ? skip->serials : due,
                                      .rule_version = s->set.counters.rule_version}};
    return CM_OK;
}

/* ---- Runs ---- */

/* Whatever the run was given before the backup may have been sent after it. */
static cm_err unsettle_run(const struct local *l, uint32_t run, struct event_list *out) {
    for (size_t i = held_first(&l->held, run); i < l->held.n; i++) {
        const struct held_row *row = &l->held.p[i]->row;
        if (row->run != run) return CM_OK;
        for (size_t k = 0; k < row->spans.n; k++) {
            const struct span *s = &row->spans.p[k];
            if (s->stage != CM_STAGE_RESERVED && s->stage != CM_STAGE_SENT) continue;
            const struct event e = {.type = EVENT_MOVE,
                                    .u.move = {.run = run,
                                               .set = s->set,
                                               .first = s->first,
                                               .count = s->count,
                                               .stage = CM_STAGE_UNKNOWN,
                                               .cause = CM_CAUSE_RESTORE}};
            TRY(event_list_put(out, &e));
        }
    }
    return CM_OK;
}

static cm_err stop_run(struct local *l, const struct run_entry *run) {
    CM_CLEANUP(event_list_wipe) struct event_list events = EVENT_LIST_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(unsettle_run(l, run->id, &events));
    if (run->wish != WISH_STOP) {
        TRY(run_document_with(run, WISH_STOP, "the workspace was restored from a backup", &text));
        TRY(event_list_document(&events, DOCUMENT_RUN, run->id, 0, buffer_slice(&text)));
    }
    return events.n > 0 ? local_commit_events(l, events.p, (uint32_t)events.n) : CM_OK;
}

/* A group each: should the machine stop amid them, the workspace still waits to be accepted. */
static cm_err stop_runs(struct local *l) {
    for (uint32_t i = 1; i < l->registry.run_n; i++) {
        const struct run_entry *run = l->registry.runs[i];
        if (run != NULL && run->wish != WISH_CLOSED) TRY(stop_run(l, run));
    }
    return CM_OK;
}

/* Serials that may have left must never leave again: they are spent here. They count as issued and
 * stay redeemable, since they may be on packs. What the operator accepts is that redemptions made
 * after the backup are forgotten, and that some of these serials may be on no pack at all. */
static cm_err accept_as_owner(struct local *l, void *ctx) {
    const struct accept_act *a = ctx;
    if (!l->restored)
        return diag_fail(a->diag, CM_E_STATE, "workspace", NULL, NULL,
                         "it was not restored: there is nothing to accept");
    TRY(each_once(a->skips, a->n, a->diag));
    struct event *events = calloc(a->n + 1, sizeof *events);
    if (events == NULL) return CM_E_NO_MEMORY;
    cm_err err = CM_OK;
    for (size_t i = 0; i < a->n && err == CM_OK; i++)
        err = skip_event(l, &a->skips[i], &events[i], a->diag);
    events[a->n] = (struct event){.type = EVENT_EPOCH, .u.epoch = {.epoch = l->epoch}};
    if (err == CM_OK) err = stop_runs(l);
    if (err == CM_OK) err = local_commit_events(l, events, (uint32_t)a->n + 1);
    free(events);
    return err;
}

cm_err engine_accept_restore(struct cm_engine *engine, const struct engine_skip *skips, size_t n,
                             struct cm_diag *diag) {
    struct accept_act act = {.skips = skips, .n = n, .diag = diag};
    if (n > ACCEPT_SETS_MAX) return CM_E_ARGUMENT;
    return local_as_owner(local_of(engine), accept_as_owner, &act);
}

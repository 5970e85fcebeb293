/* Creating, opening and closing a workspace's ledger: load the image, replay what it lacks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doc/json.h"
#include "engine/imports.h"
#include "engine/local_card.h"
#include "engine/workspace.h"
#include "ledger/event_frame.h"

#define REPLAY_AHEAD 24u /* events: about a memory access's time */

static const struct engine_ops local_ops;

/* ---- The image --------------------------------------------------------------------------- */

static cm_err load_document(void *ctx, enum document_kind kind, uint32_t id, struct cm_slice text) {
    struct local *l = ctx;
    if (kind == DOCUMENT_REFUSALS) return refusals_load(l, id, text);
    if (kind == DOCUMENT_STOCK || kind == DOCUMENT_TALLY)
        return stock_load_document(l, kind, id, text);
    if (kind != DOCUMENT_WORKSPACE) {
        TRY(local_registry_apply(l, kind, id, text));
        card_note_life(l, kind, id);
        return CM_OK;
    }
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    uint64_t epoch = 0;
    TRY(json_doc_new(&doc, text, "epoch", &JSON_LIMITS_DEFAULT, NULL));
    TRY(json_u64(json_get(json_root(doc), "epoch"), 1, UINT32_MAX, &epoch));
    l->epoch = (uint32_t)epoch;
    return json_bool(json_get(json_root(doc), "restored"), &l->restored);
}

static cm_err load_counters(void *ctx, uint32_t set, const struct set_counters *c) {
    struct local *l = ctx;
    struct set_entry *entry = registry_set(&l->registry, set);
    if (entry == NULL) return CM_E_CORRUPT;
    entry->set.counters = *c;
    atomic_store(&entry->set.pin_issues, c->pin_issue_most);
    return CM_OK;
}

static cm_err load_recall(void *ctx, const struct recall_event *r) {
    struct local *l = ctx;
    return registry_recall(&l->registry, r);
}

/* The image gives documents kind by kind; what lies over a set comes after every kind of set. */
static bool lies_over(enum document_kind kind) {
    return kind == DOCUMENT_TERMS || kind == DOCUMENT_CORRECTION;
}

static cm_err load_below(void *ctx, enum document_kind kind, uint32_t id, struct cm_slice text) {
    return lies_over(kind) ? CM_OK : load_document(ctx, kind, id, text);
}

static cm_err load_over(void *ctx, enum document_kind kind, uint32_t id, struct cm_slice text) {
    return lies_over(kind) ? load_document(ctx, kind, id, text) : CM_OK;
}

static cm_err load_image(struct local *l) {
    TRY(state_documents(l->state, load_below, l));
    TRY(state_documents(l->state, load_over, l));
    TRY(state_counters(l->state, load_counters, l));
    TRY(state_recalls(l->state, load_recall, l));
    return held_load_image(l);
}

/* ---- Replay ------------------------------------------------------------------------------ */

/* The units of a group lie all over the memory: ask for each some events before it is applied. */
static void prefetch(const struct local *l, const struct event_frame *frame) {
    if (frame->type < EVENT_REDEEM || frame->type > EVENT_VOID) return;
    struct cursor c = cursor_over(frame->payload);
    const uint32_t set = cursor_u32be(&c);
    book_prefetch(&l->book, set, cursor_u64be(&c));
}

static cm_err replay_event(struct local *l, const struct event_frame *frame, uint64_t sequence,
                           uint64_t time_ms) {
    struct event e;
    TRY(event_read(frame->type, frame->flags, frame->payload, &e));
    TRY(local_touch(l, &e));
    TRY(local_apply(l, &e, sequence, time_ms));
    l->book.sequence = sequence + 1;
    return CM_OK;
}

cm_err local_replay_group(void *ctx, const struct journal_group *group) {
    struct local *l = ctx;
    struct cm_slice rest = group->events, later = rest;
    struct event_frame frame;
    for (unsigned i = 0; i < REPLAY_AHEAD && frame_next(&later, &frame); i++)
        prefetch(l, &frame);
    for (uint64_t sequence = group->first_sequence; frame_next(&rest, &frame); sequence++) {
        struct event_frame ahead;
        if (frame_next(&later, &ahead)) prefetch(l, &ahead);
        if (sequence < l->book.sequence) continue; /* the image has it */
        TRY(replay_event(l, &frame, sequence, group->time_ms));
    }
    l->book.time_ms = group->time_ms;
    local_count_group(l, group->events.len);
    return CM_OK;
}

static cm_err open_journal(struct local *l, const struct workspace *w,
                           const struct engine_options *options, struct cm_diag *diag) {
    struct workspace_paths paths;
    TRY(workspace_paths(options->workspace, &paths, diag));
    struct journal_options jo = {.dir = paths.journal,
                                 .archive_dir = paths.archive,
                                 .epoch = w->epoch,
                                 .segment_len = options->segment_len,
                                 .read_only = options->read_only};
    memcpy(jo.workspace_id, w->id, sizeof jo.workspace_id);
    const uint64_t from = l->book.sequence;
    const cm_err err = journal_open(&l->journal, &jo, from, local_replay_group, l, diag);
    TRY(engine_blame_list(&l->base, err, diag)); /* whose cards changed after the image */
    struct journal_tail tail;
    journal_tail_get(l->journal, &tail);
    if (tail.last_time_ms > l->book.time_ms) l->book.time_ms = tail.last_time_ms;
    /* Callers read it beside the owner, who rolls segments; later ones take as much or more. */
    (void)journal_payload(l->journal, &l->group_cap);
    return CM_OK;
}

cm_err local_open_state(struct local *l, const char *path, const struct workspace *w,
                        const struct engine_options *options, struct cm_diag *diag) {
    struct state_options so = {.path = path, .read_only = options->read_only};
    memcpy(so.workspace_id, w->id, sizeof so.workspace_id);
    memcpy(l->registry.workspace_id, w->id, sizeof l->registry.workspace_id);
    l->registry.legacy_live = true;
    l->opening = diag;
    TRY(state_open(&l->state, &so, diag));
    book_init(&l->book, l->state);
    const uint64_t position = state_position(l->state);
    l->book.sequence = position > JOURNAL_FIRST_SEQUENCE ? position : JOURNAL_FIRST_SEQUENCE;
    l->stats.folded_to = position;
    return load_image(l);
}

/* A workspace file of a later epoch than the journal's last EPOCH event: it was restored. */
static cm_err enter_epoch(struct local *l, const struct workspace *w) {
    if (l->epoch == w->epoch) return CM_OK;
    const struct event e = {.type = EVENT_EPOCH,
                            .u.epoch = {.epoch = w->epoch, .restored = w->epoch > 1}};
    return local_commit_event(l, &e);
}

/* ---- Life -------------------------------------------------------------------------------- */

void local_free(struct local *l) {
    if (l == NULL) return;
    folder_stop(l);
    fold_job_free(&l->job);
    struct fold_job left = {.documents = l->documents, .recalls = l->recalls};
    fold_job_free(&left);
    book_wipe(&l->book);
    held_wipe(&l->held);
    bench_wipe(l);
    local_audit_close(l);
    registry_wipe(&l->registry);
    buffer_free(&l->parts);
    journal_close(l->journal);
    state_close(l->state);
    committer_wipe(&l->committer);
    (void)pthread_rwlock_destroy(&l->registry_lock);
    (void)pthread_mutex_destroy(&l->bench_lock);
    (void)pthread_mutex_destroy(&l->fold_lock);
    (void)pthread_cond_destroy(&l->fold_changed);
    free(l);
}

cm_err local_new(struct local **out, const struct engine_options *options) {
    struct local *l = calloc(1, sizeof *l);
    if (l == NULL) return CM_E_NO_MEMORY;
    l->base.ops = &local_ops;
    l->keystore = options->keystore;
    l->clock = options->clock;
    (void)snprintf(l->folder_path, sizeof l->folder_path, "%s", options->workspace);
    l->fold_len = options->fold_len != 0 ? options->fold_len : FOLD_JOURNAL_LEN;
    (void)snprintf(l->legacy_path, sizeof l->legacy_path, "%s/legacy", options->workspace);
    l->registry.legacy_folder = l->legacy_path;
    book_init(&l->book, NULL);
    if (pthread_rwlock_init(&l->registry_lock, NULL) != 0 ||
        pthread_mutex_init(&l->bench_lock, NULL) != 0 ||
        pthread_mutex_init(&l->fold_lock, NULL) != 0 ||
        pthread_cond_init(&l->fold_changed, NULL) != 0 ||
        committer_init(&l->committer, local_process, l) != CM_OK) {
        free(l);
        return CM_E_NO_MEMORY;
    }
    *out = l;
    return CM_OK;
}

static cm_err make_folder(const char *path, struct cm_diag *diag) {
    if (mkdir(path, S_IRWXU) == 0) return CM_OK;
    return diag_fail(diag, CM_E_IO, path, NULL, "check the parent folder's rights and free space",
                     "cannot make this folder");
}

static cm_err open_all(struct local *l, const struct engine_options *options,
                       struct cm_diag *diag) {
    struct workspace w;
    TRY(workspace_read(options->workspace, &w, diag));
    struct workspace_paths paths;
    TRY(workspace_paths(options->workspace, &paths, diag));
    if (!options->read_only && mkdir(paths.archive, S_IRWXU) != 0 && errno != EEXIST)
        return make_folder(paths.archive, diag); /* says why */
    memcpy(l->workspace_id, w.id, sizeof l->workspace_id);
    TRY(local_open_state(l, paths.state, &w, options, diag));
    TRY(open_journal(l, &w, options, diag));
    TRY(bench_take(l, &l->own));
    TRY(local_audit_open(l, &w, diag));
    if (options->read_only) return CM_OK;
    TRY(enter_epoch(l, &w));
    return folder_start(l);
}

cm_err engine_open(struct cm_engine **out, const struct engine_options *options,
                   struct cm_diag *diag) {
    struct local *l = NULL;
    TRY(local_new(&l, options));
    const cm_err err = open_all(l, options, diag);
    l->opening = NULL;
    if (err != CM_OK) {
        local_free(l);
        if (err != CM_E_NO_SPACE) return err;
        return diag_fail(diag, err, options->workspace, NULL,
                         "free some space on its disk, or let files be larger (ulimit -f)",
                         "no room for the ledger's files");
    }
    *out = &l->base;
    return CM_OK;
}

cm_err engine_create_sized(const char *workspace, const uint8_t workspace_id[16],
                           uint64_t segment_len, struct cm_diag *diag) {
    struct workspace_paths paths;
    TRY(workspace_paths(workspace, &paths, diag));
    TRY(make_folder(paths.archive, diag));
    struct journal_options jo = {
        .dir = paths.journal, .archive_dir = paths.archive, .epoch = 1, .segment_len = segment_len};
    memcpy(jo.workspace_id, workspace_id, sizeof jo.workspace_id);
    TRY(journal_create(&jo, diag));
    struct state_options so = {.path = paths.state, .create = true};
    memcpy(so.workspace_id, workspace_id, sizeof so.workspace_id);
    struct state *state = NULL;
    TRY(state_open(&state, &so, diag));
    state_close(state);
    return CM_OK;
}

cm_err engine_create(const char *workspace, const uint8_t workspace_id[16], struct cm_diag *diag) {
    return engine_create_sized(workspace, workspace_id, 0, diag);
}

static cm_err last_turn(struct local *l, void *ctx) {
    (void)ctx;
    return refusals_turn(l, true);
}

/* Fold what is left, so that the next start is quick; the journal has it all in any case. */
static void local_close(struct cm_engine *engine) {
    struct local *l = local_of(engine);
    if (!atomic_load(&l->dead) && l->folder_runs) {
        cm_ignore(local_as_owner(l, last_turn, NULL));
        cm_ignore(engine_fold(engine));
    }
    local_free(l);
}

static const struct engine_ops local_ops = {.run = local_run, .close = local_close};

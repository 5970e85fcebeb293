/* fsck: one pass over the whole journal, building a second image beside the first; at the first
 * image's position both are compared, then the pass goes on to the end. */
#include "engine/fsck.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/fsck_compare.h"
#include "engine/imports.h"
#include "engine/local.h"
#include "ledger/disk.h"
#include "ledger/journal_lock.h"
#include "ledger/journal_read.h"

#define PROGRESS_EVERY 4096u /* groups */

struct fsck {
    const struct fsck_options *options;
    struct fsck_report *report;
    struct cm_diag *diag;
    struct workspace workspace;
    struct workspace_paths paths;
    char second[WORKSPACE_PATH_CAP + 16]; /* folder of the second image */
    struct state *image;                  /* the first one, or NULL when it cannot be opened */
    struct local *l;                      /* builds the second one */
    bool image_bad;      /* the comparison failed: the image, not the journal, is at fault */
    int dir_fd, lock_fd; /* the lock keeps every other process out; -1 = none */
};

static void remove_image(const char *folder) {
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    (void)unlinkat(fd, "data.mdb", 0);
    (void)unlinkat(fd, "lock.mdb", 0);
    (void)close(fd);
    (void)rmdir(folder);
}

static cm_err open_first(struct fsck *f) {
    struct state_options so = {.path = f->paths.state, .read_only = true};
    memcpy(so.workspace_id, f->workspace.id, sizeof so.workspace_id);
    struct cm_diag why = DIAG_INIT;
    const cm_err err = state_open(&f->image, &so, &why);
    if (err == CM_OK) {
        f->report->image_opened = true;
        f->report->image_position = state_position(f->image);
        return CM_OK;
    }
    if (f->options->rebuild) return CM_OK; /* that is what rebuilding is for */
    *f->diag = why;
    return err;
}

static cm_err open_second(struct fsck *f) {
    const int n = snprintf(f->second, sizeof f->second, "%s.rebuilt", f->paths.state);
    if (n < 0 || (size_t)n >= sizeof f->second) return CM_E_RANGE;
    remove_image(f->second);
    struct state_options so = {.path = f->second, .create = true};
    memcpy(so.workspace_id, f->workspace.id, sizeof so.workspace_id);
    struct state *state = NULL;
    TRY(state_open(&state, &so, f->diag));
    state_close(state);
    const struct engine_options options = {.workspace = f->options->workspace,
                                           .clock = clock_wall()};
    TRY(local_new(&f->l, &options));
    TRY(local_open_state(f->l, f->second, &f->workspace, &options, f->diag));
    return folder_start(f->l);
}

/* What the image is rebuilt from must be on disk for good: a group that only the page cache of a
 * killed process's machine holds is cut or made durable by opening, as a start would. */
static cm_err harden(struct fsck *f) {
    struct journal_options jo = {
        .dir = f->paths.journal, .archive_dir = f->paths.archive, .epoch = f->workspace.epoch};
    memcpy(jo.workspace_id, f->workspace.id, sizeof jo.workspace_id);
    struct journal *j = NULL;
    struct cm_diag why = DIAG_INIT;
    const cm_err err = journal_open(&j, &jo, JOURNAL_FIRST_SEQUENCE, NULL, NULL, &why);
    journal_close(j);
    if (err == CM_OK || err == CM_E_NOT_FOUND) return CM_OK; /* no history: told later */
    *f->diag = why;
    return err;
}

/* Nobody else may write while we read; a torn tail is left to the next start to cut. */
static cm_err keep_others_out(struct fsck *f) {
    f->dir_fd = open(f->paths.journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f->dir_fd < 0)
        return diag_fail(f->diag, CM_E_NOT_FOUND, f->paths.journal, NULL,
                         "restore the workspace from a backup", "there is no journal");
    return journal_lock_take(f->dir_fd, &f->lock_fd, f->diag);
}

static cm_err compare_now(struct fsck *f) {
    TRY(engine_fold(&f->l->base));
    const cm_err err = fsck_compare(f->image, f->l->state, &f->report->units_compared, f->diag);
    f->report->image_agrees = err == CM_OK;
    f->image_bad = err == CM_E_CORRUPT;
    return err;
}

static cm_err visit(struct fsck *f, const struct journal_group *g, bool *compared) {
    if (f->report->groups++ == 0) {
        f->report->first_sequence = g->first_sequence;
        f->report->history_whole = g->first_sequence == JOURNAL_FIRST_SEQUENCE;
    }
    f->report->events += g->count;
    f->report->next_sequence = g->first_sequence + g->count;
    if (f->options->progress != NULL && f->report->groups % PROGRESS_EVERY == 0)
        f->options->progress(f->options->ctx, g->first_sequence);
    if (!f->report->history_whole) return CM_OK;
    if (!*compared && f->image != NULL && g->first_sequence >= f->report->image_position) {
        TRY(compare_now(f));
        *compared = true;
    }
    const cm_err err = local_replay_group(f->l, g);
    fold_turn(f->l, false);
    if (err == CM_OK) return CM_OK;
    cm_ignore(engine_blame_list(&f->l->base, err, f->diag)); /* its cards' first state is lost */
    char place[64];
    (void)snprintf(place, sizeof place, "segment %llu, offset %llu", (unsigned long long)g->segment,
                   (unsigned long long)g->offset);
    return diag_fail(f->diag, err, "journal", place, "restore from a backup, and keep this folder",
                     "an event cannot be applied");
}

static cm_err read_journal(struct fsck *f) {
    struct journal_reader_options ro = {.dir = f->paths.journal, .archive_dir = f->paths.archive};
    memcpy(ro.workspace_id, f->workspace.id, sizeof ro.workspace_id);
    CM_CLEANUP(journal_reader_closep) struct journal_reader *reader = NULL;
    TRY(journal_reader_open(&reader, &ro, 0, f->diag));
    bool compared = false, found = true;
    for (;;) {
        struct journal_group group;
        TRY(journal_reader_next(reader, JOURNAL_TO_THE_END, &group, &found, f->diag));
        if (!found) break;
        TRY(visit(f, &group, &compared));
    }
    struct journal_tail tail;
    TRY(journal_reader_end(reader, &tail, &f->report->torn_len, f->diag));
    if (f->image != NULL && f->report->image_position > f->report->next_sequence &&
        f->report->groups > 0)
        return diag_fail(f->diag, CM_E_CORRUPT, "journal", NULL,
                         "acknowledged events are missing: restore from a backup and the archive",
                         "the image knows events below %llu, the journal ends before %llu",
                         (unsigned long long)f->report->image_position,
                         (unsigned long long)f->report->next_sequence);
    if (!compared && f->image != NULL && f->report->history_whole) TRY(compare_now(f));
    return CM_OK;
}

static cm_err sync_workspace(const struct fsck *f) {
    CM_CLEANUP(disk_closep)
    int fd = open(f->options->workspace, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 ? disk_sync_all(fd) : CM_E_IO;
}

static cm_err put_in_place(struct fsck *f) {
    char old[WORKSPACE_PATH_CAP + 8];
    if (!f->report->history_whole)
        return diag_fail(f->diag, CM_E_STATE, "journal", NULL,
                         "bring the archived segments back into archive/",
                         "it begins at event %llu: the image cannot be rebuilt from it",
                         (unsigned long long)f->report->first_sequence);
    TRY(engine_fold(&f->l->base));
    local_free(take(&f->l));
    state_close(take(&f->image));
    (void)snprintf(old, sizeof old, "%s.old", f->paths.state);
    remove_image(old);
    const bool moved = rename(f->paths.state, old) == 0 || errno == ENOENT; /* there may be none */
    if (!moved || rename(f->second, f->paths.state) != 0)
        return diag_fail(f->diag, CM_E_IO, f->paths.state, NULL, "move state.rebuilt there by hand",
                         "the folders could not be exchanged");
    TRY(sync_workspace(f)); /* the old image goes only when the new one is there for good */
    remove_image(old);
    f->report->rebuilt = true;
    return CM_OK;
}

static cm_err check_all(struct fsck *f) {
    TRY(workspace_read(f->options->workspace, &f->workspace, f->diag));
    TRY(workspace_paths(f->options->workspace, &f->paths, f->diag));
    if (f->options->rebuild) TRY(harden(f));
    TRY(keep_others_out(f));
    TRY(open_first(f));
    TRY(open_second(f));
    const cm_err err = read_journal(f);
    /* A damaged journal tells less than a good image: that image is never put aside for it. */
    if (err != CM_OK && !(f->options->rebuild && f->image_bad)) return err;
    if (err != CM_OK) *f->diag = (struct cm_diag)DIAG_INIT; /* what the new image mends */
    /* Nor does a damaged list keep the image from being rebuilt: it is told when that is done. */
    const cm_err lists =
        local_legacy_prove(f->l, &f->report->lists, &f->report->lists_damaged, f->diag);
    if (f->options->rebuild) TRY(put_in_place(f));
    return lists;
}

cm_err engine_fsck(const struct fsck_options *options, struct fsck_report *report,
                   struct cm_diag *diag) {
    struct cm_diag none = DIAG_INIT;
    *report = (struct fsck_report){0};
    struct fsck f = {.options = options,
                     .report = report,
                     .diag = diag != NULL ? diag : &none,
                     .dir_fd = -1,
                     .lock_fd = -1};
    const cm_err err = check_all(&f);
    local_free(f.l);
    state_close(f.image);
    if (f.second[0] != '\0') remove_image(f.second);
    if (f.lock_fd >= 0) (void)close(f.lock_fd);
    if (f.dir_fd >= 0) (void)close(f.dir_fd);
    return err;
}

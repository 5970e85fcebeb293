/* The audit tree grows with every fold, and what it amounts to is signed: the folder does both, off
 * the path of any answer. A workspace without an audit key has the tree but no checkpoints.
 * Reference: docs/design/audit.md. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/secret.h"
#include "engine/local.h"
#include "ledger/audit_store.h"
#include "ledger/checkpoint.h"

#define AUDIT_FOLD_LIMIT   2000000u /* events a fold reads at most, so that it stays short */
#define CHECKPOINT_EACH_MS 60000u
#define AUDIT_FILE_MODE    0644u /* a checkpoint is public */

cm_err local_audit_open(struct local *l, const struct workspace *w, struct cm_diag *diag) {
    char id[2 * WORKSPACE_ID_LEN + 1];
    hex_format(w->id, WORKSPACE_ID_LEN, id);
    (void)snprintf(l->audit_origin, sizeof l->audit_origin, "countermark/%s", id);
    const struct cm_key *seed = NULL;
    if (keystore_find(l->keystore, KEY_AUDIT, 0, 1, &seed) != CM_OK) return CM_OK;
    /* A copy: the keystore may be changed by another thread while the folder signs. */
    void *copy = NULL;
    TRY(secret_alloc(sizeof *seed, &copy, diag));
    memcpy(copy, seed, sizeof *seed);
    l->audit_seed = copy;
    return CM_OK;
}

void local_audit_close(struct local *l) {
    secret_free(l->audit_seed);
    l->audit_seed = NULL;
    audit_feed_close(&l->audit_feed);
}

cm_err local_audit_fold(struct local *l, struct state_fold *f, const struct fold_job *job,
                        struct audit_tree *tree) {
    if (l->journal == NULL) return CM_OK; /* fsck compares units, not trees */
    struct workspace_paths paths;
    TRY(workspace_paths(l->folder_path, &paths, NULL));
    struct journal_reader_options *ro = &l->audit_feed.journal;
    *ro = (struct journal_reader_options){.dir = paths.journal, .archive_dir = paths.archive};
    memcpy(ro->workspace_id, l->workspace_id, sizeof ro->workspace_id);
    const cm_err err = audit_fold(f, &l->audit_feed, job->position, AUDIT_FOLD_LIMIT, tree, NULL);
    if (err != CM_E_NOT_FOUND && err != CM_E_CORRUPT) return err;
    /* A missing or damaged old segment must not stop the image: the tree waits, and says so. */
    log_event(LOG_WARN, "audit tree stands still at %llu: %s; run 'countermark fsck'",
              (unsigned long long)tree->size, cm_err_name(err));
    *tree = (struct audit_tree)AUDIT_TREE_INIT;
    return CM_OK;
}

static cm_err write_checkpoint(const struct local *l, const struct audit_tree *tree,
                               uint64_t segment) {
    struct checkpoint c = {.size = tree->size};
    audit_root(tree, &c.root);
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    TRY(checkpoint_write(&text, l->audit_origin, &c, l->audit_seed));
    char path[WORKSPACE_PATH_CAP + 64];
    (void)snprintf(path, sizeof path, "%s/audit", l->folder_path);
    (void)mkdir(path, S_IRWXU | S_IRGRP | S_IXGRP); /* it exists already, or the write tells */
    (void)snprintf(path, sizeof path, "%s/audit/latest.checkpoint", l->folder_path);
    TRY(file_replace(path, buffer_slice(&text), AUDIT_FILE_MODE, NULL));
    (void)snprintf(path, sizeof path, "%s/audit/segment-%010llu.checkpoint", l->folder_path,
                   (unsigned long long)segment);
    return file_replace(path, buffer_slice(&text), AUDIT_FILE_MODE, NULL);
}

/* One checkpoint a minute in which something was folded, one on demand and at a clean stop, and one
 * kept for every segment: the last one written while it was the newest. */
void local_audit_sign(struct local *l, const struct audit_tree *tree, const struct fold_job *job) {
    if (l->audit_seed == NULL || tree->size == 0) return;
    const bool due =
        job->now || l->checkpoint_ms == 0 || job->time_ms >= l->checkpoint_ms + CHECKPOINT_EACH_MS;
    if (!due) return;
    const cm_err err = write_checkpoint(l, tree, job->segment);
    if (err == CM_OK)
        l->checkpoint_ms = job->time_ms;
    else
        log_event(LOG_WARN, "checkpoint not written (%s): tried again at the next fold",
                  cm_err_name(err));
}

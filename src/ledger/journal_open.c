/* Making and opening a journal: lock, walk, cut a torn tail, make the end durable, take over.
 * It repairs one thing only, the group that was in flight; all else that is wrong is refused.
 * Reference: docs/design/journal.md section 6, "Opening for writing". */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ledger/journal_lock.h"
#include "ledger/journal_read.h"
#include "ledger/journal_writer.h"
#include "ledger/segment_set.h"

static cm_err folder_fail(struct cm_diag *diag, const char *dir, cm_err err) {
    return diag_fail(diag, err, dir, "", "check the path, its permissions and the disk",
                     "the journal's folder cannot be used");
}

static void drop_leftover(int dir_fd) { (void)unlinkat(dir_fd, SEGMENT_TMP_NAME, 0); }

cm_err journal_create(const struct journal_options *options, struct cm_diag *diag) {
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    CM_CLEANUP(segment_set_wipe) struct segment_set set = SEGMENT_SET_INIT;
    const struct chain start = {.next_sequence = JOURNAL_FIRST_SEQUENCE};
    TRY(journal_new(&j, options, diag));
    cm_err err = disk_folder(options->dir, &j->dir_fd);
    if (err != CM_OK) return folder_fail(diag, options->dir, err);
    TRY(journal_lock_take(j->dir_fd, &j->lock_fd, diag));
    TRY(segment_set_list(j->dir_fd, -1, false, &set, diag));
    if (set.n > 0) {
        return diag_fail(diag, CM_E_EXISTS, options->dir, "", "choose another folder",
                         "there is a journal already");
    }
    drop_leftover(j->dir_fd);
    const struct segment_header head =
        journal_header(1, j->epoch, j->segment_len, options->workspace_id, &start);
    err = segment_prepare(j->dir_fd, 1, j->segment_len, &head, &j->fd);
    return err == CM_OK ? CM_OK : folder_fail(diag, options->dir, err);
}

/* Hand every wanted group to the visitor. */
static cm_err walk(struct journal_reader *r, journal_visit *visit, void *ctx,
                   struct cm_diag *diag) {
    for (;;) {
        struct journal_group group;
        bool found = false;
        TRY(journal_reader_next(r, JOURNAL_TO_THE_END, &group, &found, diag));
        if (!found) return CM_OK;
        if (visit != NULL) TRY(visit(ctx, &group));
    }
}

/* Zeros over a torn group, durable, so that no later group can stand among its remains. */
static cm_err cut(const struct journal *j, const struct segment_scan *scan, uint64_t torn_len) {
    if (torn_len == 0) return CM_OK;
    log_event(LOG_WARN,
              "journal torn_group_cut segment=%s offset=%" PRIu64 " bytes=%" PRIu64
              " next_sequence=%" PRIu64,
              scan->name.text, scan->offset, torn_len, scan->chain.next_sequence);
    TRY(disk_zero(j->fd, scan->offset, torn_len));
    return disk_sync(j->fd);
}

/* What a process that died between write and sync left in the page cache may not be on the disk,
 * and the kernel may believe that it is: write the last thing again, the same bytes, and sync. */
static cm_err harden(const struct journal *j, const struct segment_scan *scan) {
    const size_t len = (size_t)scan->last_len;
    TRY(disk_read(j->fd, j->buffer, len, scan->last_offset));
    TRY(disk_write(j->fd, j->buffer, len, scan->last_offset));
    TRY(disk_sync(j->fd));
    return disk_sync_all(j->dir_fd);
}

/* The prepared segment is kept if it has the length asked for, otherwise removed. */
static cm_err adopt_blank(struct journal *j) {
    CM_CLEANUP(segment_set_wipe) struct segment_set set = SEGMENT_SET_INIT;
    uint64_t len = 0;
    TRY(segment_set_list(j->dir_fd, -1, false, &set, NULL));
    if (!set.blank) return CM_OK;
    const struct segment_name name = segment_name_of(j->present + 1);
    CM_CLEANUP(disk_closep)
    int fd = openat(j->dir_fd, name.text, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return disk_err(errno);
    TRY(disk_length(fd, &len));
    if (len != j->segment_len) {
        return unlinkat(j->dir_fd, name.text, 0) == 0 ? CM_OK : disk_err(errno);
    }
    j->next_fd = fd;
    fd = -1;
    return CM_OK;
}

/* Continue where the scan ended. */
static void take_over(struct journal *j, const struct segment_scan *scan) {
    j->head = scan->head;
    j->chain = scan->chain;
    j->offset = scan->offset;
    j->group_n = scan->group_n;
    j->event_n = scan->event_n;
    j->sealed = scan->sealed;
    j->present = scan->head.number;
}

static cm_err check_end(const struct journal *j, uint64_t from_sequence, struct cm_diag *diag) {
    if (from_sequence > j->chain.next_sequence) {
        return diag_fail(diag, CM_E_CORRUPT, "journal", segment_name_of(j->present).text,
                         "acknowledged events are missing: restore from a backup and the archive",
                         "the journal ends before sequence %" PRIu64 ", events up to %" PRIu64
                         " are known to exist",
                         j->chain.next_sequence, from_sequence - 1);
    }
    if (j->epoch < j->head.epoch) {
        return diag_fail(diag, CM_E_STATE, "journal", segment_name_of(j->present).text,
                         "open it as the restored workspace",
                         "the journal is in epoch %" PRIu32 ", the workspace in %" PRIu32,
                         j->head.epoch, j->epoch);
    }
    return CM_OK;
}

/* From a walked journal to one that can be written; the order is that of the document. */
static cm_err recover(struct journal *j, struct journal_reader *r, uint64_t from_sequence,
                      struct cm_diag *diag) {
    struct journal_tail tail;
    uint64_t torn_len = 0;
    struct segment_header head;
    const struct segment_scan *scan = journal_reader_scan(r);
    TRY(journal_reader_end(r, &tail, &torn_len, diag));
    take_over(j, scan);
    TRY(check_end(j, from_sequence, diag));
    TRY(segment_open(j->dir_fd, j->present, !j->read_only, &j->fd, &head, diag));
    if (j->read_only) return CM_OK;
    TRY(cut(j, scan, torn_len));
    TRY(harden(j, scan));
    TRY(adopt_blank(j));
    return j->epoch > j->head.epoch ? journal_roll(j) : CM_OK;
}

static cm_err lock(struct journal *j, struct cm_diag *diag) {
    if (!j->read_only) return journal_lock_take(j->dir_fd, &j->lock_fd, diag);
    if (!journal_lock_held(j->dir_fd)) return CM_OK;
    return diag_fail(diag, CM_E_BUSY, j->dir, "", "ask the running process instead",
                     "a writer is at work, so where the journal ends is its secret");
}

cm_err journal_open(struct journal **out, const struct journal_options *options,
                    uint64_t from_sequence, journal_visit *visit, void *ctx, struct cm_diag *diag) {
    CM_CLEANUP(journal_closep) struct journal *j = NULL;
    CM_CLEANUP(journal_reader_closep) struct journal_reader *r = NULL;
    struct journal_reader_options reading = {.dir = options->dir};
    memcpy(reading.workspace_id, options->workspace_id, sizeof reading.workspace_id);
    const uint64_t from =
        from_sequence < JOURNAL_FIRST_SEQUENCE ? JOURNAL_FIRST_SEQUENCE : from_sequence;
    TRY(journal_new(&j, options, diag));
    j->dir_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->dir_fd < 0) return folder_fail(diag, options->dir, disk_err(errno));
    TRY(lock(j, diag));
    if (!j->read_only) drop_leftover(j->dir_fd);
    TRY(journal_reader_open(&r, &reading, from, diag));
    TRY(walk(r, visit, ctx, diag));
    TRY(recover(j, r, from, diag));
    *out = take(&j);
    return CM_OK;
}

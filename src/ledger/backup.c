/* Writing a backup: small files, the image through a pipe, then the segments, group by group
 * proved before their bytes are taken. Reading never disturbs the writer of the journal.
 * Reference: docs/design/backup.md. */
#include "ledger/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/audit_store.h"
#include "ledger/backup_lists.h"
#include "ledger/backup_stream.h"
#include "ledger/group.h"
#include "ledger/journal_read.h"
#include "ledger/segment_set.h"

#define PUMP_LEN    (256ul * 1024ul) /* bytes moved at a time; at most BACKUP_CHUNK_MAX */
#define FOLDER_MODE 0700u

struct backup_run {
    const struct backup_source *source;
    struct backup_out out;
    struct backup_report report;
    uint8_t *memory;    /* PUMP_LEN */
    uint64_t tree_size; /* leaves in the audit tree before the image was copied */
    int dir_fd, archive_fd;
    struct cm_diag *diag;
};

static void run_wipe(struct backup_run *r) {
    disk_closep(&r->dir_fd);
    disk_closep(&r->archive_fd);
    free(r->memory);
}

static cm_err put_small(struct backup_run *r, enum backup_part kind, struct cm_slice bytes) {
    if (bytes.len > BACKUP_SMALL_MAX) return CM_E_RANGE;
    TRY(out_part(&r->out, kind, 0));
    TRY(out_bytes(&r->out, bytes));
    return out_part_end(&r->out);
}

/* ---- The image: LMDB writes into a pipe on a thread of its own --------------------------- */

struct pump {
    struct state *state;
    int fd; /* the pipe's writing end; the thread closes it */
    cm_err err;
};

static void *pump_main(void *ctx) {
    struct pump *p = ctx;
    p->err = state_copy(p->state, p->fd);
    disk_closep(&p->fd);
    return NULL;
}

/* Move everything from the pipe. After an error the rest is drained, so that the writing end is
 * never cut off: a broken pipe would be a signal. */
static cm_err drain(struct backup_run *r, int fd) {
    cm_err err = CM_OK;
    for (;;) {
        const ssize_t n = read(fd, r->memory, PUMP_LEN);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_err(errno);
        if (n == 0) return err;
        if (err == CM_OK) err = out_bytes(&r->out, slice_of(r->memory, (size_t)n));
    }
}

static cm_err pump_image(struct backup_run *r) {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0) return disk_err(errno);
    CM_CLEANUP(disk_closep) int from = fds[0];
    struct pump pump = {.state = r->source->state, .fd = fds[1]};
    pthread_t thread;
    if (pthread_create(&thread, NULL, pump_main, &pump) != 0) {
        disk_closep(&pump.fd);
        return CM_E_NO_MEMORY;
    }
    const cm_err err = drain(r, from);
    (void)pthread_join(thread, NULL); /* cannot fail: joinable, ours, joined once */
    return pump.err != CM_OK ? pump.err : err;
}

static cm_err put_image(struct backup_run *r) {
    TRY(out_part(&r->out, BACKUP_IMAGE, 0));
    TRY(pump_image(r));
    return out_part_end(&r->out);
}

/* ---- Segments ---------------------------------------------------------------------------- */

/* The first `len` bytes of a segment; the rest are zeros that the header's length makes up. */
static cm_err put_segment(struct backup_run *r, uint64_t number, uint64_t len) {
    CM_CLEANUP(disk_closep) int fd = -1;
    const struct segment_place place = {.number = number};
    struct segment_header head;
    TRY(segment_open_place(r->dir_fd, r->archive_fd, &place, &fd, &head, r->diag));
    TRY(out_part(&r->out, BACKUP_SEGMENT, number));
    for (uint64_t at = 0; at < len;) {
        const size_t n = len - at < PUMP_LEN ? (size_t)(len - at) : PUMP_LEN;
        TRY(disk_read(fd, r->memory, n, at));
        TRY(out_bytes(&r->out, slice_of(r->memory, n)));
        at += n;
    }
    r->report.segments++;
    return out_part_end(&r->out);
}

/* How far the walk has come: the segment it stands in and where that segment's last group ends. */
struct walk {
    uint64_t segment, end;
};

/* Close the books on the segment before `next`: it, and empty ones between, are sealed. */
static cm_err leave_segment(struct backup_run *r, struct walk *w, uint64_t next) {
    for (; w->segment != 0 && w->segment < next; w->segment++) {
        TRY(put_segment(r, w->segment, w->end + group_span(GROUP_SEAL_PAYLOAD)));
        w->end = SEGMENT_HEADER_LEN;
    }
    w->segment = next;
    return CM_OK;
}

static cm_err walk_groups(struct backup_run *r, struct journal_reader *reader, uint64_t durable,
                          struct walk *w) {
    for (;;) {
        struct journal_group g;
        bool found = false;
        TRY(journal_reader_next(reader, durable, &g, &found, r->diag));
        if (!found) return CM_OK;
        if (g.segment != w->segment) TRY(leave_segment(r, w, g.segment));
        w->end = g.offset + group_span(g.events.len);
        r->report.end = g.first_sequence + g.count;
    }
}

/* A journal without events: its newest segment has a header and nothing else. */
static cm_err empty_journal(struct backup_run *r, struct walk *w) {
    CM_CLEANUP(segment_set_wipe) struct segment_set set = SEGMENT_SET_INIT;
    TRY(segment_set_list(r->dir_fd, r->archive_fd, false, &set, r->diag));
    if (set.n == 0) return CM_E_NOT_FOUND;
    w->segment = set.items[set.n - 1].number;
    w->end = SEGMENT_HEADER_LEN;
    r->report.end = JOURNAL_FIRST_SEQUENCE;
    return CM_OK;
}

static cm_err put_segments(struct backup_run *r) {
    struct journal_reader_options o = {.dir = r->source->journal_dir,
                                       .archive_dir = r->source->archive_dir};
    memcpy(o.workspace_id, r->source->workspace_id, sizeof o.workspace_id);
    /* From the last event that is folded: the segment it stands in is where the image joins; and
     * from where the audit tree stands, which may be further back. */
    uint64_t joint = r->report.position > 0 ? r->report.position - 1 : 0;
    if (r->tree_size > 0 && r->tree_size < joint) joint = r->tree_size;
    const uint64_t durable = r->source->durable(r->source->durable_ctx);
    if (durable < r->report.position)
        return diag_fail(r->diag, CM_E_DEAD, "journal", NULL, "restart the service, then try again",
                         "the ledger no longer says what is durable");
    CM_CLEANUP(journal_reader_closep) struct journal_reader *reader = NULL;
    TRY(journal_reader_open(&reader, &o, r->source->history ? 0 : joint, r->diag));
    struct walk w = {.segment = 0};
    TRY(walk_groups(r, reader, durable, &w));
    if (w.segment == 0) TRY(empty_journal(r, &w));
    return put_segment(r, w.segment, w.end);
}

static cm_err open_folders(struct backup_run *r) {
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    r->dir_fd = open(r->source->journal_dir, flags);
    if (r->dir_fd < 0)
        return diag_fail(r->diag, disk_err(errno), r->source->journal_dir, "",
                         "check the path and its permissions", "cannot be opened");
    if (r->source->archive_dir == NULL) return CM_OK;
    /* Releasing makes this folder with the first segment it moves, perhaps in the middle of this
     * backup: it must be there before. */
    if (mkdir(r->source->archive_dir, FOLDER_MODE) != 0 && errno != EEXIST) return disk_err(errno);
    r->archive_fd = open(r->source->archive_dir, flags);
    return r->archive_fd >= 0 ? CM_OK : disk_err(errno);
}

static cm_err write_parts(struct backup_run *r) {
    TRY(open_folders(r));
    TRY(out_head(&r->out, &r->report));
    TRY(put_small(r, BACKUP_WORKSPACE, r->source->workspace_file));
    if (r->source->keystore_file.len > 0)
        TRY(put_small(r, BACKUP_KEYSTORE, r->source->keystore_file));
    TRY(put_image(r));
    TRY(put_segments(r));
    if (r->source->lists_dir != NULL)
        TRY(lists_put(&r->out, r->source->lists_dir, r->memory, PUMP_LEN));
    if (r->source->signer_file.len > 0) TRY(put_small(r, BACKUP_SIGNER, r->source->signer_file));
    TRY(out_end(&r->out, r->report.end));
    r->report.len = r->out.len;
    return CM_OK;
}

cm_err backup_write(const struct backup_source *source, const struct backup_sink *sink,
                    struct backup_report *report, struct cm_diag *diag) {
    CM_CLEANUP(run_wipe)
    struct backup_run r = {.source = source,
                           .out = {.sink = sink},
                           .memory = malloc(PUMP_LEN),
                           .dir_fd = -1,
                           .archive_fd = -1,
                           .diag = diag};
    if (r.memory == NULL) return CM_E_NO_MEMORY;
    memcpy(r.report.workspace_id, source->workspace_id, sizeof r.report.workspace_id);
    r.report.made_ms = source->now_ms;
    r.report.position = state_position(source->state);
    TRY(audit_stored_size(source->state, &r.tree_size));
    TRY(write_parts(&r));
    if (report != NULL) *report = r.report;
    return CM_OK;
}

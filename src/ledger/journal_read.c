/* The sequential reader: one segment scan after the other. References as in journal_read.h. */
#include "ledger/journal_read.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/segment_scan.h"
#include "ledger/segment_set.h"

struct journal_reader {
    int dir_fd, archive_fd;
    uint8_t workspace_id[JOURNAL_WORKSPACE_ID_LEN];
    uint64_t from_sequence;
    uint64_t known_last;  /* number of the last segment in use when the folder was listed */
    uint64_t fresh_below; /* the scan's window holds all groups below this sequence */
    struct segment_scan scan;
};

void journal_reader_close(struct journal_reader *r) {
    if (r == NULL) return;
    scan_wipe(&r->scan);
    disk_closep(&r->dir_fd);
    disk_closep(&r->archive_fd);
    free(r);
}

void journal_reader_closep(struct journal_reader **r) { journal_reader_close(take(r)); }

struct segment_scan *journal_reader_scan(struct journal_reader *r) {
    return &r->scan;
}

static cm_err folder_open(const char *path, int *fd, struct cm_diag *diag) {
    *fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd >= 0) return CM_OK;
    return diag_fail(diag, disk_err(errno), path, "", "check the path and its permissions",
                     "the journal's folder cannot be opened");
}

static cm_err check_workspace(const struct journal_reader *r, const struct segment_header *h,
                              struct cm_diag *diag) {
    if (slice_equal(slice_of(h->workspace_id, sizeof h->workspace_id),
                    slice_of(r->workspace_id, sizeof r->workspace_id)))
        return CM_OK;
    const struct segment_name name = segment_name_of(h->number);
    return diag_fail(diag, CM_E_CONFLICT, name.text, "", "put the workspace's own segments here",
                     "the segment belongs to another workspace");
}

static cm_err stand_before(struct journal_reader *r, const struct segment_place *place,
                           struct cm_diag *diag) {
    struct segment_header head;
    CM_CLEANUP(disk_closep) int fd = -1;
    TRY(segment_open_place(r->dir_fd, r->archive_fd, place, &fd, &head, diag));
    TRY(check_workspace(r, &head, diag));
    const int given = fd;
    fd = -1;
    return scan_begin(&r->scan, given, &head);
}

static cm_err find_start(struct journal_reader *r, struct cm_diag *diag) {
    CM_CLEANUP(segment_set_wipe) struct segment_set set = SEGMENT_SET_INIT;
    size_t index = 0;
    TRY(segment_set_list(r->dir_fd, r->archive_fd, true, &set, diag));
    if (set.n == 0) {
        return diag_fail(diag, CM_E_NOT_FOUND, "journal", "", "check the path",
                         "there is no segment in the folder");
    }
    if (r->from_sequence > 0) {
        const cm_err err =
            segment_set_find(&set, r->dir_fd, r->archive_fd, r->from_sequence, &index, diag);
        if (err == CM_E_NOT_FOUND) {
            diag_set(diag, "journal", "", "bring the older segments back from the archive",
                     "sequence %" PRIu64 " lies before the first segment here", r->from_sequence);
        }
        TRY(err);
    }
    r->known_last = set.items[set.n - 1].number;
    return stand_before(r, &set.items[index], diag);
}

cm_err journal_reader_open(struct journal_reader **out,
                           const struct journal_reader_options *options, uint64_t from_sequence,
                           struct cm_diag *diag) {
    CM_CLEANUP(journal_reader_closep) struct journal_reader *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->dir_fd = r->archive_fd = -1;
    r->scan = (struct segment_scan)SEGMENT_SCAN_INIT;
    r->from_sequence = from_sequence;
    memcpy(r->workspace_id, options->workspace_id, sizeof r->workspace_id);
    TRY(folder_open(options->dir, &r->dir_fd, diag));
    if (options->archive_dir != NULL) TRY(folder_open(options->archive_dir, &r->archive_fd, diag));
    TRY(find_start(r, diag));
    *out = take(&r);
    return CM_OK;
}

/* A blank segment is prepared but not in use: the journal ends before it. */
static cm_err is_blank(int dir_fd, uint64_t number, bool *blank) {
    const struct segment_name name = segment_name_of(number);
    CM_CLEANUP(disk_closep) int fd = openat(dir_fd, name.text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return disk_err(errno);
    uint8_t sector[SEGMENT_HEADER_LEN];
    TRY(disk_read(fd, sector, sizeof sector, 0));
    *blank = bytes_zero(sector, sizeof sector);
    return CM_OK;
}

/* Where segment `number` is now. A release may be moving it: ask the folder, the archive, and the
 * folder is not asked again because segments never move back. */
static cm_err locate(const struct journal_reader *r, uint64_t number, struct segment_place *place,
                     bool *there) {
    bool blank = false;
    *place = (struct segment_place){.number = number};
    cm_err err = is_blank(r->dir_fd, number, &blank);
    if (err == CM_E_NOT_FOUND && r->archive_fd >= 0) {
        place->archived = true;
        err = is_blank(r->archive_fd, number, &blank);
    }
    *there = err == CM_OK && !blank;
    return err == CM_E_NOT_FOUND ? CM_OK : err;
}

/* From a sealed segment to the next one. */
static cm_err advance(struct journal_reader *r, bool *moved, struct cm_diag *diag) {
    struct segment_place place;
    struct segment_header head;
    uint64_t end = 0;
    TRY(scan_judge(&r->scan, &end, diag));
    TRY(locate(r, r->scan.head.number + 1, &place, moved));
    if (!*moved && r->scan.head.number < r->known_last) {
        return diag_fail(diag, CM_E_CORRUPT, segment_name_of(place.number).text, "offset 0",
                         "restore the folder from a backup",
                         "the segment is in use, but its header is zero or it is gone");
    }
    if (!*moved) return CM_OK;
    CM_CLEANUP(disk_closep) int fd = -1;
    TRY(segment_open_place(r->dir_fd, r->archive_fd, &place, &fd, &head, diag));
    TRY(check_workspace(r, &head, diag));
    TRY(scan_follows(&r->scan, &head, diag));
    const int given = fd;
    fd = -1;
    return scan_begin(&r->scan, given, &head);
}

/* Nothing more: right at the end of the journal; wrong in a segment that has a successor, and
 * wrong before a sequence that the caller knows to be durable. */
static cm_err check_stop(struct journal_reader *r, uint64_t below_sequence, struct cm_diag *diag) {
    struct segment_place place;
    bool there = false;
    if (below_sequence != JOURNAL_TO_THE_END)
        return scan_corrupt(&r->scan, r->scan.offset, "durable groups are missing", diag);
    if (r->scan.sealed) return CM_OK;
    TRY(locate(r, r->scan.head.number + 1, &place, &there));
    if (there) return scan_corrupt(&r->scan, r->scan.offset, "a group is missing or damaged", diag);
    return CM_OK;
}

cm_err journal_reader_next(struct journal_reader *r, uint64_t below_sequence,
                           struct journal_group *out, bool *found, struct cm_diag *diag) {
    *found = false;
    for (;;) {
        const uint64_t next = r->scan.chain.next_sequence;
        enum scan_found step = SCAN_STOP;
        bool moved = true;
        if (next >= below_sequence) return CM_OK;
        if (next >= r->fresh_below) {
            scan_refresh(&r->scan);
            r->fresh_below = below_sequence;
        }
        TRY(scan_next(&r->scan, &step, out, diag));
        if (step == SCAN_SEALED) TRY(advance(r, &moved, diag));
        if (step == SCAN_STOP || !moved) return check_stop(r, below_sequence, diag);
        if (step == SCAN_GROUP && r->scan.chain.next_sequence > r->from_sequence) break;
    }
    *found = true;
    return CM_OK;
}

cm_err journal_reader_end(struct journal_reader *r, struct journal_tail *tail, uint64_t *torn_len,
                          struct cm_diag *diag) {
    uint64_t end = 0;
    const struct segment_scan *scan = &r->scan;
    TRY(scan_judge(&r->scan, &end, diag));
    *tail = (struct journal_tail){.epoch = scan->head.epoch,
                                  .segment = scan->head.number,
                                  .offset = scan->offset,
                                  .next_sequence = scan->chain.next_sequence,
                                  .last_time_ms = scan->chain.last_time_ms};
    memcpy(tail->hash, scan->chain.link.b, sizeof tail->hash);
    *torn_len = end - scan->offset;
    return CM_OK;
}

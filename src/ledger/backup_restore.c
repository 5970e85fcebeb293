/* Restoring a backup into an empty folder, and proving that what lies there is whole.
 * It believes nothing before its checksum held, takes parts in their order only, and removes what
 * it wrote when anything is wrong. Reference: docs/design/backup.md. */
#include "ledger/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ledger/backup_lists.h"
#include "ledger/backup_stream.h"
#include "ledger/journal_read.h"
#include "ledger/segment.h"

#define FOLDER_MODE 0700u
#define FILE_MODE   0600u

struct restore {
    struct backup_in in;
    struct backup_report report;
    const char *folder;
    int fd;       /* of the folder */
    int state_fd; /* of state/ and journal/ */
    int journal_fd;
    int lists_fd; /* of legacy/, when there are lists */
    uint64_t last_list;
    uint64_t first_segment, last_segment; /* 0 = none yet */
    struct buffer workspace_file;
    struct cm_diag *diag;
};

static cm_err bad(const struct restore *r, const char *problem) {
    return diag_fail(r->diag, CM_E_CORRUPT, "backup", NULL,
                     "take another copy of this backup, or "
                     "an older one",
                     "%s (at byte %" PRIu64 ")", problem, r->in.len);
}

/* ---- The folder -------------------------------------------------------------------------- */

static cm_err folder_empty(int fd, bool *empty) {
    const int copy = dup(fd);
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL) {
        if (copy >= 0) (void)close(copy);
        return CM_E_IO;
    }
    *empty = true;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) *empty = false;
    (void)closedir(dir);
    return CM_OK;
}

static cm_err folder_make(int at, const char *name, int *fd) {
    if (mkdirat(at, name, FOLDER_MODE) != 0 && errno != EEXIST) return disk_err(errno);
    *fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *fd >= 0 ? CM_OK : disk_err(errno);
}

static cm_err folders_make(struct restore *r) {
    bool empty = false;
    TRY(folder_make(AT_FDCWD, r->folder, &r->fd));
    TRY(folder_empty(r->fd, &empty));
    if (!empty) {
        disk_closep(&r->fd); /* what is in it is not ours to remove */
        return diag_fail(r->diag, CM_E_EXISTS, r->folder, NULL, "name an empty or a new folder",
                         "the folder is not empty");
    }
    TRY(folder_make(r->fd, "state", &r->state_fd));
    return folder_make(r->fd, "journal", &r->journal_fd);
}

/* Remove what a failed restore wrote. */
static void sweep(struct restore *r) {
    for (uint64_t n = r->first_segment; n != 0 && n <= r->last_segment; n++)
        (void)unlinkat(r->journal_fd, segment_name_of(n).text, 0);
    if (r->state_fd >= 0) {
        (void)unlinkat(r->state_fd, "data.mdb", 0);
        (void)unlinkat(r->state_fd, "lock.mdb", 0);
    }
    if (r->fd < 0) return;
    lists_sweep(r->fd, r->lists_fd);
    (void)unlinkat(r->fd, "keystore", 0);
    (void)unlinkat(r->fd, BACKUP_SIGNER_FILE, 0);
    (void)unlinkat(r->fd, "state", AT_REMOVEDIR);
    (void)unlinkat(r->fd, "journal", AT_REMOVEDIR);
}

static void restore_wipe(struct restore *r) {
    disk_closep(&r->fd);
    disk_closep(&r->state_fd);
    disk_closep(&r->journal_fd);
    disk_closep(&r->lists_fd);
    buffer_free(&r->workspace_file);
    free(r->in.chunk);
}

/* ---- Parts ------------------------------------------------------------------------------- */

static cm_err file_new(int at, const char *name, int *fd) {
    *fd = openat(at, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    return *fd >= 0 ? CM_OK : disk_err(errno);
}

/* The part's bytes into a file, from the beginning; no sync yet. */
static cm_err part_to_file(struct restore *r, int fd, uint64_t *len) {
    struct cm_slice bytes;
    *len = 0;
    for (;;) {
        TRY(in_chunk(&r->in, &bytes));
        if (bytes.len == 0) return CM_OK;
        TRY(disk_write(fd, bytes.p, bytes.len, *len));
        *len += bytes.len;
    }
}

static cm_err part_file(struct restore *r, int at, const char *name) {
    CM_CLEANUP(disk_closep) int fd = -1;
    uint64_t len = 0;
    TRY(file_new(at, name, &fd));
    TRY(part_to_file(r, fd, &len));
    return disk_sync_all(fd);
}

static cm_err part_workspace(struct restore *r) {
    struct cm_slice bytes;
    do {
        TRY(in_chunk(&r->in, &bytes));
        if (r->workspace_file.len + bytes.len > BACKUP_SMALL_MAX)
            return bad(r, "the workspace file is too long");
        buffer_put(&r->workspace_file, bytes.p, bytes.len);
    } while (bytes.len > 0);
    return buffer_err(&r->workspace_file);
}

/* A segment is as long on disk as its header says, with zeros behind what the backup holds. */
static cm_err part_segment(struct restore *r, uint64_t number) {
    if (number == 0 || (r->last_segment != 0 && number != r->last_segment + 1))
        return bad(r, "a segment is missing, doubled or out of order");
    CM_CLEANUP(disk_closep) int fd = -1;
    TRY(file_new(r->journal_fd, segment_name_of(number).text, &fd));
    if (r->first_segment == 0) r->first_segment = number;
    r->last_segment = number;
    uint64_t len = 0;
    TRY(part_to_file(r, fd, &len));
    uint8_t sector[SEGMENT_HEADER_LEN];
    struct segment_header head;
    if (len < sizeof sector) return bad(r, "a segment has no header");
    TRY(disk_read(fd, sector, sizeof sector, 0));
    if (segment_decode(sector, &head) != CM_OK || head.number != number || len > head.file_len)
        return bad(r, "a segment's header is wrong");
    TRY(disk_zero(fd, len, head.file_len - len));
    return disk_sync_all(fd);
}

/* Whether it is the list's file, the document says: it is proved when the workspace opens. */
static cm_err part_list(struct restore *r, uint64_t number) {
    if (number < 2 || number <= r->last_list || number > 2 * (uint64_t)UINT32_MAX + 1)
        return bad(r, "a list is doubled or out of order");
    if (r->lists_fd < 0) TRY(folder_make(r->fd, "legacy", &r->lists_fd));
    r->last_list = number;
    return part_file(r, r->lists_fd, list_name_of(number).text);
}

static cm_err part(struct restore *r, enum backup_part kind, uint64_t number) {
    switch (kind) {
    case BACKUP_WORKSPACE: return part_workspace(r);
    case BACKUP_KEYSTORE: return part_file(r, r->fd, "keystore");
    case BACKUP_IMAGE: return part_file(r, r->state_fd, "data.mdb");
    case BACKUP_SEGMENT: return part_segment(r, number);
    case BACKUP_LIST: return part_list(r, number);
    case BACKUP_SIGNER: return part_file(r, r->fd, BACKUP_SIGNER_FILE);
    default: return bad(r, "a part of unknown kind");
    }
}

/* Each kind once and in order, segments and lists as many as there are; keystore and
 * signer may be absent. */
static bool in_order(unsigned before, enum backup_part kind) {
    switch (kind) {
    case BACKUP_WORKSPACE: return before == 0;
    case BACKUP_KEYSTORE: return before == BACKUP_WORKSPACE;
    case BACKUP_IMAGE: return before == BACKUP_WORKSPACE || before == BACKUP_KEYSTORE;
    case BACKUP_SEGMENT: return before == BACKUP_IMAGE || before == BACKUP_SEGMENT;
    case BACKUP_LIST:
    case BACKUP_SIGNER: return before == BACKUP_SEGMENT || before == BACKUP_LIST;
    default: return false;
    }
}

static cm_err read_parts(struct restore *r) {
    unsigned before = 0;
    for (;;) {
        enum backup_part kind = BACKUP_WORKSPACE;
        uint64_t number = 0;
        bool more = false;
        TRY(in_part(&r->in, &kind, &number, &r->report.end, &more));
        if (!more) break;
        if (!in_order(before, kind)) return bad(r, "a part is missing, doubled or out of order");
        TRY(part(r, kind, number));
        before = kind;
    }
    if (before < BACKUP_SEGMENT) return bad(r, "the backup has no journal");
    r->report.len = r->in.len;
    r->report.segments = (uint32_t)(r->last_segment - r->first_segment + 1);
    TRY(disk_sync_all(r->state_fd));
    TRY(disk_sync_all(r->journal_fd));
    if (r->lists_fd >= 0) TRY(disk_sync_all(r->lists_fd));
    return disk_sync_all(r->fd);
}

/* ---- Proof ------------------------------------------------------------------------------- */

struct path {
    char text[4096];
};

static cm_err path_below(struct path *p, const char *folder, const char *name) {
    const int n = snprintf(p->text, sizeof p->text, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof p->text ? CM_OK : CM_E_RANGE;
}

static cm_err prove_image(struct restore *r, uint64_t *position) {
    struct path path;
    TRY(path_below(&path, r->folder, "state"));
    struct state_options o = {.path = path.text};
    memcpy(o.workspace_id, r->report.workspace_id, sizeof o.workspace_id);
    CM_CLEANUP(state_closep) struct state *s = NULL;
    TRY(state_open(&s, &o, r->diag));
    TRY(state_check(s, r->diag));
    *position = state_position(s);
    return CM_OK;
}

static cm_err prove_journal(struct restore *r, uint64_t position) {
    struct path path;
    TRY(path_below(&path, r->folder, "journal"));
    struct journal_reader_options o = {.dir = path.text};
    memcpy(o.workspace_id, r->report.workspace_id, sizeof o.workspace_id);
    CM_CLEANUP(journal_reader_closep) struct journal_reader *reader = NULL;
    TRY(journal_reader_open(&reader, &o, position > 0 ? position - 1 : 0, r->diag));
    struct journal_group g;
    struct journal_tail tail;
    uint64_t torn = 0;
    bool found = true;
    while (found)
        TRY(journal_reader_next(reader, JOURNAL_TO_THE_END, &g, &found, r->diag));
    TRY(journal_reader_end(reader, &tail, &torn, r->diag));
    if (torn != 0 || tail.next_sequence != r->report.end)
        return bad(r, "the journal does not end where the backup says");
    return CM_OK;
}

static cm_err prove(struct restore *r) {
    uint64_t position = 0;
    TRY(prove_image(r, &position));
    if (position < r->report.position || position > r->report.end)
        return bad(r, "image and journal do not meet");
    return prove_journal(r, position);
}

static cm_err restore_run(struct restore *r) {
    TRY(folders_make(r));
    TRY(in_head(&r->in, &r->report));
    TRY(read_parts(r));
    return prove(r);
}

static void explain(struct restore *r, cm_err err) {
    if (err == CM_E_FORMAT)
        diag_set(r->diag, "backup", NULL, "name a file that 'countermark backup' wrote",
                 "this is not a backup");
    else if (err == CM_E_VERSION)
        diag_set(r->diag, "backup", NULL, "restore with the program that wrote it",
                 "the backup has another format");
    else if (err == CM_E_TRUNCATED)
        diag_set(r->diag, "backup", NULL, "take another copy of this backup, or an older one",
                 "the backup ends too early, after %" PRIu64 " bytes", r->in.len);
    else if (err == CM_E_CORRUPT)
        cm_ignore(bad(r, "a checksum does not hold")); /* the status is known */
}

cm_err backup_read(const struct backup_feed *feed, const char *folder,
                   struct buffer *workspace_file, struct backup_report *report,
                   struct cm_diag *diag) {
    CM_CLEANUP(restore_wipe)
    struct restore r = {.in = {.feed = feed, .chunk = malloc(BACKUP_CHUNK_MAX)},
                        .folder = folder,
                        .fd = -1,
                        .state_fd = -1,
                        .journal_fd = -1,
                        .lists_fd = -1,
                        .diag = diag};
    if (r.in.chunk == NULL) return CM_E_NO_MEMORY;
    const cm_err err = restore_run(&r);
    if (err != CM_OK) {
        explain(&r, err);
        sweep(&r);
        return err;
    }
    *report = r.report;
    *workspace_file = r.workspace_file;
    r.workspace_file = (struct buffer)BUFFER_INIT;
    return CM_OK;
}

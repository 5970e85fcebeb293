/* The run journal's file: lock, reading at the start, groups appended into prepared room, and a
 * snapshot into a new file when the room is used up or a sync has failed. A file is complete before
 * it gets its name, so whatever is cut leaves the old one or the new one. References as in
 * run_journal.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "line/run_journal_inside.h"

#define NEW_NAME     "journal.new"
#define FILE_MODE    0600
#define FILE_LEN_MAX 1073741824u /* bytes; no journal of ours comes near */
#define ZEROS_LEN    65536u
#define PID_CAP      32u

static void fd_closep(int *fd) {
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

static cm_err last_error(struct cm_diag *diag, const char *what) {
    return diag_fail(diag, file_err_from_errno(errno), RUN_JOURNAL_NAME, "",
                     "see that the folder is there, writable and not full", "%s: %s", what,
                     file_errno_text(errno));
}

/* ---- Writing -------------------------------------------------------------------------------- */

static cm_err write_all(int fd, const uint8_t *p, size_t len, uint64_t at) {
    while (len > 0) {
        const ssize_t n = pwrite(fd, p, len, (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n == 0 ? CM_E_IO : file_err_from_errno(errno);
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return CM_OK;
}

/* Zeros to the end: groups later change contents only, which is all that fdatasync must carry. */
static cm_err prepare(int fd, uint64_t from, uint64_t to) {
    static const uint8_t zeros[ZEROS_LEN];
    while (from < to) {
        const size_t len = to - from < ZEROS_LEN ? (size_t)(to - from) : ZEROS_LEN;
        TRY(write_all(fd, zeros, len, from));
        from += len;
    }
    return CM_OK;
}

static void put_spans(struct buffer *out, const struct run_past *p, uint32_t set) {
    struct run_record r = {.run = p->run};
    size_t i = spans_from(&p->spans, set, 0);
    for (; i < p->spans.n && p->spans.p[i].set == set; i++) {
        r.span = p->spans.p[i];
        const unsigned stage = r.span.stage;
        const bool reserved = stage == CM_STAGE_RESERVED;
        const bool hole = stage == RUN_STAGE_HOLE, sent = stage == CM_STAGE_SENT;
        r.type = reserved || hole || sent ? RECORD_HOLD : RECORD_FATE;
        run_record_put(out, &r);
        if (!hole && !sent) continue;
        r.type = hole ? RECORD_HOLE : RECORD_SENT;
        run_record_put(out, &r);
    }
}

static void put_all(struct buffer *out, const struct run_journal *j) {
    struct run_record r = {.type = RECORD_BEGIN, .bytes = slice_of(j->identity, j->identity_len)};
    run_record_put(out, &r);
    for (size_t i = 0; i < j->n; i++) {
        const struct run_past *p = j->runs[i];
        r = (struct run_record){.type = RECORD_RUN, .run = p->run};
        run_record_put(out, &r);
        for (size_t k = 0; k < p->set_n; k++)
            put_spans(out, p, p->sets[k]);
        r.type = RECORD_MEMORY;
        r.bytes = slice_of(p->memory, p->memory_len);
        run_record_put(out, &r);
        if (p->cleared == 0) continue;
        r = (struct run_record){.type = RECORD_LET_GO, .run = p->run, .number = p->cleared};
        run_record_put(out, &r);
    }
}

static cm_err write_new(const struct run_journal *j, const struct buffer *group, int *out) {
    CM_CLEANUP(fd_closep)
    int fd =
        openat(j->dir_fd, NEW_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0) return file_err_from_errno(errno);
    TRY(write_all(fd, group->p, group->len, 0));
    TRY(prepare(fd, group->len, j->file_len));
    if (fsync(fd) != 0) return file_err_from_errno(errno);
    if (renameat(j->dir_fd, NEW_NAME, j->dir_fd, RUN_JOURNAL_NAME) != 0)
        return file_err_from_errno(errno);
    *out = fd;
    fd = -1;
    return CM_OK;
}

static void buffer_freep(struct buffer *b) { buffer_free(b); }

cm_err run_journal_snapshot(struct run_journal *j) {
    CM_CLEANUP(buffer_freep) struct buffer records = BUFFER_INIT;
    put_all(&records, j);
    TRY(buffer_err(&records));
    j->generation++;
    const uint64_t sequence = j->sequence;
    cm_err err = run_group_make(j, buffer_slice(&records), &j->group);
    j->file_len = j->room_len;
    if (j->group.len > j->file_len / 2) j->file_len = 2 * (uint64_t)j->group.len;
    int fd = -1;
    if (err == CM_OK) err = write_new(j, &j->group, &fd);
    if (err != CM_OK) {
        (void)unlinkat(j->dir_fd, NEW_NAME, 0);
        j->suspect = true; /* the old file may have been replaced: nothing goes into it any more */
        return err;
    }
    fd_closep(&j->fd);
    j->fd = fd;
    j->at = j->group.len;
    j->sequence = sequence + 1;
    /* Its name must be durable before anything rests on it. */
    if (fsync(j->dir_fd) != 0) {
        j->suspect = true;
        return file_err_from_errno(errno);
    }
    j->suspect = false;
    j->urgent = false;
    buffer_clear(&j->pending);
    j->commits++;
    return CM_OK;
}

cm_err run_journal_commit(struct run_journal *j) {
    if (!run_journal_is_pending(j) && !j->urgent && !j->suspect) return CM_OK;
    if (j->suspect) return run_journal_snapshot(j);
    TRY(run_group_make(j, buffer_slice(&j->pending), &j->group));
    if (j->at + j->group.len > j->file_len) return run_journal_snapshot(j);
    TRY(write_all(j->fd, j->group.p, j->group.len, j->at));
    if (fdatasync(j->fd) != 0) {
        j->suspect = true; /* its pages are clean now, and perhaps not on the disk */
        return file_err_from_errno(errno);
    }
    j->at += j->group.len;
    j->sequence++;
    j->commits++;
    j->urgent = false;
    buffer_clear(&j->pending);
    return CM_OK;
}

/* ---- Opening -------------------------------------------------------------------------------- */

static cm_err busy(int fd, struct cm_diag *diag) {
    char text[PID_CAP] = "";
    const ssize_t n = pread(fd, text, sizeof text - 1, 0);
    const long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    return diag_fail(diag, CM_E_BUSY, RUN_JOURNAL_NAME, "",
                     "let that process drive the printers, or stop it",
                     "process %ld streams from this folder", pid);
}

static cm_err take_lock(struct run_journal *j, struct cm_diag *diag) {
    j->lock_fd =
        openat(j->dir_fd, RUN_JOURNAL_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (j->lock_fd < 0) return last_error(diag, RUN_JOURNAL_LOCK);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(j->lock_fd, F_OFD_SETLK, &whole) != 0) {
        if (errno == EAGAIN || errno == EACCES) return busy(j->lock_fd, diag);
        return last_error(diag, RUN_JOURNAL_LOCK);
    }
    char text[PID_CAP];
    const int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(j->lock_fd, 0) != 0) return last_error(diag, RUN_JOURNAL_LOCK);
    return write_all(j->lock_fd, (const uint8_t *)text, (size_t)len, 0);
}

static cm_err read_file(int fd, struct buffer *out) {
    struct stat st;
    if (fstat(fd, &st) != 0) return file_err_from_errno(errno);
    if (!S_ISREG(st.st_mode) || st.st_size < 0 || st.st_size > FILE_LEN_MAX) return CM_E_CORRUPT;
    const size_t size = (size_t)st.st_size;
    uint8_t *p = buffer_reserve(out, size);
    if (p == NULL) return CM_E_NO_MEMORY;
    while (out->len < size) {
        const ssize_t n = pread(fd, p + out->len, size - out->len, (off_t)out->len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return file_err_from_errno(errno);
        if (n == 0) break;
        out->len += (size_t)n;
    }
    return CM_OK;
}

/* What cannot be used is kept for people, under another name. */
static cm_err set_aside(struct run_journal *j) {
    run_journal_clear(j);
    j->identity_len = 0;
    if (renameat(j->dir_fd, RUN_JOURNAL_NAME, j->dir_fd, RUN_JOURNAL_ASIDE) != 0 && errno != ENOENT)
        return file_err_from_errno(errno);
    return CM_OK;
}

static cm_err read_past(struct run_journal *j, enum run_journal_found *found) {
    CM_CLEANUP(buffer_freep) struct buffer bytes = BUFFER_INIT;
    *found = RUN_JOURNAL_NEW;
    CM_CLEANUP(fd_closep)
    int fd = openat(j->dir_fd, RUN_JOURNAL_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return errno == ENOENT ? CM_OK : file_err_from_errno(errno);
    *found = RUN_JOURNAL_WHOLE;
    cm_err err = read_file(fd, &bytes);
    if (err == CM_OK) err = run_journal_replay(j, buffer_slice(&bytes));
    if (err != CM_E_CORRUPT) return err;
    *found = RUN_JOURNAL_DAMAGED;
    log_event(LOG_ERROR,
              "line journal damaged, set aside as %s: what its runs held is unknown from here on",
              RUN_JOURNAL_ASIDE);
    return set_aside(j);
}

cm_err run_journal_open_sized(const char *folder, uint64_t room_len, struct run_journal **out,
                              enum run_journal_found *found, struct cm_diag *diag) {
    CM_CLEANUP(run_journal_closep) struct run_journal *j = calloc(1, sizeof *j);
    if (j == NULL) return CM_E_NO_MEMORY;
    j->fd = j->lock_fd = -1;
    j->room_len = room_len;
    j->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (j->dir_fd < 0) return last_error(diag, "the folder");
    TRY(take_lock(j, diag));
    enum run_journal_found was = RUN_JOURNAL_NEW;
    cm_err err = read_past(j, &was);
    if (err == CM_OK) err = run_journal_snapshot(j);
    if (err != CM_OK)
        return diag_fail(diag, err, RUN_JOURNAL_NAME, "",
                         err == CM_E_VERSION ? "use the version of countermark that wrote it"
                                             : "make room, or mend the disk",
                         "%s", cm_err_name(err));
    *found = was;
    *out = take(&j);
    return CM_OK;
}

cm_err run_journal_open(const char *folder, struct run_journal **out, enum run_journal_found *found,
                        struct cm_diag *diag) {
    return run_journal_open_sized(folder, RUN_JOURNAL_FILE_LEN, out, found, diag);
}

void run_journal_close(struct run_journal *j) {
    if (j == NULL) return;
    run_journal_clear(j);
    free(j->runs);
    buffer_free(&j->pending);
    buffer_free(&j->group);
    fd_closep(&j->fd);
    fd_closep(&j->lock_fd);
    fd_closep(&j->dir_fd);
    free(j);
}

void run_journal_closep(struct run_journal **j) { run_journal_close(*j); }

cm_err run_journal_bind(struct run_journal *j, struct cm_slice identity,
                        enum run_journal_found *found) {
    if (identity.len == 0 || identity.len > RUN_IDENTITY_MAX) return CM_E_RANGE;
    if (slice_equal(identity, slice_of(j->identity, j->identity_len))) return CM_OK;
    if (j->identity_len > 0) {
        log_event(LOG_WARN, "line journal of another workspace or epoch, set aside as %s",
                  RUN_JOURNAL_ASIDE);
        TRY(set_aside(j));
        *found = RUN_JOURNAL_FOREIGN;
    }
    memcpy(j->identity, identity.p, identity.len);
    j->identity_len = identity.len;
    return run_journal_snapshot(j);
}

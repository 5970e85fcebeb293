/* `file:` as a transport: bytes at the end of a file that nobody else writes. A write is whole or
 * is taken back, so that a full disk leaves no torn line and nothing counts as left that is not in
 * the file. Synced once a second at most, and at the end. It refuses what is no regular file.
 * References: write(2), fcntl(2) (open file description locks), fallocate(2). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "line/link_kind.h"

#define SYNC_US   1000000u
#define ROOM_LEN  (1 << 20) /* bytes: with less on the disk it is called full */
#define FILE_MODE 0600      /* it will hold codes */

struct file_link {
    int fd; /* -1: none */
    off_t end;
    bool unsynced;
    struct loop_timer sync;
    char path[2 * PRINTER_PATH_CAP];
};

static bool is_full(int number) { return number == ENOSPC || number == EDQUOT || number == EFBIG; }

static const char *explain(int number) {
    if (is_full(number)) return "the disk is full: make room, it goes on by itself";
    if (number == ENOENT) return "no such folder: make it, it goes on by itself";
    if (number == EACCES || number == EPERM || number == EROFS)
        return "the file must not be written: change its rights";
    if (number == EISDIR) return "it is a folder: name a file";
    return file_errno_text(number);
}

static cm_err file_begin(struct link *lk, struct cm_diag *diag) {
    struct file_link *f = lk->own;
    f->fd = -1;
    const bool below = lk->folder != NULL && lk->uri.path[0] != '/';
    const size_t len = strlen(lk->uri.path) + (below ? strlen(lk->folder) + 1 : 0);
    if (len >= sizeof f->path)
        return diag_fail(diag, CM_E_LIMIT, "printer address", NULL, "choose a shorter path",
                         "the file's path is too long");
    if (below) text_append(f->path, sizeof f->path, "%s/", lk->folder);
    text_append(f->path, sizeof f->path, "%s", lk->uri.path);
    return CM_OK;
}

static void sync_now(struct file_link *f) {
    if (!f->unsynced || f->fd < 0) return;
    f->unsynced = false;
    /* What a disk refuses here it refuses the next write, too. The run journal, not this file,
     * knows what was sent. */
    (void)fdatasync(f->fd);
}

static void file_close(struct link *lk) {
    struct file_link *f = lk->own;
    loop_timer_cancel(lk->loop, &f->sync);
    sync_now(f);
    if (f->fd >= 0) (void)close(f->fd);
    f->fd = -1;
}

static void sync_due(void *ctx) { sync_now(((struct link *)ctx)->own); }

/* Take back what is behind the last whole write. */
static void take_back(struct file_link *f) {
    int rc = 0;
    do {
        rc = ftruncate(f->fd, f->end);
    } while (rc != 0 && errno == EINTR);
}

/* All of it, or the errno of why not. */
static int put(struct file_link *f, struct cm_slice bytes) {
    size_t at = 0;
    while (at < bytes.len) {
        const ssize_t n = pwrite(f->fd, bytes.p + at, bytes.len - at, f->end + (off_t)at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            const int number = n < 0 ? errno : ENOSPC;
            take_back(f);
            return number;
        }
        at += (size_t)n;
    }
    f->end += (off_t)bytes.len;
    return 0;
}

/* A disk that has no room now would only take units and void them. */
static int check_room(struct file_link *f) {
    if (fallocate(f->fd, FALLOC_FL_KEEP_SIZE, f->end, ROOM_LEN) != 0)
        return is_full(errno) ? errno : 0; /* not every file system can */
    take_back(f);
    return 0;
}

/* A line that was torn by a power cut must not swallow the next one. */
static int check_end(struct file_link *f) {
    char last = '\n';
    if (f->end > 0 && pread(f->fd, &last, 1, f->end - 1) != 1) return EIO;
    return last == '\n' ? 0 : put(f, slice_text("\n"));
}

static int prepare(struct file_link *f) {
    struct stat st;
    struct flock alone = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fstat(f->fd, &st) != 0) return errno;
    if (!S_ISREG(st.st_mode)) return EISDIR;
    if (fcntl(f->fd, F_OFD_SETLK, &alone) != 0) return errno;
    f->end = st.st_size;
    const int number = check_room(f);
    return number != 0 ? number : check_end(f);
}

static void file_open(struct link *lk) {
    struct file_link *f = lk->own;
    f->fd = open(f->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, FILE_MODE);
    if (f->fd < 0) {
        link_failed(lk, errno == ENXIO ? "it is no regular file: name one" : explain(errno));
        return;
    }
    const int number = prepare(f);
    if (number == EISDIR) {
        link_failed(lk, "it is no regular file: name one");
    } else if (number == EAGAIN || number == EACCES) {
        link_failed(lk, "another program writes to this file");
    } else if (number != 0) {
        link_failed(lk, explain(number));
    } else {
        link_is_up_now(lk);
    }
}

static size_t file_write(struct link *lk, struct cm_slice bytes) {
    struct file_link *f = lk->own;
    const int number = put(f, bytes);
    if (number != 0) {
        link_fails_soon(lk, explain(number));
        return 0;
    }
    link_alive(lk);
    f->unsynced = true;
    if (!f->sync.set)
        loop_timer_at(lk->loop, &f->sync, loop_now_us(lk->loop) + SYNC_US, sync_due, lk);
    return bytes.len;
}

const struct link_kind link_file = {
    .own_len = sizeof(struct file_link),
    .begin = file_begin,
    .open = file_open,
    .write = file_write,
    .close = file_close,
};

/* Whole files. What stands under the final name is always complete. */
#include "cli/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"

/* A piece is hashed and written while it is in the second-level cache, and the kernel is set to
 * write it to the disk at once, so that the sync at the end finds little left to do. */
#define PIECE_LEN ((size_t)256 * 1024)
#define MOVE_LEN  8192u

static cm_err fail(struct cm_diag *diag, const struct outfile *f, const char *what, int number) {
    const char *remedy = number == ENOSPC  ? "free some space and run the same command again"
                         : number == EPIPE ? "its reader has gone; run the same command again"
                                           : "check the path and the rights";
    return diag_fail(diag, file_err_from_errno(number), f->path, NULL, remedy, "%s: %s", what,
                     file_errno_text(number));
}

static bool is_special(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* Whether the name still leads to what is open: between opening and locking, the run that had it
 * may have given it its final name, or removed it. */
static bool still_there(const struct outfile *f) {
    struct stat ours, there;
    return fstat(f->fd, &ours) == 0 && lstat(f->temporary, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* Two runs that wrote into one file would leave a mixture under the final name. A file system that
 * knows no locks goes without. */
static cm_err take_temporary(struct outfile *f, unsigned mode, struct cm_diag *diag) {
    f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
    if (f->fd < 0) return fail(diag, f, "cannot create", errno);
    if ((flock(f->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || !still_there(f))
        return diag_fail(diag, CM_E_BUSY, f->path, NULL, "wait for it, or name another file",
                         "another run is writing this file");
    return ftruncate(f->fd, 0) == 0 ? CM_OK : fail(diag, f, "cannot create", errno);
}

static cm_err open_descriptor(struct outfile *f, unsigned mode, struct cm_diag *diag) {
    if (strcmp(f->path, "-") == 0) {
        (void)snprintf(f->path, sizeof f->path, "standard output");
        f->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        return f->fd >= 0 ? CM_OK : fail(diag, f, "cannot write", errno);
    }
    if (is_special(f->path)) {
        f->fd = open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        return f->fd >= 0 ? CM_OK : fail(diag, f, "cannot open", errno);
    }
    (void)snprintf(f->temporary, sizeof f->temporary, "%.*s.new", (int)(OUTFILE_PATH_CAP - 1),
                   f->path);
    const cm_err err = take_temporary(f, mode, diag);
    if (err != CM_OK) f->temporary[0] = '\0'; /* it is none of ours to remove */
    return err;
}

cm_err outfile_open(struct outfile *f, const char *path, unsigned mode, struct cm_diag *diag) {
    *f = (struct outfile)OUTFILE_INIT;
    const int n = snprintf(f->path, sizeof f->path, "%s", path);
    if (n < 0 || (size_t)n >= sizeof f->path)
        return diag_fail(diag, CM_E_RANGE, "output", NULL, "use a shorter path", "path too long");
    cm_err err = open_descriptor(f, mode, diag);
    if (err == CM_OK) err = hasher_new(&f->hasher);
    if (err == CM_OK) err = hasher_begin(f->hasher);
    if (err != CM_OK) outfile_close(f);
    return err;
}

static cm_err write_piece(struct outfile *f, struct cm_slice bytes, struct cm_diag *diag) {
    const off_t at = (off_t)f->len;
    TRY(hasher_update(f->hasher, bytes));
    while (bytes.len > 0) {
        const ssize_t put = write(f->fd, bytes.p, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail(diag, f, "cannot write", errno);
        bytes.p += put;
        bytes.len -= (size_t)put;
        f->len += (size_t)put;
    }
    /* A hint: durability rests on the fsync of the commit alone. */
    if (f->temporary[0] != '\0')
        (void)sync_file_range(f->fd, at, (off_t)f->len - at, SYNC_FILE_RANGE_WRITE);
    return CM_OK;
}

cm_err outfile_write(struct outfile *f, struct cm_slice bytes, struct cm_diag *diag) {
    while (bytes.len > 0) {
        const size_t len = bytes.len < PIECE_LEN ? bytes.len : PIECE_LEN;
        TRY(write_piece(f, slice_of(bytes.p, len), diag));
        bytes = slice_of(bytes.p + len, bytes.len - len);
    }
    return CM_OK;
}

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

cm_err outfile_commit(struct outfile *f, struct hash256 *hash, struct cm_diag *diag) {
    TRY(hasher_end(f->hasher, hash));
    if (f->temporary[0] == '\0') return CM_OK; /* pipes and devices have nothing to sync */
    if (fsync(f->fd) != 0) return fail(diag, f, "cannot sync", errno);
    if (rename(f->temporary, f->path) != 0) return fail(diag, f, "cannot rename", errno);
    f->temporary[0] = '\0';
    return file_sync_folder_of(f->path, diag);
}

void outfile_close(struct outfile *f) {
    if (f->temporary[0] != '\0') (void)unlink(f->temporary);
    if (f->fd >= 0) (void)close(f->fd);
    hasher_free(f->hasher);
    *f = (struct outfile)OUTFILE_INIT;
}

cm_err outfile_move(const char *from, const char *to, unsigned mode, struct cm_diag *diag) {
    CM_CLEANUP(outfile_close) struct outfile out = OUTFILE_INIT;
    CM_CLEANUP(close_fd) int fd = open(from, O_RDONLY | O_CLOEXEC);
    struct hash256 hash;
    if (fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), from, NULL, NULL, "cannot open: %s",
                         file_errno_text(errno));
    TRY(outfile_open(&out, to, mode, diag));
    for (;;) {
        uint8_t piece[MOVE_LEN];
        const ssize_t got = read(fd, piece, sizeof piece);
        if (got < 0)
            return diag_fail(diag, CM_E_IO, from, NULL, NULL, "cannot read: %s",
                             file_errno_text(errno));
        if (got == 0) break;
        TRY(outfile_write(&out, slice_of(piece, (size_t)got), diag));
    }
    TRY(outfile_commit(&out, &hash, diag));
    (void)unlink(from); /* a second copy would be no harm */
    return CM_OK;
}

/* File work of the keystore. A lock on the present file keeps two savers apart, its last bytes
 * (the checksum) tell whether it is still the one that was read.
 * Sources: open(2), flock(2), renameat2(2), fsync(2). */
#include "crypto/keystore_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define OLD_END_MAX 64u /* bytes of a checksum */

static void fd_close(int *fd) {
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}
#define FD_SCOPED CM_CLEANUP(fd_close)

static cm_err io_fail(struct cm_diag *diag, const char *path, const char *call) {
    const int cause = errno;
    const bool full = cause == ENOSPC || cause == EDQUOT;
    return diag_fail(diag, full ? CM_E_NO_SPACE : CM_E_IO, path, NULL,
                     full ? "free some space, then try again; the old file is as it was"
                          : "check the path, its owner and its rights",
                     "%s: %s", call, file_errno_text(cause));
}

static cm_err new_name(const char *path, struct buffer *out) {
    buffer_text(out, path);
    buffer_text(out, ".new");
    return buffer_cstr(out) != NULL ? CM_OK : CM_E_NO_MEMORY;
}

static cm_err missing(const char *path, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    TRY(new_name(path, &name));
    if (access((const char *)name.p, F_OK) == 0)
        return diag_fail(diag, CM_E_NOT_FOUND, path, NULL, "remove that file and run init again",
                         "half-written: no keystore, only %s of an interrupted creation",
                         (const char *)name.p);
    return diag_fail(diag, CM_E_NOT_FOUND, path, NULL, "check the path, or run init",
                     "no such file");
}

static cm_err read_all(int fd, const char *path, size_t len, struct buffer *out,
                       struct cm_diag *diag) {
    /* One byte more than fstat told, so that growth is seen. */
    uint8_t *to = buffer_reserve(out, len + 1);
    if (to == NULL) return CM_E_NO_MEMORY;
    size_t have = 0;
    while (have <= len) {
        const ssize_t n = read(fd, to + have, len + 1 - have);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_fail(diag, path, "read");
        if (n == 0) break;
        have += (size_t)n;
    }
    if (have > len)
        return diag_fail(diag, CM_E_BUSY, path, NULL, "try again", "it grew while it was read");
    out->len += have;
    return CM_OK;
}

cm_err keystore_file_read(const char *path, size_t max, struct buffer *out, struct cm_diag *diag) {
    FD_SCOPED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) return errno == ENOENT ? missing(path, diag) : io_fail(diag, path, "open");
    struct stat st;
    if (fstat(fd, &st) != 0) return io_fail(diag, path, "fstat");
    if (!S_ISREG(st.st_mode))
        return diag_fail(diag, CM_E_FORMAT, path, NULL, "name a regular file",
                         "not a regular file");
    if (st.st_size < 0 || (uintmax_t)st.st_size > max)
        return diag_fail(diag, CM_E_FORMAT, path, NULL, "check the path",
                         "%lld bytes; at most %zu are taken", (long long)st.st_size, max);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        log_event(LOG_WARN, "file with secrets is open to others path=%s remedy=\"chmod 600\"",
                  path);
    return read_all(fd, path, (size_t)st.st_size, out, diag);
}

static cm_err write_all(int fd, const char *path, struct cm_slice bytes, struct cm_diag *diag) {
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.p, bytes.len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_fail(diag, path, "write");
        bytes = slice_of(bytes.p + n, bytes.len - (size_t)n);
    }
    return fsync(fd) == 0 ? CM_OK : io_fail(diag, path, "fsync");
}

/* Make `name` with these bytes, synced; on error it is gone again. */
static cm_err write_new(const char *name, struct cm_slice bytes, struct cm_diag *diag) {
    FD_SCOPED int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == EEXIST)
        return diag_fail(diag, CM_E_EXISTS, name, NULL,
                         "remove it unless another process is at work on it now",
                         "half-written: left behind by an interrupted creation");
    if (fd < 0) return io_fail(diag, name, "open");
    const cm_err err = write_all(fd, name, bytes, diag);
    if (err != CM_OK) (void)unlink(name);
    return err;
}

static cm_err sync_directory(const char *path, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer copy = BUFFER_INIT;
    buffer_text(&copy, path);
    if (buffer_cstr(&copy) == NULL) return CM_E_NO_MEMORY;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): dirname works in place, in a copy of our own
    FD_SCOPED int fd = open(dirname((char *)copy.p), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) return io_fail(diag, path, "sync of its directory");
    return CM_OK;
}

cm_err keystore_file_create(const char *path, struct cm_slice bytes, struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    TRY(new_name(path, &name));
    TRY(write_new((const char *)name.p, bytes, diag));
    if (renameat2(AT_FDCWD, (const char *)name.p, AT_FDCWD, path, RENAME_NOREPLACE) != 0) {
        const cm_err err = errno == EEXIST
                               ? diag_fail(diag, CM_E_EXISTS, path, NULL,
                                           "choose another place; a keystore is never overwritten",
                                           "it is there already")
                               : io_fail(diag, path, "rename");
        (void)unlink((const char *)name.p);
        return err;
    }
    const cm_err err = sync_directory(path, diag);
    if (err != CM_OK) (void)unlink(path); /* its recovery words were never shown */
    return err;
}

static cm_err changed(const char *path, struct cm_diag *diag) {
    return diag_fail(diag, CM_E_CONFLICT, path, NULL, "open it again and repeat the change",
                     "another process saved it since it was opened here");
}

/* Lock the file and make sure that it is still the one at `path`, with the end that was read. */
static cm_err lock_present(const char *path, struct cm_slice old_end, int *out,
                           struct cm_diag *diag) {
    FD_SCOPED int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) return errno == ENOENT ? missing(path, diag) : io_fail(diag, path, "open");
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? diag_fail(diag, CM_E_BUSY, path, NULL, "try again when it has finished",
                               "another process is saving it")
                   : io_fail(diag, path, "flock");
    struct stat locked, present;
    if (fstat(fd, &locked) != 0) return io_fail(diag, path, "fstat");
    if (lstat(path, &present) != 0) return io_fail(diag, path, "lstat");
    uint8_t end[OLD_END_MAX];
    if (old_end.len > sizeof end) return CM_E_ARGUMENT;
    const off_t at = locked.st_size - (off_t)old_end.len;
    const ssize_t n = at < 0 ? 0 : pread(fd, end, old_end.len, at);
    if (n < 0) return io_fail(diag, path, "read");
    if (locked.st_ino != present.st_ino || locked.st_dev != present.st_dev ||
        !slice_equal(slice_of(end, (size_t)n), old_end))
        return changed(path, diag);
    *out = fd;
    fd = -1;
    return CM_OK;
}

cm_err keystore_file_replace(const char *path, struct cm_slice old_end, struct cm_slice bytes,
                             struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer name = BUFFER_INIT;
    TRY(new_name(path, &name));
    FD_SCOPED int lock = -1;
    TRY(lock_present(path, old_end, &lock, diag));
    /* Under the lock a path.new has no living writer: it is what a crash left. */
    (void)unlink((const char *)name.p);
    TRY(write_new((const char *)name.p, bytes, diag));
    if (rename((const char *)name.p, path) != 0) {
        const cm_err err = io_fail(diag, path, "rename");
        (void)unlink((const char *)name.p);
        return err;
    }
    return sync_directory(path, diag);
}

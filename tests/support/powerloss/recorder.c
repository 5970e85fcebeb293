/* libpowerloss.so: preloaded into a program, it logs every call that changes a file or folder
 * below POWERLOSS_ROOT, and every sync. It is blind to stdio's own writes and to stores through a
 * shared mapping: programs under test must not use those for anything that is to last. README.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/powerloss/recorder_log.h"

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's own are __reserved. */
#define EXPORT __attribute__((visibility("default")))

__attribute__((constructor)) static void begin(void) { recorder_begin(); }

static void put_data(enum powerloss_kind kind, uint64_t file, uint32_t flags, uint64_t offset,
                     const void *data, size_t len) {
    const struct powerloss_record r = {.kind = (uint32_t)kind,
                                       .flags = flags,
                                       .file = file,
                                       .offset = offset,
                                       .data_len = (uint32_t)len};
    recorder_put(&r, NULL, NULL, data);
}

EXPORT void powerloss_mark(const void *p, unsigned len);
EXPORT void powerloss_mark(const void *p, unsigned len) {
    if (!recorder_on()) return;
    recorder_lock();
    put_data(POWERLOSS_MARK, 0, 0, 0, p, len);
    recorder_unlock();
}

/* Opening and creating. */

static int open_logged(int dir_fd, const char *path, int flags, unsigned mode) {
    if (!recorder_on()) return (int)syscall(SYS_openat, dir_fd, path, flags, mode);
    recorder_lock();
    struct stat st;
    const bool there = fstatat(dir_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    const int fd = (int)syscall(SYS_openat, dir_fd, path, flags, mode);
    const int error = errno;
    const uint64_t parent = fd >= 0 ? recorder_id_of_parent(dir_fd, path) : 0;
    if (parent != 0 && !there && (flags & O_CREAT) != 0) {
        const struct powerloss_record r = {
            .kind = POWERLOSS_CREATE, .file = recorder_adopt(dir_fd, path), .dir = parent};
        recorder_put(&r, recorder_last_name(path), NULL, NULL);
    } else if (parent != 0 && there && (flags & O_TRUNC) != 0) {
        put_data(POWERLOSS_SIZE, recorder_id_of_fd(fd), 0, 0, NULL, 0);
    }
    recorder_unlock();
    errno = error;
    return fd;
}

static unsigned mode_of(int flags, va_list args) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, unsigned) : 0;
}

#define OPEN_BODY(dir_fd, path)                                                                    \
    va_list args;                                                                                  \
    va_start(args, flags);                                                                         \
    const unsigned mode = mode_of(flags, args);                                                    \
    va_end(args);                                                                                  \
    return open_logged(dir_fd, path, flags, mode)

/* NOLINTBEGIN(cert-dcl37-c,cert-dcl51-cpp,bugprone-reserved-identifier): names of libc's own. */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dir_fd, const char *path, int flags);
int __openat64_2(int dir_fd, const char *path, int flags);
EXPORT int __open_2(const char *path, int flags) { return open_logged(AT_FDCWD, path, flags, 0); }
EXPORT int __open64_2(const char *path, int flags) { return __open_2(path, flags); }
EXPORT int __openat_2(int dir_fd, const char *path, int flags) {
    return open_logged(dir_fd, path, flags, 0);
}
EXPORT int __openat64_2(int dir_fd, const char *path, int flags) {
    return open_logged(dir_fd, path, flags, 0);
}
/* NOLINTEND(cert-dcl37-c,cert-dcl51-cpp,bugprone-reserved-identifier) */
EXPORT int open(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD, path); }
EXPORT int open64(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD, path); }
EXPORT int openat(int dir_fd, const char *path, int flags, ...) { OPEN_BODY(dir_fd, path); }
EXPORT int openat64(int dir_fd, const char *path, int flags, ...) { OPEN_BODY(dir_fd, path); }
EXPORT int creat(const char *path, mode_t mode) {
    return open_logged(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

EXPORT int mkdirat(int dir_fd, const char *path, mode_t mode) {
    if (!recorder_on()) return (int)syscall(SYS_mkdirat, dir_fd, path, mode);
    recorder_lock();
    const int done = (int)syscall(SYS_mkdirat, dir_fd, path, mode);
    const int error = errno;
    const uint64_t parent = done == 0 ? recorder_id_of_parent(dir_fd, path) : 0;
    if (parent != 0) {
        const struct powerloss_record r = {.kind = POWERLOSS_CREATE,
                                           .flags = POWERLOSS_FOLDER,
                                           .file = recorder_adopt(dir_fd, path),
                                           .dir = parent};
        recorder_put(&r, recorder_last_name(path), NULL, NULL);
    }
    recorder_unlock();
    errno = error;
    return done;
}
EXPORT int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* Names. */

EXPORT int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    if (!recorder_on()) return (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
    recorder_lock();
    const struct powerloss_record r = {.kind = POWERLOSS_RENAME,
                                       .file = recorder_id_of_path(from_fd, from),
                                       .dir = recorder_id_of_parent(from_fd, from),
                                       .dir2 = recorder_id_of_parent(to_fd, to)};
    const int done = (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
    const int error = errno;
    if (done == 0 && r.file != 0)
        recorder_put(&r, recorder_last_name(from), recorder_last_name(to), NULL);
    recorder_unlock();
    errno = error;
    return done;
}
EXPORT int rename(const char *from, const char *to) {
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

EXPORT int unlinkat(int dir_fd, const char *path, int flags) {
    if (!recorder_on()) return (int)syscall(SYS_unlinkat, dir_fd, path, flags);
    recorder_lock();
    const struct powerloss_record r = {.kind = POWERLOSS_UNLINK,
                                       .file = recorder_id_of_path(dir_fd, path),
                                       .dir = recorder_id_of_parent(dir_fd, path)};
    const int done = (int)syscall(SYS_unlinkat, dir_fd, path, flags);
    const int error = errno;
    if (done == 0 && r.file != 0) recorder_put(&r, recorder_last_name(path), NULL, NULL);
    recorder_unlock();
    errno = error;
    return done;
}
EXPORT int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
EXPORT int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

/* Contents and lengths. */

static uint32_t durable_flag(int fd) {
    const int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
    return flags >= 0 && (flags & O_DSYNC) != 0 ? POWERLOSS_DURABLE : 0;
}

static ssize_t write_at(int fd, const void *p, size_t len, off_t offset, bool keep_position) {
    const uint64_t file = recorder_id_of_fd(fd);
    const ssize_t n = keep_position ? (ssize_t)syscall(SYS_pwrite64, fd, p, len, offset)
                                    : (ssize_t)syscall(SYS_write, fd, p, len);
    const int error = errno;
    if (n > 0 && file != 0)
        put_data(POWERLOSS_WRITE, file, durable_flag(fd), (uint64_t)offset, p, (size_t)n);
    errno = error;
    return n;
}

static off_t position(int fd) {
    struct stat st;
    const int flags = (int)syscall(SYS_fcntl, fd, F_GETFL);
    if (flags >= 0 && (flags & O_APPEND) != 0 && fstat(fd, &st) == 0) return st.st_size;
    return (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
}

EXPORT ssize_t pwrite(int fd, const void *p, size_t len, off_t offset) {
    if (!recorder_on()) return (ssize_t)syscall(SYS_pwrite64, fd, p, len, offset);
    recorder_lock();
    const ssize_t n = write_at(fd, p, len, offset, true);
    recorder_unlock();
    return n;
}
EXPORT ssize_t pwrite64(int fd, const void *p, size_t len, off64_t offset) {
    return pwrite(fd, p, len, offset);
}

EXPORT ssize_t write(int fd, const void *p, size_t len) {
    if (!recorder_on() || recorder_id_of_fd(fd) == 0)
        return (ssize_t)syscall(SYS_write, fd, p, len);
    recorder_lock();
    const ssize_t n = write_at(fd, p, len, position(fd), false);
    recorder_unlock();
    return n;
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int n) {
    if (!recorder_on() || recorder_id_of_fd(fd) == 0)
        return (ssize_t)syscall(SYS_writev, fd, parts, n);
    ssize_t sum = 0;
    recorder_lock();
    for (int i = 0; i < n; i++) {
        const ssize_t done = write_at(fd, parts[i].iov_base, parts[i].iov_len, position(fd), false);
        if (done < 0) sum = sum > 0 ? sum : -1;
        if (done > 0) sum += done;
        if (done != (ssize_t)parts[i].iov_len) break;
    }
    recorder_unlock();
    return sum;
}

EXPORT ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t offset) {
    ssize_t sum = 0;
    for (int i = 0; i < n; i++) {
        const ssize_t done = pwrite(fd, parts[i].iov_base, parts[i].iov_len, offset + sum);
        if (done < 0) return sum > 0 ? sum : -1;
        sum += done;
        if (done != (ssize_t)parts[i].iov_len) break;
    }
    return sum;
}

EXPORT int ftruncate(int fd, off_t len) {
    if (!recorder_on()) return (int)syscall(SYS_ftruncate, fd, len);
    recorder_lock();
    const int done = (int)syscall(SYS_ftruncate, fd, len);
    const int error = errno;
    const uint64_t file = recorder_id_of_fd(fd);
    if (done == 0 && file != 0) put_data(POWERLOSS_SIZE, file, 0, (uint64_t)len, NULL, 0);
    recorder_unlock();
    errno = error;
    return done;
}
EXPORT int ftruncate64(int fd, off64_t len) { return ftruncate(fd, len); }

EXPORT int fallocate(int fd, int mode, off_t offset, off_t len) {
    if (!recorder_on()) return (int)syscall(SYS_fallocate, fd, mode, offset, len);
    struct stat st;
    recorder_lock();
    const int done = (int)syscall(SYS_fallocate, fd, mode, offset, len);
    const int error = errno;
    const uint64_t file = recorder_id_of_fd(fd);
    if (done == 0 && file != 0 && fstat(fd, &st) == 0)
        put_data(POWERLOSS_SIZE, file, 0, (uint64_t)st.st_size, NULL, 0);
    recorder_unlock();
    errno = error;
    return done;
}

/* Syncs: what was logged before the call began is durable when it has ended. */

static int sync_logged(long number, int fd) {
    if (!recorder_on()) return (int)syscall(number, fd);
    recorder_lock();
    const uint64_t before = recorder_count();
    const uint64_t file = recorder_id_of_fd(fd);
    const bool dropped = file != 0 && recorder_drops_sync();
    recorder_unlock();
    if (dropped) return 0;
    const int done = (int)syscall(number, fd);
    const int error = errno;
    if (done == 0 && file != 0) {
        recorder_lock();
        put_data(POWERLOSS_SYNC, file, 0, before, NULL, 0);
        recorder_unlock();
    }
    errno = error;
    return done;
}

EXPORT int fsync(int fd) { return sync_logged(SYS_fsync, fd); }
EXPORT int fdatasync(int fd) { return sync_logged(SYS_fdatasync, fd); }
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

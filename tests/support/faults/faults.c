/* Interposed calls that can be told to fail. See faults.h. The program's own definitions come first
 * in symbol resolution, so shared libraries meet them too. */
#include "support/faults/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): libc's own are __reserved. */
#define EXPORT __attribute__((visibility("default")))

#define SECTOR 512u /* bytes */

static struct fault_plan plan;
static atomic_uint calls;
static atomic_bool armed;

void faults_arm(const struct fault_plan *wanted) {
    plan = *wanted;
    atomic_store(&calls, 0);
    atomic_store(&armed, true);
}

unsigned faults_disarm(void) {
    atomic_store(&armed, false);
    return atomic_load(&calls);
}

static bool due(enum fault_class class) {
    if (!atomic_load(&armed) || (plan.classes & (unsigned)class) == 0) return false;
    const unsigned call = atomic_fetch_add(&calls, 1) + 1;
    return call == plan.at || (plan.ever_after && plan.at != 0 && call > plan.at);
}

static int refuse(void) {
    errno = plan.error;
    return -1;
}

/* A call without bytes: done or not, it fails. */
static int failing(long done) {
    if (plan.done && done < 0) return -1;
    return refuse();
}

/* Kernels stop a write between pages, never inside a sector. */
static size_t half(size_t len) { return len / 2 / SECTOR * SECTOR; }

EXPORT ssize_t pwrite(int fd, const void *p, size_t len, off_t offset) {
    if (!due(FAULT_WRITES)) return (ssize_t)syscall(SYS_pwrite64, fd, p, len, offset);
    if (plan.half_done && half(len) > 0)
        return (ssize_t)syscall(SYS_pwrite64, fd, p, half(len), offset);
    if (plan.done) (void)syscall(SYS_pwrite64, fd, p, len, offset);
    return refuse();
}
EXPORT ssize_t pwrite64(int fd, const void *p, size_t len, off64_t offset) {
    return pwrite(fd, p, len, offset);
}
EXPORT ssize_t write(int fd, const void *p, size_t len) {
    if (!due(FAULT_WRITES)) return (ssize_t)syscall(SYS_write, fd, p, len);
    if (plan.half_done && half(len) > 0) return (ssize_t)syscall(SYS_write, fd, p, half(len));
    if (plan.done) (void)syscall(SYS_write, fd, p, len);
    return refuse();
}
EXPORT ssize_t writev(int fd, const struct iovec *parts, int n) {
    if (!due(FAULT_WRITES)) return (ssize_t)syscall(SYS_writev, fd, parts, n);
    if (plan.half_done && n > 1) return (ssize_t)syscall(SYS_writev, fd, parts, n / 2);
    if (plan.done) (void)syscall(SYS_writev, fd, parts, n);
    return refuse();
}
EXPORT int fallocate(int fd, int mode, off_t offset, off_t len) {
    if (!due(FAULT_SPACE)) return (int)syscall(SYS_fallocate, fd, mode, offset, len);
    return failing(plan.done ? syscall(SYS_fallocate, fd, mode, offset, len) : 0);
}
EXPORT int ftruncate(int fd, off_t len) {
    if (!due(FAULT_SPACE)) return (int)syscall(SYS_ftruncate, fd, len);
    return failing(plan.done ? syscall(SYS_ftruncate, fd, len) : 0);
}
EXPORT int ftruncate64(int fd, off64_t len) { return ftruncate(fd, len); }

EXPORT int fsync(int fd) {
    if (!due(FAULT_SYNCS)) return (int)syscall(SYS_fsync, fd);
    return failing(plan.done ? syscall(SYS_fsync, fd) : 0);
}
EXPORT int fdatasync(int fd) {
    if (!due(FAULT_SYNCS)) return (int)syscall(SYS_fdatasync, fd);
    return failing(plan.done ? syscall(SYS_fdatasync, fd) : 0);
}

/* An open that did its work and fails leaves the file, but no descriptor. */
static int open_or_fail(int dir_fd, const char *path, int flags, unsigned mode) {
    const bool fails = due(FAULT_NAMES);
    if (fails && !plan.done) return refuse();
    const int fd = (int)syscall(SYS_openat, dir_fd, path, flags, mode);
    if (!fails) return fd;
    if (fd >= 0) (void)close(fd);
    return refuse();
}

#define OPEN_BODY(dir_fd, path)                                                                    \
    va_list args;                                                                                  \
    va_start(args, flags);                                                                         \
    const unsigned mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, unsigned) : 0;       \
    va_end(args);                                                                                  \
    return open_or_fail(dir_fd, path, flags, mode)

EXPORT int open(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD, path); }
EXPORT int open64(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD, path); }
EXPORT int openat(int dir_fd, const char *path, int flags, ...) { OPEN_BODY(dir_fd, path); }
EXPORT int openat64(int dir_fd, const char *path, int flags, ...) { OPEN_BODY(dir_fd, path); }
/* NOLINTBEGIN(cert-dcl37-c,cert-dcl51-cpp,bugprone-reserved-identifier): names of libc's own. */
EXPORT int __open_2(const char *path, int flags);
EXPORT int __openat_2(int dir_fd, const char *path, int flags);
EXPORT int __open_2(const char *path, int flags) { return open_or_fail(AT_FDCWD, path, flags, 0); }
EXPORT int __openat_2(int dir_fd, const char *path, int flags) {
    return open_or_fail(dir_fd, path, flags, 0);
}

EXPORT int mkdir(const char *path, mode_t mode) {
    if (!due(FAULT_NAMES)) return (int)syscall(SYS_mkdir, path, mode);
    return failing(plan.done ? syscall(SYS_mkdir, path, mode) : 0);
}
EXPORT int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    if (!due(FAULT_NAMES)) return (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
    return failing(plan.done ? syscall(SYS_renameat, from_fd, from, to_fd, to) : 0);
}
EXPORT int rename(const char *from, const char *to) {
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
EXPORT int unlinkat(int dir_fd, const char *path, int flags) {
    if (!due(FAULT_NAMES)) return (int)syscall(SYS_unlinkat, dir_fd, path, flags);
    return failing(plan.done ? syscall(SYS_unlinkat, dir_fd, path, flags) : 0);
}
EXPORT int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

/* Memory: glibc's allocator under its other names. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static void *no_memory(void) {
    errno = ENOMEM;
    return NULL;
}
EXPORT void *malloc(size_t size) { return due(FAULT_MEMORY) ? no_memory() : __libc_malloc(size); }
EXPORT void *calloc(size_t n, size_t size) {
    return due(FAULT_MEMORY) ? no_memory() : __libc_calloc(n, size);
}
EXPORT void *realloc(void *p, size_t size) {
    return due(FAULT_MEMORY) ? no_memory() : __libc_realloc(p, size);
}
EXPORT void *aligned_alloc(size_t align, size_t size) {
    return due(FAULT_MEMORY) ? no_memory() : __libc_memalign(align, size);
}
/* NOLINTEND(cert-dcl37-c,cert-dcl51-cpp,bugprone-reserved-identifier) */
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

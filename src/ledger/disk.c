/* System calls of the ledger's files, made whole. It refuses nothing by itself. */
#include "ledger/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_MODE 0700
/* Bytes of one zero-filling write. A page, not more: the kernel keeps what is written at once as
 * one large cache page, and later flushes all of it for each small group in it. */
#define ZERO_CHUNK 4096ul
/* Bytes after which they are flushed: a whole segment at once would stand before the journal's own
 * small flushes for tens of milliseconds. */
#define ZERO_PACE (1024ul * 1024ul)

void disk_closep(int *fd) {
    if (*fd >= 0) (void)close(*fd); /* reads, or writes that were synced before */
    *fd = -1;
}

cm_err disk_err(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return CM_E_NO_SPACE; /* EFBIG: the process's file size limit */
    case ENOMEM: return CM_E_NO_MEMORY;
    case ENOENT:
    case ENOTDIR: return CM_E_NOT_FOUND;
    case EEXIST: return CM_E_EXISTS;
    case EACCES:
    case EPERM: return CM_E_DENIED;
    default: return CM_E_IO;
    }
}

cm_err disk_write(int fd, const void *p, size_t len, uint64_t offset) {
    const uint8_t *from = p;
    while (len > 0) {
        const ssize_t n = pwrite(fd, from, len, (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? disk_err(errno) : CM_E_IO;
        from += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return CM_OK;
}

cm_err disk_read(int fd, void *p, size_t len, uint64_t offset) {
    uint8_t *to = p;
    while (len > 0) {
        const ssize_t n = pread(fd, to, len, (off_t)offset);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return disk_err(errno);
        if (n == 0) return CM_E_TRUNCATED;
        to += n;
        len -= (size_t)n;
        offset += (uint64_t)n;
    }
    return CM_OK;
}

cm_err disk_length(int fd, uint64_t *len) {
    const off_t end = lseek(fd, 0, SEEK_END);
    if (end < 0) return disk_err(errno);
    *len = (uint64_t)end;
    return CM_OK;
}

cm_err disk_sync(int fd) { return fdatasync(fd) == 0 ? CM_OK : disk_err(errno); }

cm_err disk_sync_all(int fd) { return fsync(fd) == 0 ? CM_OK : disk_err(errno); }

cm_err disk_folder(const char *path, int *fd) {
    if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST) return disk_err(errno);
    CM_CLEANUP(disk_closep) int opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return disk_err(errno);
    CM_CLEANUP(disk_closep) int above = openat(opened, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (above < 0) return disk_err(errno);
    TRY(disk_sync_all(above));
    *fd = opened;
    opened = -1;
    return CM_OK;
}

cm_err disk_zero(int fd, uint64_t offset, uint64_t len) {
    static const uint8_t zeros[ZERO_CHUNK];
    for (uint64_t unsynced = 0; len > 0;) {
        const size_t n = len < sizeof zeros ? (size_t)len : sizeof zeros;
        TRY(disk_write(fd, zeros, n, offset));
        offset += n;
        len -= n;
        unsynced += n;
        if (unsynced < ZERO_PACE) continue;
        TRY(disk_sync(fd));
        unsynced = 0;
    }
    return CM_OK;
}

bool bytes_zero(const uint8_t *p, size_t len) {
    /* Overlapping compare: all bytes equal their neighbour, and the first is zero. */
    return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

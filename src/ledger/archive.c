/* The mover of sealed segments. References as in archive.h. */
#include "ledger/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ledger/segment_set.h"

#define FILE_MODE  0600
#define COPY_CHUNK (256ul * 1024ul) /* bytes */

static void bytes_freep(uint8_t **p) { free(*p); }

static cm_err copy_bytes(int from_fd, int to_fd) {
    CM_CLEANUP(bytes_freep) uint8_t *chunk = malloc(COPY_CHUNK);
    uint64_t len = 0;
    if (chunk == NULL) return CM_E_NO_MEMORY;
    TRY(disk_length(from_fd, &len));
    for (uint64_t at = 0; at < len; at += COPY_CHUNK) {
        const size_t n = len - at < COPY_CHUNK ? (size_t)(len - at) : COPY_CHUNK;
        TRY(disk_read(from_fd, chunk, n, at));
        TRY(disk_write(to_fd, chunk, n, at));
    }
    return disk_sync_all(to_fd);
}

static cm_err copy(int dir_fd, int archive_fd, const char *name) {
    char tmp[SEGMENT_NAME_CAP];
    (void)snprintf(tmp, sizeof tmp, "%.*s.tmp", (int)(sizeof tmp - sizeof ".tmp"), name);
    CM_CLEANUP(disk_closep) int from = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (from < 0) return disk_err(errno);
    CM_CLEANUP(disk_closep)
    int to =
        openat(archive_fd, tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (to < 0) return disk_err(errno);
    cm_err err = copy_bytes(from, to);
    if (err == CM_OK && renameat(archive_fd, tmp, archive_fd, name) != 0) err = disk_err(errno);
    if (err != CM_OK) (void)unlinkat(archive_fd, tmp, 0);
    return err;
}

/* The segment that stands in the archive under this name is a copy of ours, or it stays here: an
 * archive of another life of the workspace may hold another segment of that number. */
static cm_err same_bytes(int dir_fd, int archive_fd, const char *name) {
    CM_CLEANUP(disk_closep) int ours = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    CM_CLEANUP(disk_closep) int kept = openat(archive_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    CM_CLEANUP(bytes_freep) uint8_t *chunk = malloc((size_t)2 * COPY_CHUNK);
    uint64_t len = 0, kept_len = 0;
    if (ours < 0 || kept < 0) return disk_err(errno);
    if (chunk == NULL) return CM_E_NO_MEMORY;
    TRY(disk_length(ours, &len));
    TRY(disk_length(kept, &kept_len));
    if (len != kept_len) return CM_E_CONFLICT;
    for (uint64_t at = 0; at < len; at += COPY_CHUNK) {
        const size_t n = len - at < COPY_CHUNK ? (size_t)(len - at) : COPY_CHUNK;
        TRY(disk_read(ours, chunk, n, at));
        TRY(disk_read(kept, chunk + COPY_CHUNK, n, at));
        if (memcmp(chunk, chunk + COPY_CHUNK, n) != 0) return CM_E_CONFLICT;
    }
    return CM_OK;
}

static cm_err move(int dir_fd, int archive_fd, uint64_t number) {
    const struct segment_name name = segment_name_of(number);
    if (faccessat(archive_fd, name.text, F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
        if (renameat(dir_fd, name.text, archive_fd, name.text) == 0) {
            TRY(disk_sync_all(archive_fd));
            return disk_sync_all(dir_fd);
        }
        if (errno != EXDEV) return disk_err(errno);
        TRY(copy(dir_fd, archive_fd, name.text));
    } else {
        TRY(same_bytes(dir_fd, archive_fd, name.text));
    }
    /* The archive has it whole (it gets its name last): make that durable, then let go here. */
    TRY(disk_sync_all(archive_fd));
    if (unlinkat(dir_fd, name.text, 0) != 0) return disk_err(errno);
    return disk_sync_all(dir_fd);
}

/* The segments before the one that holds below_sequence - 1 .. are wholly below it: segment k goes
 * when segment k + 1 starts at or below the sequence. */
static cm_err release_until(int dir_fd, const char *archive_dir, uint64_t below_sequence,
                            struct cm_diag *diag) {
    CM_CLEANUP(segment_set_wipe) struct segment_set set = SEGMENT_SET_INIT;
    size_t keep = 0;
    TRY(segment_set_list(dir_fd, -1, false, &set, diag));
    if (set.n < 2) return CM_OK;
    const cm_err err = segment_set_find(&set, dir_fd, -1, below_sequence, &keep, diag);
    if (err == CM_E_NOT_FOUND) return CM_OK;
    TRY(err);
    if (keep == 0) return CM_OK;
    CM_CLEANUP(disk_closep) int archive_fd = -1;
    TRY(disk_folder(archive_dir, &archive_fd));
    for (size_t i = 0; i < keep; i++)
        TRY(move(dir_fd, archive_fd, set.items[i].number));
    return CM_OK;
}

cm_err archive_release(const char *dir, const char *archive_dir, uint64_t below_sequence,
                       struct cm_diag *diag) {
    CM_CLEANUP(disk_closep) int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) return disk_err(errno);
    const cm_err err = release_until(dir_fd, archive_dir, below_sequence, diag);
    if (err != CM_OK) {
        diag_set(diag, archive_dir, "", "make room or mend the folder; it is tried again",
                 "segments could not be moved to the archive");
    }
    return err;
}

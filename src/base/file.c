/* Small files. The one translation of errno into our statuses is here. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macros.h"

#define FOLDER_MODE 0700
#define READ_STEP   65536u /* bytes a read */
#define PATH_CAP    4096u  /* bytes of a path with its NUL */

cm_err file_err_from_errno(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR: return CM_E_NOT_FOUND;
    case EEXIST: return CM_E_EXISTS;
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return CM_E_NO_SPACE;
    case ENOMEM: return CM_E_NO_MEMORY;
    case EACCES:
    case EPERM: return CM_E_DENIED;
    default: return CM_E_IO;
    }
}

const char *file_errno_text(int number) {
    const char *text = strerrordesc_np(number);
    return text != NULL ? text : "unknown system error";
}

static cm_err fail(struct cm_diag *diag, const char *path, const char *what) {
    const int number = errno;
    const char *remedy = number == ENOENT   ? "check the path"
                         : number == EACCES ? "check the owner and the rights"
                         : number == ENOSPC ? "free some space and try again"
                         : number == EFBIG  ? "let files be larger (ulimit -f) and try again"
                                            : NULL;
    return diag_fail(diag, file_err_from_errno(number), path, NULL, remedy, "%s: %s", what,
                     file_errno_text(number));
}

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

cm_err file_read(const char *path, size_t max, struct buffer *out, struct cm_diag *diag) {
    CM_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(diag, path, "cannot open");
    return file_read_fd(fd, path, max, out, diag);
}

cm_err file_read_fd(int fd, const char *path, size_t max, struct buffer *out,
                    struct cm_diag *diag) {
    for (;;) {
        uint8_t *to = buffer_reserve(out, READ_STEP);
        if (to == NULL) return CM_E_NO_MEMORY;
        const ssize_t got = read(fd, to, READ_STEP);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(diag, path, "cannot read");
        if (got == 0) return CM_OK;
        out->len += (size_t)got;
        if (out->len > max)
            return diag_fail(diag, CM_E_LIMIT, path, NULL, "is it the right file?",
                             "larger than %zu bytes", max);
    }
}

static cm_err write_all(int fd, struct cm_slice bytes) {
    while (bytes.len > 0) {
        const ssize_t put = write(fd, bytes.p, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return file_err_from_errno(errno);
        bytes.p += put;
        bytes.len -= (size_t)put;
    }
    return fsync(fd) == 0 ? CM_OK : file_err_from_errno(errno);
}

cm_err file_sync_folder_of(const char *path, struct cm_diag *diag) {
    char folder[PATH_CAP];
    const char *slash = strrchr(path, '/');
    const size_t len = slash == NULL ? 0 : (size_t)(slash - path);
    if (len >= sizeof folder)
        return diag_fail(diag, CM_E_RANGE, path, NULL, "use a shorter path", "path too long");
    memcpy(folder, path, len);
    folder[len] = '\0';
    const char *name = slash == NULL ? "." : (len == 0 ? "/" : folder);
    CM_CLEANUP(close_fd) int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd >= 0 && fsync(fd) == 0 ? CM_OK : fail(diag, path, "cannot sync its folder");
}

cm_err file_folder(const char *path, struct cm_diag *diag) {
    if (mkdir(path, FOLDER_MODE) != 0 && errno != EEXIST) return fail(diag, path, "cannot create");
    CM_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail(diag, path, "cannot open");
    CM_CLEANUP(close_fd) int above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return above >= 0 && fsync(above) == 0 ? CM_OK : fail(diag, path, "cannot sync the one above");
}

cm_err file_replace(const char *path, struct cm_slice bytes, unsigned mode, struct cm_diag *diag) {
    char temporary[PATH_CAP];
    const int len = snprintf(temporary, sizeof temporary, "%s.new", path);
    if (len < 0 || (size_t)len >= sizeof temporary)
        return diag_fail(diag, CM_E_RANGE, path, NULL, "use a shorter path", "path too long");
    CM_CLEANUP(close_fd)
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, (mode_t)mode);
    if (fd < 0) return fail(diag, temporary, "cannot create");
    cm_err err = write_all(fd, bytes);
    if (err == CM_OK && rename(temporary, path) != 0) err = file_err_from_errno(errno);
    if (err != CM_OK) {
        (void)unlink(temporary);
        return diag_fail(diag, err, path, NULL, "check space and rights; the old file is as it was",
                         "cannot write");
    }
    return file_sync_folder_of(path, diag);
}

struct cm_slice file_short_name(const char *path, size_t max) {
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : path;
    size_t len = strnlen(name, max);
    while (len > 0 && ((uint8_t)name[len] & 0xC0u) == 0x80u)
        len--; /* the byte behind the cut continues a character */
    return slice_of(name, len);
}

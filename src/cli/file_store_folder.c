/* Files in a folder: FOLDER.new is filled, locked while that lasts, and renamed. A lock that is
 * free tells that FOLDER.new was left by a run that was killed: its files are removed first. The
 * index names every file with its SHA-256, so the index's own stands for all. One sync of the file
 * system makes all of them durable: a hundred thousand single ones would take minutes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/file_store.h"
#include "cli/outfile.h"

#define FILE_MODE   0600
#define FOLDER_MODE 0700

struct folder_store {
    struct file_store base;
    char path[OUTFILE_PATH_CAP], temporary[OUTFILE_PATH_CAP + sizeof ".new"];
    int folder, index; /* descriptors */
    struct hasher *hasher;
    bool made; /* FOLDER.new is there and ours */
};

static struct folder_store *folder_of(struct file_store *s) { return (struct folder_store *)s; }

static cm_err fail(struct cm_diag *diag, const char *path, const char *what, int number) {
    return diag_fail(diag, file_err_from_errno(number), path, NULL,
                     number == ENOSPC ? "free some space and run the same command again"
                                      : "check the path and the rights",
                     "%s: %s", what, file_errno_text(number));
}

/* ---- Clearing away ----------------------------------------------------------------------------
 */

/* Whether it is what a run of ours left: nothing, or an index, which is made before all else. */
static bool is_left_over(const struct folder_store *s) {
    struct stat st;
    bool found = false;
    if (fstatat(s->folder, FILE_STORE_INDEX, &st, AT_SYMLINK_NOFOLLOW) == 0) return true;
    DIR *dir = opendir(s->temporary);
    for (const struct dirent *e = dir != NULL ? readdir(dir) : NULL; e != NULL && !found;
         e = readdir(dir))
        found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    if (dir != NULL) (void)closedir(dir);
    return dir != NULL && !found;
}

/* Remove the files of an open folder; folders within are none of ours and stay. */
static void empty_folder(int folder) {
    const int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) (void)close(fd);
        return;
    }
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (e->d_name[0] != '.') (void)unlinkat(folder, e->d_name, 0);
    (void)closedir(dir);
}

static cm_err check_empty(const char *path, struct cm_diag *diag) {
    bool found = false;
    DIR *dir = opendir(path);
    if (dir == NULL && errno == ENOENT) return CM_OK;
    if (dir == NULL) return fail(diag, path, "cannot open the folder", errno);
    for (const struct dirent *e = readdir(dir); e != NULL && !found; e = readdir(dir))
        found = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    (void)closedir(dir);
    if (!found) return CM_OK;
    return diag_fail(diag, CM_E_EXISTS, path, NULL, "name a new folder, or empty this one",
                     "the folder is not empty");
}

/* What FOLDER.new could not be renamed to is told before anything is made, or a unit spent. */
static cm_err check_name(const char *path, struct cm_diag *diag) {
    const char *slash = strrchr(path, '/'), *last = slash != NULL ? slash + 1 : path;
    struct statx st;
    if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
        return diag_fail(diag, CM_E_ARGUMENT, path, NULL, "name a new folder, such as symbols/",
                         "a folder is filled by its own name, which this is not");
    if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &st) != 0) return CM_OK;
    if (S_ISLNK(st.stx_mode))
        return diag_fail(diag, CM_E_EXISTS, path, NULL, "name the folder that it leads to",
                         "it is a symbolic link, which a folder cannot replace");
    if ((st.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0) return CM_OK;
    return diag_fail(diag, CM_E_EXISTS, path, NULL, "name a new folder in it",
                     "a file system is mounted there, which a folder cannot replace");
}

/* ---- Files ------------------------------------------------------------------------------------
 */

static cm_err write_all(int fd, struct cm_slice bytes) {
    while (bytes.len > 0) {
        const ssize_t put = write(fd, bytes.p, bytes.len);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return CM_E_IO; /* errno says why */
        bytes = slice_of(bytes.p + put, bytes.len - (size_t)put);
    }
    return CM_OK;
}

static cm_err put(struct file_store *base, const char *name, const struct zip_part *part,
                  struct cm_diag *diag) {
    struct folder_store *s = folder_of(base);
    const int fd = openat(s->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0) return fail(diag, s->path, "cannot create a file in it", errno);
    const cm_err err = write_all(fd, buffer_slice(&part->bytes));
    const int number = errno;
    if (close(fd) != 0 && err == CM_OK) return fail(diag, s->path, "cannot write in it", errno);
    if (err != CM_OK) return fail(diag, s->path, "cannot write in it", number);
    base->bytes += part->bytes.len;
    return CM_OK;
}

static cm_err add_index(struct file_store *base, struct cm_slice lines, struct cm_diag *diag) {
    struct folder_store *s = folder_of(base);
    TRY(hasher_update(s->hasher, lines));
    base->bytes += lines.len;
    if (write_all(s->index, lines) == CM_OK) return CM_OK;
    return fail(diag, s->path, "cannot write in it", errno);
}

static cm_err finish(struct file_store *base, struct hash256 *hash, struct cm_diag *diag) {
    struct folder_store *s = folder_of(base);
    TRY(hasher_end(s->hasher, hash));
    if (syncfs(s->folder) != 0) return fail(diag, s->path, "cannot sync", errno);
    if (rename(s->temporary, s->path) != 0)
        return fail(diag, s->path, "cannot rename the folder to its name", errno);
    s->made = false;
    return file_sync_folder_of(s->path, diag);
}

static void close_folder(struct file_store *base) {
    struct folder_store *s = folder_of(base);
    if (s->made) {
        empty_folder(s->folder);
        (void)rmdir(s->temporary);
    }
    if (s->index >= 0) (void)close(s->index);
    if (s->folder >= 0) (void)close(s->folder);
    hasher_free(s->hasher);
    free(s);
}

static const struct file_store_way way = {
    .put = put, .index = add_index, .finish = finish, .close = close_folder};

/* ---- Opening ----------------------------------------------------------------------------------
 */

static cm_err set_paths(struct folder_store *s, const char *path, struct cm_diag *diag) {
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len >= sizeof s->path)
        return diag_fail(diag, CM_E_RANGE, "output", NULL, "use a shorter path", "path too long");
    memcpy(s->path, path, len);
    (void)snprintf(s->temporary, sizeof s->temporary, "%s.new", s->path);
    return CM_OK;
}

/* Between our opening and our locking the run that had it may have come to its end: then what we
 * have locked is its work, under its final name. */
static bool still_there(const struct folder_store *s) {
    struct stat ours, there;
    return fstat(s->folder, &ours) == 0 && lstat(s->temporary, &there) == 0 &&
           ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

static cm_err lock_folder(struct folder_store *s, struct cm_diag *diag) {
    if (mkdir(s->temporary, FOLDER_MODE) != 0 && errno != EEXIST)
        return fail(diag, s->temporary, "cannot create the folder", errno);
    s->folder = open(s->temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (s->folder < 0) return fail(diag, s->temporary, "cannot open the folder", errno);
    if (flock(s->folder, LOCK_EX | LOCK_NB) != 0 || !still_there(s))
        return diag_fail(diag, CM_E_BUSY, s->path, NULL, "wait for it, or name another folder",
                         "another run is filling this folder");
    if (!is_left_over(s))
        return diag_fail(diag, CM_E_EXISTS, s->temporary, NULL,
                         "move it away, or name another folder",
                         "the folder is needed, and holds files that are not of such a run");
    s->made = true;
    return CM_OK;
}

static cm_err open_folder(struct folder_store *s, const char *path, struct cm_diag *diag) {
    TRY(set_paths(s, path, diag));
    TRY(check_name(s->path, diag));
    TRY(check_empty(s->path, diag));
    TRY(lock_folder(s, diag));
    empty_folder(s->folder);
    TRY(check_empty(s->temporary, diag));
    TRY(hasher_new(&s->hasher));
    TRY(hasher_begin(s->hasher));
    s->index =
        openat(s->folder, FILE_STORE_INDEX, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    return s->index >= 0 ? CM_OK : fail(diag, s->path, "cannot create a file in it", errno);
}

cm_err file_store_folder(const char *path, struct file_store **out, struct cm_diag *diag) {
    struct folder_store *s = calloc(1, sizeof *s);
    if (s == NULL) return CM_E_NO_MEMORY;
    s->base.way = &way;
    s->folder = s->index = -1;
    const cm_err err = open_folder(s, path, diag);
    if (err == CM_OK)
        *out = (struct file_store *)s;
    else
        close_folder((struct file_store *)s);
    return err;
}

/* Making an order's folder. Names are only ever looked up below the folder's own descriptor, so
 * that nothing outside can be written. */
#include "order/bundle.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "order/manifest_inside.h"

#define NAME_MAX_LEN 200u /* bytes of a bundle's name */

struct bundle {
    char parent[BUNDLE_PATH_CAP];
    char name[NAME_MAX_LEN + 1], part[NAME_MAX_LEN + sizeof BUNDLE_PART];
    int parent_fd, fd;
    bool published;
};

static cm_err failed(struct cm_diag *diag, const char *file, const char *what) {
    const int number = errno;
    return diag_fail(diag, file_err_from_errno(number), file, NULL,
                     "check the folder it is written to, and its free space", "%s: %s", what,
                     file_errno_text(number));
}

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
    *fd = -1;
}

/* Remove a folder of plain files; what else may lie in it stays, and the folder with it. */
static void remove_flat(int parent_fd, const char *name) {
    const int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) (void)close(fd);
        return;
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir))
        if (e->d_name[0] != '.') (void)unlinkat(fd, e->d_name, 0);
    (void)closedir(dir);
    (void)unlinkat(parent_fd, name, AT_REMOVEDIR);
}

void bundle_close(struct bundle *b) {
    if (b == NULL) return;
    close_fd(&b->fd);
    if (!b->published && b->parent_fd >= 0) remove_flat(b->parent_fd, b->part);
    close_fd(&b->parent_fd);
    free(b);
}

void bundle_closep(struct bundle **b) { bundle_close(take(b)); }

static bool is_name(struct cm_slice name) {
    return name.len <= NAME_MAX_LEN && manifest_is_file_name(name);
}

cm_err bundle_begin(const char *parent, const char *name, struct bundle **out,
                    struct cm_diag *diag) {
    if (!is_name(slice_text(name)) || strlen(parent) >= BUNDLE_PATH_CAP)
        return diag_fail(diag, CM_E_RANGE, "order folder", NULL, "choose another name",
                         "not a name of a folder, or too long");
    CM_CLEANUP(bundle_closep) struct bundle *b = calloc(1, sizeof *b);
    if (b == NULL) return CM_E_NO_MEMORY;
    b->fd = -1;
    b->published = true; /* nothing of ours to remove yet */
    (void)snprintf(b->parent, sizeof b->parent, "%s", parent);
    (void)snprintf(b->name, sizeof b->name, "%s", name);
    (void)snprintf(b->part, sizeof b->part, "%s" BUNDLE_PART, name);
    b->parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (b->parent_fd < 0) return failed(diag, parent, "open");
    if (faccessat(b->parent_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return diag_fail(diag, CM_E_EXISTS, name, NULL,
                         "look into it; move it away to have it made again",
                         "a folder of that name is there already");
    remove_flat(b->parent_fd, b->part);
    if (mkdirat(b->parent_fd, b->part, 0700) != 0) return failed(diag, b->part, "mkdir");
    b->published = false;
    b->fd = openat(b->parent_fd, b->part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (b->fd < 0) return failed(diag, b->part, "open");
    *out = take(&b);
    return CM_OK;
}

static cm_err make_file(const struct bundle *b, const char *file, int *fd, struct cm_diag *diag) {
    const int made = openat(b->fd, file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (made < 0) return failed(diag, file, "create");
    *fd = made;
    return CM_OK;
}

static cm_err judge_name(const char *file, struct cm_diag *diag) {
    if (manifest_is_file_name(slice_text(file)) &&
        !slice_equal(slice_text(file), slice_text(BUNDLE_SIGNER)))
        return CM_OK;
    return diag_fail(diag, CM_E_RANGE, "order folder", NULL, "choose another name",
                     "not a name for a file in it");
}

cm_err bundle_file(struct bundle *b, const char *file, int *fd, struct cm_diag *diag) {
    TRY(judge_name(file, diag));
    return make_file(b, file, fd, diag);
}

static cm_err write_file(const struct bundle *b, const char *file, struct cm_slice bytes,
                         struct cm_diag *diag) {
    CM_CLEANUP(close_fd) int fd = -1;
    TRY(make_file(b, file, &fd, diag));
    for (size_t done = 0; done < bytes.len;) {
        const ssize_t n = write(fd, bytes.p + done, bytes.len - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(diag, file, "write");
        done += (size_t)n;
    }
    return fsync(fd) == 0 ? CM_OK : failed(diag, file, "sync");
}

cm_err bundle_write(struct bundle *b, const char *file, struct cm_slice bytes,
                    struct cm_diag *diag) {
    TRY(judge_name(file, diag));
    return write_file(b, file, bytes, diag);
}

/* What the manifest says must be what lies there: a mistake of ours must not be signed. */
static cm_err check_files(const struct bundle *b, const struct manifest *m, struct cm_diag *diag) {
    for (size_t i = 0; i < m->files_n; i++) {
        char name[MANIFEST_TEXT_MAX + 1] = "";
        struct stat st;
        const struct manifest_file *f = &m->files[i];
        if (f->name.len >= sizeof name) return CM_E_RANGE;
        memcpy(name, f->name.p, f->name.len);
        if (fstatat(b->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) return failed(diag, name, "look");
        if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != f->len)
            return diag_fail(diag, CM_E_CONFLICT, name, NULL, "make the order's files again",
                             "its size is not what was written");
    }
    return CM_OK;
}

static void put_sum(struct buffer *out, const struct hash256 *sum, struct cm_slice name) {
    char hex[2 * HASH_LEN + 1];
    hex_format(sum->b, HASH_LEN, hex);
    buffer_printf(out, "%s  ", hex);
    buffer_put(out, name.p, name.len);
    buffer_text(out, "\n");
}

void bundle_sums(const struct manifest *m, struct cm_slice cose, struct cm_slice json,
                 struct cm_slice text, struct buffer *out) {
    const struct cm_slice bytes[] = {cose, json, text};
    static const char *const names[] = {BUNDLE_MANIFEST, BUNDLE_JSON, BUNDLE_TEXT};
    for (size_t i = 0; i < m->files_n; i++)
        put_sum(out, &m->files[i].sha256, m->files[i].name);
    for (size_t i = 0; i < CM_ARRAY_N(names); i++) {
        struct hash256 sum;
        hash_sha256(bytes[i], &sum);
        put_sum(out, &sum, slice_text(names[i]));
    }
}

static cm_err write_papers(const struct bundle *b, const struct manifest *m,
                           const struct cm_key *seed, struct hash256 *sha256,
                           struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer cose = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer json = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer sums = BUFFER_INIT;
    TRY(manifest_make(m, seed, &cose, diag));
    manifest_json(m, &json);
    manifest_text(m, &text);
    bundle_sums(m, buffer_slice(&cose), buffer_slice(&json), buffer_slice(&text), &sums);
    TRY(buffer_err(&json));
    TRY(buffer_err(&text));
    TRY(buffer_err(&sums));
    TRY(write_file(b, BUNDLE_MANIFEST, buffer_slice(&cose), diag));
    TRY(write_file(b, BUNDLE_JSON, buffer_slice(&json), diag));
    TRY(write_file(b, BUNDLE_TEXT, buffer_slice(&text), diag));
    TRY(write_file(b, BUNDLE_SUMS, buffer_slice(&sums), diag));
    hash_sha256(buffer_slice(&cose), sha256);
    return CM_OK;
}

cm_err bundle_appear(struct bundle *b, struct cm_diag *diag) {
    if (renameat2(b->parent_fd, b->part, b->parent_fd, b->name, RENAME_NOREPLACE) != 0)
        return failed(diag, b->name, "rename");
    return fsync(b->parent_fd) == 0 ? CM_OK : failed(diag, b->parent, "sync");
}

static void files_freep(struct manifest_file **files) { free(*files); }

cm_err bundle_seal(struct bundle *b, const struct manifest *m, const struct cm_key *seed,
                   struct cm_slice signer_pem, struct hash256 *sha256, struct cm_diag *diag) {
    CM_CLEANUP(files_freep) struct manifest_file *files = calloc(m->files_n + 1, sizeof *files);
    if (files == NULL) return CM_E_NO_MEMORY;
    struct manifest whole = *m;
    memcpy(files, m->files, m->files_n * sizeof *files);
    whole.files = files;
    if (signer_pem.len > 0) {
        struct manifest_file *f = &files[whole.files_n++];
        *f = (struct manifest_file){
            .name = slice_text(BUNDLE_SIGNER), .len = signer_pem.len, .role = MANIFEST_SIGNER};
        hash_sha256(signer_pem, &f->sha256);
        TRY(write_file(b, BUNDLE_SIGNER, signer_pem, diag));
    }
    TRY(check_files(b, &whole, diag));
    struct hash256 sum;
    TRY(write_papers(b, &whole, seed, &sum, diag));
    if (fsync(b->fd) != 0) return failed(diag, b->part, "sync");
    if (fsync(b->parent_fd) != 0) return failed(diag, b->parent, "sync");
    b->published = true;
    if (sha256 != NULL) *sha256 = sum;
    return CM_OK;
}

cm_err bundle_publish(struct bundle *b, const struct manifest *m, const struct cm_key *seed,
                      struct cm_slice signer_pem, struct hash256 *sha256, struct cm_diag *diag) {
    struct hash256 sum;
    TRY(bundle_seal(b, m, seed, signer_pem, &sum, diag));
    const cm_err err = bundle_appear(b, diag);
    b->published = err == CM_OK; /* nobody else knows of it */
    if (err == CM_OK && sha256 != NULL) *sha256 = sum;
    return err;
}

/* A folder of another manifest is the work of somebody who was stopped earlier: not ours to name.
 */
static cm_err is_manifest(const char *path, const struct hash256 *sha256, bool *yes,
                          struct cm_diag *diag) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct hash256 is;
    *yes = false;
    if (access(path, F_OK) != 0) return CM_OK;
    TRY(file_read(path, BUNDLE_PAPER_MAX, &text, diag));
    hash_sha256(buffer_slice(&text), &is);
    *yes = slice_equal(slice_of(is.b, HASH_LEN), slice_of(sha256->b, HASH_LEN));
    return CM_OK;
}

cm_err bundle_finish(const char *parent, const char *name, const struct hash256 *sha256,
                     struct cm_diag *diag) {
    char part[NAME_MAX_LEN + sizeof BUNDLE_PART], path[2 * BUNDLE_PATH_CAP];
    bool ours = false;
    if (!is_name(slice_text(name))) return CM_E_RANGE;
    (void)snprintf(part, sizeof part, "%s" BUNDLE_PART, name);
    CM_CLEANUP(close_fd) int dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) return failed(diag, parent, "open");
    if (faccessat(dir, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) return CM_OK;
    const int n = snprintf(path, sizeof path, "%s/%s/" BUNDLE_MANIFEST, parent, part);
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    TRY(is_manifest(path, sha256, &ours, diag));
    if (!ours) return CM_OK;
    if (renameat2(dir, part, dir, name, RENAME_NOREPLACE) != 0) return failed(diag, name, "rename");
    return fsync(dir) == 0 ? CM_OK : failed(diag, parent, "sync");
}

/* Read through descriptors, never through names twice: what was looked at is what is read. */
#include "pass/pass_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
#define LPROJ      ".lproj"

struct reading {
    struct pass_folder *folder;
    size_t cap, bytes;
    struct cm_diag *diag;
    struct pass_report *report; /* NULL: the first mistake ends it; else `diag` is the report's */
    bool is_full;               /* no file more is looked at */
};

void pass_folder_free(struct pass_folder *f) {
    if (f == NULL) return;
    for (size_t i = 0; i < f->n; i++)
        buffer_free(&f->files[i].bytes);
    free(f->files);
    buffer_free(&f->json);
    free(f);
}

void pass_folder_freep(struct pass_folder **f) { pass_folder_free(take(f)); }

static void dir_closep(DIR **d) {
    if (*d != NULL) (void)closedir(*d);
}

static void fd_closep(const int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

/* "folder/name" as the input that an error names. */
static cm_err blame(const struct reading *r, const char *name, cm_err err) {
    char input[DIAG_PART_CAP];
    (void)snprintf(input, sizeof input, "%.150s/%.90s", r->folder->path, name);
    diag_locate(r->diag, input, NULL);
    return err;
}

static cm_err fail(const struct reading *r, const char *name, cm_err err, const char *remedy,
                   const char *problem) {
    return blame(r, name, diag_fail(r->diag, err, NULL, NULL, remedy, "%s", problem));
}

static cm_err read_all(const struct reading *r, int fd, const char *name, struct buffer *out) {
    for (;;) {
        uint8_t *to = buffer_reserve(out, 1u << 16);
        if (to == NULL) return CM_E_NO_MEMORY;
        const ssize_t got = read(fd, to, 1u << 16);
        if (got == 0) return CM_OK;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(r, name, CM_E_IO, NULL, file_errno_text(errno));
        out->len += (size_t)got;
        if (out->len > PASS_FILE_MAX)
            return fail(r, name, CM_E_LIMIT, "make it smaller", "larger than 4 MiB");
    }
}

static cm_err open_inside(const struct reading *r, int dir, const char *entry, const char *name,
                          int *fd, struct stat *st) {
    *fd = openat(dir, entry, OPEN_FLAGS);
    if (*fd < 0 && (errno == ELOOP || errno == EMLINK))
        return fail(r, name, CM_E_DENIED, "put the file itself there",
                    "a symbolic link: its path lies outside of the pass folder");
    if (*fd < 0 || fstat(*fd, st) != 0)
        return fail(r, name, file_err_from_errno(errno), NULL, file_errno_text(errno));
    return CM_OK;
}

static cm_err room_for_one(struct reading *r, struct pass_file **out) {
    struct pass_folder *f = r->folder;
    r->is_full = f->n == PASS_FILES_MAX;
    if (r->is_full)
        return diag_fail(r->diag, CM_E_LIMIT, f->path, NULL, "leave some out", "more than %u files",
                         PASS_FILES_MAX);
    if (f->n == r->cap) {
        const size_t cap = r->cap > 0 ? 2 * r->cap : 16;
        struct pass_file *grown = reallocarray(f->files, cap, sizeof *grown);
        if (grown == NULL) return CM_E_NO_MEMORY;
        f->files = grown;
        r->cap = cap;
    }
    *out = &f->files[f->n++];
    **out = (struct pass_file){.bytes = BUFFER_INIT};
    return CM_OK;
}

/* What the name promises, the bytes must be. */
static cm_err judge(struct reading *r, struct pass_file *file, const char *entry, bool translated) {
    const bool strings = strcmp(entry, "pass.strings") == 0;
    if (strings && !translated)
        return fail(r, file->name, CM_E_NOT_FOUND, "put it into a folder like nl.lproj",
                    "translations belong into a folder of their language");
    if (strings || (!translated && strcmp(entry, "personalization.json") == 0)) return CM_OK;
    const cm_err named = pass_image_named(entry, &file->image, r->diag);
    if (named != CM_OK) return blame(r, file->name, named);
    const cm_err err = pass_image_read(buffer_slice(&file->bytes), &file->image, r->diag);
    return err != CM_OK ? blame(r, file->name, err) : CM_OK;
}

static cm_err read_file(struct reading *r, int fd, const char *entry, const char *name,
                        bool translated) {
    struct pass_file *file = NULL;
    if (strcmp(name, PASS_JSON) == 0) return read_all(r, fd, name, &r->folder->json);
    if (strcmp(name, "manifest.json") == 0 || strcmp(name, "signature") == 0)
        return fail(r, name, CM_E_EXISTS, "remove it", "it is made anew for every pass");
    TRY(room_for_one(r, &file));
    (void)snprintf(file->name, sizeof file->name, "%s", name);
    TRY(read_all(r, fd, name, &file->bytes));
    r->bytes += file->bytes.len;
    r->is_full = r->bytes > PASS_BYTES_MAX;
    if (r->is_full)
        return fail(r, name, CM_E_LIMIT, "make the pictures smaller",
                    "the files of the pass are larger than 16 MiB together");
    return judge(r, file, entry, translated);
}

/* BCP 47, as far as Apple's folders go: letters, digits and hyphens before ".lproj". */
static bool is_language(const char *entry) {
    const size_t len = strlen(entry), end = sizeof LPROJ - 1;
    if (len < end + 2 || strcmp(entry + len - end, LPROJ) != 0) return false;
    for (size_t i = 0; i < len - end; i++) {
        const char c = entry[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '-'))) return false;
    }
    return true;
}

static cm_err read_dir(struct reading *r, int give_fd, const char *language);

static cm_err read_entry(struct reading *r, int dir, const char *entry, const char *language) {
    char name[PASS_NAME_MAX + 1];
    struct stat st = {.st_mode = 0};
    CM_CLEANUP(fd_closep) int fd = -1;
    if (!text_whole(name, sizeof name, "%s%s%s", language != NULL ? language : "",
                    language != NULL ? "/" : "", entry))
        return fail(r, entry, CM_E_NOT_FOUND, "remove it", "a pass holds no file of such a name");
    TRY(open_inside(r, dir, entry, name, &fd, &st));
    if (S_ISREG(st.st_mode)) return read_file(r, fd, entry, name, language != NULL);
    if (S_ISDIR(st.st_mode) && language == NULL && is_language(entry)) {
        const int inner = fd;
        fd = -1;
        return read_dir(r, inner, entry);
    }
    if (S_ISDIR(st.st_mode) && strcmp(name, PASS_OF_ROWS) == 0) return CM_OK;
    return fail(r, name, CM_E_NOT_FOUND,
                "translations lie in folders like nl.lproj, pictures of rows in " PASS_OF_ROWS,
                "neither a file nor a folder of a language");
}

/* Whoever judges a folder wants to hear of every file; what hinders the reading itself ends it. */
static cm_err settle(struct reading *r, cm_err err) {
    const bool of_the_file = err == CM_E_NOT_FOUND || err == CM_E_DENIED || err == CM_E_EXISTS ||
                             err == CM_E_FORMAT || err == CM_E_LIMIT;
    if (r->report == NULL || !of_the_file || r->is_full || r->report->diag.problem[0] == '\0')
        return err;
    pass_took(r->report, err);
    return CM_OK;
}

static cm_err read_dir(struct reading *r, int give_fd, const char *language) {
    CM_CLEANUP(dir_closep) DIR *d = fdopendir(give_fd);
    if (d == NULL) {
        (void)close(give_fd);
        return CM_E_NO_MEMORY;
    }
    for (;;) {
        errno = 0;
        // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
        const struct dirent *entry = readdir(d);
        if (entry == NULL && errno != 0) return CM_E_IO;
        if (entry == NULL) return CM_OK;
        if (entry->d_name[0] != '.')
            TRY(settle(r, read_entry(r, dirfd(d), entry->d_name, language)));
    }
}

static int by_name(const void *a, const void *b) {
    const struct pass_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static cm_err read_folder(const char *path, struct pass_report *report, struct pass_folder **out,
                          struct cm_diag *diag) {
    CM_CLEANUP(pass_folder_freep) struct pass_folder *f = calloc(1, sizeof *f);
    struct stat st;
    if (f == NULL) return CM_E_NO_MEMORY;
    (void)snprintf(f->path, sizeof f->path, "%s", path);
    struct reading r = {.folder = f, .diag = diag, .report = report};
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), path, NULL,
                         "give the folder that holds pass.json", "cannot read the folder: %s",
                         file_errno_text(errno));
    if (fstatat(fd, PASS_JSON, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        (void)close(fd);
        return fail(&r, PASS_JSON, CM_E_NOT_FOUND,
                    "'countermark pass template' writes one to start from", "there is none");
    }
    TRY(read_dir(&r, fd, NULL));
    if (f->n > 1) qsort(f->files, f->n, sizeof *f->files, by_name);
    *out = take(&f);
    return CM_OK;
}

cm_err pass_folder_read(const char *path, struct pass_folder **out, struct cm_diag *diag) {
    return read_folder(path, NULL, out, diag);
}

cm_err pass_folder_look(const char *path, struct pass_report *report, struct pass_folder **out) {
    return read_folder(path, report, out, &report->diag);
}

const struct pass_file *pass_folder_file(const struct pass_folder *f, const char *name) {
    for (size_t i = 0; i < f->n; i++)
        if (strcmp(f->files[i].name, name) == 0) return &f->files[i];
    return NULL;
}

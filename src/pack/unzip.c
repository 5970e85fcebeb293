/* The directory at the end is what readers show people, so it alone is read: entries that it does
 * not name do not exist. */
#include "pack/unzip.h"

#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/macros.h"
#include "base/text.h"

#define PIECE_LEN 65536u

struct reading {
    struct unzip *zip;
    struct archive *archive;
    const struct unzip_limits *limits;
    size_t total;
    struct cm_diag *diag;
};

void unzip_free(struct unzip *z) {
    if (z == NULL) return;
    for (size_t i = 0; i < z->n; i++)
        buffer_wipe(&z->files[i].bytes); /* a pass shows its code */
    free(z->files);
    free(z);
}

void unzip_freep(struct unzip **z) { unzip_free(take(z)); }

const struct unzip_file *unzip_file(const struct unzip *z, const char *name) {
    for (size_t i = 0; i < z->n; i++)
        if (strcmp(z->files[i].name, name) == 0) return &z->files[i];
    return NULL;
}

static void archive_freep(struct archive **a) {
    if (*a != NULL) (void)archive_read_free(*a);
}

static cm_err fail(const struct reading *r, cm_err err, const char *problem) {
    return diag_fail(r->diag, err, NULL, NULL, "ask for the file again", "%s", problem);
}

/* As zip.h takes names; what is shown of them is nothing, they are others'. */
static bool name_is_safe(struct cm_slice name) {
    if (name.len == 0 || name.len > UNZIP_NAME_MAX || !text_prints(name)) return false;
    if (name.p[0] == '/' || memchr(name.p, '\\', name.len) != NULL) return false;
    for (size_t at = 0; at <= name.len;) {
        const uint8_t *slash = at < name.len ? memchr(name.p + at, '/', name.len - at) : NULL;
        const size_t end = slash != NULL ? (size_t)(slash - name.p) : name.len;
        const struct cm_slice step = slice_of(name.p + at, end - at);
        if (step.len == 0 || slice_equal(step, slice_text(".")) ||
            slice_equal(step, slice_text("..")))
            return false;
        at = end + 1;
    }
    return true;
}

static cm_err add_file(struct reading *r, const char *name, struct unzip_file **out) {
    struct unzip *z = r->zip;
    if (unzip_file(z, name) != NULL)
        return fail(r, CM_E_EXISTS, "a name stands twice in its directory");
    if (z->n == r->limits->files_max) return fail(r, CM_E_LIMIT, "it holds too many files");
    if (z->n == z->cap) {
        const size_t cap = z->cap > 0 ? 2 * z->cap : 16;
        struct unzip_file *grown = reallocarray(z->files, cap, sizeof *grown);
        if (grown == NULL) return CM_E_NO_MEMORY;
        z->files = grown;
        z->cap = cap;
    }
    *out = &z->files[z->n++];
    **out = (struct unzip_file){.bytes = BUFFER_INIT};
    memcpy((*out)->name, name, strlen(name) + 1);
    return CM_OK;
}

static cm_err read_bytes(struct reading *r, struct buffer *out) {
    for (;;) {
        uint8_t *to = buffer_reserve(out, PIECE_LEN);
        if (to == NULL) return CM_E_NO_MEMORY;
        const la_ssize_t got = archive_read_data(r->archive, to, PIECE_LEN);
        if (got == 0) return CM_OK;
        if (got < 0) return fail(r, CM_E_CORRUPT, "a file in it is damaged");
        out->len += (size_t)got;
        r->total += (size_t)got;
        if (out->len > r->limits->file_max || r->total > r->limits->total_max)
            return fail(r, CM_E_LIMIT, "it unpacks to more than is taken");
    }
}

static cm_err read_entry(struct reading *r, struct archive_entry *entry) {
    struct unzip_file *file = NULL;
    const char *name = archive_entry_pathname_utf8(entry);
    if (archive_entry_filetype(entry) == AE_IFDIR) return CM_OK;
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_symlink(entry) != NULL ||
        archive_entry_hardlink(entry) != NULL)
        return fail(r, CM_E_FORMAT, "it holds something that is no file");
    if (archive_entry_is_encrypted(entry) != 0)
        return fail(r, CM_E_FORMAT, "it is under a password");
    if (name == NULL || !name_is_safe(slice_text(name)))
        return fail(r, CM_E_FORMAT, "it holds a file of an unsafe name");
    TRY(add_file(r, name, &file));
    return read_bytes(r, &file->bytes);
}

static cm_err read_all(struct reading *r, struct cm_slice zip) {
    if (zip.len == 0 || archive_read_support_format_zip_seekable(r->archive) != ARCHIVE_OK ||
        archive_read_open_memory(r->archive, zip.p, zip.len) != ARCHIVE_OK)
        return fail(r, CM_E_FORMAT, "not a ZIP file");
    for (;;) {
        struct archive_entry *entry = NULL;
        const int got = archive_read_next_header(r->archive, &entry);
        if (got == ARCHIVE_EOF) return CM_OK;
        if (got != ARCHIVE_OK) return fail(r, CM_E_FORMAT, "not a ZIP file, or a damaged one");
        TRY(read_entry(r, entry));
    }
}

cm_err unzip_read(struct cm_slice zip, const struct unzip_limits *limits, struct unzip **out,
                  struct cm_diag *diag) {
    CM_CLEANUP(unzip_freep) struct unzip *z = calloc(1, sizeof *z);
    CM_CLEANUP(archive_freep) struct archive *archive = archive_read_new();
    if (z == NULL || archive == NULL) return CM_E_NO_MEMORY;
    struct reading r = {.zip = z, .archive = archive, .limits = limits, .diag = diag};
    TRY(read_all(&r, zip));
    if (z->n == 0) return fail(&r, CM_E_FORMAT, "there is no file in it");
    *out = take(&z);
    return CM_OK;
}

/* Judging an order's folder. First the manifest, by its signature; then everything else by the
 * manifest. Swapped files are told from changed ones: a hash may be that of another listed file. */
#include "order/bundle_check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/cms_stream.h"
#include "order/manifest_inside.h"

#define STEP_LEN (256u << 10)

/* A file as it lies there. */
struct found {
    struct hash256 sum;
    uint64_t len;
    bool read;
};

struct check {
    int fd;
    const struct bundle_demands *demands;
    struct bundle_report *report;
    struct cm_diag *diag;
    struct hasher *hasher;
    uint8_t *step;
    struct found *found; /* one for each file of the manifest */
};

void bundle_report_free(struct bundle_report *r) {
    if (r == NULL) return;
    manifest_doc_free(r->manifest);
    free(r);
}

void bundle_report_freep(struct bundle_report **r) { bundle_report_free(take(r)); }

static void check_wipe(struct check *c) {
    if (c->fd >= 0) (void)close(c->fd);
    hasher_free(c->hasher);
    free(c->step);
    free(c->found);
    bundle_report_free(c->report);
}

static void note(struct check *c, struct cm_slice file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void note(struct check *c, struct cm_slice file, const char *format, ...) {
    struct bundle_report *r = c->report;
    const size_t i = r->n++;
    if (i >= BUNDLE_FINDINGS_MAX) return;
    struct bundle_finding *f = &r->findings[i];
    const size_t len = file.len < sizeof f->file ? file.len : sizeof f->file - 1;
    if (len > 0) memcpy(f->file, file.p, len);
    /* Names come from the folder, too: nothing in them may steer a terminal. */
    for (size_t k = 0; k < len; k++)
        if (f->file[k] >= 0 && (f->file[k] < ' ' || f->file[k] == 0x7F)) f->file[k] = '?';
    va_list values;
    va_start(values, format);
    (void)vsnprintf(f->problem, sizeof f->problem, format, values);
    va_end(values);
}

static void name_of(struct cm_slice name, char out[MANIFEST_TEXT_MAX + 1]) {
    const size_t len = name.len <= MANIFEST_TEXT_MAX ? name.len : MANIFEST_TEXT_MAX;
    memcpy(out, name.p, len);
    out[len] = '\0';
}

/* Open a plain file of the folder; -1 after a finding. */
static int open_plain(struct check *c, const char *name) {
    const int fd = openat(c->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) return fd;
    if (fd < 0 && errno == ENOENT)
        note(c, slice_text(name), "is missing");
    else
        note(c, slice_text(name), "is not a plain file that can be read");
    if (fd >= 0) (void)close(fd);
    return -1;
}

/* Read a paper whole; an empty buffer after a finding. */
static cm_err read_paper(struct check *c, const char *name, struct buffer *out) {
    const int fd = open_plain(c, name);
    if (fd < 0) return CM_OK;
    cm_err err = CM_OK;
    for (ssize_t n = 1; n > 0 && err == CM_OK && out->len <= BUNDLE_PAPER_MAX;) {
        n = read(fd, c->step, STEP_LEN);
        if (n < 0 && errno == EINTR)
            n = 1;
        else if (n < 0)
            err = diag_fail(c->diag, CM_E_IO, name, NULL, "try again", "read: %s",
                            file_errno_text(errno));
        else
            buffer_put(out, c->step, (size_t)n);
    }
    (void)close(fd);
    TRY(err);
    if (out->len > BUNDLE_PAPER_MAX) note(c, slice_text(name), "is far too long");
    return buffer_err(out);
}

static cm_err hash_file(struct check *c, int fd, const char *name, struct hash256 *sum) {
    TRY(hasher_begin(c->hasher));
    for (;;) {
        const ssize_t n = read(fd, c->step, STEP_LEN);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return diag_fail(c->diag, CM_E_IO, name, NULL, "try again", "read: %s",
                             file_errno_text(errno));
        if (n == 0) break;
        TRY(hasher_update(c->hasher, slice_of(c->step, (size_t)n)));
        c->report->bytes += (uint64_t)n;
    }
    return hasher_end(c->hasher, sum);
}

static bool is_sealed(const struct manifest_file *f) {
    const size_t len = sizeof BUNDLE_CMS - 1;
    return f->name.len > len &&
           slice_equal(slice_of(f->name.p + f->name.len - len, len), slice_text(BUNDLE_CMS));
}

/* Numbers and PINs go to different people; a file of PINs for the number bureau is no mistake. */
static cm_err check_address(struct check *c, int fd, const struct manifest_file *f, bool *any) {
    size_t n = 0;
    bool found = false;
    const cm_err err = cms_addressed(fd, c->demands->to, &n, &found, NULL);
    if (err == CM_E_FORMAT || err == CM_E_TRUNCATED)
        note(c, f->name, "is not a sealed file");
    else
        TRY(err);
    *any = *any || found;
    return CM_OK;
}

static cm_err check_file(struct check *c, size_t i, bool *addressed) {
    const struct manifest_file *f = &c->report->manifest->m.files[i];
    struct found *found = &c->found[i];
    char name[MANIFEST_TEXT_MAX + 1];
    name_of(f->name, name);
    const int fd = open_plain(c, name);
    if (fd < 0) return CM_OK;
    const uint64_t before = c->report->bytes;
    cm_err err = hash_file(c, fd, name, &found->sum);
    found->len = c->report->bytes - before;
    found->read = err == CM_OK;
    c->report->files_n++;
    if (err == CM_OK && is_sealed(f)) err = check_address(c, fd, f, addressed);
    (void)close(fd);
    return err;
}

static bool same_sum(const struct hash256 *a, const struct hash256 *b) {
    return slice_equal(slice_of(a->b, HASH_LEN), slice_of(b->b, HASH_LEN));
}

/* After all files were read: which have another content, and whose it is. */
static void judge_content(struct check *c) {
    const struct manifest *m = &c->report->manifest->m;
    for (size_t i = 0; i < m->files_n; i++) {
        const struct manifest_file *f = &m->files[i];
        const struct found *found = &c->found[i];
        char name[MANIFEST_TEXT_MAX + 1];
        if (!found->read || same_sum(&found->sum, &f->sha256)) continue;
        size_t other = 0;
        while (other < m->files_n && !same_sum(&found->sum, &m->files[other].sha256))
            other++;
        if (other < m->files_n) {
            name_of(m->files[other].name, name);
            note(c, f->name, "has the content of %.100s: the files are swapped", name);
        } else if (found->len != f->len) {
            note(c, f->name, "is %s: %llu bytes instead of %llu",
                 found->len < f->len ? "cut" : "too long", (unsigned long long)found->len,
                 (unsigned long long)f->len);
        } else {
            note(c, f->name, "was changed: its SHA-256 is not the manifest's");
        }
    }
}

static cm_err check_files(struct check *c) {
    const struct manifest *m = &c->report->manifest->m;
    bool addressed = false;
    c->found = calloc(m->files_n, sizeof *c->found);
    if (c->found == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < m->files_n; i++)
        TRY(check_file(c, i, &addressed));
    judge_content(c);
    if (c->demands->to != NULL && !addressed)
        note(c, slice_text(BUNDLE_MANIFEST), "no file is sealed to that certificate");
    return CM_OK;
}

/* The papers beside the manifest say the same as it, byte for byte. */
static cm_err check_papers(struct check *c) {
    const struct manifest_doc *d = c->report->manifest;
    static const char *const names[] = {BUNDLE_JSON, BUNDLE_TEXT, BUNDLE_SUMS};
    CM_CLEANUP(buffer_free) struct buffer json = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer sums = BUFFER_INIT;
    manifest_json(&d->m, &json);
    manifest_text(&d->m, &text);
    bundle_sums(&d->m, buffer_slice(&d->message), buffer_slice(&json), buffer_slice(&text), &sums);
    const struct buffer *const want[] = {&json, &text, &sums};
    for (size_t i = 0; i < CM_ARRAY_N(want); i++) {
        CM_CLEANUP(buffer_free) struct buffer found = BUFFER_INIT;
        const size_t before = c->report->n;
        TRY(buffer_err(want[i]));
        TRY(read_paper(c, names[i], &found));
        if (c->report->n == before && !slice_equal(buffer_slice(&found), buffer_slice(want[i])))
            note(c, slice_text(names[i]), "does not say what the manifest says");
    }
    return CM_OK;
}

static bool is_known(const struct manifest *m, struct cm_slice name) {
    static const char *const own[] = {BUNDLE_MANIFEST, BUNDLE_JSON, BUNDLE_TEXT, BUNDLE_SUMS};
    for (size_t i = 0; i < CM_ARRAY_N(own); i++)
        if (slice_equal(name, slice_text(own[i]))) return true;
    for (size_t i = 0; i < m->files_n; i++)
        if (slice_equal(name, m->files[i].name)) return true;
    return false;
}

static cm_err check_strangers(struct check *c) {
    const int fd = openat(c->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0) (void)close(fd);
        return file_err_from_errno(errno);
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is this function's own
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        const struct cm_slice name = slice_text(e->d_name);
        const bool self = slice_equal(name, slice_text(".")) || slice_equal(name, slice_text(".."));
        if (!self && !is_known(&c->report->manifest->m, name))
            note(c, name, "is not in the manifest");
    }
    (void)closedir(dir);
    return CM_OK;
}

static void check_chain(struct check *c) {
    const struct manifest *m = &c->report->manifest->m;
    const struct cm_slice manifest = slice_text(BUNDLE_MANIFEST);
    if (c->demands->previous.len == 0) return;
    CM_CLEANUP(manifest_doc_freep) struct manifest_doc *before = NULL;
    if (manifest_read(c->demands->previous, c->demands->key, &before, NULL) != CM_OK) {
        note(c, manifest, "the previous manifest is not one that this key has signed");
        return;
    }
    if (!m->has_previous || !same_sum(&m->previous, &before->sha256))
        note(c, manifest,
             "does not follow the previous manifest: a delivery is missing, or doubled");
    /* A number that lacks was withdrawn: the signed chain, which passes it over, is what tells. */
    if (m->sequence <= before->m.sequence)
        note(c, manifest, "is delivery %llu after delivery %llu", (unsigned long long)m->sequence,
             (unsigned long long)before->m.sequence);
    if (m->test != before->m.test) note(c, manifest, "TEST and LIVE deliveries are mixed");
}

static void check_mode(struct check *c) {
    const bool test = c->report->manifest->m.test;
    if (c->demands->mode == BUNDLE_LIVE && test)
        note(c, slice_text(BUNDLE_MANIFEST), "is a TEST order; a LIVE one is expected");
    if (c->demands->mode == BUNDLE_TEST && !test)
        note(c, slice_text(BUNDLE_MANIFEST), "is a LIVE order; a TEST one is expected");
}

static cm_err check_manifest(struct check *c) {
    CM_CLEANUP(buffer_free) struct buffer message = BUFFER_INIT;
    TRY(read_paper(c, BUNDLE_MANIFEST, &message));
    if (c->report->n > 0) return CM_OK;
    struct cm_diag why = DIAG_INIT;
    const cm_err err =
        manifest_read(buffer_slice(&message), c->demands->key, &c->report->manifest, &why);
    if (err == CM_E_FORMAT || err == CM_E_AUTH || err == CM_E_VERSION)
        note(c, slice_text(BUNDLE_MANIFEST), "%s",
             why.problem[0] != '\0' ? why.problem : "is not a manifest");
    else
        TRY(err);
    return CM_OK;
}

cm_err bundle_verify(const char *folder, const struct bundle_demands *demands,
                     struct bundle_report **out, struct cm_diag *diag) {
    if (demands->key == NULL) return CM_E_ARGUMENT;
    CM_CLEANUP(check_wipe) struct check c = {.demands = demands, .diag = diag};
    c.fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (c.fd < 0)
        return diag_fail(diag, file_err_from_errno(errno), folder, NULL,
                         "name the folder of an order", "%s", file_errno_text(errno));
    c.report = calloc(1, sizeof *c.report);
    c.step = malloc(STEP_LEN);
    if (c.report == NULL || c.step == NULL) return CM_E_NO_MEMORY;
    TRY(hasher_new(&c.hasher));
    TRY(check_manifest(&c));
    if (c.report->manifest != NULL) {
        check_mode(&c);
        check_chain(&c);
        TRY(check_files(&c));
        TRY(check_papers(&c));
        TRY(check_strangers(&c));
    }
    *out = take(&c.report);
    return CM_OK;
}

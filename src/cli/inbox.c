/* Rounds over a folder. What was seen in the last round is compared with what is there now. */
#include "cli/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/ask_file.h"
#include "cli/interrupt.h"
#include "cli/output.h"

#define PATH_CAP    2048u
#define FOLDER_CAP  1024u /* bytes of the folder's path: the rest is room for names in it */
#define NAME_CAP    256u
#define FILES_MAX   4096u /* files looked at in one round; the rest waits for the next */
#define ROUND_MS    200u
#define FOLDER_MODE 0700
#define REASON_CAP  1200u

struct seen {
    char name[NAME_CAP];
    off_t size;
    struct timespec changed;
    uint64_t since_ms; /* still since then, on the monotonic clock */
    bool there;
};

struct inbox {
    struct asker *asker;
    const char *folder;
    uint64_t settle_ms;
    struct seen *seen;
    size_t n;
    struct cm_diag *diag;
};

/* ---- Looking --------------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *end) {
    const size_t n = strlen(name), m = strlen(end);
    return n >= m && strcmp(name + n - m, end) == 0;
}

static bool is_candidate(const struct inbox *in, const char *name, struct stat *st) {
    char path[PATH_CAP];
    if (name[0] == '.' || strlen(name) >= NAME_CAP) return false;
    if (ends_in(name, ".tmp") || ends_in(name, ".part") || ends_in(name, ".new")) return false;
    (void)snprintf(path, sizeof path, "%s/%s", in->folder, name);
    return lstat(path, st) == 0 && S_ISREG(st->st_mode);
}

static struct seen *find(struct inbox *in, const char *name) {
    for (size_t i = 0; i < in->n; i++)
        if (strcmp(in->seen[i].name, name) == 0) return &in->seen[i];
    return NULL;
}

static void note(struct inbox *in, const char *name, const struct stat *st, uint64_t now_ms) {
    struct seen *s = find(in, name);
    if (s == NULL) {
        if (in->n == FILES_MAX) return;
        s = &in->seen[in->n++];
        *s = (struct seen){.size = -1};
        (void)snprintf(s->name, sizeof s->name, "%s", name);
    }
    s->there = true;
    if (s->size == st->st_size && s->changed.tv_sec == st->st_mtim.tv_sec &&
        s->changed.tv_nsec == st->st_mtim.tv_nsec)
        return;
    s->size = st->st_size;
    s->changed = st->st_mtim;
    s->since_ms = now_ms;
}

static void forget_gone(struct inbox *in) {
    size_t kept = 0;
    for (size_t i = 0; i < in->n; i++)
        if (in->seen[i].there) in->seen[kept++] = in->seen[i];
    in->n = kept;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const struct seen *)a)->name, ((const struct seen *)b)->name);
}

static void close_folder(DIR **d) {
    if (*d != NULL) (void)closedir(*d);
}

static cm_err look(struct inbox *in) {
    CM_CLEANUP(close_folder) DIR *d = opendir(in->folder);
    const uint64_t now_ms = clock_monotonic_us() / 1000;
    if (d == NULL)
        return diag_fail(in->diag, file_err_from_errno(errno), in->folder, NULL,
                         "check the path and the rights", "cannot read the folder: %s",
                         file_errno_text(errno));
    for (size_t i = 0; i < in->n; i++)
        in->seen[i].there = false;
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        struct stat st;
        if (is_candidate(in, e->d_name, &st)) note(in, e->d_name, &st, now_ms);
    }
    forget_gone(in);
    qsort(in->seen, in->n, sizeof *in->seen, by_name);
    return CM_OK;
}

/* ---- Taking ---------------------------------------------------------------------------------- */

/* DIR/WHERE/NAME, or with -2, -3 ... when an earlier file of that name lies there. */
static cm_err place_for(const struct inbox *in, const char *where, const char *name,
                        char out[static PATH_CAP]) {
    struct stat st;
    (void)snprintf(out, PATH_CAP, "%s/%s", in->folder, where);
    if (mkdir(out, FOLDER_MODE) != 0 && errno != EEXIST) return file_err_from_errno(errno);
    for (unsigned nth = 1;; nth++) {
        char suffix[16] = "";
        if (nth > 1) (void)snprintf(suffix, sizeof suffix, "-%u", nth);
        const int n = snprintf(out, PATH_CAP, "%s/%s/%s%s", in->folder, where, name, suffix);
        if (n < 0 || (size_t)n + sizeof ".verdicts.csv" >= PATH_CAP) return CM_E_RANGE;
        if (lstat(out, &st) != 0) return CM_OK;
    }
}

static cm_err move(const struct inbox *in, const char *from, const char *to) {
    if (rename(from, to) == 0) return CM_OK;
    return diag_fail(in->diag, file_err_from_errno(errno), from, NULL, "check the rights",
                     "cannot move it to %.100s: %s", to, file_errno_text(errno));
}

static cm_err fail_file(struct inbox *in, const char *path, const char *name, cm_err err,
                        const struct cm_diag *why) {
    char to[PATH_CAP], reason[PATH_CAP + 16], line[REASON_CAP];
    TRY(place_for(in, "failed", name, to));
    (void)diag_text(why, err, line, sizeof line - 1);
    (void)snprintf(reason, sizeof reason, "%s.error.txt", to);
    output_note("%s: failed: %s", name, line);
    (void)snprintf(line + strlen(line), 2, "\n");
    TRY(file_replace(reason, slice_text(line), 0600, in->diag));
    return move(in, path, to);
}

/* These are the file's own fault; everything else stops the watch and leaves the file. */
static bool is_files_fault(cm_err err) {
    return err == CM_E_FORMAT || err == CM_E_LIMIT || err == CM_E_RANGE || err == CM_E_TRUNCATED;
}

static cm_err take_file(struct inbox *in, const char *name) {
    char path[PATH_CAP], to[PATH_CAP], verdicts[PATH_CAP + 16];
    struct cm_diag why = DIAG_INIT;
    struct ask_report report;
    const int n = snprintf(path, sizeof path, "%s/%s", in->folder, name);
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    TRY(place_for(in, "done", name, to));
    (void)snprintf(verdicts, sizeof verdicts, "%s.verdicts.csv", to);
    const cm_err err = ask_file(in->asker, path, verdicts, &report, &why);
    if (is_files_fault(err)) return fail_file(in, path, name, err, &why);
    if (err != CM_OK) {
        *in->diag = why;
        return err;
    }
    output_note("%s: %llu lines, %llu accepted", name, (unsigned long long)report.lines,
                (unsigned long long)report.accepted);
    return move(in, path, to);
}

static cm_err take_complete(struct inbox *in, size_t *waiting) {
    const uint64_t now_ms = clock_monotonic_us() / 1000;
    *waiting = 0;
    for (size_t i = 0; i < in->n; i++) {
        if (now_ms - in->seen[i].since_ms < in->settle_ms) {
            (*waiting)++;
            continue;
        }
        if (interrupt_came()) return CM_OK;
        TRY(take_file(in, in->seen[i].name));
    }
    return CM_OK;
}

cm_err inbox_watch(struct asker *a, const char *folder, bool once, uint64_t settle_ms,
                   struct cm_diag *diag) {
    static const struct timespec round = {.tv_nsec = ROUND_MS * 1000000L};
    struct inbox in = {.asker = a, .folder = folder, .settle_ms = settle_ms, .diag = diag};
    size_t waiting = 0;
    cm_err err = CM_OK;
    if (strlen(folder) >= FOLDER_CAP)
        return diag_fail(diag, CM_E_RANGE, "--inbox", NULL, "use a shorter path",
                         "the folder's path is longer than %u bytes", FOLDER_CAP - 1);
    in.seen = calloc(FILES_MAX, sizeof *in.seen);
    if (in.seen == NULL) return CM_E_NO_MEMORY;
    do {
        err = look(&in);
        if (err == CM_OK) err = take_complete(&in, &waiting);
        if (err == CM_OK && (!once || waiting > 0)) (void)nanosleep(&round, NULL);
    } while (err == CM_OK && !interrupt_came() && (!once || waiting > 0));
    free(in.seen);
    return err;
}

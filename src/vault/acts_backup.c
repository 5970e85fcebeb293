/* backup: the running ledger into one sealed file below WORKSPACE/backups. The file appears whole
 * or not at all; only the holder of the certificate's private key can open it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/file.h"
#include "base/macros.h"
#include "crypto/seal.h"
#include "vault/acts_inside.h"

#define PATH_CAP    2048u
#define FILE_MODE   0600
#define FOLDER_MODE 0700

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static cm_err fail(struct act *a, const char *path, const char *what) {
    const int number = errno;
    return diag_fail(a->diag, file_err_from_errno(number), path, NULL, "check space and rights",
                     "%s: %s", what, file_errno_text(number));
}

struct seal_sink {
    struct seal_writer *writer;
    struct cm_diag *diag;
};
static cm_err sink_write(void *ctx, struct cm_slice bytes) {
    const struct seal_sink *s = ctx;
    return seal_writer_write(s->writer, bytes, s->diag);
}

static cm_err write_sealed(struct act *a, int fd, const struct recipient *to, bool history,
                           struct backup_report *report) {
    CM_CLEANUP(seal_writer_closep) struct seal_writer *writer = NULL;
    TRY(seal_writer_open(fd, to, &writer, a->diag));
    struct seal_sink sink = {.writer = writer, .diag = a->diag};
    const struct backup_sink out = {.write = sink_write, .ctx = &sink};
    TRY(engine_backup(a->ctx->engine, history, &out, report, a->diag));
    return seal_writer_finish(writer, a->diag);
}

/* WORKSPACE/backups/20261121T205907123Z.backup: times as names, without what file systems mind. */
static cm_err choose_path(struct act *a, char out[static PATH_CAP]) {
    char time[TIME_TEXT_CAP], plain[TIME_TEXT_CAP];
    size_t n = 0;
    time_format(clock_now_ms(clock_wall()), time);
    for (const char *c = time; *c != '\0'; c++)
        if (*c != '-' && *c != ':' && *c != '.') plain[n++] = *c;
    plain[n] = '\0';
    (void)snprintf(out, PATH_CAP, "%s/backups", a->ctx->workspace);
    if (mkdir(out, FOLDER_MODE) != 0 && errno != EEXIST) return fail(a, out, "cannot create");
    const int len = snprintf(out, PATH_CAP, "%s/backups/%s.backup", a->ctx->workspace, plain);
    return len > 0 && (size_t)len + sizeof ".new" < PATH_CAP ? CM_OK : CM_E_RANGE;
}

static cm_err publish(struct act *a, int fd, const char *temporary, const char *path) {
    if (fsync(fd) != 0) return fail(a, temporary, "cannot sync");
    if (rename(temporary, path) != 0) return fail(a, path, "cannot rename");
    return CM_OK;
}

static cm_err backup(struct act *a) {
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    struct cm_slice certificate;
    char path[PATH_CAP], temporary[PATH_CAP + 5], name[RECIPIENT_NAME_CAP];
    struct backup_report report;
    bool history = false;
    TRY(json_text(json_get(a->args, "certificate"), 1, ACT_ARGS_MAX, &certificate));
    if (json_present(json_get(a->args, "history")))
        TRY(json_bool(json_get(a->args, "history"), &history));
    TRY(recipient_from_cert(certificate, a->now_unix_s, false, &to, a->diag));
    TRY(choose_path(a, path));
    (void)snprintf(temporary, sizeof temporary, "%s.new", path);
    CM_CLEANUP(close_fd)
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
    if (fd < 0) return fail(a, temporary, "cannot create");
    cm_err err = write_sealed(a, fd, to, history, &report);
    if (err == CM_OK) err = publish(a, fd, temporary, path);
    if (err != CM_OK) (void)unlink(temporary);
    TRY(err);
    recipient_name(to, name);
    json_put_cstr(a->out, "file", path);
    json_put_cstr(a->out, "recipient", name);
    json_put_u64(a->out, "bytes", report.len);
    json_put_u64(a->out, "segments", report.segments);
    json_put_u64(a->out, "next_sequence", report.end);
    return CM_OK;
}

const struct act_entry acts_backup[] = {
    {"backup", backup, {"certificate", "history"}},
    {NULL, NULL, {NULL}},
};

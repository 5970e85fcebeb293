/* backup: the running ledger into one sealed file below WORKSPACE/backups. The file appears whole
 * or not at all; only the holder of the certificate's private key can open it. */
#include <stdio.h>

#include "base/clock.h"
#include "base/date.h"
#include "base/macros.h"
#include "base/new_file.h"
#include "crypto/seal.h"
#include "vault/acts_inside.h"

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
static cm_err choose_path(struct act *a, char out[static NEW_FILE_PATH_CAP]) {
    char time[TIME_TEXT_CAP], plain[TIME_TEXT_CAP];
    size_t n = 0;
    time_format(clock_now_ms(clock_wall()), time);
    for (const char *c = time; *c != '\0'; c++)
        if (*c != '-' && *c != ':' && *c != '.') plain[n++] = *c;
    plain[n] = '\0';
    TRY(act_folder(a, "backups"));
    const int len =
        snprintf(out, NEW_FILE_PATH_CAP, "%s/backups/%s.backup", a->ctx->workspace, plain);
    return len > 0 && (size_t)len < NEW_FILE_PATH_CAP ? CM_OK : CM_E_RANGE;
}

static cm_err backup(struct act *a) {
    CM_CLEANUP(recipient_freep) struct recipient *to = NULL;
    struct cm_slice certificate;
    CM_CLEANUP(new_file_close) struct new_file file = NEW_FILE_INIT;
    char path[NEW_FILE_PATH_CAP], name[RECIPIENT_NAME_CAP];
    struct backup_report report;
    bool history = false;
    TRY(json_text(json_get(a->args, "certificate"), 1, ACT_ARGS_MAX, &certificate));
    if (json_present(json_get(a->args, "history")))
        TRY(json_bool(json_get(a->args, "history"), &history));
    TRY(recipient_from_cert(certificate, a->now_unix_s, false, &to, a->diag));
    TRY(choose_path(a, path));
    TRY(new_file_open(&file, path, a->diag));
    TRY(write_sealed(a, file.fd, to, history, &report));
    TRY(new_file_publish(&file, a->diag));
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

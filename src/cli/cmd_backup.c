/* backup and restore: a sealed file out, a new workspace in. A restored workspace begins a new
 * epoch and refuses everything but checks until its operator accepts what may be missing; its file
 * is written last, so an interrupted restore is no workspace. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/private_key.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define PATH_CAP    2048u
#define FILE_MODE   0600
#define FOLDER_MODE 0700

const struct option_spec backup_options[] = {
    {"recipient", OPTION_FILE, "CERT.pem", "the certificate to seal to", "certificate", true},
    {"history", OPTION_FLAG, NULL, "with every segment: the image can be rebuilt from it",
     "history", false},
    {"out", OPTION_TEXT, "FILE", "move it there (default: WORKSPACE/backups)", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

const struct option_spec restore_options[] = {
    {"private-key", OPTION_TEXT, "KEY.pem", "of the certificate that it was sealed to", NULL, true},
    {"key-passphrase-fd", OPTION_NUMBER, "N", "the private key's passphrase", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

/* ---- Backup ---------------------------------------------------------------------------------- */

static cm_err file_of(struct cm_slice result, char out[static PATH_CAP]) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, result, "backup", &JSON_LIMITS_DEFAULT, NULL));
    return json_copy_text(json_get(json_root(doc), "file"), 1, out, PATH_CAP);
}

cm_err cmd_backup(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    const char *to = option_text(&cli->options, "out");
    char from[PATH_CAP];
    TRY(command_arguments(cli, &args));
    TRY(session_act(&cli->session, "backup", buffer_slice(&args), &result, cli->diag));
    if (to == NULL) return output_record(buffer_slice(&result), cli->json, cli->diag);
    TRY(file_of(buffer_slice(&result), from));
    TRY(outfile_move(from, to, FILE_MODE, cli->diag));
    buffer_clear(&result);
    struct json_writer w = json_writer_into(&result, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", to);
    json_object_end(&w);
    TRY(buffer_err(&result));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Restore --------------------------------------------------------------------------------- */

struct unseal {
    struct seal_reader *reader;
    struct cm_diag *diag;
};
static cm_err feed_read(void *ctx, uint8_t *out, size_t cap, size_t *n) {
    const struct unseal *u = ctx;
    return seal_reader_read(u->reader, out, cap, n, u->diag);
}

/* The workspace file, read through a folder of its own, so that the real one appears only when all
 * else is there, with its epoch raised. */
static cm_err raise_epoch(struct cli *cli, struct cm_slice file) {
    struct workspace_paths paths;
    struct workspace w;
    char folder[PATH_CAP];
    const int n = snprintf(folder, sizeof folder, "%s/restoring", cli->workspace);
    if (n < 0 || (size_t)n >= sizeof folder) return CM_E_RANGE;
    if (mkdir(folder, FOLDER_MODE) != 0)
        return diag_fail(cli->diag, file_err_from_errno(errno), folder, NULL, NULL,
                         "cannot create: %s", file_errno_text(errno));
    TRY(workspace_paths(folder, &paths, cli->diag));
    cm_err err = file_replace(paths.file, file, FILE_MODE, cli->diag);
    if (err == CM_OK) err = workspace_read(folder, &w, cli->diag);
    (void)unlink(paths.file);
    (void)rmdir(folder);
    TRY(err);
    w.epoch++;
    return workspace_write(cli->workspace, &w, cli->diag);
}

static cm_err show_restored(struct cli *cli, const struct backup_report *report) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "workspace", cli->workspace);
    json_put_u64(&w, "made_ms", report->made_ms);
    json_put_u64(&w, "next_sequence", report->end);
    json_array_begin(&w, "notes");
    json_put_cstr(&w, NULL,
                  "What happened after the backup is unknown here. It answers checks only, until:");
    json_put_cstr(&w, NULL, "  countermark restore accept --skip BATCH=SERIALS ...");
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_restore(struct cli *cli) {
    CM_CLEANUP(recipient_key_freep) struct recipient_key *key = NULL;
    CM_CLEANUP(seal_reader_closep) struct seal_reader *reader = NULL;
    CM_CLEANUP(buffer_free) struct buffer file = BUFFER_INIT;
    struct backup_report report;
    const char *path = position(cli, 0);
    TRY(crypto_init());
    CM_CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return diag_fail(cli->diag, file_err_from_errno(errno), path, NULL, "check the path",
                         "cannot open: %s", file_errno_text(errno));
    TRY(private_key_read(&cli->options, &key, cli->diag));
    const cm_err err = seal_reader_open(fd, key, &reader, cli->diag);
    if (err != CM_OK) (void)snprintf(cli->diag->input, sizeof cli->diag->input, "%s", path);
    TRY(err);
    struct unseal unseal = {.reader = reader, .diag = cli->diag};
    const struct backup_feed feed = {.read = feed_read, .ctx = &unseal};
    TRY(backup_read(&feed, cli->workspace, &file, &report, cli->diag));
    TRY(raise_epoch(cli, buffer_slice(&file)));
    return show_restored(cli, &report);
}

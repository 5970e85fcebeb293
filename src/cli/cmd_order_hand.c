/* order approve, order release, order resend: from sealed files to the folder that goes out. What
 * is copied is compared with what the ledger says of it, byte for byte. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/blame.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/operator_key.h"
#include "cli/order_drive.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "vault/order.h"

#define PATH_CAP    2048u
#define PIECE_LEN   8192u
#define FILE_MODE   0600
#define FOLDER_MODE 0700

const struct option_spec order_approve_options[] = {
    OPERATOR_OPTIONS,
    {"show", OPTION_FLAG, NULL, "show what would be signed, and sign nothing", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "judge the signature, and store nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec order_release_options[] = {
    {"out", OPTION_TEXT, "DIR", "copy its folder there, too", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "judge it, and release nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec order_resend_options[] = {
    {"out", OPTION_TEXT, "DIR", "where its folder goes", NULL, true},
    {"to", OPTION_TEXT, "CERT.pem", "seal it anew for this certificate", NULL, false},
    {"files", OPTION_TEXT, "WHICH", "with --to: number (default) or pin", NULL, false},
    OPERATOR_OPTIONS,
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* {"order": ..., and what `put` adds}. */
static cm_err act(struct cli *cli, const char *name, const char *key, const char *value,
                  struct buffer *result) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(cli, 0));
    if (key != NULL) json_put_cstr(&w, key, value);
    json_object_end(&w);
    TRY(buffer_err(&args));
    return session_act(&cli->session, name, buffer_slice(&args), result, cli->diag);
}

/* The statement that is to be signed. */
static cm_err statement(struct cli *cli, const char *what, struct buffer *text) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice t;
    TRY(act(cli, "order.statement", "what", what, &result));
    TRY(json_doc_new(&doc, buffer_slice(&result), "order.statement", &JSON_LIMITS_DEFAULT,
                     cli->diag));
    TRY(json_text(json_get(json_root(doc), "text"), 1, SIZE_MAX, &t));
    buffer_put(text, t.p, t.len);
    return buffer_err(text);
}

cm_err cmd_order_approve(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT, args = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    TRY(statement(cli, "release", &text));
    if (option_given(&cli->options, "show")) return output_bytes(buffer_slice(&text), cli->diag);
    if (!option_given(&cli->options, "by"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--by", NULL,
                         "say who approves: --by NAME --operator-key FILE", "nobody is named");
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(cli, 0));
    TRY(operator_key_sign(cli, buffer_slice(&text), &w));
    json_put_bool(&w, "dry_run", option_given(&cli->options, "dry-run"));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(session_act(&cli->session, "order.approve", buffer_slice(&args), &result, cli->diag));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Copying --------------------------------------------------------------------------------- */

static void close_fd(int *fd) {
    if (*fd >= 0) (void)close(*fd);
}

static cm_err fail(struct cli *cli, const char *path, const char *what) {
    const int number = errno;
    return diag_fail(cli->diag, file_err_from_errno(number), path, NULL, "check space and rights",
                     "%s: %s", what, file_errno_text(number));
}

static cm_err copy_file(struct cli *cli, const char *from, const char *to, struct hash256 *hash) {
    CM_CLEANUP(outfile_close) struct outfile out = OUTFILE_INIT;
    CM_CLEANUP(close_fd) int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) return fail(cli, from, "cannot open");
    TRY(outfile_open(&out, to, FILE_MODE, cli->diag));
    for (;;) {
        uint8_t piece[PIECE_LEN];
        const ssize_t got = read(in, piece, sizeof piece);
        if (got < 0) return fail(cli, from, "cannot read");
        if (got == 0) break;
        if (interrupt_came())
            return diag_fail(cli->diag, CM_E_CANCELLED, to, NULL, "run it again",
                             "the copy was stopped");
        TRY(outfile_write(&out, slice_of(piece, (size_t)got), cli->diag));
    }
    return outfile_commit(&out, hash, cli->diag);
}

/* What the ledger says of a file, if it names it. */
static cm_err check_file(struct cli *cli, struct json_value files, const char *name,
                         const struct hash256 *hash) {
    char hex[2 * sizeof hash->b + 1];
    size_t n = 0;
    hex_format(hash->b, sizeof hash->b, hex);
    TRY(json_items(files, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        struct cm_slice file, sha256;
        TRY(json_text(json_get(json_at(files, i), "file"), 1, SIZE_MAX, &file));
        TRY(json_text(json_get(json_at(files, i), "sha256"), 1, SIZE_MAX, &sha256));
        if (slice_equal(file, slice_text(name)) && !slice_equal(sha256, slice_text(hex)))
            return diag_fail(cli->diag, CM_E_CORRUPT, name, NULL,
                             "do not send it; look at the disk",
                             "it is not the file that was sealed");
    }
    return CM_OK;
}

static void close_folder(DIR **dir) {
    if (*dir != NULL) (void)closedir(*dir);
}

static cm_err join(struct cli *cli, char out[PATH_CAP], const char *a, const char *b) {
    if (text_whole(out, PATH_CAP, "%s/%s", a, b)) return CM_OK;
    return diag_fail(cli->diag, CM_E_RANGE, a, NULL, "use a shorter path", "path too long");
}

/* One folder, file by file; it is done when its manifest is there: that goes last. */
static cm_err copy_folder(struct cli *cli, struct json_value files, const char *from,
                          const char *to) {
    CM_CLEANUP(close_folder) DIR *dir = opendir(from);
    struct hash256 hash;
    char in[PATH_CAP], out[PATH_CAP];
    if (dir == NULL) return fail(cli, from, "cannot open");
    if (mkdir(to, FOLDER_MODE) != 0 && errno != EEXIST) return fail(cli, to, "cannot create");
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] == '.' || strcmp(e->d_name, "manifest.cose") == 0) continue;
        TRY(join(cli, in, from, e->d_name));
        TRY(join(cli, out, to, e->d_name));
        TRY(copy_file(cli, in, out, &hash));
        TRY(check_file(cli, files, e->d_name, &hash));
    }
    TRY(join(cli, in, from, "manifest.cose"));
    TRY(join(cli, out, to, "manifest.cose"));
    return copy_file(cli, in, out, &hash);
}

static cm_err copy_all(struct cli *cli, const char *to) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    char last[PATH_CAP] = "", from[PATH_CAP], out[PATH_CAP];
    size_t n = 0;
    TRY(act(cli, "order.show", NULL, NULL, &result));
    TRY(json_doc_new(&doc, buffer_slice(&result), "order.show", &JSON_LIMITS_DEFAULT, cli->diag));
    const struct json_value files = json_get(json_root(doc), "files");
    if (mkdir(to, FOLDER_MODE) != 0 && errno != EEXIST) return fail(cli, to, "cannot create");
    TRY(json_items(files, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        TRY(json_copy_text(json_get(json_at(files, i), "folder"), 1, from, sizeof from));
        if (strcmp(from, last) == 0) continue;
        memcpy(last, from, sizeof last);
        const struct cm_slice name = file_short_name(from, PATH_CAP);
        TRY(join(cli, out, to, (const char *)name.p));
        TRY(copy_folder(cli, files, from, out));
    }
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

static cm_err released(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice state;
    TRY(act(cli, "order.show", NULL, NULL, &result));
    TRY(json_doc_new(&doc, buffer_slice(&result), "order.show", &JSON_LIMITS_DEFAULT, cli->diag));
    TRY(json_text(json_get(json_root(doc), "state"), 1, SIZE_MAX, &state));
    if (slice_equal(state, slice_text("released")) || slice_equal(state, slice_text("closed")))
        return CM_OK;
    return diag_fail(cli->diag, CM_E_STATE, position(cli, 0), NULL, "release it first",
                     "the order is %.*s", (int)state.len, (const char *)state.p);
}

cm_err cmd_order_release(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    const char *out = option_text(&cli->options, "out");
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(cli, 0));
    json_put_bool(&w, "dry_run", option_given(&cli->options, "dry-run"));
    json_object_end(&w);
    TRY(buffer_err(&args));
    TRY(order_change(cli, "order.release", buffer_slice(&args), &result));
    if (out != NULL && !option_given(&cli->options, "dry-run")) return copy_all(cli, out);
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

/* ---- Sealing anew ---------------------------------------------------------------------------- */

static const struct blame_name keys_name[] = {{"keys", "--to"}, {NULL, NULL}};

static cm_err reseal(struct cli *cli, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer keys = BUFFER_INIT, text = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT, result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    struct hash256 h;
    char what[sizeof "reseal " + 2 * sizeof h.b] = "reseal ";
    TRY(file_read(path, ORDER_KEYS_MAX, &keys, cli->diag));
    hash_sha256(buffer_slice(&keys), &h);
    hex_format(h.b, sizeof h.b, what + strlen(what));
    TRY(statement(cli, what, &text));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "order", position(cli, 0));
    json_put_text(&w, "keys", buffer_slice(&keys));
    if (option_given(&cli->options, "files"))
        json_put_cstr(&w, "files", option_text(&cli->options, "files"));
    TRY(operator_key_sign(cli, buffer_slice(&text), &w));
    json_object_end(&w);
    TRY(buffer_err(&args));
    const cm_err err = order_change(cli, "order.reseal", buffer_slice(&args), &result);
    if (err != CM_OK) blame_option(cli, "order.reseal", keys_name);
    return err;
}

cm_err cmd_order_resend(struct cli *cli) {
    const char *to = option_text(&cli->options, "to");
    TRY(released(cli));
    if (to != NULL) TRY(reseal(cli, to));
    return copy_all(cli, option_text(&cli->options, "out"));
}

/* pass apple: .pkpass files from a folder and rows, signed with the user's certificate. Everything
 * that can be judged without a row is judged before a unit is spent or a file is begun. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/cmd_pass.h"
#include "cli/file_store.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/pass_job.h"
#include "cli/signing_key.h"
#include "crypto/pkcs12.h"
#include "doc/csv_write.h"
#include "doc/json_write.h"
#include "pass/pkpass.h"

#define CERT_MAX  (1u << 20) /* bytes of a file of certificates */
#define FILE_MODE 0600
#define EXTENSION ".pkpass"
#define NAME_CAP  (FILE_NAME_MAX + sizeof EXTENSION)
#define KEEP_MAX  (1u << 22) /* bytes of a pass's buffer that are kept */
#define KIND_CAP  32u        /* "personalizationLogo" */
#define MS_PER_S  1000u
#define US_PER_S  1000000u

const struct option_spec pass_apple_options[] = {
    PASS_JOB_OPTIONS,
    {"cert", OPTION_TEXT, "CERT.pem", "the Pass Type ID certificate", NULL, true},
    {"key", OPTION_TEXT, "KEY.pem", "its private key", NULL, true},
    {"chain", OPTION_TEXT, "WWDR.pem", "Apple's certificate that issued it", NULL, true},
    {"image", OPTION_LIST, "KIND=PATTERN",
     "a picture of each row, below FOLDER: 'strip=images/{tier}.png'", NULL, false},
    {"token-key", OPTION_TEXT, "FILE", "64 hex digits: fills {token}, for your web service", NULL,
     false},
    {"out", OPTION_TEXT, "DIR/|FILE.zip|FILE.pkpass", "where they go", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

enum goal { GOAL_NONE, GOAL_ONE, GOAL_ZIP, GOAL_FOLDER };

struct apple {
    struct cli *cli;
    struct pass_job job;
    struct pass_folder *folder;
    struct cms_detached *signer;
    struct pkpass_maker *maker;
    enum goal goal;
    const char *out;
    struct file_store *store;
    struct outfile file; /* GOAL_ONE */
    struct buffer index;
    struct zip_part part; /* the present pass */
    struct zip_packer *packer;
    struct hash256 hash;
    uint64_t bytes, started_us;
    char kinds[ROW_IMAGES_MAX][KIND_CAP];
    struct row_image_choice images[ROW_IMAGES_MAX];
    size_t image_n;
};

static void apple_wipe(struct apple *a) {
    pkpass_maker_free(a->maker);
    cms_detached_free(a->signer);
    pass_folder_free(a->folder);
    pass_job_wipe(&a->job);
    file_store_close(a->store);
    outfile_close(&a->file);
    buffer_wipe(&a->index);
    buffer_wipe(&a->part.bytes);
    zip_packer_free(a->packer);
}

/* ---- Before the first row -------------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end) {
    const size_t len = strlen(text), n = strlen(end);
    return len > n && strcasecmp(text + len - n, end) == 0;
}

static cm_err choose_goal(struct apple *a) {
    struct stat st;
    a->out = option_text(&a->cli->options, "out");
    const bool dry = option_given(&a->cli->options, "dry-run");
    if (a->out == NULL && !dry)
        return diag_fail(a->cli->diag, CM_E_ARGUMENT, "--out", NULL,
                         "--out DIR/, FILE.zip or FILE.pkpass", "say where the passes go");
    if (dry)
        a->goal = GOAL_NONE;
    else if (ends_with(a->out, EXTENSION))
        a->goal = GOAL_ONE;
    else if (ends_with(a->out, ".zip"))
        a->goal = GOAL_ZIP;
    else if (ends_with(a->out, "/") || (stat(a->out, &st) == 0 && S_ISDIR(st.st_mode)))
        a->goal = GOAL_FOLDER;
    else
        return diag_fail(a->cli->diag, CM_E_ARGUMENT, "--out", NULL,
                         "FILE.zip, FILE.pkpass, or a folder DIR/ (with the slash)",
                         "'%.100s' is no place for passes", a->out);
    return CM_OK;
}

/* An error of a file's content names the file, not only its part. */
static cm_err locate(struct apple *a, cm_err err) {
    static const struct {
        const char *input, *option;
    } parts[] = {{"certificate", "cert"},
                 {"certificate chain", "chain"},
                 {"signing key", "key"},
                 {"private key", "key"}};
    if (err == CM_OK || a->cli->diag == NULL) return err;
    for (size_t i = 0; i < CM_ARRAY_N(parts); i++) {
        if (strcmp(a->cli->diag->input, parts[i].input) != 0) continue;
        (void)snprintf(a->cli->diag->input, sizeof a->cli->diag->input, "%.200s",
                       option_text(&a->cli->options, parts[i].option));
        return err;
    }
    return err;
}

/* Apple's Keychain hands out certificate and key in one file, whatever its name is. */
static cm_err is_packed(struct apple *a, const char *option, const struct buffer *file) {
    const enum pkcs12_kind kind = pkcs12_kind_of(buffer_slice(file));
    const char *how = kind == PKCS12_LEGACY ? " -legacy" : "";
    char remedy[DIAG_PART_CAP];
    if (kind == PKCS12_NONE) return CM_OK;
    (void)snprintf(remedy, sizeof remedy,
                   "openssl pkcs12%s -in FILE -clcerts -nokeys -out pass.pem; openssl pkcs12%s -in "
                   "FILE -nocerts -out pass.key; chmod 600 pass.key; then --cert pass.pem --key "
                   "pass.key",
                   how, how);
    return diag_fail(a->cli->diag, CM_E_FORMAT, option_text(&a->cli->options, option), NULL, remedy,
                     "a PKCS #12 file%s, where PEM or DER is read",
                     kind == PKCS12_LEGACY ? " with old ciphers" : "");
}

static cm_err open_signer(struct apple *a) {
    const struct options *o = &a->cli->options;
    CM_CLEANUP(buffer_free) struct buffer cert = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer chain = BUFFER_INIT;
    CM_CLEANUP(buffer_wipe) struct buffer key = BUFFER_INIT;
    struct passphrase_asker asker = {
        .prompt = "Passphrase of the signing key: ", .options = o, .diag = a->cli->diag};
    const struct passphrase_source passphrase = passphrase_ask(&asker);
    TRY(file_read(option_text(o, "cert"), CERT_MAX, &cert, a->cli->diag));
    TRY(file_read(option_text(o, "chain"), CERT_MAX, &chain, a->cli->diag));
    TRY(secret_file_read("--key", option_text(o, "key"), &key, a->cli->diag));
    TRY(is_packed(a, "cert", &cert));
    TRY(is_packed(a, "key", &key));
    TRY(is_packed(a, "chain", &chain));
    const struct cms_detached_files files = {.cert = buffer_slice(&cert),
                                             .key = buffer_slice(&key),
                                             .chain = buffer_slice(&chain),
                                             .passphrase = &passphrase,
                                             .now_unix_s = clock_now_ms(clock_wall()) / MS_PER_S};
    return locate(a, cms_detached_new(&files, &a->signer, a->cli->diag));
}

/* "strip=images/{tier}.png": what is before the sign of equality is judged by the maker. */
static cm_err read_images(struct apple *a) {
    const char *text = NULL;
    for (a->image_n = 0; (text = option_item(&a->cli->options, "image", a->image_n)) != NULL;
         a->image_n++) {
        const size_t len = strcspn(text, "=");
        if (a->image_n == ROW_IMAGES_MAX)
            return diag_fail(a->cli->diag, CM_E_ARGUMENT, "--image", NULL, "leave some out",
                             "at most %u pictures of rows", ROW_IMAGES_MAX);
        if (len == 0 || len >= KIND_CAP || text[len] == '\0' || text[len + 1] == '\0')
            return diag_fail(a->cli->diag, CM_E_ARGUMENT, "--image", NULL,
                             "write strip={photo}, or strip=images/{tier}.png",
                             "not a kind of picture, '=' and a path");
        char *kind = a->kinds[a->image_n];
        memcpy(kind, text, len);
        kind[len] = '\0';
        a->images[a->image_n] = (struct row_image_choice){.kind = kind, .pattern = text + len + 1};
    }
    return CM_OK;
}

static cm_err open_maker(struct apple *a) {
    CM_KEY_SCOPED struct cm_key token_key = {{0}};
    const char *path = option_text(&a->cli->options, "token-key");
    if (path != NULL) TRY(secret_file_hex("--token-key", path, &token_key, a->cli->diag));
    const struct pkpass_options options = {.columns = a->job.columns,
                                           .column_n = a->job.column_n,
                                           .signer = a->signer,
                                           .token_key = path != NULL ? &token_key : NULL,
                                           .images = a->images,
                                           .image_n = a->image_n,
                                           .now_unix_s = clock_now_ms(clock_wall()) / MS_PER_S};
    return locate(a, pkpass_maker_new(a->folder, &options, &a->maker, a->cli->diag));
}

static cm_err open_goal(struct apple *a) {
    TRY(zip_packer_new(&a->packer));
    if (a->goal == GOAL_NONE) return CM_OK;
    if (a->goal == GOAL_ONE) return outfile_open(&a->file, a->out, FILE_MODE, a->cli->diag);
    return file_store_open(a->goal == GOAL_ZIP ? FILE_STORE_ZIP : FILE_STORE_FOLDER, a->out,
                           &a->store, a->cli->diag);
}

static cm_err begin(struct apple *a) {
    a->started_us = clock_monotonic_us();
    TRY(pass_job_source(a->cli));
    TRY(choose_goal(a));
    TRY(read_images(a));
    TRY(pass_folder_read(position(a->cli, 0), &a->folder, a->cli->diag));
    TRY(open_signer(a));
    TRY(pass_job_open(&a->job, a->cli));
    TRY(open_maker(a));
    return open_goal(a);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static cm_err put_index(struct apple *a, const char *file, const struct cm_slice *cells) {
    struct csv_writer w;
    buffer_clear(&a->index);
    csv_writer_init(&w, &a->index, csv_dialect_named(slice_text("plain")));
    csv_put_cstr(&w, file);
    if (cells != NULL)
        pass_job_index_row(&a->job, cells, &w);
    else
        pass_job_index_head(&a->job, &w);
    csv_end_row(&w);
    TRY(buffer_err(&a->index));
    return file_store_index(a->store, buffer_slice(&a->index), a->cli->diag);
}

static cm_err put_one(struct apple *a, uint64_t row, struct cm_diag *diag) {
    if (row > 1)
        return diag_fail(diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.zip or DIR/",
                         "there is more than one row, and one file for them");
    return outfile_write(&a->file, buffer_slice(&a->part.bytes), diag);
}

/* The pass is a ZIP: stored in the outer one as it is. */
static cm_err put_among_many(struct apple *a, const struct cm_slice *cells, struct cm_slice name,
                             struct cm_diag *diag) {
    char file[NAME_CAP];
    struct zip_part part = ZIP_PART_INIT;
    if (name.len > FILE_NAME_MAX) return CM_E_LIMIT; /* judged by the job */
    memcpy(file, name.p, name.len);
    memcpy(file + name.len, EXTENSION, sizeof EXTENSION);
    cm_err err = zip_pack(a->packer, buffer_slice(&a->part.bytes), false, &part);
    if (err == CM_OK) err = file_store_put(a->store, file, &part, diag);
    buffer_wipe(&part.bytes);
    TRY(err);
    return put_index(a, file, cells);
}

static cm_err one_pass(void *ctx, uint64_t row, const struct cm_slice *cells, struct cm_slice name,
                       struct cm_diag *diag) {
    struct apple *a = ctx;
    TRY(pkpass_fill(a->maker, row, cells, diag));
    if (a->goal == GOAL_NONE) return CM_OK;
    buffer_recycle(&a->part.bytes, KEEP_MAX);
    TRY(pkpass_sign(a->maker, &a->part.bytes, diag));
    a->bytes += a->part.bytes.len;
    return a->goal == GOAL_ONE ? put_one(a, row, diag) : put_among_many(a, cells, name, diag);
}

static cm_err finish(struct apple *a) {
    char hash[2 * HASH_LEN + 1];
    if (a->goal == GOAL_NONE) return CM_OK;
    if (a->goal == GOAL_ONE)
        TRY(outfile_commit(&a->file, &a->hash, a->cli->diag));
    else
        TRY(file_store_finish(a->store, &a->hash, a->cli->diag));
    hex_format(a->hash.b, HASH_LEN, hash);
    return row_feed_done(a->job.feed, hash, a->cli->diag);
}

/* ---- The record ------------------------------------------------------------------------------ */

static void put_notes(const struct apple *a, struct json_writer *w) {
    char note[DIAG_PART_CAP];
    json_array_begin(w, "notes");
    if (a->goal == GOAL_NONE) json_put_cstr(w, NULL, "A dry run: nothing was spent or written.");
    if (pkpass_doubtful(a->maker) > 0) {
        (void)snprintf(note, sizeof note,
                       "Pictures larger than their place, or icons that are smaller, are in %llu "
                       "of the passes: look at one on a telephone.",
                       (unsigned long long)pkpass_doubtful(a->maker));
        json_put_cstr(w, NULL, note);
    }
    if (row_feed_again(a->job.feed) > 0)
        json_put_cstr(w, NULL, "These codes had been made before: older passes show the same.");
    if (a->job.is_batch && a->goal != GOAL_NONE) {
        (void)snprintf(note, sizeof note,
                       "Not redeemable yet. When the passes are out: countermark batch open %.64s",
                       a->job.input);
        json_put_cstr(w, NULL, note);
    }
    json_array_end(w);
}

static cm_err report(const struct apple *a) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&result, false);
    const struct cms_identity *is = cms_detached_identity(a->signer);
    const uint64_t us = clock_monotonic_us() - a->started_us;
    char hash[2 * HASH_LEN + 1];
    json_object_begin(&w, NULL);
    if (a->goal != GOAL_NONE) json_put_cstr(&w, "out", a->out);
    json_put_u64(&w, "passes", a->job.rows);
    json_put_cstr(&w, "certificate", is->common_name);
    json_put_cstr(&w, "team", is->unit);
    json_put_u64(&w, "certificate_until_ms", is->not_after_unix_s * MS_PER_S);
    if (a->goal != GOAL_NONE) {
        hex_format(a->hash.b, HASH_LEN, hash);
        json_put_u64(&w, "bytes", a->bytes);
        json_put_u64(&w, "a_second", us > 0 ? a->job.rows * US_PER_S / us : a->job.rows);
        json_put_cstr(&w, "sha256", hash);
    }
    put_notes(a, &w);
    json_object_end(&w);
    TRY(buffer_err(&result));
    return output_record(buffer_slice(&result), a->cli->json, a->cli->diag);
}

cm_err cmd_pass_apple(struct cli *cli) {
    CM_CLEANUP(apple_wipe)
    struct apple a = {
        .cli = cli, .job = PASS_JOB_INIT, .file = OUTFILE_INIT, .part = ZIP_PART_INIT};
    TRY(begin(&a));
    if (a.store != NULL) TRY(put_index(&a, "file", NULL));
    TRY(pass_job_run(&a.job, one_pass, &a));
    TRY(finish(&a));
    return report(&a);
}

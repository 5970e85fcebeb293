/* pass google: save links for Google Wallet, one a row, as a CSV file of names and links. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/cmd_pass.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/pass_job.h"
#include "cli/signing_key.h"
#include "doc/csv_write.h"
#include "doc/json.h"
#include "doc/json_write.h"
#include "pass/google.h"

#define TEMPLATE_MAX (1u << 20)
#define FILE_MODE    0600 /* whoever has a link has the card */
#define EMAIL_CAP    256u
#define KEY_ID_CAP   128u
#define KEY_TEXT_MAX 65536u
#define PIECE_LEN    (1u << 18) /* bytes gathered before they are written */
#define MS_PER_S     1000u
#define US_PER_S     1000000u

const struct option_spec pass_google_options[] = {
    PASS_JOB_OPTIONS,
    {"issuer-key", OPTION_TEXT, "KEY.json|KEY.pem", "the service account's key, as downloaded",
     NULL, true},
    {"issuer-email", OPTION_TEXT, "ADDRESS", "of the service account (a JSON key tells it)", NULL,
     false},
    {"out", OPTION_TEXT, "FILE.csv|-", "where names and links go", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct links {
    struct cli *cli;
    struct pass_job job;
    struct buffer template, lines, link;
    char email[EMAIL_CAP], key_id[KEY_ID_CAP];
    struct jws_signer *signer;
    struct google_maker *maker;
    struct outfile file;
    struct csv_writer csv;
    struct hash256 hash;
    uint64_t longest, too_long, started_us;
};

static void links_wipe(struct links *l) {
    google_maker_free(l->maker);
    jws_signer_free(l->signer);
    pass_job_wipe(&l->job);
    outfile_close(&l->file);
    buffer_free(&l->template);
    buffer_wipe(&l->lines);
    buffer_wipe(&l->link);
}

/* ---- The service account --------------------------------------------------------------------- */

static cm_err set_email(struct links *l, const char *from_key) {
    const char *given = option_text(&l->cli->options, "issuer-email");
    if (given != NULL && from_key[0] != '\0' && strcmp(given, from_key) != 0)
        return diag_fail(l->cli->diag, CM_E_CONFLICT, "--issuer-email", NULL,
                         "leave it out: the key says it", "the key is of another account");
    if (given == NULL && from_key[0] == '\0')
        return diag_fail(l->cli->diag, CM_E_ARGUMENT, "--issuer-email", NULL,
                         "give the address of the service account", "a PEM key does not tell it");
    (void)snprintf(l->email, sizeof l->email, "%s", given != NULL ? given : from_key);
    return CM_OK;
}

/* Google's own file: type, private_key_id, private_key, client_email ... */
static cm_err read_json_key(struct links *l, struct cm_slice text, const char *path) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice pem;
    char email[EMAIL_CAP];
    TRY(json_doc_new(&doc, text, path, &JSON_LIMITS_DEFAULT, l->cli->diag));
    const struct json_value root = json_root(doc);
    TRY(json_copy_text(json_get(root, "client_email"), 1, email, sizeof email));
    TRY(json_copy_text(json_get(root, "private_key_id"), 1, l->key_id, sizeof l->key_id));
    TRY(json_text(json_get(root, "private_key"), 1, KEY_TEXT_MAX, &pem));
    TRY(set_email(l, email));
    return jws_signer_from(pem, NULL, &l->signer, l->cli->diag);
}

static cm_err open_signer(struct links *l) {
    const struct options *o = &l->cli->options;
    const char *path = option_text(o, "issuer-key");
    CM_CLEANUP(buffer_wipe) struct buffer key = BUFFER_INIT;
    struct passphrase_asker asker = {
        .prompt = "Passphrase of the signing key: ", .options = o, .diag = l->cli->diag};
    const struct passphrase_source passphrase = passphrase_ask(&asker);
    TRY(secret_file_read("--issuer-key", path, &key, l->cli->diag));
    cm_err err = CM_OK;
    if (key.len > 0 && key.p[0] == '{') {
        err = read_json_key(l, buffer_slice(&key), path);
    } else {
        TRY(set_email(l, ""));
        err = jws_signer_from(buffer_slice(&key), &passphrase, &l->signer, l->cli->diag);
    }
    if (err != CM_OK) diag_locate(l->cli->diag, path, NULL); /* later errors are not the key's */
    return err;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static cm_err begin(struct links *l) {
    const char *path = position(l->cli, 0), *out = option_text(&l->cli->options, "out");
    l->started_us = clock_monotonic_us();
    TRY(pass_job_source(l->cli));
    if (out == NULL && !option_given(&l->cli->options, "dry-run"))
        return diag_fail(l->cli->diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.csv",
                         "say where the links go");
    TRY(file_read(path, TEMPLATE_MAX, &l->template, l->cli->diag));
    TRY(open_signer(l));
    TRY(pass_job_open(&l->job, l->cli));
    const struct google_options options = {.columns = l->job.columns,
                                           .column_n = l->job.column_n,
                                           .signer = l->signer,
                                           .email = l->email,
                                           .key_id = l->key_id[0] != '\0' ? l->key_id : NULL,
                                           .now_unix_s = clock_now_ms(clock_wall()) / MS_PER_S};
    TRY(google_maker_new(buffer_slice(&l->template), path, &options, &l->maker, l->cli->diag));
    if (l->job.is_dry) return CM_OK;
    TRY(outfile_open(&l->file, out, FILE_MODE, l->cli->diag));
    csv_writer_init(&l->csv, &l->lines, csv_dialect_named(slice_text("plain")));
    csv_put_cstr(&l->csv, "name");
    csv_put_cstr(&l->csv, "link");
    pass_job_index_head(&l->job, &l->csv);
    csv_end_row(&l->csv);
    return buffer_err(&l->lines);
}

static cm_err flush(struct links *l, struct cm_diag *diag) {
    TRY(outfile_write(&l->file, buffer_slice(&l->lines), diag));
    buffer_clear(&l->lines);
    return CM_OK;
}

static cm_err one_link(void *ctx, uint64_t row, const struct cm_slice *cells, struct cm_slice name,
                       struct cm_diag *diag) {
    struct links *l = ctx;
    TRY(google_fill(l->maker, row, cells, diag));
    buffer_clear(&l->link);
    TRY(google_link(l->maker, &l->link));
    if (l->link.len > GOOGLE_LINK_LOW) l->too_long++;
    if (l->link.len > l->longest) l->longest = l->link.len;
    if (l->job.is_dry) return CM_OK;
    csv_put(&l->csv, name);
    csv_put(&l->csv, buffer_slice(&l->link));
    pass_job_index_row(&l->job, cells, &l->csv);
    csv_end_row(&l->csv);
    TRY(buffer_err(&l->lines));
    return l->lines.len < PIECE_LEN ? CM_OK : flush(l, diag);
}

static cm_err finish(struct links *l) {
    char hash[2 * HASH_LEN + 1];
    if (l->job.is_dry) return CM_OK;
    TRY(flush(l, l->cli->diag));
    TRY(outfile_commit(&l->file, &l->hash, l->cli->diag));
    hex_format(l->hash.b, HASH_LEN, hash);
    return row_feed_done(l->job.feed, hash, l->cli->diag);
}

static void put_notes(const struct links *l, struct json_writer *w) {
    char note[DIAG_PART_CAP];
    json_array_begin(w, "notes");
    if (l->job.is_dry) json_put_cstr(w, NULL, "A dry run: nothing was spent or written.");
    if (l->too_long > 0) {
        (void)snprintf(note, sizeof note,
                       "%llu links are longer than %u characters, which some programs cut: make "
                       "classes through the REST interface, and leave out what they hold.",
                       (unsigned long long)l->too_long, GOOGLE_LINK_LOW);
        json_put_cstr(w, NULL, note);
    }
    json_array_end(w);
}

static cm_err report(const struct links *l) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&result, false);
    const char *out = option_text(&l->cli->options, "out");
    const uint64_t us = clock_monotonic_us() - l->started_us;
    char hash[2 * HASH_LEN + 1];
    json_object_begin(&w, NULL);
    if (!l->job.is_dry) json_put_cstr(&w, "out", out);
    json_put_u64(&w, "links", l->job.rows);
    json_put_cstr(&w, "account", l->email);
    json_put_u64(&w, "longest", l->longest);
    if (!l->job.is_dry) {
        hex_format(l->hash.b, HASH_LEN, hash);
        json_put_u64(&w, "a_second", us > 0 ? l->job.rows * US_PER_S / us : l->job.rows);
        json_put_cstr(&w, "sha256", hash);
    }
    put_notes(l, &w);
    json_object_end(&w);
    TRY(buffer_err(&result));
    if (l->job.is_dry || strcmp(out, "-") != 0)
        return output_record(buffer_slice(&result), l->cli->json, l->cli->diag);
    output_note("%.*s", (int)result.len, (const char *)result.p); /* standard output is taken */
    return CM_OK;
}

cm_err cmd_pass_google(struct cli *cli) {
    CM_CLEANUP(links_wipe)
    struct links l = {.cli = cli, .job = PASS_JOB_INIT, .file = OUTFILE_INIT};
    TRY(begin(&l));
    TRY(pass_job_run(&l.job, one_link, &l));
    TRY(finish(&l));
    return report(&l);
}

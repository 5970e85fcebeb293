/* Making passes. A run holds one of everything: the JSON, the manifest and the parts of the ZIP are
 * buffers that are emptied, and wiped, from pass to pass. */
#include "pass/pkpass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/sha1.h"
#include "doc/json_write.h"
#include "pack/zip.h"
#include "pass/pass_check.h"
#include "pass/pass_seen.h"
#include "pass/pass_text.h"
#include "pass/pkpass_inside.h"

#define KEEP_MAX   (1u << 20) /* bytes of a buffer that are kept from pass to pass */
#define SERIAL_MAX 4096u      /* bytes; ours */

struct pkpass_maker {
    const struct pass_folder *folder;
    struct cms_detached *signer;
    const char *type;
    struct cm_key token_key;
    bool has_token;
    size_t column_n;
    uint64_t now_unix_s;
    struct pass_text *text;
    struct pass_report *report;
    struct zip_part *parts;     /* one a file of the folder */
    char (*sums)[SHA1_HEX_CAP]; /* of each */
    struct row_images *images;  /* NULL: all passes have the same pictures */
    struct row_part *present;   /* the files of the present pass, by name */
    size_t present_n;
    enum pass_style style; /* of the template */
    struct zip_packer *packer;
    struct buffer json;       /* of the present pass */
    struct pass_seen serials; /* of the run */
    struct cm_slice *cells;   /* a row's, and the token */
};

void pkpass_maker_free(struct pkpass_maker *m) {
    if (m == NULL) return;
    for (size_t i = 0; m->parts != NULL && i < m->folder->n; i++)
        buffer_free(&m->parts[i].bytes);
    free(m->parts);
    free(m->sums);
    free(m->present);
    row_images_free(m->images);
    free(m->cells);
    zip_packer_free(m->packer);
    pass_text_free(m->text);
    pass_report_free(m->report);
    buffer_wipe(&m->json);
    pass_seen_wipe(&m->serials);
    key_wipe(&m->token_key);
    free(m);
}

void pkpass_maker_freep(struct pkpass_maker **m) { pkpass_maker_free(take(m)); }

cm_err pkpass_token(const struct cm_key *key, const char *pass_type, struct cm_slice serial,
                    char out[static PKPASS_TOKEN_LEN + 1]) {
    CM_CLEANUP(buffer_wipe) struct buffer message = BUFFER_INIT;
    struct hash256 sum;
    buffer_put(&message, pass_type, strlen(pass_type) + 1);
    buffer_put(&message, serial.p, serial.len);
    TRY(buffer_err(&message));
    TRY(hmac_sha256(key, buffer_slice(&message), &sum));
    hex_format(sum.b, PKPASS_TOKEN_LEN / 2, out);
    wipe(&sum, sizeof sum);
    return CM_OK;
}

/* ---- Once a run ------------------------------------------------------------------------------ */

static cm_err judge_template(const struct pass_folder *folder, struct cm_diag *diag) {
    CM_CLEANUP(pass_report_freep) struct pass_report *lint = NULL;
    TRY(pass_lint(folder, &lint));
    return pass_report_verdict(lint, diag);
}

static cm_err token_asked(const struct pkpass_maker *m, const struct pkpass_options *o,
                          struct cm_diag *diag) {
    static const char asked[] = "{" PKPASS_TOKEN_COLUMN "}";
    const struct buffer *json = &m->folder->json;
    bool column = false;
    for (size_t i = 0; i < o->column_n; i++)
        column = column || strcmp(o->columns[i], PKPASS_TOKEN_COLUMN) == 0;
    if (o->token_key != NULL && column)
        return diag_fail(diag, CM_E_CONFLICT, "--token-key", NULL,
                         "leave the key away, or rename the column",
                         "the rows have a column 'token' already");
    const bool asks = memmem(json->p, json->len, asked, sizeof asked - 1) != NULL;
    if (o->token_key != NULL || column || !asks) return CM_OK;
    return diag_fail(diag, CM_E_NOT_FOUND, PASS_JSON, "authenticationToken",
                     "give --token-key FILE with 64 hex digits, which your web service has, too",
                     "the template asks for {token}, and there is no key to make it with");
}

static cm_err compile(struct pkpass_maker *m, const struct pkpass_options *o, const char *team,
                      struct cm_diag *diag) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    CM_CLEANUP(buffer_free) struct buffer whole = BUFFER_INIT;
    const char **columns = calloc(o->column_n + 1, sizeof *columns);
    m->cells = calloc(o->column_n + 1, sizeof *m->cells);
    if (columns == NULL || m->cells == NULL) {
        free(columns);
        return CM_E_NO_MEMORY;
    }
    for (size_t i = 0; i < o->column_n; i++)
        columns[i] = o->columns[i];
    columns[o->column_n] = PKPASS_TOKEN_COLUMN;
    cm_err err =
        json_doc_new(&doc, buffer_slice(&m->folder->json), PASS_JSON, &JSON_LIMITS_DEFAULT, diag);
    if (err == CM_OK) err = pkpass_agree(json_root(doc), m->type, team);
    if (err == CM_OK) m->style = pkpass_style(json_root(doc));
    if (err == CM_OK)
        err =
            pkpass_complete(buffer_slice(&m->folder->json), json_root(doc), m->type, team, &whole);
    if (err == CM_OK)
        err = pass_text_new(buffer_slice(&whole), PASS_JSON, columns,
                            o->column_n + (m->has_token ? 1 : 0), &m->text, diag);
    free(columns);
    return err;
}

/* Text is deflated, pictures are packed already. */
static bool is_text(const struct pass_file *file) { return file->image.kind == NULL; }

static cm_err pack_files(struct pkpass_maker *m) {
    const struct pass_folder *f = m->folder;
    m->parts = calloc(f->n + 1, sizeof *m->parts);
    m->sums = calloc(f->n + 1, sizeof *m->sums);
    m->present = calloc(f->n + ROW_PARTS_MAX, sizeof *m->present);
    if (m->parts == NULL || m->sums == NULL || m->present == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < f->n; i++) {
        const struct cm_slice bytes = buffer_slice(&f->files[i].bytes);
        TRY(zip_pack(m->packer, bytes, is_text(&f->files[i]), &m->parts[i]));
        TRY(sha1_hex(bytes, m->sums[i]));
    }
    return CM_OK;
}

static cm_err open_images(struct pkpass_maker *m, const struct pkpass_options *o,
                          struct cm_diag *diag) {
    const struct row_images_options options = {.choices = o->images,
                                               .n = o->image_n,
                                               .columns = o->columns,
                                               .column_n = o->column_n,
                                               .style = m->style};
    return o->image_n > 0 ? row_images_new(m->folder, &options, &m->images, diag) : CM_OK;
}

cm_err pkpass_maker_new(const struct pass_folder *folder, const struct pkpass_options *options,
                        struct pkpass_maker **out, struct cm_diag *diag) {
    CM_CLEANUP(pkpass_maker_freep) struct pkpass_maker *m = calloc(1, sizeof *m);
    if (m == NULL) return CM_E_NO_MEMORY;
    m->folder = folder;
    m->signer = options->signer;
    m->column_n = options->column_n;
    m->now_unix_s = options->now_unix_s;
    m->has_token = options->token_key != NULL;
    if (m->has_token) m->token_key = *options->token_key;
    pass_seen_init(&m->serials);
    const struct cms_identity *is = cms_detached_identity(m->signer);
    TRY(pkpass_type_of(is, &m->type, diag));
    TRY(judge_template(folder, diag));
    TRY(token_asked(m, options, diag));
    TRY(compile(m, options, is->unit, diag));
    TRY(pass_report_new(false, &m->report));
    m->report->errors_only = true;
    TRY(zip_packer_new(&m->packer));
    TRY(pack_files(m));
    TRY(open_images(m, options, diag));
    *out = take(&m);
    return CM_OK;
}

/* ---- Once a pass ----------------------------------------------------------------------------- */

static cm_err render(struct pkpass_maker *m, const struct cm_slice *cells, const char *token,
                     struct cm_diag *diag) {
    memcpy(m->cells, cells, m->column_n * sizeof *cells);
    m->cells[m->column_n] = slice_text(token);
    buffer_recycle(&m->json, KEEP_MAX);
    return pass_text_put(m->text, m->cells, &m->json, diag);
}

static cm_err serial_is_new(struct pkpass_maker *m, uint64_t row, struct cm_slice serial,
                            struct cm_diag *diag) {
    uint64_t first = 0;
    const cm_err err = pass_seen_take(&m->serials, serial, row, &first);
    if (err != CM_E_EXISTS) return err;
    return diag_fail(diag, err, NULL, "$.serialNumber",
                     "let the template use a column that is different in every row",
                     "row %llu has the same serial number", (unsigned long long)first);
}

static cm_err judge(struct pkpass_maker *m, struct cm_slice *serial, struct json_doc **doc,
                    struct cm_diag *diag) {
    enum pass_style style = PASS_STYLE_N;
    pass_report_clear(m->report);
    TRY(json_doc_new(doc, buffer_slice(&m->json), PASS_JSON, &JSON_LIMITS_DEFAULT,
                     &m->report->diag));
    pass_check(m->report, json_root(*doc), &style);
    TRY(pass_report_verdict(m->report, diag));
    return json_text(json_get(json_root(*doc), "serialNumber"), 1, SERIAL_MAX, serial);
}

static cm_err fill(struct pkpass_maker *m, uint64_t row, const struct cm_slice *cells,
                   struct cm_diag *diag) {
    static const char stand_in[] = "00000000000000000000000000000000";
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    struct cm_slice serial;
    TRY(render(m, cells, stand_in, diag));
    TRY(judge(m, &serial, &doc, diag));
    TRY(serial_is_new(m, row, serial, diag));
    if (!m->has_token) return CM_OK;
    char token[PKPASS_TOKEN_LEN + 1];
    TRY(pkpass_token(&m->token_key, m->type, serial, token));
    const cm_err err = render(m, cells, token, diag);
    wipe(token, sizeof token);
    return err;
}

static int by_name(const void *a, const void *b) {
    const struct row_part *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* The folder's files and the row's pictures, which take the place of the folder's of their kind. In
 * order of their names, wherever they came from: the same row gives the same bytes. */
static cm_err gather(struct pkpass_maker *m, const struct cm_slice *cells, struct cm_diag *diag) {
    const struct pass_folder *f = m->folder;
    uint64_t bytes = m->json.len;
    size_t n = 0;
    if (m->images != NULL) TRY(row_images_take(m->images, cells, m->present, &n, diag));
    for (size_t i = 0; i < f->n; i++) {
        const char *kind = f->files[i].image.kind;
        if (kind != NULL && m->images != NULL && row_images_replace(m->images, kind)) continue;
        m->present[n++] =
            (struct row_part){.name = f->files[i].name, .sha1 = m->sums[i], .part = &m->parts[i]};
    }
    if (n > 1) qsort(m->present, n, sizeof *m->present, by_name);
    m->present_n = n;
    for (size_t i = 0; i < n; i++)
        bytes += m->present[i].part->len;
    if (bytes <= PASS_BYTES_MAX) return CM_OK;
    return diag_fail(diag, CM_E_LIMIT, NULL, "--image", "make the pictures smaller",
                     "the files of the pass are larger than 16 MiB together");
}

uint64_t pkpass_doubtful(const struct pkpass_maker *m) {
    return m->images != NULL ? row_images_doubtful(m->images) : 0;
}

cm_err pkpass_fill(struct pkpass_maker *m, uint64_t row, const struct cm_slice *cells,
                   struct cm_diag *diag) {
    cm_err err = fill(m, row, cells, diag);
    if (err == CM_OK) err = gather(m, cells, diag);
    if (err != CM_OK) pass_blame_row(row, diag);
    return err;
}

static cm_err put_manifest(const struct pkpass_maker *m, struct buffer *out) {
    char sum[SHA1_HEX_CAP];
    struct json_writer w = json_writer_into(out, false);
    TRY(sha1_hex(buffer_slice(&m->json), sum));
    json_object_begin(&w, NULL);
    json_put_cstr(&w, PASS_JSON, sum);
    for (size_t i = 0; i < m->present_n; i++)
        json_put_cstr(&w, m->present[i].name, m->present[i].sha1);
    json_object_end(&w);
    return buffer_err(out);
}

static cm_err append(void *ctx, struct cm_slice bytes) {
    struct buffer *out = ctx;
    buffer_put(out, bytes.p, bytes.len);
    return buffer_err(out);
}

cm_err pkpass_sign(struct pkpass_maker *m, struct buffer *pkpass, struct cm_diag *diag) {
    const struct zip_sink sink = {.write = append, .ctx = pkpass};
    CM_CLEANUP(zip_freep) struct zip_writer *zip = NULL;
    CM_CLEANUP(buffer_free) struct buffer manifest = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer signature = BUFFER_INIT;
    TRY(put_manifest(m, &manifest));
    TRY(cms_detached_sign(m->signer, buffer_slice(&manifest), m->now_unix_s, &signature));
    TRY(zip_new(&sink, m->now_unix_s, &zip));
    TRY(zip_add(zip, PASS_JSON, buffer_slice(&m->json), true, diag));
    for (size_t i = 0; i < m->present_n; i++)
        TRY(zip_put(zip, m->present[i].name, m->present[i].part, diag));
    TRY(zip_add(zip, PKPASS_MANIFEST, buffer_slice(&manifest), true, diag));
    TRY(zip_add(zip, PKPASS_SIGNATURE, buffer_slice(&signature), true, diag));
    return zip_finish(zip);
}

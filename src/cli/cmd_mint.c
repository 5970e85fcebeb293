/* mint: the codes of batches to files. Serials are spent before a code is written; a file appears
 * whole or not at all; a batch that was never opened or shipped is written again from its first
 * serial, byte by byte the same, and the ledger keeps that it was. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/mint_crew.h"
#include "cli/output.h"
#include "doc/json_write.h"
#include "engine/registry.h"

#define FILE_MODE 0600 /* codes are worth money until they are printed */
#define US_PER_S  1000000u

const struct option_spec mint_options[] = {
    {"out", OPTION_TEXT, "FILE|-", "where the codes go ('-' is standard output)", NULL, false},
    {"out-dir", OPTION_TEXT, "DIR", "one file a batch, named after it", NULL, false},
    {"all", OPTION_FLAG, NULL, "every batch that is not minted yet (with --out-dir)", NULL, false},
    {"format", OPTION_TEXT, "FORMAT", "csv, spreadsheet, jsonl, text ... (default csv)", NULL,
     false},
    {"columns", OPTION_TEXT, "A,B,C", "code, serial, batch, product, gtin, date, attributes ...",
     NULL, false},
    {"group", OPTION_FLAG, NULL, "codes in groups, as they are printed", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct minting {
    struct cli *cli;
    const char *batch;
    struct json_doc *plan;
    struct row_writer rows;
    struct mint_source source;
    struct outfile file;
    struct hash256 hash;
    uint64_t number, quantity, written, again, started_us;
    bool progress;
};

/* ---- One batch ------------------------------------------------------------------------------- */

static cm_err ask(struct minting *m, const char *act, const char *hash, struct buffer *result) {
    CM_CLEANUP(buffer_free) struct buffer args = BUFFER_INIT;
    struct json_writer w = json_writer_into(&args, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "batch", m->batch);
    if (hash != NULL) {
        json_put_cstr(&w, "sha256", hash);
        json_put_bool(&w, "again", m->again > 0);
    }
    json_object_end(&w);
    TRY(buffer_err(&args));
    return session_act(&m->cli->session, act, buffer_slice(&args), result, m->cli->diag);
}

static void show_progress(const struct minting *m, bool end) {
    if (!m->progress) return;
    const unsigned percent = m->quantity > 0 ? (unsigned)(m->written * 100 / m->quantity) : 100;
    (void)fprintf(stderr, "\r%s: %llu of %llu codes, %u %%%s", m->batch,
                  (unsigned long long)m->written, (unsigned long long)m->quantity, percent,
                  end ? "\n" : "");
}

static cm_err count_written(void *ctx, const struct minter_rows *rows, struct cm_diag *diag) {
    struct minting *m = ctx;
    m->written += rows->units;
    if (rows->again) m->again += rows->units;
    show_progress(m, false);
    if (!interrupt_came()) return CM_OK;
    return diag_fail(diag, CM_E_CANCELLED, m->batch, NULL,
                     "run the same command again: it begins with the first serial",
                     "stopped; no file was left");
}

static cm_err write_all(struct minting *m) {
    const struct mint_crew crew = {.source = &m->source,
                                   .rows = &m->rows,
                                   .file = &m->file,
                                   .written = count_written,
                                   .ctx = m};
    TRY(outfile_write(&m->file, buffer_slice(&m->rows.header), m->cli->diag));
    TRY(mint_crew_run(&crew, m->cli->diag));
    show_progress(m, true);
    return outfile_commit(&m->file, &m->hash, m->cli->diag);
}

static cm_err read_plan(struct minting *m, struct buffer *text) {
    const struct options *o = &m->cli->options;
    const char *format = option_text(o, "format");
    uint64_t code_len = 0;
    TRY(ask(m, "mint.plan", NULL, text));
    TRY(json_doc_new(&m->plan, buffer_slice(text), "mint.plan", &JSON_LIMITS_DEFAULT,
                     m->cli->diag));
    const struct json_value plan = json_root(m->plan);
    TRY(json_u64(json_get(plan, "number"), 1, UINT32_MAX, &m->number));
    TRY(json_u64(json_get(plan, "quantity"), 1, INT64_MAX, &m->quantity));
    TRY(json_u64(json_get(plan, "printed_length"), 1, UINT8_MAX, &code_len));
    TRY(row_writer_init(&m->rows, format != NULL ? format : "csv", option_text(o, "columns"), plan,
                        option_given(o, "group"), m->cli->diag));
    return mint_source_open(&m->source, &m->cli->session, m->batch, (uint32_t)m->number,
                            (uint8_t)code_len, m->cli->diag);
}

static void minting_wipe(struct minting *m) {
    mint_source_close(&m->source);
    outfile_close(&m->file);
    row_writer_wipe(&m->rows);
    json_doc_free(m->plan);
}

static void put_result(const struct minting *m, const char *path, const char *hash,
                       struct json_writer *w) {
    const uint64_t us = clock_monotonic_us() - m->started_us;
    json_object_begin(w, NULL);
    json_put_cstr(w, "batch", m->batch);
    json_put_cstr(w, "file", path);
    json_put_u64(w, "codes", m->written);
    json_put_u64(w, "written_again", m->again);
    json_put_u64(w, "codes_a_second", us > 0 ? m->written * US_PER_S / us : m->written);
    json_put_cstr(w, "sha256", hash);
    json_put_bool(w, "redeemable", false);
    json_object_end(w);
}

static cm_err mint_one(struct cli *cli, const char *batch, const char *path,
                       struct json_writer *w) {
    CM_CLEANUP(minting_wipe)
    struct minting m = {.cli = cli, .batch = batch, .file = OUTFILE_INIT};
    CM_CLEANUP(buffer_free) struct buffer plan = BUFFER_INIT, ignored = BUFFER_INIT;
    char hash[2 * HASH_LEN + 1];
    m.progress = isatty(STDERR_FILENO) == 1;
    m.started_us = clock_monotonic_us();
    TRY(read_plan(&m, &plan));
    TRY(outfile_open(&m.file, path, FILE_MODE, cli->diag));
    TRY(write_all(&m));
    hex_format(m.hash.b, HASH_LEN, hash);
    TRY(ask(&m, "batch.written", hash, &ignored));
    put_result(&m, path, hash, w);
    return CM_OK;
}

/* ---- Many ------------------------------------------------------------------------------------ */

static const char *extension(const struct cli *cli) {
    const char *format = option_text(&cli->options, "format");
    if (format != NULL && strcmp(format, "jsonl") == 0) return "jsonl";
    return format != NULL && strcmp(format, "text") == 0 ? "txt" : "csv";
}

static cm_err mint_into_folder(struct cli *cli, const char *folder, const char *batch,
                               struct json_writer *w) {
    char path[OUTFILE_PATH_CAP];
    const int n = snprintf(path, sizeof path, "%s/%s.%s", folder, batch, extension(cli));
    if (n < 0 || (size_t)n >= sizeof path || strchr(batch, '/') != NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, batch, NULL, "mint it with --out FILE",
                         "this name is no file name");
    return mint_one(cli, batch, path, w);
}

/* Batches that are not whole yet, by name. */
static cm_err mint_unminted(struct cli *cli, const char *folder, struct json_writer *w) {
    CM_CLEANUP(buffer_free) struct buffer list = BUFFER_INIT;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    static const struct json_limits limits = {.text_max = 1u << 26, .depth_max = JSON_DEPTH_MAX};
    size_t n = 0;
    TRY(session_act(&cli->session, "batch.list", slice_text("{}"), &list, cli->diag));
    TRY(json_doc_new(&doc, buffer_slice(&list), "batch.list", &limits, cli->diag));
    const struct json_value batches = json_get(json_root(doc), "batches");
    TRY(json_items(batches, 0, SIZE_MAX, &n));
    for (size_t i = 0; i < n; i++) {
        char name[REGISTRY_NAME_CAP];
        uint64_t quantity = 0, issued = 0;
        TRY(json_copy_text(json_get(json_at(batches, i), "name"), 1, name, sizeof name));
        TRY(json_u64(json_get(json_at(batches, i), "quantity"), 0, INT64_MAX, &quantity));
        TRY(json_u64(json_get(json_at(batches, i), "issued"), 0, INT64_MAX, &issued));
        if (issued < quantity) TRY(mint_into_folder(cli, folder, name, w));
    }
    return CM_OK;
}

static cm_err mint_named(struct cli *cli, const char *folder, struct json_writer *w) {
    for (size_t i = 0; i < cli->options.position_n; i++)
        TRY(mint_into_folder(cli, folder, position(cli, i), w));
    return CM_OK;
}

static cm_err check_options(const struct cli *cli) {
    const struct options *o = &cli->options;
    const bool folder = option_given(o, "out-dir"), all = option_given(o, "all");
    if (folder == option_given(o, "out"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "one of the two",
                         "say where the codes go: --out FILE or --out-dir DIR");
    if (!folder && (all || o->position_n != 1))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "use --out-dir for several",
                         "--out takes one batch");
    if (folder && all == (o->position_n > 0))
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, NULL, "name the batches, or --all");
    return CM_OK;
}

static void put_notes(const struct cli *cli, struct json_writer *w) {
    json_array_begin(w, "notes");
    if (cli->options.position_n == 1) {
        char note[DIAG_PART_CAP];
        (void)snprintf(note, sizeof note,
                       "Not redeemable yet. When the goods are out: countermark batch open %.64s",
                       position(cli, 0));
        json_put_cstr(w, NULL, note);
    } else {
        json_put_cstr(w, NULL,
                      "Not redeemable yet. When the goods are out: countermark batch open "
                      "BATCH");
    }
    json_array_end(w);
}

cm_err cmd_mint(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&result, false);
    const char *out = option_text(&cli->options, "out"),
               *folder = option_text(&cli->options, "out-dir");
    TRY(check_options(cli));
    TRY(command_open(cli));
    if (folder != NULL) (void)mkdir(folder, 0700); /* what is wrong with it, the first file says */
    json_object_begin(&w, NULL);
    json_array_begin(&w, "minted");
    if (out != NULL)
        TRY(mint_one(cli, position(cli, 0), out, &w));
    else
        TRY(option_given(&cli->options, "all") ? mint_unminted(cli, folder, &w)
                                               : mint_named(cli, folder, &w));
    json_array_end(&w);
    put_notes(cli, &w);
    json_object_end(&w);
    TRY(buffer_err(&result));
    if (out == NULL || strcmp(out, "-") != 0)
        return output_record(buffer_slice(&result), cli->json, cli->diag);
    output_note("%.*s", (int)result.len, (const char *)result.p); /* standard output is taken */
    return CM_OK;
}

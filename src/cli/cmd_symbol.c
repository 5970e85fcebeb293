/* symbol: codes as pictures. From a text, the rows of a file, or a batch that is minted on the way:
 * its units are spent before the first is drawn, and its ledger keeps the SHA-256 of what was made.
 * A ZIP, folder or PDF appears whole or not at all. */
#include "cli/cmd_symbol.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/output.h"
#include "cli/picture_crew.h"
#include "crypto/secret.h"
#include "doc/json_write.h"

#define US_PER_S 1000000u

const struct option_spec symbol_options[] = {
    {"text", OPTION_TEXT, "TEXT", "one symbol of this text; GS1 kinds: '(01)...'", NULL, false},
    {"from", OPTION_TEXT, "FILE|-", "a symbol for every row of a CSV file", NULL, false},
    {"content", OPTION_TEXT, "PATTERN", "what it says (default '{code}')", NULL, false},
    {"gs1", OPTION_TEXT, "PATTERN", "GS1 elements: '(01){gtin}(21){code}'", NULL, false},
    {"link", OPTION_TEXT, "ADDRESS", "as a GS1 Digital Link: 'https://id.example.com'", NULL,
     false},
    {"upper", OPTION_FLAG, NULL, "the link in capitals: a smaller QR", NULL, false},
    SYMBOL_LOOK_OPTIONS,
    {"out", OPTION_TEXT, "FILE|-|DIR/|FILE.zip|FILE.pdf", "where it goes; zip, dir, pdf-sheets",
     NULL, false},
    {"name", OPTION_TEXT, "PATTERN", "names of files (default '{serial}')", NULL, false},
    {"index", OPTION_TEXT, "A,B,C", "columns of index.csv beside them", NULL, false},
    SYMBOL_SHEET_OPTIONS,
    {"dry-run", OPTION_FLAG, NULL, "judge all of it; spend and write nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

/* ---- Rows -------------------------------------------------------------------------------------
 */

/* Most files have columns of their own; nobody asked for one named code. */
static cm_err check_code_column(const struct symbol_job *job, const struct options *o,
                                struct cm_diag *diag) {
    char remedy[DIAG_PART_CAP];
    bool has = option_given(o, "content") || option_given(o, "gs1");
    for (size_t i = 0; i < job->column_n; i++)
        has = has || strcmp(job->columns[i], "code") == 0;
    if (has || job->column_n == 0) return CM_OK;
    (void)snprintf(remedy, sizeof remedy, "say what the symbols hold: --content '{%.64s}'",
                   job->columns[0]);
    return diag_fail(diag, CM_E_NOT_FOUND, job->input, NULL, remedy, "it has no column 'code'");
}

static struct cm_slice cell_of(const struct symbol_job *job, const struct cm_slice *cells,
                               const char *column) {
    for (size_t i = 0; i < job->column_n; i++)
        if (strcmp(job->columns[i], column) == 0) return cells[i];
    return slice_of(NULL, 0);
}

/* The elements that a batch's product and code make, where GS1 is wanted and nobody said which. */
static cm_err suggest_elements(struct cli *cli, struct symbol_job *job,
                               const struct row_feed *feed) {
    CM_CLEANUP(row_feed_closep) struct row_feed *sample = NULL;
    const struct options *o = &cli->options;
    struct row_chunk chunk;
    if (!symbol_kind_is_gs1(job->kind) && !option_given(o, "link")) return CM_OK;
    if (option_given(o, "gs1") || option_given(o, "content")) return CM_OK;
    TRY(row_feed_sample(feed, &sample));
    if (sample == NULL) return CM_OK;
    TRY(row_feed_next(sample, &chunk, cli->diag));
    if (chunk.n == 0) return CM_OK;
    return payload_suggest(cell_of(job, chunk.cells, "gtin"), cell_of(job, chunk.cells, "code").len,
                           job->elements, cli->diag);
}

cm_err symbol_open_feed(struct cli *cli, struct symbol_job *job, struct row_feed **out) {
    CM_CLEANUP(row_feed_closep) struct row_feed *feed = NULL;
    const char *from = option_text(&cli->options, "from");
    job->input = from != NULL ? from : position(cli, 0);
    if (from == NULL) TRY(command_open(cli));
    TRY(from != NULL ? row_feed_file(from, &feed, cli->diag)
                     : row_feed_batch(cli, job->input, &feed, cli->diag));
    job->columns = row_feed_columns(feed, &job->column_n);
    TRY(check_code_column(job, &cli->options, cli->diag));
    TRY(suggest_elements(cli, job, feed));
    TRY(symbol_job_content(job, &cli->options, "{code}", cli->diag));
    TRY(symbol_job_names(job, &cli->options, cli->diag));
    *out = take(&feed);
    return CM_OK;
}

/* ---- The record -------------------------------------------------------------------------------
 */

static void put_mm(struct json_writer *w, const char *key, double mm) {
    char text[32];
    const unsigned long thousandths = (unsigned long)(mm * 1000 + 0.5);
    (void)snprintf(text, sizeof text, "%lu.%03lu", thousandths / 1000, thousandths % 1000);
    json_put_raw(w, key, slice_text(text));
}

static void put_size(struct json_writer *w, const struct symbol_made *made) {
    if (made->symbol_size[0] != '\0') json_put_cstr(w, "symbol", made->symbol_size);
    if (made->size.width_mm <= 0) return;
    put_mm(w, "module_mm", made->size.module_mm);
    put_mm(w, "width_mm", made->size.width_mm);
    put_mm(w, "height_mm", made->size.height_mm);
}

static void put_notes(const struct cli *cli, const struct row_feed *feed,
                      const struct symbol_made *made, struct json_writer *w) {
    char note[DIAG_PART_CAP];
    const char *batch = position(cli, 0);
    json_array_begin(w, "notes");
    if (made->out == NULL) json_put_cstr(w, NULL, "A dry run: nothing was spent or written.");
    if (feed != NULL && row_feed_again(feed) > 0)
        json_put_cstr(w, NULL, "These codes had been made before: older pictures show the same.");
    if (batch != NULL && made->out != NULL) {
        (void)snprintf(note, sizeof note,
                       "Not redeemable yet. When the goods are out: countermark batch open %.64s",
                       batch);
        json_put_cstr(w, NULL, note);
    }
    json_array_end(w);
}

cm_err symbol_report(struct cli *cli, const struct symbol_job *job, struct row_feed *feed,
                     const struct symbol_made *made) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&result, false);
    if (feed != NULL && made->out != NULL) TRY(row_feed_done(feed, made->sha256, cli->diag));
    json_object_begin(&w, NULL);
    if (made->out != NULL) json_put_cstr(&w, "out", made->out);
    json_put_u64(&w, made->unit, made->n);
    if (made->pages > 0) json_put_u64(&w, "pages", made->pages);
    json_put_cstr(&w, "type", symbol_kind_name(job->kind));
    put_size(&w, made);
    if (made->bytes > 0) json_put_u64(&w, "bytes", made->bytes);
    if (made->us > 0) json_put_u64(&w, "a_second", made->n * US_PER_S / made->us);
    if (made->sha256[0] != '\0') json_put_cstr(&w, "sha256", made->sha256);
    put_notes(cli, feed, made, &w);
    json_object_end(&w);
    TRY(buffer_err(&result));
    if (made->out == NULL || strcmp(made->out, "-") != 0)
        return output_record(buffer_slice(&result), cli->json, cli->diag);
    return CM_OK; /* standard output is taken */
}

/* ---- Many files -------------------------------------------------------------------------------
 */

static bool ends_with(const char *text, const char *end) {
    const size_t len = strlen(text), n = strlen(end);
    return len >= n && strcasecmp(text + len - n, end) == 0;
}

static bool is_folder(const char *path) {
    struct stat st;
    return ends_with(path, "/") || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static cm_err finish_store(struct file_store *store, struct symbol_made *made,
                           struct cm_diag *diag) {
    struct hash256 hash;
    TRY(file_store_finish(store, &hash, diag));
    hex_format(hash.b, HASH_LEN, made->sha256);
    made->bytes = file_store_bytes(store);
    return CM_OK;
}

static void note_count(struct symbol_made *made, const struct picture_count *count) {
    made->n = count->files;
    made->size = count->first;
    memcpy(made->symbol_size, count->size, sizeof made->symbol_size);
}

/* A row as the batch's will be: what cannot be drawn is found before a unit is spent. */
static cm_err draw_sample(struct cli *cli, const struct picture_crew *crew,
                          struct symbol_made *made) {
    CM_CLEANUP(row_feed_closep) struct row_feed *sample = NULL;
    struct picture_count count = {.files = 0};
    TRY(row_feed_sample(crew->feed, &sample));
    if (sample == NULL) return CM_OK;
    const struct picture_crew one = {.job = crew->job, .feed = sample, .hands = 1};
    TRY(picture_crew_run(&one, &count, cli->diag));
    note_count(made, &count);
    made->n = row_feed_total(crew->feed);
    return CM_OK;
}

/* A dry run of a batch is its sample alone. */
static cm_err run_crew(struct cli *cli, const struct picture_crew *crew, struct symbol_made *made) {
    struct picture_count count = {.files = 0};
    TRY(draw_sample(cli, crew, made));
    if (crew->store == NULL && made->n > 0) return CM_OK;
    TRY(picture_crew_run(crew, &count, cli->diag));
    if (count.files == 0)
        return diag_fail(cli->diag, CM_E_FORMAT, crew->job->input, NULL,
                         "give it a row for each picture", "there are no rows");
    note_count(made, &count);
    return CM_OK;
}

static cm_err symbol_files(struct cli *cli, struct symbol_job *job, enum file_store_kind kind) {
    CM_CLEANUP(row_feed_closep) struct row_feed *feed = NULL;
    CM_CLEANUP(file_store_closep) struct file_store *store = NULL;
    const bool dry = option_given(&cli->options, "dry-run");
    struct symbol_made made = {.out = job->out.path, .unit = "pictures"};
    const uint64_t started = clock_monotonic_us();
    TRY(symbol_open_feed(cli, job, &feed));
    if (!dry) TRY(file_store_open(kind, made.out, &store, cli->diag));
    const struct picture_crew crew = {.job = job,
                                      .feed = feed,
                                      .store = store,
                                      .packed = kind == FILE_STORE_ZIP,
                                      .progress = !cli->json};
    TRY(run_crew(cli, &crew, &made));
    if (store != NULL) TRY(finish_store(store, &made, cli->diag));
    if (dry) made.out = NULL;
    made.us = clock_monotonic_us() - started;
    return symbol_report(cli, job, feed, &made);
}

/* ---- Which way --------------------------------------------------------------------------------
 */

static cm_err check_source(const struct cli *cli, bool *single) {
    const struct options *o = &cli->options;
    const unsigned rows = (o->position_n > 0 ? 1u : 0u) + (option_given(o, "from") ? 1u : 0u);
    const bool text = option_given(o, "text");
    *single = rows == 0 && (text || option_given(o, "gs1"));
    if (rows + (text ? 1u : 0u) > 1)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL, "name one of them",
                         "BATCH, --from and --text are three sources");
    if (rows == 0 && !*single)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                         "name a BATCH, --from FILE.csv, --text TEXT, or --gs1 '(01)...'",
                         "symbols of what?");
    if (!option_given(o, "out") && !option_given(o, "dry-run"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL,
                         *single ? "--out FILE.svg" : "--out FILE.zip, DIR/ or FILE.pdf",
                         "say where it goes");
    return CM_OK;
}

/* Options that would say nothing are refused: who gives one expects something of it. */
static cm_err check_unused(const struct cli *cli, bool single, bool pages) {
    static const char *const rows[] = {"content", "name", "index"};
    static const char *const labels[] = {"page",  "margin", "gap",       "padding", "skip",
                                         "marks", "line",   "line-font", "line-mm", "title"};
    char flag[16];
    for (size_t i = 0; i < CM_ARRAY_N(rows); i++) {
        (void)snprintf(flag, sizeof flag, "--%s", rows[i]);
        if (option_given(&cli->options, rows[i]) && (single || (pages && i > 0)))
            return diag_fail(cli->diag, CM_E_ARGUMENT, flag, NULL, "leave it out",
                             single ? "there are no rows of which it could take columns"
                                    : "pages are one file, and their index is within it");
    }
    for (size_t i = 0; i < CM_ARRAY_N(labels) && !pages; i++) {
        (void)snprintf(flag, sizeof flag, "--%s", labels[i]);
        if (option_given(&cli->options, labels[i]))
            return diag_fail(cli->diag, CM_E_ARGUMENT, flag, NULL,
                             "add --sheet or --label and --out FILE.pdf, or leave it out",
                             "it is about labels on pages");
    }
    return CM_OK;
}

static cm_err dispatch(struct cli *cli, struct symbol_job *job, bool single) {
    const struct options *o = &cli->options;
    const char *out = job->out.path;
    const bool pages = job->out.sheet != NULL || option_given(o, "label") ||
                       (!single && out != NULL && ends_with(out, ".pdf"));
    TRY(check_unused(cli, single, pages));
    if (pages) return symbol_pages(cli, job);
    if (single) return symbol_single(cli, job);
    if (out == NULL || ends_with(out, ".zip")) return symbol_files(cli, job, FILE_STORE_ZIP);
    if (is_folder(out)) return symbol_files(cli, job, FILE_STORE_FOLDER);
    return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL,
                     "FILE.zip, a folder DIR/ (with the slash), or FILE.pdf",
                     "'%.100s' is no place for many pictures", out);
}

cm_err cmd_symbol(struct cli *cli) {
    CM_CLEANUP(symbol_job_wipe) struct symbol_job job = {.kind_option = "--type"};
    bool single = false;
    TRY(crypto_init()); /* a session would; rows of a file need none */
    TRY(check_source(cli, &single));
    TRY(symbol_out_read(&cli->options, single, &job.out, cli->diag));
    TRY(symbol_job_look(&job, &cli->options, job.out.path, cli->diag));
    return dispatch(cli, &job, single);
}

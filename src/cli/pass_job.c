/* Rows one after the other: what takes time is one signature each. */
#include "cli/pass_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/nearest.h"
#include "cli/interrupt.h"
#include "crypto/secret.h"
#include "doc/csv_write.h"

#define PLACE_CAP     128u
#define TEMPLATE_AT   0u /* positional arguments */
#define BATCH_AT      1u
#define COLUMN_CAP    128u
#define DEFAULT_NAMES "serial"

cm_err pass_job_source(const struct cli *cli) {
    const bool batch = position(cli, BATCH_AT) != NULL, from = option_given(&cli->options, "from");
    if (batch && from)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--from", NULL, "leave one of them out",
                         "BATCH and --from are two sources");
    if (!batch && !from)
        return diag_fail(cli->diag, CM_E_ARGUMENT, NULL, NULL,
                         "name a BATCH behind the template, or --from FILE.csv", "passes of what?");
    return CM_OK;
}

static cm_err find_column(const struct pass_job *job, const char *name, size_t len, size_t *out) {
    char typed[COLUMN_CAP];
    char remedy[DIAG_PART_CAP] = "name columns of the rows";
    for (*out = 0; *out < job->column_n; ++*out)
        if (slice_equal(slice_of(name, len), slice_text(job->columns[*out]))) return CM_OK;
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(len < sizeof typed ? len : sizeof typed - 1),
                   name);
    const char *near = nearest_word(typed, job->columns, job->column_n);
    if (near != NULL) (void)snprintf(remedy, sizeof remedy, "did you mean %.100s?", near);
    return diag_fail(job->cli->diag, CM_E_NOT_FOUND, "--index", NULL, remedy,
                     "there is no column '%s'", typed);
}

static cm_err read_index(struct pass_job *job) {
    const char *at = option_text(&job->cli->options, "index");
    while (at != NULL) {
        const size_t len = strcspn(at, ",");
        if (job->index_n == ROW_FEED_COLUMNS_MAX) return CM_E_LIMIT;
        TRY(find_column(job, at, len, &job->index[job->index_n]));
        job->index_n++;
        at = at[len] == ',' ? at + len + 1 : NULL;
    }
    return CM_OK;
}

static cm_err read_name(struct pass_job *job) {
    const char *pattern = option_text(&job->cli->options, "name");
    for (size_t i = 0; i < job->column_n && pattern == NULL; i++)
        if (strcmp(job->columns[i], DEFAULT_NAMES) == 0) pattern = "{" DEFAULT_NAMES "}";
    if (pattern == NULL) return CM_OK;
    return payload_new(PAYLOAD_PLAIN, pattern, NULL, job->columns, job->column_n, &job->name,
                       job->cli->diag);
}

cm_err pass_job_open(struct pass_job *job, struct cli *cli) {
    const char *from = option_text(&cli->options, "from");
    job->cli = cli;
    job->is_batch = from == NULL;
    job->is_dry = option_given(&cli->options, "dry-run");
    job->input = from != NULL ? from : position(cli, BATCH_AT);
    TRY(crypto_init());
    file_names_init(&job->names);
    if (job->is_batch) TRY(command_open(cli));
    TRY(job->is_batch ? row_feed_batch(cli, job->input, &job->feed, cli->diag)
                      : row_feed_file(from, &job->feed, cli->diag));
    job->columns = row_feed_columns(job->feed, &job->column_n);
    TRY(read_name(job));
    return read_index(job);
}

void pass_job_wipe(struct pass_job *job) {
    row_feed_close(job->feed);
    payload_free(job->name);
    file_names_wipe(&job->names);
}

static cm_err judge_name(struct pass_job *job, uint64_t row, struct cm_slice name) {
    char bad = 0, place[PLACE_CAP];
    const char *why = "";
    uint64_t before = 0;
    (void)snprintf(place, sizeof place, "row %" PRIu64, row);
    cm_err err = file_name_check(name, &bad, &why);
    if (err != CM_OK)
        return diag_fail(job->cli->diag, err, job->input, place, "choose other columns with --name",
                         "the name of the pass %s", why);
    err = file_names_take(&job->names, name, row, &before);
    if (err != CM_E_EXISTS) return err;
    return diag_fail(job->cli->diag, err, job->input, place,
                     "let --name hold a column that is different in every row",
                     "row %" PRIu64 " has the same name", before);
}

static cm_err one_row(struct pass_job *job, uint64_t row, const struct cm_slice *cells,
                      pass_job_one *one, void *ctx) {
    CM_CLEANUP(buffer_wipe) struct buffer name = BUFFER_INIT;
    if (job->name != NULL)
        TRY(payload_fill(job->name, cells, &name, job->cli->diag));
    else
        buffer_printf(&name, "%" PRIu64, row);
    TRY(buffer_err(&name));
    TRY(judge_name(job, row, buffer_slice(&name)));
    TRY(one(ctx, row, cells, buffer_slice(&name), job->cli->diag));
    job->rows++;
    count_line_show(&job->line, job->rows);
    if (!interrupt_came()) return CM_OK;
    return diag_fail(job->cli->diag, CM_E_CANCELLED, job->input, NULL, "run the same command again",
                     "stopped; nothing was left");
}

/* A dry run over a batch stops before its first unit would be spent. */
cm_err pass_job_run(struct pass_job *job, pass_job_one *one, void *ctx) {
    struct row_chunk chunk = {.n = 1};
    const bool shown = !job->cli->json && isatty(STDERR_FILENO) == 1;
    count_line_init(&job->line, shown, "passes", row_feed_total(job->feed));
    while (!(job->is_dry && job->is_batch)) {
        TRY(row_feed_next(job->feed, &chunk, job->cli->diag));
        if (chunk.n == 0) break;
        for (size_t i = 0; i < chunk.n; i++)
            TRY(one_row(job, chunk.first + i, chunk.cells + i * job->column_n, one, ctx));
    }
    count_line_end(&job->line, job->rows);
    if (job->rows > 0 || (job->is_dry && job->is_batch)) return CM_OK;
    return diag_fail(job->cli->diag, CM_E_FORMAT, job->input, NULL,
                     "give at least one row behind the line of names", "there are no rows");
}

void pass_job_index_head(const struct pass_job *job, struct csv_writer *w) {
    for (size_t i = 0; i < job->index_n; i++)
        csv_put_cstr(w, job->columns[job->index[i]]);
}

void pass_job_index_row(const struct pass_job *job, const struct cm_slice *cells,
                        struct csv_writer *w) {
    for (size_t i = 0; i < job->index_n; i++)
        csv_put(w, cells[job->index[i]]);
}

/* symbol --sheet, --out FILE.pdf: pages of labels, or a page for every symbol. The PDF is written
 * as it grows, under a temporary name; the same rows give the same bytes. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/cmd_symbol.h"
#include "cli/outfile.h"
#include "cli/page_crew.h"

#define FILE_MODE 0600
#define TITLE_CAP 128u

struct page_file {
    struct outfile file;
    struct cm_diag why; /* of what could not be written; the pages know only that */
};

static cm_err sink(void *ctx, struct cm_slice bytes) {
    struct page_file *f = ctx;
    return outfile_write(&f->file, bytes, &f->why);
}

/* A dry run draws into nothing. */
static cm_err sink_none(void *ctx, struct cm_slice bytes) {
    uint64_t *n = ctx;
    *n += bytes.len;
    return CM_OK;
}

static void page_file_close(struct page_file *f) { outfile_close(&f->file); }

/* What the document says of itself. */
static cm_err open_pages(struct cli *cli, const struct symbol_job *job, const struct page_sink *to,
                         struct pages **out) {
    char title[TITLE_CAP], subject[TITLE_CAP];
    const char *given = option_text(&cli->options, "title");
    (void)snprintf(title, sizeof title, "Labels: %.100s", job->input);
    (void)snprintf(subject, sizeof subject, "%s symbols; pages are labelled by the units they show",
                   symbol_kind_name(job->kind));
    const struct page_about about = {.title = given != NULL ? given : title, .subject = subject};
    return pages_pdf(to, &about, out);
}

static cm_err draw(struct cli *cli, const struct page_job *job, struct row_feed *feed,
                   const struct page_sink *to, struct symbol_made *made) {
    CM_CLEANUP(pages_freep) struct pages *pages = NULL;
    struct page_count count = {.labels = 0};
    TRY(open_pages(cli, job->symbols, to, &pages));
    const struct picture_look *look = &job->symbols->look;
    TRY(pages_symbol_text(pages, look->font, look->text_mm, cli->diag));
    const struct page_crew crew = {
        .job = job, .feed = feed, .pages = pages, .progress = !cli->json && to->write != sink_none};
    const cm_err err = page_crew_run(&crew, &count, cli->diag);
    if (cli->diag->problem[0] == 0) *cli->diag = *pages_why(pages);
    TRY(err);
    if (count.labels == 0)
        return diag_fail(cli->diag, CM_E_FORMAT, job->symbols->input, NULL,
                         "give it a row for each label", "there are no rows");
    TRY(pages_finish(pages));
    made->n = count.labels;
    made->pages = count.pages;
    made->size = count.first;
    memcpy(made->symbol_size, count.size, sizeof made->symbol_size);
    return CM_OK;
}

static cm_err draw_file(struct cli *cli, const struct page_job *job, struct row_feed *feed,
                        struct symbol_made *made) {
    CM_CLEANUP(page_file_close)
    struct page_file f = {
        .file = OUTFILE_INIT,
    };
    const struct page_sink to = {sink, &f};
    struct hash256 hash;
    TRY(outfile_open(&f.file, made->out, FILE_MODE, cli->diag));
    const cm_err err = draw(cli, job, feed, &to, made);
    if (f.why.problem[0] != 0) *cli->diag = f.why;
    TRY(err);
    made->bytes = f.file.len;
    TRY(outfile_commit(&f.file, &hash, cli->diag));
    hex_format(hash.b, HASH_LEN, made->sha256);
    return CM_OK;
}

/* A row as the batch's will be, on a page that nobody sees: what does not fit is found before a
 * unit is spent. */
static cm_err draw_sample(struct cli *cli, const struct page_job *job, struct row_feed *feed,
                          struct symbol_made *made) {
    CM_CLEANUP(row_feed_closep) struct row_feed *sample = NULL;
    uint64_t bytes = 0;
    const struct page_sink to = {sink_none, &bytes};
    TRY(row_feed_sample(feed, &sample));
    return sample != NULL ? draw(cli, job, sample, &to, made) : CM_OK;
}

static cm_err draw_nothing(struct cli *cli, const struct page_job *job, struct row_feed *feed,
                           struct symbol_made *made) {
    uint64_t bytes = 0;
    const struct page_sink to = {sink_none, &bytes};
    made->out = NULL;
    if (option_given(&cli->options, "from")) return draw(cli, job, feed, &to, made);
    made->n = row_feed_total(feed);
    made->pages = (made->n + job->per_page - 1) / job->per_page;
    return CM_OK;
}

/* Names that say that something else was meant. */
static bool is_pdf_path(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    return name[0] != '\0' && (dot == NULL || strcasecmp(dot, ".pdf") == 0);
}

cm_err symbol_pages(struct cli *cli, struct symbol_job *symbols) {
    CM_CLEANUP(row_feed_closep) struct row_feed *feed = NULL;
    CM_CLEANUP(page_job_wipe) struct page_job job = {.symbols = symbols};
    const bool dry = option_given(&cli->options, "dry-run");
    struct symbol_made made = {.out = symbols->out.path, .unit = "labels"};
    const uint64_t started = clock_monotonic_us();
    if (symbols->look.format != PICTURE_PDF && option_given(&cli->options, "format"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--format", NULL, "leave it out",
                         "sheets and pages are PDF");
    if (option_given(&cli->options, "text") ||
        cli->options.position_n + (option_given(&cli->options, "from") ? 1u : 0u) == 0)
        return diag_fail(cli->diag, CM_E_ARGUMENT,
                         option_given(&cli->options, "sheet") ? "--sheet" : "--label", NULL,
                         "name a BATCH or --from FILE", "labels are filled with rows");
    if (made.out != NULL && !is_pdf_path(made.out))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.pdf",
                         "sheets and pages are PDF");
    TRY(page_job_sizes(&job, &cli->options, cli->diag));
    TRY(symbol_open_feed(cli, symbols, &feed));
    TRY(page_job_lines(&job, &cli->options, cli->diag));
    TRY(draw_sample(cli, &job, feed, &made));
    TRY(dry ? draw_nothing(cli, &job, feed, &made) : draw_file(cli, &job, feed, &made));
    made.us = clock_monotonic_us() - started;
    return symbol_report(cli, symbols, feed, &made);
}

/* ticket print: tickets and vouchers as a PDF, a page each, from the file that `ticket issue` wrote
 * (or any CSV with a column of tickets). The PDF appears whole or not at all.
 * Reference: docs/design/tickets.md, "Paper" */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/macros.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/row_feed.h"
#include "cli/ticket_text.h"
#include "doc/json_write.h"
#include "pass/ticket_page.h"

#define FILE_MODE 0600
#define LOGO_MAX  (4u << 20)
#define LABEL_CAP 80u
#define NO_COLUMN SIZE_MAX

const struct option_spec ticket_print_options[] = {
    {"out", OPTION_TEXT, "FILE.pdf", "where the pages go", NULL, false},
    {"page", OPTION_TEXT, "PAGE", "a4, a5, a6, 80mm, 58mm or WIDTHxHEIGHT (default: a6)", NULL,
     false},
    {"column", OPTION_TEXT, "NAME", "where the tickets stand (default: ticket)", NULL, false},
    {"level", OPTION_TEXT, "M|Q", "error correction of the code (default: M)", NULL, false},
    {"heading", OPTION_TEXT, "TEXT", "above all (default: the issuer)", NULL, false},
    {"small-print", OPTION_TEXT, "TEXT", "below all", NULL, false},
    {"logo", OPTION_TEXT, "FILE.png", "top right", NULL, false},
    {"font", OPTION_TEXT, "FONT", "a font of this machine (default: sans-serif)", NULL, false},
    {"zone", OPTION_TEXT, "ZONE", "of the times, as Europe/Amsterdam (default: UTC)", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "draw every page, and write no file", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

struct printing {
    struct cli *cli;
    struct ticket_look look;
    struct buffer logo;
    struct zone *zone;
    struct row_feed *feed;
    struct outfile file;
    struct pages *pages;
    bool dry;
    size_t column, serial; /* NO_COLUMN: there is none */
    uint64_t n;
};

static void printing_wipe(struct printing *p) {
    pages_free(p->pages);
    outfile_close(&p->file);
    row_feed_close(p->feed);
    zone_free(p->zone);
    buffer_free(&p->logo);
}

/* ---- Options -----------------------------------------------------------------------------------
 */

static cm_err read_level(struct printing *p) {
    const char *level = option_text(&p->cli->options, "level");
    p->look.level = 'M';
    if (level == NULL || strcmp(level, "M") == 0) return CM_OK;
    p->look.level = 'Q';
    if (strcmp(level, "Q") == 0) return CM_OK;
    return diag_fail(p->cli->diag, CM_E_ARGUMENT, "--level", NULL, "M, or Q for rough handling",
                     "no such level for tickets");
}

static cm_err read_look(struct printing *p) {
    const struct options *o = &p->cli->options;
    const char *page = option_text(o, "page"), *zone = option_text(o, "zone");
    const char *logo = option_text(o, "logo");
    TRY(ticket_look_page(page != NULL ? page : "a6", &p->look, p->cli->diag));
    TRY(read_level(p));
    p->look.heading = option_text(o, "heading");
    p->look.small = option_text(o, "small-print");
    p->look.font = option_text(o, "font");
    TRY(zone_option(p->cli, &p->zone));
    p->look.zone = p->zone;
    p->look.zone_name = zone;
    if (logo != NULL) TRY(file_read(logo, LOGO_MAX, &p->logo, p->cli->diag));
    p->look.logo = buffer_slice(&p->logo);
    return CM_OK;
}

static size_t column_named(const struct printing *p, const char *name) {
    size_t n = 0;
    const char *const *names = row_feed_columns(p->feed, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return i;
    return NO_COLUMN;
}

static cm_err find_columns(struct printing *p) {
    const char *wanted = option_text(&p->cli->options, "column");
    size_t n = 0;
    const char *const *names = row_feed_columns(p->feed, &n);
    p->column = column_named(p, wanted != NULL ? wanted : "ticket");
    p->serial = column_named(p, "serial");
    if (p->column != NO_COLUMN) return CM_OK;
    return diag_fail(p->cli->diag, CM_E_NOT_FOUND, position(p->cli, 0), "header",
                     "--column names it; 'countermark ticket issue' writes such a file",
                     "no column '%.40s' among %zu, the first is '%.40s'",
                     wanted != NULL ? wanted : "ticket", n, n > 0 ? names[0] : "");
}

/* ---- Pages --------------------------------------------------------------------------------------
 */

static cm_err sink(void *ctx, struct cm_slice bytes) {
    struct printing *p = ctx;
    if (p->dry) return CM_OK;
    return outfile_write(&p->file, bytes, p->cli->diag);
}

/* A logo is not the row's; what else is wrong, is. */
static void locate(const struct printing *p, const char *place) {
    struct cm_diag *d = p->cli->diag;
    const char *logo = option_text(&p->cli->options, "logo");
    if (logo != NULL && strcmp(d->input, "image") == 0)
        (void)snprintf(d->input, sizeof d->input, "%s", logo);
    else
        diag_locate(d, position(p->cli, 0), place);
}

static cm_err draw_row(struct printing *p, const struct row_chunk *chunk, size_t i, size_t width) {
    const struct cm_slice *cells = chunk->cells + i * width;
    const struct cm_slice serial = p->serial != NO_COLUMN ? cells[p->serial] : slice_of(NULL, 0);
    char label[LABEL_CAP], place[LABEL_CAP];
    (void)snprintf(label, sizeof label, "%.*s", (int)(serial.len < 40 ? serial.len : 40),
                   serial.len > 0 ? (const char *)serial.p : "");
    (void)snprintf(place, sizeof place, "row %" PRIu64, chunk->first + i);
    if (label[0] == '\0') (void)snprintf(label, sizeof label, "%" PRIu64, chunk->first + i);
    const cm_err err = ticket_page_draw(p->pages, &p->look, cells[p->column], label, p->cli->diag);
    if (err != CM_OK) locate(p, place);
    if (err == CM_OK) p->n++;
    return err;
}

static cm_err draw_all(struct printing *p) {
    struct row_chunk chunk;
    size_t width = 0;
    (void)row_feed_columns(p->feed, &width);
    do {
        TRY(row_feed_next(p->feed, &chunk, p->cli->diag));
        for (size_t i = 0; i < chunk.n; i++) {
            if (interrupt_came())
                return diag_fail(p->cli->diag, CM_E_CANCELLED, NULL, NULL, NULL,
                                 "stopped; no file was made");
            TRY(draw_row(p, &chunk, i, width));
        }
    } while (chunk.n > 0);
    if (p->n > 0) return pages_finish(p->pages);
    return diag_fail(p->cli->diag, CM_E_FORMAT, position(p->cli, 0), NULL, NULL,
                     "there are no tickets: a PDF needs a page");
}

static cm_err show(struct printing *p, const struct hash256 *hash) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    char hex[2 * HASH_LEN + 1];
    hex_format(hash->b, HASH_LEN, hex);
    json_object_begin(&w, NULL);
    if (!p->dry) json_put_cstr(&w, "file", option_text(&p->cli->options, "out"));
    json_put_u64(&w, "pages", p->n);
    if (!p->dry) json_put_cstr(&w, "sha256", hex);
    json_put_bool(&w, "dry_run", p->dry);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), p->cli->json, p->cli->diag);
}

/* What looks like another kind of file is not what was meant. */
static cm_err check_out(struct cli *cli) {
    const char *out = option_text(&cli->options, "out");
    if (out == NULL && option_given(&cli->options, "dry-run")) return CM_OK;
    if (out == NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.pdf",
                         "say where the pages go");
    const char *name = strrchr(out, '/');
    const char *dot = strrchr(name != NULL ? name : out, '.');
    if (dot == NULL || strcasecmp(dot, ".pdf") == 0) return CM_OK;
    return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.pdf",
                     "tickets are printed as PDF, not as '%.20s'", dot);
}

cm_err cmd_ticket_print(struct cli *cli) {
    CM_CLEANUP(printing_wipe)
    struct printing p = {.cli = cli, .logo = BUFFER_INIT, .file = OUTFILE_INIT};
    const struct page_sink to = {sink, &p};
    const struct page_about about = {.title = "Tickets", .subject = "pages are labelled by serial"};
    struct hash256 hash = {.b = {0}};
    p.dry = option_given(&cli->options, "dry-run");
    TRY(check_out(cli));
    TRY(read_look(&p));
    TRY(row_feed_file(position(cli, 0), &p.feed, cli->diag));
    TRY(find_columns(&p));
    if (!p.dry) TRY(outfile_open(&p.file, option_text(&cli->options, "out"), FILE_MODE, cli->diag));
    TRY(pages_pdf(&to, &about, &p.pages));
    TRY(draw_all(&p));
    if (!p.dry) TRY(outfile_commit(&p.file, &hash, cli->diag));
    return show(&p, &hash);
}

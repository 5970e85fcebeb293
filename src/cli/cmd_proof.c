/* proof: how codes will look and read, as one PDF (and PNG), before anything is decided. Nothing is
 * minted; what stands on the page are samples. The files appear whole or not at all.
 * Reference: docs/design/proofs-print.md */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/outfile.h"
#include "cli/output.h"
#include "cli/proof_ask.h"
#include "cli/proof_eyes.h"
#include "cli/proof_report.h"
#include "symbol/proof_page.h"

#define FILE_MODE   0644
#define PNG_DPI     300.0
#define PNG_DPI_MAX 1200.0
#define NAME_CAP    96u

const struct option_spec proof_options[] = {
    {"technology", OPTION_TEXT, "NAME",
     "cij5x7, cij7x9, cij16x10, thermal203, thermal300, laser or offset", NULL, true},
    {"height-mm", OPTION_TEXT, "MM", "height of capitals (default: what the machine usually does)",
     NULL, false},
    {"font", OPTION_TEXT, "NAME", "5x7, 7x9, 16x10, or a font of this machine", NULL, false},
    {"out", OPTION_TEXT, "FILE.pdf", "where the page goes (default: here, with its PNG)", NULL,
     false},
    {"png", OPTION_TEXT, "FILE.png", "where the page as dots goes", NULL, false},
    {"png-dpi", OPTION_TEXT, "DPI", "dots an inch of the PNG (default 300)", NULL, false},
    {"scheme-file", OPTION_TEXT, "FILE.json", "of a scheme that is not added yet", NULL, false},
    {"alphabet", OPTION_TEXT, "NAME|SYMBOLS", "without a scheme: of this alphabet", NULL, false},
    {"length", OPTION_NUMBER, "N", "without a scheme: printed characters", NULL, false},
    {"volume", OPTION_NUMBER, "N", "without a scheme: codes live at once", NULL, false},
    {"odds", OPTION_NUMBER, "G", "without a scheme: a guess may hit once in so many", NULL, false},
    {"symbol", OPTION_TEXT, "KIND", "with a symbol: qr, datamatrix, code128 ...", NULL, false},
    {"content", OPTION_TEXT, "PATTERN", "what it says (default {code})", NULL, false},
    {"gs1", OPTION_TEXT, "ELEMENTS", "what it says, as GS1: '(01)08712345678906(21){code}'", NULL,
     false},
    {"link", OPTION_TEXT, "URL", "those elements as a Digital Link", NULL, false},
    {"upper", OPTION_FLAG, NULL, "the link in capitals", NULL, false},
    {"level", OPTION_TEXT, "L|M|Q|H", "error correction of QR (default M)", NULL, false},
    {"module-mm", OPTION_TEXT, "MM",
     "size of a module, up to 10 mm, at least what the machine prints (default: what suits it)",
     NULL, false},
    {"symbols", OPTION_NUMBER, "N", "symbols of the reading test (default 40)", NULL, false},
    {"codes", OPTION_NUMBER, "N", "codes of the reading test (default 400)", NULL, false},
    {"faults", OPTION_TEXT, "X", "so many times the typical faults (default 1)", NULL, false},
    {"seed", OPTION_NUMBER, "N", "other samples, other faults (default 1)", NULL, false},
    {"dry-run", OPTION_FLAG, NULL, "measure and tell, write nothing", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

static bool tick(void *ctx, size_t done) {
    count_line_show(ctx, done);
    return !interrupt_came();
}

/* Where the page goes: opened before anything is measured, so that a wrong path costs no time, and
 * published when both kinds are drawn. */
struct paper {
    struct proof_files files;
    char usual_pdf[NAME_CAP], usual_png[NAME_CAP]; /* where nothing is said */
    double dpi;
    struct outfile pdf, png;
};

static void paper_close(struct paper *paper) {
    outfile_close(&paper->pdf);
    outfile_close(&paper->png);
}

static bool is_standard(const char *path) { return path != NULL && strcmp(path, "-") == 0; }

/* What was asked for; when nothing was, page and dots here, named after scheme and machine. */
static void name_files(const struct cli *cli, const struct proof_wish *wish, struct paper *paper) {
    const char *pdf = option_text(&cli->options, "out"), *png = option_text(&cli->options, "png");
    const char *scheme = position(cli, 0);
    paper->files = (struct proof_files){pdf, png};
    if (pdf != NULL || png != NULL) return;
    const char *joint = scheme != NULL ? "-" : "";
    if (scheme == NULL) scheme = "";
    (void)snprintf(paper->usual_pdf, NAME_CAP, "proof%s%.64s-%.16s.pdf", joint, scheme,
                   wish->press->name);
    (void)snprintf(paper->usual_png, NAME_CAP, "proof%s%.64s-%.16s.png", joint, scheme,
                   wish->press->name);
    paper->files = (struct proof_files){paper->usual_pdf, paper->usual_png};
}

static cm_err paper_ask(struct cli *cli, struct paper *paper) {
    const char *pdf = option_text(&cli->options, "out"), *png = option_text(&cli->options, "png");
    paper->dpi = PNG_DPI;
    TRY(option_decimal(&cli->options, "png-dpi", 30, PNG_DPI_MAX, &paper->dpi, cli->diag));
    const char *dot = pdf != NULL ? strrchr(pdf, '.') : NULL;
    if (dot != NULL && strcasecmp(dot, ".png") == 0)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--out", NULL, "--png FILE.png makes a PNG",
                         "the page is a PDF");
    if (pdf == NULL || png == NULL || strcmp(pdf, png) != 0) return CM_OK;
    return diag_fail(cli->diag, CM_E_ARGUMENT, "--png", NULL, "name another file",
                     "--out goes to the same file");
}

static cm_err paper_open(struct paper *paper, struct cm_diag *diag) {
    const struct proof_files *f = &paper->files;
    if (f->pdf != NULL) TRY(outfile_open(&paper->pdf, f->pdf, FILE_MODE, diag));
    if (f->png != NULL) TRY(outfile_open(&paper->png, f->png, FILE_MODE, diag));
    return CM_OK;
}

struct page_file {
    struct outfile *file;
    struct cm_diag why; /* of what could not be written; the pages know only that */
};

static cm_err sink(void *ctx, struct cm_slice bytes) {
    struct page_file *f = ctx;
    return outfile_write(f->file, bytes, &f->why);
}

static cm_err draw_pdf(const struct proof *p, struct outfile *file, struct cm_diag *diag) {
    CM_CLEANUP(pages_freep) struct pages *pages = NULL;
    struct page_file f = {.file = file};
    const struct page_sink to = {sink, &f};
    const struct page_about about = {
        .title = "Print proof", .subject = p->wish.name, .keywords = p->wish.press->name};
    TRY(pages_pdf(&to, &about, &pages));
    cm_err err = proof_page(p, pages, diag);
    if (err == CM_OK) err = pages_finish(pages);
    if (err == CM_OK) return CM_OK;
    if (f.why.problem[0] != '\0')
        *diag = f.why;
    else if (diag->problem[0] == '\0')
        diag_set(diag, file->path, NULL, NULL, "it could not be written");
    return err;
}

static cm_err draw_png(const struct proof *p, double dpi, struct outfile *file,
                       struct cm_diag *diag) {
    CM_CLEANUP(pages_freep) struct pages *pages = NULL;
    CM_CLEANUP(buffer_free) struct buffer png = BUFFER_INIT;
    TRY(pages_raster(dpi, &pages));
    TRY(proof_page(p, pages, diag));
    TRY(page_dots_png(pages, &png));
    return outfile_write(file, buffer_slice(&png), diag);
}

static cm_err paper_draw(struct paper *paper, const struct proof *p, struct cm_diag *diag) {
    const bool pdf = paper->files.pdf != NULL, png = paper->files.png != NULL;
    struct hash256 hash;
    if (pdf) TRY(draw_pdf(p, &paper->pdf, diag));
    if (png) TRY(draw_png(p, paper->dpi, &paper->png, diag));
    if (pdf) TRY(outfile_commit(&paper->pdf, &hash, diag));
    return png ? outfile_commit(&paper->png, &hash, diag) : CM_OK;
}

cm_err cmd_proof(struct cli *cli) {
    CM_CLEANUP(proof_ask_wipe) struct proof_ask ask = {.planned = false};
    CM_CLEANUP(proof_freep) struct proof *p = NULL;
    CM_CLEANUP(buffer_free) struct buffer record = BUFFER_INIT;
    CM_CLEANUP(paper_close) struct paper paper = {.pdf = OUTFILE_INIT, .png = OUTFILE_INIT};
    struct count_line line;
    TRY(paper_ask(cli, &paper));
    TRY(proof_ask(cli, &ask));
    if (!option_given(&cli->options, "dry-run")) name_files(cli, &ask.wish, &paper);
    TRY(paper_open(&paper, cli->diag));
    count_line_init(&line, !cli->json, "lines and symbols read",
                    ask.wish.codes + (ask.wish.content != NULL ? ask.wish.symbols : 0));
    ask.wish.tick = tick;
    ask.wish.ctx = &line;
    TRY(proof_measure(&ask.wish, &p, cli->diag));
    TRY(proof_eyes(p, &line, cli->diag));
    count_line_end(&line, line.total);
    TRY(paper_draw(&paper, p, cli->diag));
    if (is_standard(paper.files.pdf) || is_standard(paper.files.png)) return CM_OK;
    TRY(proof_report(p, &paper.files, cli->json, &record));
    return output_record(buffer_slice(&record), cli->json, cli->diag);
}

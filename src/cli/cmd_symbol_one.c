/* symbol --text: one picture into a file, or to standard output. */
#include "base/macros.h"
#include "base/text.h"
#include "cli/cmd_symbol.h"
#include "cli/outfile.h"
#include "symbol/page.h"

#include <stdio.h>

#define FILE_MODE 0600 /* a text may be a code */

static cm_err write_picture(const char *path, const struct buffer *picture,
                            struct symbol_made *made, struct cm_diag *diag) {
    CM_CLEANUP(outfile_close) struct outfile file = OUTFILE_INIT;
    struct hash256 hash;
    TRY(outfile_open(&file, path, FILE_MODE, diag));
    TRY(outfile_write(&file, buffer_slice(picture), diag));
    TRY(outfile_commit(&file, &hash, diag));
    hex_format(hash.b, HASH_LEN, made->sha256);
    made->bytes = picture->len;
    return CM_OK;
}

/* --text is said as it stands, braces in it are no columns; but in a symbol of GS1 elements, or as
 * a link, it is elements: "(01)..." */
static cm_err make_symbol(struct cli *cli, struct symbol_job *job, struct symbol *out) {
    CM_CLEANUP(buffer_wipe) struct buffer text = BUFFER_INIT;
    const char *given = option_text(&cli->options, "text");
    if (given != NULL && option_given(&cli->options, "gs1"))
        return diag_fail(cli->diag, CM_E_ARGUMENT, "--text", NULL, "leave it out",
                         "--gs1 says already what the symbol holds");
    if (given == NULL || symbol_kind_is_gs1(job->kind) || option_given(&cli->options, "link") ||
        option_given(&cli->options, "upper")) {
        TRY(symbol_job_content(job, &cli->options, NULL, cli->diag));
        return symbol_job_make(job, NULL, &text, out, cli->diag);
    }
    const struct symbol_wish wish = {
        .kind = job->kind, .payload = slice_text(given), .level = job->level};
    return symbol_make(&wish, out, cli->diag);
}

cm_err symbol_single(struct cli *cli, struct symbol_job *job) {
    CM_CLEANUP(buffer_wipe) struct buffer picture = BUFFER_INIT;
    CM_CLEANUP(symbol_free) struct symbol symbol = {.width = 0};
    CM_CLEANUP(picture_maker_freep) struct picture_maker *maker = NULL;
    const bool dry = option_given(&cli->options, "dry-run");
    struct symbol_made made = {.out = dry ? NULL : job->out.path, .unit = "pictures", .n = 1};
    TRY(make_symbol(cli, job, &symbol));
    TRY(picture_maker_new(&job->look, &maker, cli->diag));
    TRY(picture_make(maker, &symbol, &picture, cli->diag));
    TRY(picture_measure(maker, &symbol, &made.size, cli->diag));
    (void)snprintf(made.symbol_size, sizeof made.symbol_size, "%s", symbol.size);
    if (made.out != NULL) TRY(write_picture(made.out, &picture, &made, cli->diag));
    return symbol_report(cli, job, NULL, &made);
}

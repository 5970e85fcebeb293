/* pass lint: all that is wrong with a template, Apple's or Google's. Which one it is tells what is
 * in the file, then its name: pass.json is judged with the folder it lies in, as that goes into
 * every pass. Refused: files that are a template of neither. No workspace, key or network. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/cmd_pass.h"
#include "cli/output.h"
#include "doc/json_write.h"
#include "pass/google.h"
#include "pass/pass_check.h"
#include "pass/pass_seems.h"
#include "pass/pass_text.h"

#define TEMPLATE_MAX (1u << 20)
#define PATH_CAP     1024u

struct judged {
    const char *whose, *input;
    struct cm_slice json;
    struct pass_report *report;
};

/* The columns that a template asks for; braces that do not fit are a finding. */
static cm_err put_columns(const struct judged *j, struct json_writer *w) {
    CM_CLEANUP(pass_text_freep) struct pass_text *text = NULL;
    CM_CLEANUP(buffer_free) struct buffer names = BUFFER_INIT;
    struct pass_report *r = j->report;
    size_t n = 0;
    if (r->errors > 0) return CM_OK; /* it may be no JSON at all */
    const cm_err err = pass_text_new(j->json, j->input, NULL, 0, &text, &r->diag);
    if (err == CM_E_NO_MEMORY) return err;
    pass_took(r, err);
    if (err != CM_OK) return CM_OK;
    const char *const *columns = pass_text_columns(text, &n);
    for (size_t i = 0; i < n; i++)
        buffer_printf(&names, "%s%s", i > 0 ? ", " : "", columns[i]);
    TRY(buffer_err(&names));
    json_put_text(w, "columns", buffer_slice(&names));
    return CM_OK;
}

static cm_err show(struct cli *cli, const struct judged *j) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "template", position(cli, 0));
    json_put_cstr(&w, "for", j->whose);
    TRY(put_columns(j, &w));
    pass_put_findings(j->report, &w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (j->report->errors > 0) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

static cm_err lint_apple(struct cli *cli, const char *folder_path) {
    CM_CLEANUP(pass_folder_freep) struct pass_folder *folder = NULL;
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    TRY(pass_lint_folder(folder_path, &folder, &r, cli->diag));
    const struct judged j = {.whose = "Apple Wallet",
                             .input = PASS_JSON,
                             .json =
                                 folder != NULL ? buffer_slice(&folder->json) : slice_of(NULL, 0),
                             .report = r};
    return show(cli, &j);
}

static cm_err lint_google(struct cli *cli, struct cm_slice text) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = NULL;
    TRY(google_lint(text, position(cli, 0), &r));
    const struct judged j = {
        .whose = "Google Wallet", .input = position(cli, 0), .json = text, .report = r};
    return show(cli, &j);
}

/* The folder that a path's file lies in. */
static cm_err folder_of(const char *path, char out[static PATH_CAP], struct cm_diag *diag) {
    const char *slash = strrchr(path, '/'), *folder = slash != NULL ? path : ".";
    const size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    if (len >= PATH_CAP)
        return diag_fail(diag, CM_E_LIMIT, "FILE.json", NULL, "name it from a folder nearer to it",
                         "the path is too long");
    memcpy(out, folder, len);
    out[len] = '\0';
    return CM_OK;
}

static bool is_named_pass_json(const char *path) {
    const char *slash = strrchr(path, '/');
    return strcmp(slash != NULL ? slash + 1 : path, PASS_JSON) == 0;
}

static cm_err not_a_template(struct cli *cli, enum pass_seems seems) {
    const char *path = position(cli, 0);
    if (seems == PASS_SEEMS_APPLE)
        return diag_fail(cli->diag, CM_E_FORMAT, path, NULL,
                         "name it " PASS_JSON
                         " in a folder with its pictures, and judge the folder",
                         "Apple's " PASS_JSON " under another name: a pass is made of a folder");
    if (seems == PASS_SEEMS_PACKED)
        return diag_fail(cli->diag, CM_E_FORMAT, path, NULL,
                         "a finished pass is judged by: countermark pass verify FILE.pkpass",
                         "a packed file, not a template");
    return diag_fail(cli->diag, CM_E_FORMAT, path, NULL,
                     "give the folder of an Apple pass, or Google's JSON with its \"payload\"; "
                     "'countermark pass template' writes both to start from",
                     seems == PASS_SEEMS_JSON ? "JSON, but of neither Apple's pass nor Google's"
                                              : "not a template: no JSON");
}

static cm_err lint_file(struct cli *cli, const char *path) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char folder[PATH_CAP];
    enum pass_seems seems = PASS_SEEMS_ELSE;
    TRY(file_read(path, TEMPLATE_MAX, &text, cli->diag));
    TRY(pass_seems(buffer_slice(&text), &seems));
    /* One with a mistake is Google's until it can be read, unless it lies where Apple's lie. */
    if (seems == PASS_SEEMS_GOOGLE || (seems == PASS_SEEMS_BROKEN && !is_named_pass_json(path)))
        return lint_google(cli, buffer_slice(&text));
    if (!is_named_pass_json(path)) return not_a_template(cli, seems);
    TRY(folder_of(path, folder, cli->diag));
    return lint_apple(cli, folder);
}

cm_err cmd_pass_lint(struct cli *cli) {
    const char *path = position(cli, 0);
    struct stat st;
    if (path == NULL) return CM_E_ARGUMENT; /* the table of commands asks for one */
    if (stat(path, &st) != 0)
        return diag_fail(cli->diag, file_err_from_errno(errno), path, NULL,
                         "name a folder (Apple) or a JSON file (Google)", "%s",
                         file_errno_text(errno));
    return S_ISDIR(st.st_mode) ? lint_apple(cli, path) : lint_file(cli, path);
}

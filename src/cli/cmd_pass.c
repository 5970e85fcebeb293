/* pass verify: whether a pass is whole, and whose it is. pass template: a shipped one to start
 * from. Neither needs a workspace, a key or a network. */
#include "cli/cmd_pass.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/macros.h"
#include "cli/output.h"
#include "cli/shipped.h"
#include "crypto/secret.h"
#include "doc/json_write.h"
#include "pass/pass_folder.h"
#include "pass/pkpass_verify.h"

#define CERT_MAX  (1u << 20)
#define FILE_MODE 0644
#define MS_PER_S  1000u
#define PATH_CAP  1024u

const struct option_spec pass_verify_options[] = {
    {"ca", OPTION_TEXT, "CERT.pem", "who must have issued the signer's certificate", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};
const struct option_spec pass_template_options[] = {
    {"out", OPTION_TEXT, "DIR|FILE.json", "write it there", NULL, false},
    {NULL, OPTION_FLAG, NULL, NULL, NULL, false}};

void pass_put_findings(const struct pass_report *r, struct json_writer *w) {
    json_put_u64(w, "errors", r->errors);
    json_put_u64(w, "warnings", r->warnings);
    json_array_begin(w, "findings");
    for (size_t i = 0; i < r->n; i++) {
        const struct cm_diag *d = &r->findings[i].what;
        json_object_begin(w, NULL);
        json_put_cstr(w, "level", r->findings[i].warning ? "warning" : "error");
        json_put_cstr(w, "file", d->input);
        json_put_cstr(w, "place", d->place);
        json_put_cstr(w, "problem", d->problem);
        json_put_cstr(w, "remedy", d->remedy);
        json_object_end(w);
    }
    json_array_end(w);
}

/* ---- pass verify ----------------------------------------------------------------------------- */

static void put_seal(const struct pkpass_verdict *v, bool asked, struct json_writer *w) {
    if (v->style != PASS_STYLE_N) json_put_cstr(w, "style", pass_style_names[v->style]);
    json_put_u64(w, "files", v->files_n);
    if (!v->is_signed) return;
    json_put_cstr(w, "signer", v->seal.signer.common_name);
    json_put_cstr(w, "team", v->seal.signer.unit);
    if (v->seal.signed_unix_s > 0) json_put_u64(w, "signed_ms", v->seal.signed_unix_s * MS_PER_S);
    json_put_u64(w, "certificate_until_ms", v->seal.signer.not_after_unix_s * MS_PER_S);
    if (asked) json_put_bool(w, "trusted", v->is_trusted);
}

static cm_err show_verdict(struct cli *cli, const struct pkpass_verdict *v, bool asked) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    const bool good = v->report->errors == 0;
    json_object_begin(&w, NULL);
    json_put_bool(&w, "whole", good);
    put_seal(v, asked, &w);
    pass_put_findings(v->report, &w);
    json_array_begin(&w, "notes");
    if (good && !asked)
        json_put_cstr(&w, NULL, "Anybody may have signed it: say with --ca whom you trust.");
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    if (!good) cli->exit_code = EXIT_NEGATIVE;
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_pass_verify(struct cli *cli) {
    const char *ca = option_text(&cli->options, "ca");
    CM_CLEANUP(buffer_wipe) struct buffer pass = BUFFER_INIT;
    CM_CLEANUP(buffer_free) struct buffer authorities = BUFFER_INIT;
    CM_CLEANUP(pkpass_verdict_freep) struct pkpass_verdict *v = NULL;
    TRY(crypto_init());
    TRY(file_read(position(cli, 0), PKPASS_MAX, &pass, cli->diag));
    if (ca != NULL) TRY(file_read(ca, CERT_MAX, &authorities, cli->diag));
    if (ca != NULL && authorities.len == 0)
        return diag_fail(cli->diag, CM_E_FORMAT, ca, NULL, "give certificates in PEM form",
                         "the file is empty");
    TRY(pkpass_verify(buffer_slice(&pass), buffer_slice(&authorities),
                      clock_now_ms(clock_wall()) / MS_PER_S, &v, cli->diag));
    return show_verdict(cli, v, ca != NULL);
}

/* ---- pass template --------------------------------------------------------------------------- */

static cm_err list_templates(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_array_begin(&w, "templates");
    for (const struct shipped_file *f = shipped_passes; f->name != NULL; f++) {
        json_object_begin(&w, NULL);
        json_put_cstr(&w, "name", f->name);
        json_put_cstr(&w, "for", f->name[0] == 'a' ? "Apple Wallet" : "Google Wallet");
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

/* Nothing that is there is replaced. */
static cm_err write_new(const char *path, struct cm_slice bytes, struct cm_diag *diag) {
    struct stat st;
    if (lstat(path, &st) == 0)
        return diag_fail(diag, CM_E_EXISTS, path, NULL, "name another place",
                         "there is such a file already");
    return file_replace(path, bytes, FILE_MODE, diag);
}

static cm_err write_folder(const char *folder, struct cm_slice json, struct cm_diag *diag) {
    char path[PATH_CAP];
    TRY(file_folder(folder, diag));
    int n = snprintf(path, sizeof path, "%s/" PASS_JSON, folder);
    if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
    TRY(write_new(path, json, diag));
    for (const struct shipped_file *f = shipped_icons; f->name != NULL; f++) {
        n = snprintf(path, sizeof path, "%s/%s.png", folder, f->name);
        if (n < 0 || (size_t)n >= sizeof path) return CM_E_RANGE;
        TRY(write_new(path, slice_of(f->p, f->len), diag));
    }
    return CM_OK;
}

static cm_err say_written(struct cli *cli, const char *out) {
    CM_CLEANUP(buffer_free) struct buffer result = BUFFER_INIT;
    struct json_writer w = json_writer_into(&result, false);
    char note[DIAG_PART_CAP];
    (void)snprintf(note, sizeof note, "Judge it with: countermark pass lint %.180s", out);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "written", out);
    json_array_begin(&w, "notes");
    json_put_cstr(&w, NULL, note);
    json_array_end(&w);
    json_object_end(&w);
    TRY(buffer_err(&result));
    return output_record(buffer_slice(&result), cli->json, cli->diag);
}

cm_err cmd_pass_template(struct cli *cli) {
    const char *name = position(cli, 0), *out = option_text(&cli->options, "out");
    CM_CLEANUP(buffer_free) struct buffer json = BUFFER_INIT;
    if (name == NULL) return list_templates(cli);
    if (strpbrk(name, "./") != NULL)
        return diag_fail(cli->diag, CM_E_ARGUMENT, "NAME", NULL,
                         "'countermark pass template' lists them", "not the name of a template");
    TRY(shipped_read(shipped_passes, "NAME", name, &json, cli->diag));
    if (out == NULL) return output_bytes(buffer_slice(&json), cli->diag);
    TRY(name[0] == 'a' ? write_folder(out, buffer_slice(&json), cli->diag)
                       : write_new(out, buffer_slice(&json), cli->diag));
    return say_written(cli, out);
}

/* One thing after the other, as a telephone does it, but without stopping at the first. */
#include "pass/pkpass_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "crypto/sha1.h"
#include "pack/unzip.h"
#include "pass/pass_check.h"
#include "pass/pkpass_inside.h"

static const struct unzip_limits limits = {
    .files_max = PASS_FILES_MAX + 3, .file_max = PASS_FILE_MAX, .total_max = PASS_BYTES_MAX};

struct judging {
    struct pkpass_verdict *v;
    struct unzip *zip;
};

void pkpass_verdict_free(struct pkpass_verdict *v) {
    if (v == NULL) return;
    pass_report_free(v->report);
    free(v);
}

void pkpass_verdict_freep(struct pkpass_verdict **v) { pkpass_verdict_free(take(v)); }

static void missing(struct judging *j, const char *name) {
    pass_file_finding(j->v->report, false, name, "make the pass anew", "it is missing");
}

/* A JSON file of the pass; NULL with what is wrong noted. */
static cm_err open_json(struct judging *j, const char *name, struct json_doc **out) {
    const struct unzip_file *file = unzip_file(j->zip, name);
    if (file == NULL) {
        missing(j, name);
        return CM_OK;
    }
    const cm_err err = json_doc_new(out, buffer_slice(&file->bytes), name, &JSON_LIMITS_DEFAULT,
                                    &j->v->report->diag);
    if (err == CM_E_NO_MEMORY) return err;
    pass_took(j->v->report, err);
    return CM_OK;
}

static bool is_apart(const char *name) {
    return strcmp(name, PKPASS_MANIFEST) == 0 || strcmp(name, PKPASS_SIGNATURE) == 0;
}

static cm_err judge_sum(struct judging *j, const struct unzip_file *file,
                        struct json_value manifest) {
    char sum[SHA1_HEX_CAP];
    struct cm_slice said;
    const struct json_value v = json_get(manifest, file->name);
    TRY(sha1_hex(buffer_slice(&file->bytes), sum));
    if (!json_present(v))
        pass_file_finding(j->v->report, false, file->name, "trust nothing in it",
                          "the manifest does not name it");
    else if (json_text(v, SHA1_HEX_CAP - 1, SHA1_HEX_CAP - 1, &said) != CM_OK)
        pass_took(j->v->report, CM_E_FORMAT);
    else if (!slice_equal(said, slice_text(sum)))
        pass_file_finding(j->v->report, false, file->name, "trust nothing in it",
                          "it is not the file that the manifest names");
    return CM_OK;
}

static cm_err judge_manifest(struct judging *j) {
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(open_json(j, PKPASS_MANIFEST, &doc));
    if (doc == NULL) return CM_OK;
    const struct json_value root = json_root(doc);
    if (json_kind_of(root) != JSON_KIND_OBJECT) {
        pass_error(j->v->report, root, "make the pass anew", "the manifest is not an object");
        return CM_OK;
    }
    const char *name = NULL;
    if (json_present(json_member(root, limits.files_max, &name))) {
        pass_error(j->v->report, root, "make the pass anew",
                   "the manifest names more files than a pass has");
        return CM_OK;
    }
    for (size_t i = 0; i < j->zip->n; i++)
        if (!is_apart(j->zip->files[i].name)) TRY(judge_sum(j, &j->zip->files[i], root));
    for (size_t i = 0; json_present(json_member(root, i, &name)); i++)
        if (unzip_file(j->zip, name) == NULL) {
            pass_error(j->v->report, json_member(root, i, &name), "make the pass anew",
                       "the manifest names a file that is not there");
        }
    return CM_OK;
}

/* A fault of ours or of the authorities goes up; one of the pass is a finding. */
static cm_err judge_signature(struct judging *j, struct cm_slice authorities, uint64_t now_unix_s,
                              struct cm_diag *diag) {
    struct pkpass_verdict *v = j->v;
    const struct unzip_file *manifest = unzip_file(j->zip, PKPASS_MANIFEST),
                            *signature = unzip_file(j->zip, PKPASS_SIGNATURE);
    if (signature == NULL) missing(j, PKPASS_SIGNATURE);
    if (signature == NULL || manifest == NULL) return CM_OK;
    const struct cm_slice content = buffer_slice(&manifest->bytes),
                          der = buffer_slice(&signature->bytes);
    struct cm_diag *found = &v->report->diag;
    cm_err err = cms_detached_verify(content, der, slice_of(NULL, 0), now_unix_s, &v->seal, found);
    v->is_signed = err == CM_OK;
    if (err == CM_OK && authorities.len > 0)
        err = cms_detached_verify(content, der, authorities, now_unix_s, &v->seal, found);
    v->is_trusted = err == CM_OK && authorities.len > 0;
    if (err == CM_E_NO_MEMORY || err == CM_E_CRYPTO) return err;
    if (v->is_signed && err == CM_E_FORMAT) {
        if (diag != NULL) *diag = *found;
        return err;
    }
    if (err == CM_E_RANGE)
        missing(j, PKPASS_MANIFEST); /* it is empty */
    else
        pass_took(v->report, err);
    return CM_OK;
}

static cm_err judge_pass(struct judging *j) {
    struct pkpass_verdict *v = j->v;
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    const char *type = NULL;
    TRY(open_json(j, PASS_JSON, &doc));
    if (doc == NULL) return CM_OK;
    const struct json_value root = json_root(doc);
    pass_check(v->report, root, &v->style);
    for (size_t i = 0; i < 2; i++) {
        static const char *const names[] = {"passTypeIdentifier", "teamIdentifier"};
        if (!json_present(json_get(root, names[i])))
            pass_error(v->report, root, "make the pass anew", "%s is missing", names[i]);
    }
    if (!v->is_signed) return CM_OK;
    const cm_err err = pkpass_type_of(&v->seal.signer, &type, &v->report->diag);
    pass_took(v->report, err);
    if (err == CM_OK) pass_took(v->report, pkpass_agree(root, type, v->seal.signer.unit));
    return CM_OK;
}

static void judge_image(struct judging *j, const struct unzip_file *file) {
    struct pass_image image;
    const char *slash = strrchr(file->name, '/');
    const char *base = slash != NULL ? slash + 1 : file->name;
    const size_t len = strlen(base);
    if (len < 4 || strcmp(base + len - 4, ".png") != 0) return;
    if (pass_image_named(base, &image, NULL) != CM_OK) return;
    const cm_err err = pass_image_read(buffer_slice(&file->bytes), &image, &j->v->report->diag);
    diag_locate(&j->v->report->diag, file->name, NULL);
    if (err == CM_OK) j->v->report->diag = (struct cm_diag)DIAG_INIT;
    pass_took(j->v->report, err);
}

static cm_err judge(struct judging *j, struct cm_slice pkpass, struct cm_slice authorities,
                    uint64_t now_unix_s, struct cm_diag *diag) {
    struct pkpass_verdict *v = j->v;
    const cm_err err = unzip_read(pkpass, &limits, &j->zip, &v->report->diag);
    if (err == CM_E_NO_MEMORY) return err;
    diag_locate(&v->report->diag, "pass", NULL);
    if (err != CM_OK) {
        pass_took(v->report, err);
        return CM_OK;
    }
    v->report->diag = (struct cm_diag)DIAG_INIT;
    v->files_n = j->zip->n;
    TRY(judge_manifest(j));
    TRY(judge_signature(j, authorities, now_unix_s, diag));
    TRY(judge_pass(j));
    for (size_t i = 0; i < j->zip->n; i++)
        judge_image(j, &j->zip->files[i]);
    if (unzip_file(j->zip, "icon.png") == NULL) missing(j, "icon.png");
    return CM_OK;
}

cm_err pkpass_verify(struct cm_slice pkpass, struct cm_slice authorities, uint64_t now_unix_s,
                     struct pkpass_verdict **out, struct cm_diag *diag) {
    CM_CLEANUP(pkpass_verdict_freep) struct pkpass_verdict *v = calloc(1, sizeof *v);
    if (v == NULL) return CM_E_NO_MEMORY;
    v->style = PASS_STYLE_N;
    TRY(pass_report_new(false, &v->report));
    struct judging j = {.v = v, .zip = NULL};
    const cm_err err = judge(&j, pkpass, authorities, now_unix_s, diag);
    unzip_free(j.zip);
    TRY(err);
    *out = take(&v);
    return CM_OK;
}

/* workspace.json and the layout of the folder. */
#include "engine/workspace.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "doc/json.h"
#include "doc/json_write.h"

#define WORKSPACE_FILE_MAX 65536u /* bytes of workspace.json */

static bool join(char out[static WORKSPACE_PATH_CAP], const char *folder, const char *name) {
    const int n = snprintf(out, WORKSPACE_PATH_CAP, "%s/%s", folder, name);
    return n > 0 && (unsigned)n < WORKSPACE_PATH_CAP;
}

cm_err workspace_paths(const char *folder, struct workspace_paths *out, struct cm_diag *diag) {
    if (join(out->file, folder, "workspace.json") && join(out->keystore, folder, "keystore") &&
        join(out->journal, folder, "journal") && join(out->archive, folder, "archive") &&
        join(out->state, folder, "state") && join(out->run, folder, "run") &&
        join(out->line, folder, "line"))
        return CM_OK;
    return diag_fail(diag, CM_E_RANGE, "workspace", NULL, "use a shorter path",
                     "the folder's path is too long");
}

static cm_err parse(struct json_value root, struct workspace *w) {
    static const char *const keys[] = {"format", "id", "name", "sandbox", "epoch"};
    uint64_t format = 0, epoch = 0;
    TRY(json_u64(json_get(root, "format"), 0, UINT32_MAX, &format));
    if (format != WORKSPACE_FORMAT)
        return json_fail(json_get(root, "format"), CM_E_VERSION,
                         format > WORKSPACE_FORMAT ? "use a newer countermark"
                                                   : "upgrade it with the version that made it",
                         "workspace format %llu, this program reads %u", (unsigned long long)format,
                         WORKSPACE_FORMAT);
    TRY(json_only(root, keys, CM_ARRAY_N(keys)));
    struct cm_slice id;
    TRY(json_text(json_get(root, "id"), 1, (size_t)2 * WORKSPACE_ID_LEN, &id));
    if (hex_parse(id, w->id, sizeof w->id) != CM_OK)
        return json_fail(json_get(root, "id"), CM_E_FORMAT, NULL, "not 32 hex digits");
    TRY(json_copy_text(json_get(root, "name"), 0, w->name, sizeof w->name));
    TRY(json_bool(json_get(root, "sandbox"), &w->sandbox));
    TRY(json_u64(json_get(root, "epoch"), 1, UINT32_MAX, &epoch));
    w->epoch = (uint32_t)epoch;
    return CM_OK;
}

cm_err workspace_read(const char *folder, struct workspace *out, struct cm_diag *diag) {
    struct workspace_paths paths;
    TRY(workspace_paths(folder, &paths, diag));
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    const cm_err err = file_read(paths.file, WORKSPACE_FILE_MAX, &text, NULL);
    if (err == CM_E_NOT_FOUND)
        return diag_fail(diag, err, folder, NULL,
                         "make one with 'countermark init', or name another with --workspace",
                         "no workspace here");
    if (err != CM_OK) return diag_fail(diag, err, paths.file, NULL, NULL, "cannot be read");
    CM_CLEANUP(json_doc_freep) struct json_doc *doc = NULL;
    TRY(json_doc_new(&doc, buffer_slice(&text), paths.file, &JSON_LIMITS_DEFAULT, diag));
    struct workspace w = {.epoch = 0};
    TRY(parse(json_root(doc), &w));
    *out = w;
    return CM_OK;
}

cm_err workspace_write(const char *folder, const struct workspace *w, struct cm_diag *diag) {
    struct workspace_paths paths;
    TRY(workspace_paths(folder, &paths, diag));
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    char id[2 * WORKSPACE_ID_LEN + 1];
    hex_format(w->id, sizeof w->id, id);
    struct json_writer j = json_writer_into(&text, true);
    json_object_begin(&j, NULL);
    json_put_u64(&j, "format", WORKSPACE_FORMAT);
    json_put_cstr(&j, "id", id);
    json_put_cstr(&j, "name", w->name);
    json_put_bool(&j, "sandbox", w->sandbox);
    json_put_u64(&j, "epoch", w->epoch);
    json_object_end(&j);
    buffer_text(&text, "\n");
    TRY(buffer_err(&text));
    return file_replace(paths.file, buffer_slice(&text), 0600, diag);
}

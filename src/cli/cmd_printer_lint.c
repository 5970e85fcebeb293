/* printer lint: a label template or a line protocol, judged before any printer sees it. Exit code 1
 * and the place of the mistake when it is not sound. */
#include <string.h>

#include "base/file.h"
#include "base/macros.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/shipped.h"
#include "doc/json_write.h"
#include "line/fields.h"
#include "line/kinds.h"
#include "line/protocol.h"

/* A label begins with a command, a protocol with a word or a remark. */
static bool is_label(struct cm_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] > ' ') return text.p[i] == '^' || text.p[i] == '~';
    return false;
}

static cm_err lint_label(struct cm_slice text, const char *name, struct cm_diag *diag) {
    CM_CLEANUP(driver_freep) struct driver *d = NULL;
    struct driver_options o = {.kind = &kind_zpl, .template_text = text, .template_name = name};
    memcpy(o.fields, fields_names, sizeof fields_names);
    return driver_new(&o, &d, diag);
}

static cm_err lint_protocol(struct cm_slice text, const char *name, struct cm_diag *diag) {
    CM_CLEANUP(protocol_wipe) struct line_protocol p = {.name = ""};
    return protocol_read(&p, text, name, fields_names, diag);
}

static cm_err show(struct cli *cli, bool label, cm_err err, const struct cm_diag *why) {
    CM_CLEANUP(buffer_free) struct buffer out = BUFFER_INIT;
    struct json_writer w = json_writer_into(&out, false);
    json_object_begin(&w, NULL);
    json_put_cstr(&w, "file", position(cli, 0));
    json_put_cstr(&w, "is", label ? "label template" : "line protocol");
    json_put_bool(&w, "sound", err == CM_OK);
    if (err != CM_OK) {
        json_put_cstr(&w, "place", why->place);
        json_put_cstr(&w, "problem", why->problem);
        json_put_cstr(&w, "remedy", why->remedy);
        cli->exit_code = EXIT_NEGATIVE;
    }
    json_object_end(&w);
    TRY(buffer_err(&out));
    return output_record(buffer_slice(&out), cli->json, cli->diag);
}

cm_err cmd_printer_lint(struct cli *cli) {
    CM_CLEANUP(buffer_free) struct buffer text = BUFFER_INIT;
    struct cm_diag why = DIAG_INIT;
    const char *path = position(cli, 0);
    TRY(file_read(path, SHIPPED_MAX, &text, cli->diag));
    const struct cm_slice bytes = buffer_slice(&text);
    const bool label = is_label(bytes);
    const cm_err err = label ? lint_label(bytes, path, &why) : lint_protocol(bytes, path, &why);
    if (err == CM_E_NO_MEMORY) return err;
    return show(cli, label, err, &why);
}

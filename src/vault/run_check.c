/* The line's own readers, asked ahead. References as in run_check.h. */
#include "vault/run_check.h"

#include <string.h>

#include "base/macros.h"

/* A path below the line's folder: relative, and nothing in it leads up. */
static bool stays_below(const char *path) {
    if (path[0] == '/' || path[0] == '\0') return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        if (*part == '/') part++;
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return false;
    }
    return true;
}

static cm_err check_path(const struct printer_uri *uri, struct cm_diag *diag) {
    static const char dev[] = "/dev/tty";
    if (uri->transport == TRANSPORT_FILE && !stays_below(uri->path))
        return diag_fail(diag, CM_E_DENIED, "printer", NULL,
                         "write file:NAME, which lies in the workspace's folder line/files",
                         "the daemon writes below its own folder only");
    if (uri->transport == TRANSPORT_SERIAL &&
        (strncmp(uri->path, dev, sizeof dev - 1) != 0 || strchr(uri->path + 5, '/') != NULL))
        return diag_fail(diag, CM_E_DENIED, "printer", NULL, "name a device /dev/tty...",
                         "the daemon opens serial lines only");
    return CM_OK;
}

/* A file as it was given: {"name", "text"}. */
static cm_err read_program(struct json_value v, struct cm_slice *name, struct cm_slice *text) {
    TRY(json_text(json_get(v, "name"), 1, PRINTER_PATH_CAP, name));
    return json_text(json_get(v, "text"), 0, SIZE_MAX, text);
}

cm_err run_check(struct json_value document, bool fenced, struct cm_diag *diag) {
    struct cm_slice printer, name, text;
    struct printer_uri uri;
    TRY(json_text(json_get(document, "printer"), 1, PRINTER_URI_MAX, &printer));
    TRY(printer_uri_parse(printer, &uri, diag));
    if (fenced) TRY(check_path(&uri, diag));
    return read_program(json_get(document, "template"), &name, &text);
}

cm_err run_check_printer(struct cm_slice text, char out[static PRINTER_TEXT_CAP],
                         struct cm_diag *diag) {
    struct printer_uri uri;
    TRY(printer_uri_parse(text, &uri, diag));
    (void)printer_uri_text(&uri, out);
    return CM_OK;
}

bool run_check_same(struct cm_slice a, struct cm_slice b) {
    struct printer_uri x, y;
    if (printer_uri_parse(a, &x, NULL) != CM_OK || printer_uri_parse(b, &y, NULL) != CM_OK)
        return false;
    return printer_uri_same(&x, &y);
}

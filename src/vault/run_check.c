/* The line's own readers, asked ahead. References as in run_check.h. */
#include "vault/run_check.h"

#include <string.h>

#include "base/macros.h"
#include "line/run_document.h"

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

cm_err run_check(struct json_value document, bool fenced, struct cm_diag *diag) {
    struct run_document d;
    struct printer_uri uri;
    struct driver_options options;
    CM_CLEANUP(driver_freep) struct driver *driver = NULL;
    TRY(run_document_read(document, &d));
    TRY(printer_uri_parse(slice_text(d.printer), &uri, diag));
    if (fenced) TRY(check_path(&uri, diag));
    TRY(run_document_driver(&d, uri.kind, &options, diag));
    TRY(driver_new(&options, &driver, diag));
    /* Judged by the registry: whoever says it lets each product wait for its read. */
    if (!driver_is_blind(driver) || json_present(json_get(document, "paced_by"))) return CM_OK;
    return diag_fail(diag, CM_E_UNSUPPORTED, "protocol", NULL,
                     "use a coder that counts prints or tells of each; give its protocol file "
                     "'count' or 'printed' where the coder can; where each product waits until it "
                     "was scanned: --paced-by-camera",
                     "this coder tells of no print: each product would carry the same code");
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

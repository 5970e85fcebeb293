/* Names first: a file 'plain' beside us is reached as './plain'. */
#include "cli/shipped.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"

static bool is_path(const char *name) { return strpbrk(name, "./") != NULL; }

cm_err shipped_read(const struct shipped_file *table, const char *option, const char *name,
                    struct buffer *out, struct cm_diag *diag) {
    char names[DIAG_PART_CAP] = "give the path of a file, or one of ours:";
    if (is_path(name)) return file_read(name, SHIPPED_MAX, out, diag);
    for (const struct shipped_file *f = table; f->name != NULL; f++) {
        text_append(names, sizeof names, " %s", f->name);
        if (strcmp(f->name, name) != 0) continue;
        buffer_put(out, f->p, f->len);
        return buffer_err(out);
    }
    const cm_err err = file_read(name, SHIPPED_MAX, out, NULL);
    if (err != CM_E_NOT_FOUND)
        return err == CM_OK ? CM_OK : file_read(name, SHIPPED_MAX, out, diag);
    return diag_fail(diag, CM_E_NOT_FOUND, option, NULL, names, "there is no file '%.80s'", name);
}

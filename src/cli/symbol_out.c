/* See symbol_out.h. */
#include "cli/symbol_out.h"

#include <string.h>

#include "base/macros.h"

#define SHEET_USUAL "a4-24"

static const struct {
    const char *word, *ending;
} words[] = {{"zip", ".zip"}, {"dir", "/"}, {"pdf-sheets", ".pdf"}};

/* The batch, or the file of rows without its folders and its last ending. */
static void find_stem(const struct options *o, const char **stem, size_t *len) {
    const char *from = option_text(o, "from");
    *stem = from == NULL ? o->positions[0] : from;
    if (from != NULL && strrchr(from, '/') != NULL) *stem = strrchr(from, '/') + 1;
    const char *dot = from == NULL ? NULL : strrchr(*stem, '.');
    *len = dot != NULL && dot != *stem ? (size_t)(dot - *stem) : strlen(*stem);
    if (*len > 0 && strcmp(*stem, "-") != 0) return;
    *stem = "symbols";
    *len = strlen(*stem);
}

static cm_err name_it(const struct options *o, const char *ending, struct symbol_out *out,
                      struct cm_diag *diag) {
    const char *stem = NULL;
    size_t len = 0;
    find_stem(o, &stem, &len);
    if (len + strlen(ending) >= sizeof out->named)
        return diag_fail(diag, CM_E_ARGUMENT, "--out", NULL, "write out where it goes",
                         "'%.40s...' is too long for a file's name", stem);
    memcpy(out->named, stem, len);
    memcpy(out->named + len, ending, strlen(ending) + 1);
    out->path = out->named;
    return CM_OK;
}

cm_err symbol_out_read(const struct options *o, bool single, struct symbol_out *out,
                       struct cm_diag *diag) {
    out->path = option_text(o, "out");
    out->sheet = option_text(o, "sheet");
    if (out->path == NULL) return CM_OK;
    for (size_t i = 0; i < CM_ARRAY_N(words); i++) {
        if (strcmp(out->path, words[i].word) != 0) continue;
        if (single)
            return diag_fail(diag, CM_E_ARGUMENT, "--out", NULL, "--out FILE.svg",
                             "'%s' is for many pictures, this is one", words[i].word);
        const bool pages = strcmp(words[i].ending, ".pdf") == 0;
        if (pages && !option_given(o, "label") && out->sheet == NULL) out->sheet = SHEET_USUAL;
        return name_it(o, words[i].ending, out, diag);
    }
    return CM_OK;
}

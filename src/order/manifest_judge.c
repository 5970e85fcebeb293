/* What a manifest may say, when it is made and when it is read: names that stay in their folder,
 * texts that print, counts and roles that exist. */
#include <stdlib.h>

#include "base/text.h"
#include "order/bundle.h"
#include "order/manifest_inside.h"

/* UTF-8 without control characters; it stands in ORDER.txt, one line each. */
static bool prints(struct cm_slice text) {
    return text.len <= MANIFEST_TEXT_MAX && text_prints(text);
}

bool manifest_is_file_name(struct cm_slice name) {
    static const char *const own[] = {BUNDLE_MANIFEST, BUNDLE_JSON, BUNDLE_SUMS, BUNDLE_TEXT};
    if (name.len == 0 || name.p[0] == '.' || !prints(name)) return false;
    for (size_t i = 0; i < name.len; i++)
        if (name.p[i] == '/' || name.p[i] == '\\') return false; /* sha256sum escapes the latter */
    for (size_t i = 0; i < CM_ARRAY_N(own); i++)
        if (slice_equal(name, slice_text(own[i]))) return false;
    return true;
}

static cm_err wrong(struct cm_diag *diag, const char *place, const char *problem) {
    return diag_fail(diag, CM_E_RANGE, "manifest", place, "correct it", "%s", problem);
}

static int by_name(const void *a, const void *b) {
    const struct cm_slice x = *(const struct cm_slice *)a, y = *(const struct cm_slice *)b;
    const int order = memcmp(x.p, y.p, x.len < y.len ? x.len : y.len);
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

/* Sorting 4,096 names beats comparing each with each. */
static cm_err judge_unique(const struct manifest *m, struct cm_diag *diag) {
    struct cm_slice *names = calloc(m->files_n > 0 ? m->files_n : 1, sizeof *names);
    if (names == NULL) return CM_E_NO_MEMORY;
    for (size_t i = 0; i < m->files_n; i++)
        names[i] = m->files[i].name;
    qsort(names, m->files_n, sizeof *names, by_name);
    bool twice = false;
    for (size_t i = 1; i < m->files_n; i++)
        twice = twice || slice_equal(names[i - 1], names[i]);
    free(names);
    return twice ? wrong(diag, "files", "two files have the same name") : CM_OK;
}

static cm_err judge_files(const struct manifest *m, struct cm_diag *diag) {
    if (m->files_n == 0 || m->files_n > MANIFEST_FILES_MAX)
        return wrong(diag, "files", "at least 1 and at most 4096 files");
    for (size_t i = 0; i < m->files_n; i++) {
        const struct manifest_file *f = &m->files[i];
        if (!manifest_is_file_name(f->name))
            return wrong(diag, "files", "a name is not that of a file in its folder");
        if (f->role < MANIFEST_NUMBERS || f->role > MANIFEST_SIGNER || f->len > INT64_MAX)
            return wrong(diag, "files", "a role or size is out of range");
    }
    return judge_unique(m, diag);
}

static cm_err judge_recipients(const struct manifest *m, struct cm_diag *diag) {
    if (m->recipients_n == 0 || m->recipients_n > MANIFEST_RECIPIENTS_MAX)
        return wrong(diag, "recipients", "at least 1 and at most 32 recipients");
    for (size_t i = 0; i < m->recipients_n; i++) {
        const struct manifest_recipient *r = &m->recipients[i];
        const size_t len = r->fingerprint.len;
        if (!prints(r->name) || (len != 20 && len != HASH_LEN))
            return wrong(diag, "recipients", "a name or fingerprint is not one");
        if (r->role != MANIFEST_NUMBERS && r->role != MANIFEST_PINS)
            return wrong(diag, "recipients", "a role is out of range");
    }
    return CM_OK;
}

cm_err manifest_judge(const struct manifest *m, struct cm_diag *diag) {
    const struct cm_slice texts[] = {m->brand,         m->name,         m->set,
                                     m->control_first, m->control_last, m->template_name};
    for (size_t i = 0; i < CM_ARRAY_N(texts); i++)
        if (!prints(texts[i]))
            return wrong(diag, "texts", "longer than 255 bytes, or with control characters");
    if (m->kind != MANIFEST_CODES && m->kind != MANIFEST_CARDS)
        return wrong(diag, "kind", "neither codes nor cards");
    if (m->sequence == 0) return wrong(diag, "sequence", "it counts from 1");
    TRY(judge_files(m, diag));
    return judge_recipients(m, diag);
}

/* Findings are copies of diags: places are found while the document still is there. */
#include "pass/pass_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

#define TEXT_MAX (1u << 20) /* bytes of one text in a pass */

cm_err pass_report_new(bool is_template, struct pass_report **out) {
    CM_CLEANUP(pass_report_freep) struct pass_report *r = calloc(1, sizeof *r);
    if (r == NULL) return CM_E_NO_MEMORY;
    r->is_template = is_template;
    r->findings = calloc(PASS_FINDINGS_MAX, sizeof *r->findings);
    if (r->findings == NULL) return CM_E_NO_MEMORY;
    *out = take(&r);
    return CM_OK;
}

void pass_report_free(struct pass_report *r) {
    if (r == NULL) return;
    free(r->findings);
    free(r);
}

void pass_report_freep(struct pass_report **r) { pass_report_free(take(r)); }

void pass_report_clear(struct pass_report *r) {
    r->n = r->errors = r->warnings = 0;
    r->diag = (struct cm_diag)DIAG_INIT;
}

/* Move what stands in r->diag into the list. */
static void keep(struct pass_report *r, bool warning) {
    if (warning)
        r->warnings++;
    else
        r->errors++;
    if (r->n < PASS_FINDINGS_MAX)
        r->findings[r->n++] = (struct pass_finding){.warning = warning, .what = r->diag};
    r->diag = (struct cm_diag)DIAG_INIT;
}

void pass_took(struct pass_report *r, cm_err err) {
    if (err != CM_OK) keep(r, false);
}

static void note(struct pass_report *r, struct json_value v, bool warning, const char *remedy,
                 const char *problem) {
    cm_ignore(json_fail(v, CM_E_FORMAT, remedy, "%s", problem)); /* it writes into r->diag */
    keep(r, warning);
}

void pass_error(struct pass_report *r, struct json_value v, const char *remedy, const char *format,
                ...) {
    char problem[DIAG_PART_CAP];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem, sizeof problem, format, args);
    va_end(args);
    note(r, v, false, remedy, problem);
}

void pass_warning(struct pass_report *r, struct json_value v, const char *remedy,
                  const char *format, ...) {
    if (r->errors_only) return;
    char problem[DIAG_PART_CAP];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem, sizeof problem, format, args);
    va_end(args);
    note(r, v, true, remedy, problem);
}

void pass_file_finding(struct pass_report *r, bool warning, const char *file, const char *remedy,
                       const char *format, ...) {
    char problem[DIAG_PART_CAP];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(problem, sizeof problem, format, args);
    va_end(args);
    diag_set(&r->diag, file, NULL, remedy, "%s", problem);
    keep(r, warning);
}

cm_err pass_report_verdict(const struct pass_report *r, struct cm_diag *diag) {
    if (r->errors == 0) return CM_OK;
    for (size_t i = 0; i < r->n; i++) {
        const struct cm_diag *d = &r->findings[i].what;
        if (r->findings[i].warning) continue;
        return diag_fail(diag, CM_E_FORMAT, d->input, d->place, d->remedy, "%s", d->problem);
    }
    return CM_E_FORMAT; /* more warnings than are kept came before it */
}

bool pass_is_open(const struct pass_report *r, struct json_value v) {
    struct cm_slice text;
    if (!r->is_template || json_kind_of(v) != JSON_KIND_TEXT) return false;
    if (json_text(v, 0, TEXT_MAX, &text) != CM_OK) return false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.p[i] != '{') continue;
        if (text.p[i + 1] != '{') return true;
        i++;
    }
    return false;
}

void pass_blame_row(uint64_t row, struct cm_diag *diag) {
    if (diag == NULL) return;
    char *path = strchr(diag->place, '$');
    if (path != NULL) memmove(diag->place, path, strlen(path) + 1);
    (void)snprintf(diag->input, sizeof diag->input, "row %llu", (unsigned long long)row);
}

/* What is wrong or doubtful in a pass or its template: a list, so that people mend all of it in one
 * go. Each finding names the file, the place, the problem and the remedy; none quotes a value that
 * came from a row. Errors are what Wallet would refuse or show wrongly, warnings what it ignores or
 * what other readers complain of. */
#ifndef CM_PASS_PASS_REPORT_H
#define CM_PASS_PASS_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "doc/json.h"

#define PASS_FINDINGS_MAX 64u /* kept; all are counted */

struct pass_finding {
    bool warning;
    struct cm_diag what;
};

struct pass_report {
    struct cm_diag diag; /* give it to the JSON document that is judged */
    struct pass_finding *findings;
    size_t n;      /* kept */
    size_t errors; /* found */
    size_t warnings;
    bool is_template; /* {columns} stand for values that are not known yet */
    bool errors_only; /* warnings are not even looked at: for the passes of a run */
};

/** @param[out] out  pass_report_free it      @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_report_new(bool is_template, struct pass_report **out);
void pass_report_free(struct pass_report *r);
void pass_report_freep(struct pass_report **r);
/* Forget what was found: for the next pass. */
void pass_report_clear(struct pass_report *r);

/* Note what a reader put into r->diag, as an error, when it failed. */
void pass_took(struct pass_report *r, cm_err err);
/* Note an error, a warning, at a place of the document. */
void pass_error(struct pass_report *r, struct json_value v, const char *remedy, const char *format,
                ...) __attribute__((format(printf, 4, 5)));
void pass_warning(struct pass_report *r, struct json_value v, const char *remedy,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same of a file; `warning` says which. */
void pass_file_finding(struct pass_report *r, bool warning, const char *file, const char *remedy,
                       const char *format, ...) __attribute__((format(printf, 5, 6)));
/** The first error, as a fault of whoever asked for a pass.
 * @retval CM_OK  there is none     @retval CM_E_FORMAT */
CM_MUST_CHECK cm_err pass_report_verdict(const struct pass_report *r, struct cm_diag *diag);
/* Say of which row an error is; of a place in the filled text, which nobody sees, only its path. */
void pass_blame_row(uint64_t row, struct cm_diag *diag);
/* A text value of a template that is only known with a row. */
bool pass_is_open(const struct pass_report *r, struct json_value v);

#endif

/* Three plans for the same production side by side, so that a person can choose with the price in
 * view: shortest, advised, strictest (docs/design/plan.md says what each is for), and the texts of
 * them: a table for people and JSON for programs, from one record. */
#ifndef CM_CODES_PLAN_SHEET_H
#define CM_CODES_PLAN_SHEET_H

#include "base/buffer.h"
#include "codes/plan.h"

enum plan_kind {
    PLAN_SHORTEST,  /* batch and serial only, no check character */
    PLAN_ADVISED,   /* the request as it is */
    PLAN_STRICTEST, /* every field inline, odds that bear a month of flood */
    PLAN_KINDS_N
};

struct plan_column {
    struct plan_request request;
    cm_err err; /* CM_OK: plan is set; else diag says why not and what would make it fit */
    struct plan plan;
    struct cm_diag diag;
};

struct plan_sheet {
    struct plan_column column[PLAN_KINDS_N];
};

const char *plan_kind_name(enum plan_kind kind);
/** @retval CM_E_NOT_FOUND  none of "shortest", "advised", "strictest" */
CM_MUST_CHECK cm_err plan_kind_by_name(struct cm_slice name, enum plan_kind *kind);

/* Plan all three; a column that cannot be says so, and the others stand. */
void plan_sheet_make(const struct plan_request *advised, struct plan_sheet *out);

/** Append the table (plan_table.c), columns first .. last of enum plan_kind.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err plan_table_text(const struct plan_sheet *sheet, enum plan_kind first,
                                     enum plan_kind last, struct buffer *out);
/** Append one JSON object (plan_table_json.c) with a member for each of first .. last. Numbers
 * beyond 2^53 and fractions are decimal texts. @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err plan_table_json(const struct plan_sheet *sheet, enum plan_kind first,
                                     enum plan_kind last, struct buffer *out);

#endif

/* JSON with {columns} in its texts, compiled once and filled for every row: "Seat {seat}" becomes
 * "Seat 12", escaped as JSON asks. A text that is "{#balance}" and nothing else becomes the number,
 * true or false that the cell holds; "{{" and "}}" are braces. Keys are never filled.
 * It refuses columns that are not there (naming the nearest) and cells that are no number where one
 * is asked for, with the column's name and never the cell. docs/design/passes.md, "Templates" */
#ifndef CM_PASS_PASS_TEXT_H
#define CM_PASS_PASS_TEXT_H

#include "base/buffer.h"
#include "base/diag.h"

struct pass_text;

/** @param[in] json     a JSON text that was read without error; copied
 * @param[in] input    names it in errors
 * @param[in] columns  n names of a row's cells, in their order; copied. NULL: any name is one, to
 *                     find out which there are
 * @param[out] out     pass_text_free it; untouched on error
 * @retval CM_E_NOT_FOUND  no such column      @retval CM_E_FORMAT  a brace without its other half
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_text_new(struct cm_slice json, const char *input,
                                   const char *const *columns, size_t n, struct pass_text **out,
                                   struct cm_diag *diag);
void pass_text_free(struct pass_text *t);
void pass_text_freep(struct pass_text **t);
/* The names of its cells; borrowed. */
const char *const *pass_text_columns(const struct pass_text *t, size_t *n);
/** Append one row's JSON. Any number of threads at once.
 * @param[in] cells  one a column, UTF-8
 * @retval CM_E_FORMAT  a cell is no number, or not UTF-8: diag names the column
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err pass_text_put(const struct pass_text *t, const struct cm_slice *cells,
                                   struct buffer *out, struct cm_diag *diag);

#endif

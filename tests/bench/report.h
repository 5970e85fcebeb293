/* The bench's two outputs: a table for people, row by row as it comes, and results.json for
 * programs (docs/design/performance.md names its members). */
#ifndef CM_TESTS_BENCH_REPORT_H
#define CM_TESTS_BENCH_REPORT_H

#include "base/buffer.h"
#include "bench.h"

/* Where the figures come from, and whether something else runs there. */
void report_machine(const char *scratch);
void report_head(void);
void report_row(const struct bench_row *row);
/** Append an array with one object for every goal; rows without a goal are left to the table.
 * @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err report_text(const struct bench_row *rows, size_t n, struct buffer *text);
/** Write it to a file.      @retval as file_replace */
CM_MUST_CHECK cm_err report_json(const struct bench *b, const char *path, struct cm_diag *diag);

#endif

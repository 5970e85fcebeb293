/* What people and programs read: one JSON record, printed as it is or as text made from it; and
 * texts, progress and warnings. Standard output that is closed or full is an error, never silence.
 */
#ifndef CM_CLI_OUTPUT_H
#define CM_CLI_OUTPUT_H

#include "base/bytes.h"
#include "base/diag.h"

/** Print a record: with `json` as it stands, else as text: members as lines, arrays of objects as
 * tables; "text" verbatim, "notes" as sentences; names that end in _ms as times.
 * @retval CM_E_FORMAT  not a JSON object     @retval CM_E_NO_MEMORY, and as output_bytes */
CM_MUST_CHECK cm_err output_record(struct cm_slice record, bool json, struct cm_diag *diag);
/** Bytes to standard output. @retval CM_E_NO_SPACE, CM_E_IO  full or closed */
CM_MUST_CHECK cm_err output_bytes(struct cm_slice bytes, struct cm_diag *diag);
CM_MUST_CHECK cm_err output_text(const char *text, struct cm_diag *diag);
/* A line to standard error: what people should know and programs need not. */
void output_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "countermark: input: place: problem; remedy" to standard error. */
void output_error(const struct cm_diag *diag, cm_err err);

#endif

/* The numbers of a proof as one JSON record, for programs and, made into text, for people. */
#ifndef CM_CLI_PROOF_REPORT_H
#define CM_CLI_PROOF_REPORT_H

#include "base/buffer.h"
#include "symbol/proof.h"

struct proof_files {
    const char *pdf, *png; /* NULL: not made */
};
/** Append the record. @param[in] whole  per glyph, too @retval CM_E_NO_MEMORY */
CM_MUST_CHECK cm_err proof_report(const struct proof *p, const struct proof_files *files,
                                  bool whole, struct buffer *out);

#endif

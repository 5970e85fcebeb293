/* A file of codes, and what became of each: one code a line, or a CSV with a column "code" or
 * "number" (and perhaps "redeemer" and "pin"). The idempotency key is made of the file's hash and
 * the place in it: the same file twice changes nothing and gets the same answers. The file of
 * verdicts appears whole or not at all. */
#ifndef CM_CLI_ASK_FILE_H
#define CM_CLI_ASK_FILE_H

#include "cli/ask.h"

#define ASK_FILE_MAX (256u << 20) /* bytes of one file of codes */

struct ask_report {
    uint64_t lines, accepted;
    uint64_t verdicts[CM_VERDICT_N];
};

/** Ask about every line of `in` and write a verdict a line to `out`.
 * @retval CM_E_FORMAT, CM_E_LIMIT  the file cannot be read as such; nothing was asked
 * @retval CM_E_CANCELLED  stopped by Ctrl-C: run it again     @retval others  as asker_run */
CM_MUST_CHECK cm_err ask_file(struct asker *a, const char *in, const char *out,
                              struct ask_report *report, struct cm_diag *diag);

#endif

/* A program of others, run with fixed arguments: its standard output is taken, its errors are
 * dropped, its input is empty, and it has a time limit. Nothing secret is passed: arguments and
 * files show public samples only. It refuses outputs over CHILD_OUTPUT_MAX. */
#ifndef CM_CLI_CHILD_H
#define CM_CLI_CHILD_H

#include <stdbool.h>

#include "base/buffer.h"

#define CHILD_OUTPUT_MAX (1u << 20) /* bytes */

/* Whether such a program lies on the PATH. */
bool child_is_here(const char *name);
/** Run it to its end.
 * @param[in] argv      name first, NULL last; found on the PATH
 * @param[in] limit_ms  then it is ended
 * @param[out] out      what it said; appended
 * @param[out] status   its exit code; 128 and more: ended by a signal or by the limit
 * @retval CM_E_NOT_FOUND  no such program    @retval CM_E_LIMIT  it says too much
 * @retval CM_E_IO, CM_E_NO_MEMORY
 * Example: tests/unit/cli/test_child.c */
CM_MUST_CHECK cm_err child_run(const char *const *argv, unsigned limit_ms, struct buffer *out,
                               int *status);

#endif

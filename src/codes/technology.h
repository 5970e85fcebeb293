/* Ways to print a code: the alphabet that each reads well, how many characters it takes, whether
 * the print may be read upside down. Advice of ours, not of a standard: every number can be
 * overridden in a plan. */
#ifndef CM_CODES_TECHNOLOGY_H
#define CM_CODES_TECHNOLOGY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "countermark/bytes.h"

struct technology {
    const char *name;     /* "inkjet" */
    const char *alphabet; /* name of a preset */
    uint8_t length_max;   /* printed characters, separators not counted */
    bool rotates;         /* round or loose: codes that read upside down are skipped */
    const char *remark;   /* one line for people */
};

/* The i-th technology, NULL after the last; the first is the default. */
const struct technology *technology_at(size_t i);
/** @retval CM_E_NOT_FOUND  no such name; diag lists the names */
CM_MUST_CHECK cm_err technology_by_name(struct cm_slice name, const struct technology **out,
                                        struct cm_diag *diag);

#endif

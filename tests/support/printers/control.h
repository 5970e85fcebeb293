/* What somebody beside an emulated printer does, as lines of text, so that a script can do it:
 *
 *     fault WHAT ...     a fault strikes now (words of fault.h)
 *     mend               what stops it is put right
 *     products N         so many products pass (manual)
 *     counts             answered by a line of name=value: events, held, total
 *
 * A number before the word chooses the printer, from 1; without it, it is the first. */
#ifndef CM_TESTS_PRINTERS_CONTROL_H
#define CM_TESTS_PRINTERS_CONTROL_H

#include "support/printers/hall.h"

struct control {
    struct hall *hall;
    struct fault_script *faults; /* those that struck: printers borrow them */
    size_t n;
};

void control_free(struct control *c);
/** Do what a line says. @param[out] answer  appended to, one line or nothing
 * @retval CM_E_FORMAT  not such a line      @retval CM_E_NOT_FOUND  no such printer */
CM_MUST_CHECK cm_err control_line(struct control *c, struct cm_slice line, struct buffer *answer,
                                  struct cm_diag *diag);

#endif

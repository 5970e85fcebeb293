/* Replays a written conversation against an emulated printer and compares every byte.
 * One step a line; bytes and texts are escaped (escape.h); # begins a remark:
 *
 *     grammar NAME                       first of all; `protocol FILE` follows for grammar raw
 *     option KEY VALUE                   fields, quirks, total, depth, rate; before anything is
 * said > BYTES                            a client sends < BYTES                            the
 * printer has answered this; more than one may follow print N                            N products
 * pass the printer wait MS                            time passes fault WHAT ... strikes now (words
 * of fault.h) mend                               somebody puts right what was wrong = EVENT TEXT
 * the next thing on the printer's record, `taken` left out
 *
 * Before the next > and at the end nothing may be unread: what was not expected is a mismatch.
 * Products pass only by `print`. */
#ifndef CM_TESTS_PRINTERS_TRANSCRIPT_H
#define CM_TESTS_PRINTERS_TRANSCRIPT_H

#include "base/diag.h"

/** Replay a file. @param[in] protocols  folder of the rules files
 * @retval CM_E_CONFLICT  the printer behaved otherwise: diag has the line and both sides
 * @retval CM_E_FORMAT, CM_E_NOT_FOUND, CM_E_IO */
CM_MUST_CHECK cm_err transcript_replay(const char *path, const char *protocols,
                                       struct cm_diag *diag);

#endif

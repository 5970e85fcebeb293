/* Readers of others look at a proof's sheets: ZXingReader at symbols, Tesseract at letters. They
 * are run as programs, on files that only this user can read, in a folder that is removed; what
 * they see are samples. A program that is not installed is told so in the proof, it is no error. */
#ifndef CM_CLI_PROOF_EYES_H
#define CM_CLI_PROOF_EYES_H

#include "cli/count_line.h"
#include "symbol/proof.h"

/** Fill in p->ocr and p->scanner.
 * @retval CM_E_CANCELLED  Ctrl-C      @retval CM_E_IO, CM_E_NO_SPACE  the folder
 * @retval as proof_symbol_pgm, proof_lines_pgm, child_run */
CM_MUST_CHECK cm_err proof_eyes(struct proof *p, struct count_line *line, struct cm_diag *diag);

#endif

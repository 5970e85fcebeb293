/* Bytes as readable text and back: printable ASCII stands for itself, everything else is \r, \n,
 * \t, \\ or \xHH. Records, golden transcripts, fault scripts and line grammars share this form. */
#ifndef CM_TESTS_PRINTERS_ESCAPE_H
#define CM_TESTS_PRINTERS_ESCAPE_H

#include "base/buffer.h"

/* Append `bytes` readably; a printable character of `also` is written as \xHH, too. */
void escape_put(struct buffer *to, struct cm_slice bytes, const char *also);
/** Append what the text stands for. @retval CM_E_FORMAT  an unknown or cut escape */
CM_MUST_CHECK cm_err escape_parse(struct cm_slice text, struct buffer *to);

#endif

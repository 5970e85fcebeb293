/* Words of printers, made fit for logs and statuses: a printer may quote the text that it could not
 * print, and a full code never reaches a log. Pure. */
#ifndef CM_LINE_MASK_H
#define CM_LINE_MASK_H

#include <stddef.h>

/* Cut every word of code_len letters and digits (hyphens and dots in it do not count) down to its
 * first two and "..", in place. A word of the printer's own of just that length is cut, too.
 * code_len 0: nothing is known of the codes, nothing is cut. */
void mask_codes(char *words, size_t code_len);

#endif

/* Texts of others on a terminal: words of printers, names, whatever came from outside. What could
 * steer a terminal or turn a line around is replaced; columns are counted as terminals show them,
 * wide and combining characters too. References: ECMA-48 (controls), UAX 9 (direction marks),
 * UAX 11 (width). */
#ifndef CM_CLI_PLAIN_H
#define CM_CLI_PLAIN_H

#include "base/buffer.h"

/* Columns that a text takes, once plain. */
size_t plain_width(struct cm_slice text);
/* Append the text: controls, direction marks and what is not UTF-8 become '?'. */
void plain_put(struct buffer *out, struct cm_slice text);
/* Append the text in exactly so many columns: cut, with '~' for what is missing, or filled with
 * blanks, on the left when `right`. */
void plain_fit(struct buffer *out, struct cm_slice text, size_t columns, bool right);
/* Append the text, cut at so many columns, not filled. */
void plain_cut(struct buffer *out, struct cm_slice text, size_t columns);

#endif
